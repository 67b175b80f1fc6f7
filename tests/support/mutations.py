"""Well-formed streams, and every small damage that can be done to them."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from harmony_core import (
    Author,
    HarmonyEncoding,
    Inspection,
    Message,
    Role,
    TextContent,
    load_harmony_encoding,
)
from harmony_core.errors import DecodeError
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOKS_SPECIAL = re.compile(r"<\|\w+\|>")


@cache
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def encoded(text: str) -> list[int]:
    return encoding().encode(text, allowed_special="all")


# Well-formed streams.


class WellFormed(NamedTuple):
    """A stream without fault: each message's tokens, and the role to read them with."""

    pieces: list[list[int]]
    role: Role | None

    @property
    def tokens(self) -> list[int]:
        return [token for piece in self.pieces for token in piece]

    @property
    def ends(self) -> list[int]:
        return list(accumulate(map(len, self.pieces)))


def _plain_texts() -> st.SearchStrategy[str]:
    alphabet = st.characters(exclude_categories=["Cs"])
    texts = st.text(alphabet, max_size=30) | st.sampled_from(
        ["", " ", "\n", "日本語 😀", "to=functions.f", "assistant", "a | b <c> {}", "analysis"]
    )
    return texts.filter(lambda text: not LOOKS_SPECIAL.search(text) and "\ufffd" not in text)


def _json_texts() -> st.SearchStrategy[str]:
    values = st.dictionaries(_plain_texts(), _plain_texts() | st.integers() | st.none(), max_size=3)
    dumped = values.map(lambda value: json.dumps(value, ensure_ascii=False))
    return dumped.filter(lambda text: not LOOKS_SPECIAL.search(text))


TOOLS = ("functions.get_weather", "browser.search", "python", "functions.a-b_c2")
CHANNELS = ("analysis", "commentary", "final")


def _calls() -> st.SearchStrategy[Message]:
    json_calls = st.tuples(_json_texts(), st.sampled_from(["json", "<|constrain|>json"]))
    untyped_calls = st.tuples(_json_texts(), st.sampled_from([None, "code"]))
    text_calls = st.tuples(_plain_texts(), st.sampled_from([None, "code", "<|constrain|>code"]))
    functions = [tool for tool in TOOLS if tool.startswith("functions.")]
    others = [tool for tool in TOOLS if tool not in functions]
    return st.builds(
        lambda call, channel: Message(
            author=Author(role=Role.ASSISTANT),
            content=[TextContent(text=call[1][0])],
            channel=channel,
            recipient=call[0],
            content_type=call[1][1],
        ),
        st.tuples(st.sampled_from(functions), json_calls | untyped_calls)
        | st.tuples(st.sampled_from(others), json_calls | text_calls),
        st.sampled_from([None, "analysis", "commentary"]),
    )


def _message(role: Role, text: str, channel: str | None) -> Message:
    author = Author(role=role)
    return Message(author=author, content=[TextContent(text=text)], channel=channel)


def _tool_messages() -> st.SearchStrategy[Message]:
    return st.builds(
        lambda tool, text, channel: Message(
            author=Author(role=Role.TOOL, name=tool),
            content=[TextContent(text=text)],
            channel=channel,
            recipient="assistant",
        ),
        st.sampled_from(TOOLS),
        _plain_texts(),
        st.sampled_from([None, *CHANNELS]),
    )


def well_formed_messages() -> st.SearchStrategy[Message]:
    others = st.sampled_from([Role.SYSTEM, Role.DEVELOPER, Role.USER])
    return (
        st.builds(_message, others, _plain_texts(), st.none())
        | st.builds(
            _message, st.just(Role.ASSISTANT), _plain_texts(), st.sampled_from([None, *CHANNELS])
        )
        | _calls()
        | _tool_messages()
    )


def _channel_first(tokens: list[int]) -> list[int]:
    """Move the recipient behind the channel, as the model writes it."""
    found = re.fullmatch(
        r"(<\|start\|>assistant)( to=\S+?)(<\|channel\|>\w+)(.*)",
        encoding().decode(tokens),
        re.DOTALL,
    )
    if found is None or tokens[-1] != encoding().markers.call:
        return tokens
    head, recipient, channel, _ = found.groups()
    before = encoded(head + recipient + channel)
    if tokens[: len(before)] != before:
        return tokens
    return encoded(head + channel + recipient) + tokens[len(before) :]


@st.composite
def well_formed(draw: Callable[[st.SearchStrategy[Any]], Any]) -> WellFormed:
    """Streams as they are rendered and sampled, from the beginning or as a completion."""
    messages = draw(st.lists(well_formed_messages(), max_size=4))
    pieces = [encoding().render(message) for message in messages]
    pieces = [_channel_first(piece) if draw(st.booleans()) else piece for piece in pieces]
    if not pieces:
        return WellFormed([], None)
    last = messages[-1]
    if last.author.role is Role.ASSISTANT and last.recipient is None and draw(st.booleans()):
        pieces[-1][-1] = encoding().markers.return_
    role = messages[0].author.role
    if role is not Role.TOOL and draw(st.booleans()):
        del pieces[0][:2]  # <|start|> and the role
        return WellFormed(pieces, role)
    return WellFormed(pieces, None)


