"""The parser against the reference: every property after every token."""

from __future__ import annotations

import pickle
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.parsers import Encodings, Pair, outcome, parsed
from support.streams import AWKWARD_BYTES, Stream, byte_token, encoded, streams, valid_tokens

from harmony_core import (
    HarmonyEncoding,
    HarmonyError,
    ParseError,
    Role,
    StreamableParser,
    StreamState,
    load_harmony_encoding,
)
from harmony_core.format import parse, parse_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    import openai_harmony

START, MESSAGE, END = encoded("<|start|>")[0], encoded("<|message|>")[0], encoded("<|end|>")[0]


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


@pytest.fixture(scope="module")
def encodings(
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    encoding: HarmonyEncoding,
) -> Encodings:
    return Encodings(reference, reference_encoding, encoding)


@settings(max_examples=100, deadline=None)
@given(stream=streams(), eos_after=st.none() | st.integers(0, 12))
def test_streaming_equals_the_reference_after_every_token(
    encodings: Encodings, stream: Stream, eos_after: int | None
) -> None:
    pair = Pair(encodings, stream.role, strict=stream.strict)
    for index, token in enumerate(stream.tokens):
        if index == eos_after:
            pair.process_eos()
        pair.process(token)
    pair.process_eos()
    pair.process_eos()


@settings(max_examples=100, deadline=None)
@given(stream=streams())
def test_a_whole_completion_equals_the_reference(encodings: Encodings, stream: Stream) -> None:
    tokens, role, strict = stream
    ours = parsed(encodings.ours, tokens, encodings.our_role(role), strict=strict)
    theirs = parsed(encodings.theirs, tokens, encodings.their_role(role), strict=strict)
    assert ours == theirs


@settings(max_examples=150, deadline=None)
@given(stream=streams())
def test_slicing_equals_stepping(encoding: HarmonyEncoding, stream: Stream) -> None:
    tokens, role_name, strict = stream
    role = None if role_name is None else Role(role_name)
    sliced = parse_whole._parse_sliced(encoding, tokens, role, strict=strict)
    if sliced is not None:
        assert sliced == parse_whole._parse_stepping(encoding, tokens, role, strict=strict)


@settings(max_examples=80, deadline=None)
@given(tokens=valid_tokens())
def test_what_has_no_fault_is_sliced(encoding: HarmonyEncoding, tokens: list[int]) -> None:
    stepped = outcome(lambda t: parse_whole._parse_stepping(encoding, t, None, strict=True), tokens)
    sliced = parse_whole._parse_sliced(encoding, tokens, None, strict=True)
    decodes = outcome(encoding.decode_utf8, tokens) is None
    assert (sliced is not None) >= (decodes and stepped is None)


@pytest.mark.parametrize("strict", [True, False])
def test_a_completion_may_be_cut_off_anywhere(encodings: Encodings, strict: bool) -> None:
    text = "<|channel|>analysis<|message|>A.<|end|><|start|>assistant<|channel|>final<|message|>B"
    tokens = [*encoded(text)]
    for stop in range(len(tokens) + 1):
        ours = parsed(encodings.ours, tokens[:stop], Role.ASSISTANT, strict=strict)
        role = encodings.their_role("assistant")
        assert ours == parsed(encodings.theirs, tokens[:stop], role, strict=strict)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "<|channel|>analysis<|end|><|start|>assistant<|channel|>final<|message|>Hi<|return|>",
        "some words<|end|><|start|>user<|message|>Hi<|end|>",
        "<|channel|>final<|start|>assistant<|channel|>final<|message|>Hi<|return|>",
    ],
)
def test_a_whole_completion_may_abandon_headers_unless_it_is_strict(
    encodings: Encodings, text: str, strict: bool
) -> None:
    tokens, role = [*encoded(text)], encodings.their_role("assistant")
    ours = parsed(encodings.ours, tokens, Role.ASSISTANT, strict=strict)
    assert ours == parsed(encodings.theirs, tokens, role, strict=strict)


