"""Tracing gives the parser's messages and error, and the tokens that each message came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core import HarmonyEncodingName, ParseError, Role, StreamState, load_harmony_encoding
from harmony_core.format.parse import StreamableParser
from harmony_core.format.trace import trace

if TYPE_CHECKING:
    from harmony_core import HarmonyEncoding

ENCODING = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
WORDS = ["assistant", "user", "analysis", "final", " to=f.x", "Hi", " there", "🦜"]
MARKS = ["<|start|>", "<|message|>", "<|end|>", "<|channel|>", "<|call|>", "<|return|>"]
STREAMS = st.lists(
    st.one_of(
        st.sampled_from([*WORDS, *MARKS]).map(
            lambda text: ENCODING.encode(text, allowed_special="all")
        ),
        st.sampled_from(
            [
                "<|start|>assistant<|channel|>final<|message|>Hi<|end|>",
                "<|start|>user<|message|>",
                "<|channel|>analysis<|message|>So<|end|>",
            ]
        ).map(lambda text: ENCODING.encode(text, allowed_special="all")),
    ),
    max_size=12,
).map(lambda chunks: [token for chunk in chunks for token in chunk])
ROLES = st.sampled_from([None, Role.ASSISTANT])


@given(STREAMS, ROLES, st.booleans())
def test_it_agrees_with_the_parser(tokens: list[int], role: Role | None, strict: bool) -> None:
    parser = StreamableParser(ENCODING, role, strict=strict)
    fault = None
    try:
        for token in tokens:
            parser.process(token)
        parser.process_eos()
    except ParseError as error:
        fault = error
    traced = trace(ENCODING, tokens, role, strict=strict)
    assert [item.message for item in traced.messages] == parser.messages
    if fault is None:
        assert traced.fault is None
    else:
        assert str(traced.fault) == str(fault)
        assert traced.fault.token_index == fault.token_index


@given(STREAMS, ROLES, st.booleans())
def test_ranges_are_disjoint_and_parse_to_their_message(
    tokens: list[int], role: Role | None, strict: bool
) -> None:
    stop = 0
    for item in trace(ENCODING, tokens, role, strict=strict).messages:
        assert stop <= item.start < item.stop <= len(tokens)
        first = role if item.start == 0 else None
        own = ENCODING.parse_messages_from_completion_tokens(
            tokens[item.start : item.stop], first, strict=strict
        )
        assert own == [item.message]
        stop = item.stop


@pytest.fixture
def encoding() -> HarmonyEncoding:
    return ENCODING


def test_the_message_that_the_stream_ends_in_is_incomplete(encoding: HarmonyEncoding) -> None:
    text = "<|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>Hel"
    traced = trace(encoding, encoding.encode(text, allowed_special="all"))
    assert [item.complete for item in traced.messages] == [True, False]
    assert traced.messages[1].message.content[0].text == "Hel"
    assert traced.state is StreamState.CONTENT
    assert traced.fault is None


def test_a_header_that_never_ends_is_a_fault_at_the_end(encoding: HarmonyEncoding) -> None:
    tokens = encoding.encode("<|start|>assistant<|channel|>final", allowed_special="all")
    traced = trace(encoding, tokens)
    assert traced.messages == []
    assert traced.state is StreamState.HEADER
    assert (traced.fault.kind, traced.fault.token_index) == ("unexpected-eos", len(tokens))