# Mutations.


class Mutation(NamedTuple):
    """A damaged stream.

    Attributes:
        name: What was done, and where.
        tokens: The stream.
        touched: The messages that the damage touches.
    """

    name: str
    tokens: list[int]
    touched: set[int]


BASES = (
    WellFormed(
        [
            encoded("<|start|>system<|message|>Be brief.<|end|>"),
            encoded("<|start|>user<|message|>Weather in Paris?<|end|>"),
            encoded("<|start|>assistant<|channel|>analysis<|message|>Call the tool.<|end|>"),
            encoded(
                "<|start|>assistant<|channel|>commentary to=functions.get_weather "
                '<|constrain|>json<|message|>{"city": "Paris"}<|call|>'
            ),
            encoded(
                "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>"
                "sunny<|end|>"
            ),
            encoded("<|start|>assistant<|channel|>final<|message|>It is sunny. ☀️<|return|>"),
        ],
        None,
    ),
    WellFormed(
        [
            encoded("<|channel|>analysis<|message|>Let me think.<|end|>"),
            encoded("<|start|>assistant to=python<|channel|>analysis code<|message|>1 + 1<|call|>"),
            encoded("<|start|>python to=assistant<|channel|>analysis<|message|>2<|end|>"),
            encoded("<|start|>assistant<|message|><|end|>"),
            encoded("<|start|>assistant<|channel|>final<|message|>Two.<|return|>"),
        ],
        Role.ASSISTANT,
    ),
)
INSERTED = (
    *(token for _, token in encoding().markers.tokens()),
    *encoded("<|endoftext|><|reserved_200013|>"),
    *encoded("assistant"),
    *encoded(" to"),
    *encoded("final"),
    *encoded("\n"),
    *encoded("7"),
    255,
    -1,
)


def mutations(base: WellFormed) -> Iterator[Mutation]:
    """Delete, double, swap, cut, glue and insert, at every position."""
    tokens, ends = base.tokens, base.ends
    owner = [ordinal for ordinal, piece in enumerate(base.pieces) for _ in piece]
    everything = set(range(len(base.pieces)))
    for at, token in enumerate(tokens):
        before, behind = tokens[:at], tokens[at + 1 :]
        yield Mutation(f"delete {at}", before + behind, {owner[at]})
        yield Mutation(f"double {at}", [*before, token, token, *behind], {owner[at]})
        yield Mutation(f"cut {at}", before, {*range(owner[at], len(base.pieces))})
        yield Mutation(f"behead {at}", tokens[at:], {*range(owner[at] + 1)} if at else set())
        if behind:
            swapped = [*before, behind[0], token, *behind[1:]]
            yield Mutation(f"swap {at}", swapped, {owner[at], owner[at + 1]})
        yield Mutation(f"glue {at}", before + tokens, {*range(owner[at], len(base.pieces)), 0})
    for at in range(len(tokens) + 1):
        touched = set() if at in ends else {owner[at]}
        for token in INSERTED:
            inserted = [*tokens[:at], token, *tokens[at:]]
            yield Mutation(f"insert {token} at {at}", inserted, touched & everything)


# What holds of every inspection.


def check_nothing_is_lost(inspection: Inspection) -> None:
    """Every token is in one span; what is in no message is in a diagnostic's span."""
    tokens, spans = inspection.tokens, inspection.spans
    assert [token for span in spans for token in tokens[span.start : span.stop]] == tokens
    bounds = [0, *(span.stop for span in spans)]
    assert all(span.start == begin < span.stop for span, begin in zip(spans, bounds, strict=False))
    stops = [0]
    for item in inspection.items:
        assert stops[-1] <= item.start <= item.stop
        stops.append(item.stop)
    told = bytearray(len(tokens))
    for found in inspection.diagnostics:
        assert 0 <= found.start <= found.stop <= len(tokens)
        told[found.start : found.stop] = b"\1" * (found.stop - found.start)
    contents = [b""] * len(inspection.items)
    for span in spans:
        if span.message is None:
            for at in range(span.start, span.stop):
                assert told[at] or not piece_of(tokens[at]).strip(), f"token {at} is lost"
        elif span.part is Part.CONTENT:
            contents[span.message] += b"".join(map(piece_of, tokens[span.start : span.stop]))
    if any(found.code == "recovered-markers" for found in inspection.diagnostics):
        return  # its span is the whole stream, and a token may belong to two messages
    for content, message in zip(contents, inspection.messages, strict=True):
        text = message.content[0].to_dict()["text"]
        assert content.decode("utf-8", "replace").endswith(text)


def piece_of(token: int) -> bytes:
    try:
        return encoding().tokenizer.token_bytes(token)
    except (DecodeError, OverflowError):
        return "\ufffd".encode()