@pytest.mark.parametrize("token", [-1, 2**31, 2**32 - 1, 2**32, 1.0, "a", None])
def test_what_is_no_token_is_refused_as_the_reference_refuses_it(
    encodings: Encodings, token: object
) -> None:
    for before in ((), encoded("<|start|>user<|message|>Hi")):
        tokens: Any = [*before, token]
        ours = outcome(encodings.ours.parse_messages_from_completion_tokens, tokens)
        assert ours == outcome(encodings.theirs.parse_messages_from_completion_tokens, tokens)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_awkward_byte_sequence(encodings: Encodings, length: int) -> None:
    awkward = [byte_token(byte) for byte in AWKWARD_BYTES]
    for tokens in product(awkward, repeat=length):
        pair = Pair(encodings, "user")
        pair.ours.process(MESSAGE)
        pair.theirs.process(MESSAGE)
        for token in tokens:
            pair.process(token)
        pair.process(END)


def test_faults_behind_faults_wait_for_their_token(encodings: Encodings) -> None:
    double_fault = 2203  # two continuation bytes
    pair = Pair(encodings, "user")
    pair.process(MESSAGE)
    for _ in range(150):
        pair.process(double_fault)
    for token in encoded("text")[:1] * 100:
        pair.process(token)
    pair.process(END)


def test_nothing_decodes_after_an_unknown_token(encoding: HarmonyEncoding) -> None:
    parser = StreamableParser(encoding, Role.ASSISTANT)
    feed(parser, [MESSAGE, *encoded("Hello"), 300_000, *encoded("Hello")])
    assert (parser.current_content, parser.last_content_delta) == ("Hello", None)
    assert parser.process_eos().messages[0].content[0].to_dict()["text"] == "Hello\ufffd"


def feed(parser: StreamableParser, tokens: Iterable[int]) -> StreamableParser:
    for token in tokens:
        parser.process(token)
    return parser


@pytest.mark.parametrize(
    ("text", "kind", "message", "place"),
    [
        (
            "Hi",
            "unexpected-token",
            "Unexpected token 12194 while expecting start token 200006",
            (0, 12194, "ExpectStart"),
        ),
        (
            "<|start|>user",
            "unexpected-eos",
            "Unexpected EOS while waiting for message header to complete",
            (2, None, "Header"),
        ),
        (
            "<|start|><|message|>",
            "missing-role",
            "message header did not contain a role",
            (1, MESSAGE, "Header"),
        ),
        (
            "<|start|>nobody<|message|>",
            "unknown-role",
            "Unknown role: nobody",
            (3, MESSAGE, "Header"),
        ),
        (
            "<|start|>assistant<|channel|><|message|>",
            "empty-channel",
            "channel marker present but no channel value found in header",
            (3, MESSAGE, "Header"),
        ),
        (
            '<|start|>user a "b" c d<|message|>',
            "junk-in-header",
            'unexpected tokens remaining in message header: Some("a \\"b\\"")',
            (8, MESSAGE, "Header"),
        ),
    ],
)
def test_an_error_tells_kind_and_place(
    encoding: HarmonyEncoding,
    text: str,
    kind: str,
    message: str,
    place: tuple[int, int | None, str],
) -> None:
    with pytest.raises(ParseError) as caught:
        encoding.parse_messages_from_completion_tokens(encoded(text))
    error = caught.value
    assert (error.kind, str(error)) == (kind, message)
    assert (error.token_index, error.token, error.state) == place


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (encoded("<|channel|>"), "empty-channel"),
        (encoded("assistant<|channel|> final"), "empty-channel"),
        ((byte_token(0xFF),), "undecodable-header"),
    ],
)
def test_a_header_that_cannot_be_abandoned_is_an_error(
    encodings: Encodings, header: tuple[int, ...], kind: str
) -> None:
    pair = Pair(encodings, "assistant", strict=False)
    for token in (*header, END, *encoded("<|start|>user<|message|>Hi<|end|>")):
        pair.process(token)
    parser = feed(StreamableParser(encodings.ours, Role.ASSISTANT, strict=False), header)
    with pytest.raises(ParseError) as caught:
        parser.process(END)
    assert (caught.value.kind, caught.value.token_index) == (kind, len(header))


