"""Every spelling in which people paste token ids, and what is no token id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.input import Output, TokenInputError, read_outputs

if TYPE_CHECKING:
    from harmony_core.tokenizer import Tokenizer

READINGS: Final = ("auto", "tokens", "text")
IDS = [200006, 173781, 200005, 35644, 200008, 12194, 200007]
TEXT = "<|start|>assistant<|channel|>analysis<|message|>Hi<|end|>"


def read(
    source: str, tokenizer: Tokenizer, *, kind: Literal["auto", "tokens", "text"] = "auto"
) -> Output:
    """The one output in a source."""
    [output] = read_outputs(source, tokenizer, kind=kind).outputs
    return output


SPELLINGS = {
    "json": "[200006, 173781, 200005, 35644, 200008, 12194, 200007]",
    "json without spaces": "[200006,173781,200005,35644,200008,12194,200007]",
    "spaces": "200006 173781 200005 35644 200008 12194 200007",
    "commas": "200006,173781,200005,35644,200008,12194,200007,",
    "newlines": "200006\n173781\r\n200005\n35644\n200008\n12194\n200007\n",
    "tabs and semicolons": "200006;\t173781;200005; 35644;200008;12194;200007",
    "tuple": "(200006, 173781, 200005, 35644, 200008, 12194, 200007)",
    "trailing comma": "[200006, 173781, 200005, 35644, 200008, 12194, 200007,]",
    "assignment": "token_ids = [200006, 173781, 200005, 35644, 200008, 12194, 200007]",
    "keyword": "token_ids=[200006, 173781, 200005, 35644, 200008, 12194, 200007]",
    "label": "output: [200006, 173781, 200005, 35644, 200008, 12194, 200007]",
    "tensor": "tensor([200006, 173781, 200005, 35644, 200008, 12194, 200007])",
    "tensor of a batch": "tensor([[200006, 173781, 200005, 35644, 200008, 12194, 200007]])",
    "tensor on a device": (
        "tensor([200006, 173781, 200005,  35644, 200008,  12194, 200007], device='cuda:0')"
    ),
    "numpy": "array([200006, 173781, 200005,  35644, 200008,  12194, 200007], dtype=int32)",
    "numpy str": "[200006 173781 200005  35644 200008  12194 200007]",
    "numpy scalars": "[np.int64(200006), np.int64(173781), np.int64(200005), np.int64(35644), "
    "np.int64(200008), np.int64(12194), np.int64(200007)]",
    "array": "array('i', [200006, 173781, 200005, 35644, 200008, 12194, 200007])",
    "deque": "deque([200006, 173781, 200005, 35644, 200008, 12194, 200007], maxlen=9)",
    "rust pretty": (
        "[\n    200006,\n    173781,\n    200005,\n    35644,\n"
        "    200008,\n    12194,\n    200007,\n]"
    ),
    "rust debug macro": (
        "[src/main.rs:7:5] &tokens = [200006, 173781, 200005, 35644, 200008, 12194, 200007]"
    ),
    "rust newtype": "[Rank(200006), Rank(173781), Rank(200005), Rank(35644), Rank(200008), "
    "Rank(12194), Rank(200007)]",
    "underscores": "[200_006, 173_781, 200_005, 35_644, 200_008, 12_194, 200_007]",
    "vllm": json.dumps({"choices": [{"index": 0, "text": "Hi", "token_ids": IDS}], "created": 17}),
    "sglang": json.dumps({"text": "Hi", "output_ids": IDS, "meta_info": {"prompt_tokens": 3}}),
    "llama.cpp": json.dumps({"content": "Hi", "tokens": IDS, "id_slot": 0}),
    "ids beside other numbers": json.dumps(
        {"bytes": [72, 105], "logprobs": [-0.5, -1], "choices": [{"token_ids": IDS}]}
    ),
    "prompt beside output": json.dumps({"prompt_token_ids": [1, 2], "output_token_ids": IDS}),
}


@pytest.mark.parametrize("source", SPELLINGS.values(), ids=SPELLINGS)
def test_spelling_of_ids_is_recognised(source: str, tokenizer: Tokenizer) -> None:
    found = read(source, tokenizer)
    assert found.kind == "tokens"
    assert found.tokens == IDS


TEXTS = {
    "plain": TEXT,
    "json string": json.dumps(TEXT),
    "object": json.dumps({"choices": [{"text": TEXT}]}),
    "object with log probabilities": json.dumps(
        {"choices": [{"text": TEXT, "logprobs": {"text_offset": [0, 11], "token_logprobs": [-1]}}]}
    ),
    "object with the prompt's ids": json.dumps(
        {"prompt_token_ids": [1, 2], "outputs": [{"text": TEXT, "token_ids": []}]}
    ),
    "object with other numbers": json.dumps({"text": TEXT, "timings": [1, 2, 3]}),
}


@pytest.mark.parametrize("source", TEXTS.values(), ids=TEXTS)
def test_harmony_text_is_recognised(source: str, tokenizer: Tokenizer) -> None:
    found = read(source, tokenizer)
    assert found.kind == "text"
    assert found.tokens == IDS


@pytest.mark.parametrize(
    "source",
    ["analysisHello", "The answer is 42.", "3 apples and 4 pears", "[see above] yes", "{not json"],
)
def test_prose_is_text(source: str, tokenizer: Tokenizer) -> None:
    assert read(source, tokenizer).kind == "text"
    assert read(source, tokenizer).tokens == tokenizer.encode_ordinary(source)


def test_the_form_can_be_chosen(tokenizer: Tokenizer) -> None:
    assert read("2024", tokenizer).tokens == [2024]
    assert read("2024", tokenizer, kind="text").tokens == tokenizer.encode_ordinary("2024")
    with pytest.raises(TokenInputError) as caught:
        read("1 2 three 4", tokenizer, kind="tokens")
    assert (caught.value.kind, caught.value.start, caught.value.stop) == ("not-a-number", 4, 9)


@pytest.mark.parametrize("source", ["", " \n\t"])
def test_nothing_holds_no_output(source: str, tokenizer: Tokenizer) -> None:
    for kind in READINGS:
        assert read_outputs(source, tokenizer, kind=kind).outputs == []


@pytest.mark.parametrize("source", ["[]", "( )", "tensor([])"])
def test_an_empty_list_gives_no_tokens(source: str, tokenizer: Tokenizer) -> None:
    found = read(source, tokenizer)
    assert (found.kind, found.tokens) == ("tokens", [])


FAULTS = {
    "negative": ("[1, 2, -100]", "negative-id", "-100"),
    "fraction": ("[1, 2.5, 3]", "fractional-id", "2.5"),
    "whole fraction": ("1 2.0", "fractional-id", "2.0"),
    "exponent": ("[1e3, 2]", "fractional-id", "1e3"),
    "just too large": ("[1, 201089]", "unknown-id", "201089"),
    "huge": ("[1, " + "9" * 30 + "]", "unknown-id", "9" * 30),
    "longer than int() likes": ("[" + "9" * 10_000 + "]", "unknown-id", "9" * 10_000),
    "infinite": ("[1e999]", "unknown-id", "1e999"),
    "word": ("[1, 2, x]", "not-a-number", "x"),
    "null": ("[1, null]", "not-a-number", "null"),
    "string": ('[1, "2"]', "not-a-number", '"2"'),
    "negative in an object": ('{"token_ids": [5, -7]}', "negative-id", "-7"),
    "fraction in an object": ('{"token_ids": [5, 0.25]}', "fractional-id", "0.25"),
    "unknown in an object": ('{"token_ids": [5, 999999]}', "unknown-id", "999999"),
}


@pytest.mark.parametrize(("source", "kind", "culprit"), FAULTS.values(), ids=FAULTS)
def test_what_is_no_id_is_named_with_its_place(
    source: str, kind: str, culprit: str, tokenizer: Tokenizer
) -> None:
    with pytest.raises(TokenInputError) as caught:
        read(source, tokenizer)
    error = caught.value
    assert error.kind == kind
    assert source[error.start : error.stop] == culprit
    assert error.hint


def test_an_object_without_ids_says_so(tokenizer: Tokenizer) -> None:
    with pytest.raises(TokenInputError) as caught:
        read('{"error": "model not found"}', tokenizer)
    assert caught.value.kind == "server-error"
    assert "model not found" in str(caught.value)


def test_a_prompt_is_not_taken_for_an_output(tokenizer: Tokenizer) -> None:
    for source in ('{"prompt_token_ids": [1, 2], "token_ids": []}', '{"prompt_token_ids": [1, 2]}'):
        with pytest.raises(TokenInputError) as caught:
            read(source, tokenizer)
        assert caught.value.kind == "prompt-only"
        assert "prompt_token_ids" in str(caught.value)


def test_a_cut_off_object_says_so(tokenizer: Tokenizer) -> None:
    with pytest.raises(TokenInputError) as caught:
        read('{"token_ids": [1, 2', tokenizer)
    assert (caught.value.kind, caught.value.start) == ("truncated", 18)


def test_an_object_is_searched_once_however_many_ids_it_holds(tokenizer: Tokenizer) -> None:
    ids = [index * 7919 % tokenizer.n_vocab for index in range(200_000)]
    assert read(json.dumps({"token_ids": ids}), tokenizer).tokens == ids


def test_binary_is_refused_unless_read_as_text(tokenizer: Tokenizer) -> None:
    source = "\x7fELF\x02\x01\x01\x00\x00"
    with pytest.raises(TokenInputError) as caught:
        read(source, tokenizer)
    assert caught.value.kind == "binary"
    assert read(source, tokenizer, kind="text").tokens == tokenizer.encode_ordinary(source)


@given(st.lists(st.integers(0, 201_088), min_size=1), st.sampled_from([", ", ",", " ", "\n"]))
def test_any_list_of_ids_comes_back(tokenizer: Tokenizer, ids: list[int], separator: str) -> None:
    plain = separator.join(map(str, ids))
    assert read(plain, tokenizer).tokens == ids
    assert read(f"[{plain}]", tokenizer).tokens == ids


@given(st.text())
def test_nothing_but_a_reading_error_is_ever_raised(tokenizer: Tokenizer, source: str) -> None:
    for reading in READINGS:
        check_reading(source, reading, tokenizer)


@given(st.text(alphabet="[]()0123456789,.- e_+x'\"{}:"))
def test_nothing_but_a_reading_error_for_almost_ids(tokenizer: Tokenizer, source: str) -> None:
    for reading in READINGS:
        check_reading(source, reading, tokenizer)


# Each would take minutes if anything took more than linear time.
HOSTILE = {
    "one long number": "9" * 1_000_000,
    "opening brackets": "[" * 1_000_000,
    "opening braces": "{" * 1_000_000,
    "opening calls": "a(" * 500_000,
    "keywords": "[1]" + "a=" * 90,
    "names": "a" * 150 + "[1]",
    "one long word": "a" * 1_000_000,
    "deep json": "[" * 100_000 + "1" + "]" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "single quotes": "'" * 300_000,
    "double quotes": '"' * 300_000,
    "a quote and backslashes": "'" + "\\" * 300_000,
    "fences": "```\n" * 100_000,
    "half markers": "<|" * 100_000,
    "half escaped markers": "&lt;|" * 100_000,
    "half escaped markers of JSON": "\\u003c|" * 50_000,
    "lines of braces": "{\n" * 100_000,
    "lines of events": "data: {\n" * 50_000,
    "lines of nothing": "data:\n" * 50_000,
    "almost YAML": "- 1\n" * 100_000 + "x",
    "almost fields": "a: 1 " * 50_000 + "!",
    "almost stripped": "assistant" * 100_000,
    "almost assignments": "a=" * 200_000,
    "assignments": "a: 'x', " * 30_000,
    "calls cut off": "[np.int64(1), " * 30_000,
    "many lists": "[1]" * 50_000,
    "lists cut off": "[1," * 100_000,
    "spaces": " " * 500_000 + "x",
    "newlines": "\n" * 500_000 + "x",
    "a log": "2025-01-01 12:00:00 INFO x\n" * 20_000,
    "vLLM's log cut off": "Generated response a: output: " * 10_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_answered(source: str, tokenizer: Tokenizer) -> None:
    for reading in READINGS:
        check_reading(source, reading, tokenizer)


def check_reading(
    source: str, reading: Literal["auto", "tokens", "text"], tokenizer: Tokenizer
) -> None:
    try:
        found = read_outputs(source, tokenizer, kind=reading)
    except TokenInputError as error:
        place = (error.start, error.stop)
    else:
        place = (0, len(source))
        assert found.outputs or not source.strip()
        for output in found.outputs:
            assert all(0 <= token < tokenizer.n_vocab for token in output.tokens)
    assert 0 <= place[0] <= place[1] <= len(source)
