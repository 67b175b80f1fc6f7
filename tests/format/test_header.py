"""Header text -> fields, against the reference."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.streams import FRAGMENTS, HEADERS, ROLES, encoded

from harmony_core.chat import Role
from harmony_core.format._header import Header, HeaderFault, parse_header, salvage_header
from harmony_core.reference.debug_text import _bounds, debug_text

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony

JUNK = "unexpected tokens remaining in message header: Some("

# Fields of a header, without what is None.
Fields = dict[str, object]


def ours(text: str, role: str | None) -> Fields | str:
    try:
        header = parse_header(text, None if role is None else Role(role))
    except HeaderFault as fault:
        return str(fault)
    return fields(header.message(""))


def fields(message: Any) -> Fields:
    found = message.to_dict()
    return {name: found.get(name) for name in (*Header.__dataclass_fields__,)}


class Oracle:
    def __init__(self, module: ModuleType, encoding: openai_harmony.HarmonyEncoding) -> None:
        self.module = module
        self.encoding = encoding

    def read(self, text: str, role: str | None) -> Fields | str:
        """Read a header given as text."""
        found = self.message(text, role, "<|message|>")
        return found if isinstance(found, str) else fields(found)

    def message(self, text: str, role: str | None, end: str) -> Any:
        """The message whose header is followed by a token, or the error it gives."""
        start = encoded("<|start|>") if role is None else ()
        tokens = [*start, *self.encoding.encode(text, disallowed_special=()), *encoded(end)]
        their_role = None if role is None else self.module.Role(role)
        parse = self.encoding.parse_messages_from_completion_tokens
        try:
            return parse(tokens, their_role, strict=end == "<|message|>")[0]
        except RuntimeError as error:
            return str(error)


@pytest.fixture(scope="module")
def oracle(reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding) -> Oracle:
    return Oracle(reference, reference_encoding)


def headers() -> st.SearchStrategy[str]:
    fragments = st.sampled_from([*FRAGMENTS, *HEADERS]) | st.text(max_size=3)
    return st.sampled_from(HEADERS) | st.lists(fragments, max_size=8).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=headers(), role=st.none() | st.sampled_from(ROLES))
def test_a_header_reads_as_the_reference_reads_it(
    oracle: Oracle, text: str, role: str | None
) -> None:
    assert ours(text, role) == oracle.read(text, role)


@settings(max_examples=200, deadline=None)
@given(text=headers().filter(bool), role=st.sampled_from(ROLES))
@example("user words that are left", "user")
def test_an_abandoned_header_reads_as_the_reference_reads_it(
    oracle: Oracle, text: str, role: str
) -> None:
    try:
        header, content = salvage_header(text, Role(role))
        found: Fields | str = header.message(content).to_dict()
    except HeaderFault as fault:
        found = str(fault)
    theirs = oracle.message(text, role, end="<|end|>")
    assert found == (theirs if isinstance(theirs, str) else theirs.to_dict())


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("user", Header(Role.USER)),
        ("assistant<|channel|>final", Header(Role.ASSISTANT, channel="final")),
        ("assistant to=f.x json", Header(Role.ASSISTANT, None, "f.x", None, "json")),
        ("assistant f.x json", Header(Role.ASSISTANT, None, "f.x", None, "json")),
        ("assistant<|constrain|>json", Header(Role.ASSISTANT, recipient="<|constrain|>json")),
        ("f.x to=assistant", Header(Role.TOOL, "f.x", "assistant")),
        ("tool tool to=x", Header(Role.TOOL, "tool", "x", None, None)),
        ("f.x tool", Header(Role.TOOL, "f.x")),
        ("to=x", Header(Role.TOOL, "to=x")),
        ("user<|channel|>a<b", Header(Role.TOOL, "user<b")),
        ("assistant to=", Header(Role.ASSISTANT, recipient="")),
    ],
)
def test_fields(oracle: Oracle, text: str, header: Header) -> None:
    read = ours(text, None)
    assert read == oracle.read(text, None)
    if not isinstance(read, str):
        assert parse_header(text, None) == header


def test_characters_are_quoted_as_rust_quotes_them(oracle: Oracle) -> None:
    """All ASCII, and the edges of every run: a header costs the reference 40 us a token."""
    edges = {code for bound in _bounds() for code in (bound - 1, bound)}
    codes = sorted(edges.union(range(0x80)) - {*map(ord, " \t\n\f\r"), -1, sys.maxunicode + 1})
    junk = "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
    error = oracle.read(f"user .{junk}. b c", None)
    same = error == f"{JUNK}{debug_text(f'.{junk}.')})"
    assert same  # not a diff of the texts, which takes minutes