@settings(max_examples=100, deadline=None)
@given(stream=streams())
def test_an_error_carries_the_messages_before_the_fault(
    encodings: Encodings, stream: Stream
) -> None:
    theirs = encodings.reference.StreamableParser(
        encodings.theirs, encodings.their_role(stream.role), strict=stream.strict
    )
    try:
        encodings.ours.parse_messages_from_completion_tokens(
            stream.tokens, encodings.our_role(stream.role), strict=stream.strict
        )
    except ParseError as error:
        for token in stream.tokens[: error.token_index]:
            theirs.process(token)
        found = [message.to_dict() for message in error.messages]
        assert found == [message.to_dict() for message in theirs.messages]


def test_messages_before_a_fault_cross_processes_with_it(encoding: HarmonyEncoding) -> None:
    tokens = encoded("<|start|>user<|message|>Hi<|end|><|end|>")
    with pytest.raises(ParseError) as caught:
        encoding.parse_messages_from_completion_tokens(tokens)
    (message,) = pickle.loads(pickle.dumps(caught.value)).messages  # noqa: S301 - our own
    assert message.to_dict()["content"] == [{"type": "text", "text": "Hi"}]


@pytest.mark.parametrize(
    "table", [StreamableParser._TRANSITIONS, StreamableParser._LENIENT_TRANSITIONS]
)
def test_a_token_without_a_transition_of_its_own_keeps_the_state(table: parse._Table) -> None:
    assert set(table) == set(StreamState)
    for state, row in table.items():
        other = row[parse._Event.OTHER]
        assert (other.next_state, other.error_state) == (state, state)


def test_a_header_that_is_not_text_is_an_error(encoding: HarmonyEncoding) -> None:
    with pytest.raises(ParseError, match=r"^could not decode header$") as caught:
        encoding.parse_messages_from_completion_tokens([START, 300_000, MESSAGE])
    assert (caught.value.kind, caught.value.token_index) == ("undecodable-header", 2)


def test_the_parser_goes_on_after_an_error_as_the_reference_does(
    encoding: HarmonyEncoding,
) -> None:
    parser = feed(StreamableParser(encoding, None), encoded("<|start|>nobody"))
    with pytest.raises(ParseError):
        parser.process(MESSAGE)
    assert parser.state is StreamState.EXPECT_START
    feed(parser, encoded("<|start|>user<|message|>Hi<|end|>"))
    assert [message.to_dict()["role"] for message in parser.messages] == ["user"]


@pytest.mark.parametrize("token", [-1, 2**32, 2**63, -(2**63), -(2**64), 1.0, "1", None, True, b""])
def test_what_is_no_token_is_refused_as_by_the_reference(
    encodings: Encodings, token: object
) -> None:
    Pair(encodings, None).process(token)
    whole = lambda encoding: encoding.parse_messages_from_completion_tokens([START, token])  # noqa: E731 - said twice
    assert outcome(whole, encodings.ours) == outcome(whole, encodings.theirs)


def test_what_the_properties_give_is_the_callers(encoding: HarmonyEncoding) -> None:
    parser = feed(StreamableParser(encoding, None), encoded("<|start|>user<|message|>Hi<|end|>"))
    parser.tokens.clear()
    parser.messages.clear()
    assert len(parser.tokens) == 5
    assert len(parser.messages) == 1
    parser.process(START).state_data["header_tokens"].append(1)
    assert parser.state_data == {"state": "Header", "header_tokens": []}


def test_an_error_of_the_parser_is_an_error_of_the_package(encoding: HarmonyEncoding) -> None:
    with pytest.raises(HarmonyError):
        StreamableParser(encoding, None).process(MESSAGE)
