"""Whole texts: our tokens are the oracles' tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.texts import (
    FRAGMENTS,
    SHORT_CONTEXTS,
    alphabet,
    in_context,
    texts,
    texts_with_surrogates,
)

from harmony_core.tokenizer._backends import make_encoder
from harmony_core.tokenizer._pieces import O200K

if TYPE_CHECKING:
    from collections.abc import Callable

    import openai_harmony
    import tiktoken

    from harmony_core.tokenizer import Tokenizer
    from harmony_core.tokenizer._vocabulary import Vocabulary


# So many tests instead of one of half a minute, for workers to share.
CODE_POINT_PARTS = 8


@settings(max_examples=500)
@given(text=texts() | texts_with_surrogates())
def test_text_encodes_as_the_oracles_encode_it(
    tokenizer: Tokenizer,
    tiktoken_encoding: tiktoken.Encoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    text: str,
) -> None:
    expected = tiktoken_encoding.encode_ordinary(text)
    assert tokenizer.encode_ordinary(text) == expected
    assert tokenizer.encode(text, disallowed_special=()) == expected
    assert reference_encoding.encode(text, disallowed_special=()) == expected
    assert tokenizer.decode(expected) == reference_encoding.decode(expected)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(CODE_POINT_PARTS))
def test_every_code_point_encodes_as_the_oracles_encode_it(
    part: int,
    tokenizer: Tokenizer,
    tiktoken_encoding: tiktoken.Encoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> None:
    """Between letters and spaces, and doubled between a sign and a digit."""
    characters = alphabet()[part::CODE_POINT_PARTS]
    for start in range(0, len(characters), 20_000):
        for context in SHORT_CONTEXTS:
            text = in_context(characters[start : start + 20_000], context)
            expected = tiktoken_encoding.encode_ordinary(text)
            assert tokenizer.encode_ordinary(text) == expected
            assert reference_encoding.encode(text, disallowed_special=()) == expected


def test_characters_of_every_class_encode_alike_in_every_context(
    tokenizer: Tokenizer,
    tiktoken_encoding: tiktoken.Encoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> None:
    text = in_context(alphabet()[::997]) + in_context(FRAGMENTS)
    expected = tiktoken_encoding.encode_ordinary(text)
    assert tokenizer.encode_ordinary(text) == expected
    assert reference_encoding.encode(text, disallowed_special=()) == expected


def test_source_code_encodes_as_the_oracles_encode_it(
    tokenizer: Tokenizer, tiktoken_encoding: tiktoken.Encoding
) -> None:
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert tokenizer.encode_ordinary(text) == tiktoken_encoding.encode_ordinary(text)


def test_special_tokens_are_the_references(
    tokenizer: Tokenizer, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    assert set(tokenizer.special_tokens) == reference_encoding.special_tokens_set
    assert tokenizer.n_vocab == 201_089
    for text, token in tokenizer.special_tokens.items():
        assert reference_encoding.encode(text, allowed_special="all") == [token]
        assert reference_encoding.decode([token]) == text
        assert reference_encoding.is_special_token(token)
        assert tokenizer.encode(text, allowed_special="all") == [token]
        assert tokenizer.decode([token]) == text
        assert tokenizer.is_special_token(token)


SPECIAL = ["<|start|>", "<|end|>", "<|reserved_200018|>", "<|endofprompt|>", "<|", "|>", "|", "end"]


@given(
    text=st.lists(st.sampled_from([*SPECIAL, " ", "\n", "a", "\ud800"])).map("".join),
    allowed=st.sets(st.sampled_from(SPECIAL)) | st.just("all"),
)
def test_allowed_special_tokens_encode_as_the_reference_encodes_them(
    tokenizer: Tokenizer,
    reference_encoding: openai_harmony.HarmonyEncoding,
    text: str,
    allowed: set[str] | str,
) -> None:
    ours = tokenizer.encode(text, allowed_special=allowed, disallowed_special=())
    theirs = reference_encoding.encode(
        text,
        allowed_special=allowed,  # type: ignore[arg-type] # it is a set or "all"
        disallowed_special=(),
    )
    assert ours == theirs


@given(
    text=st.lists(st.sampled_from([*SPECIAL, " ", "a"])).map("".join),
    allowed=st.sets(st.sampled_from(SPECIAL)) | st.just("all"),
    disallowed=st.sets(st.sampled_from(SPECIAL[:4]), max_size=3) | st.just("all"),
)
def test_disallowed_special_tokens_are_refused_as_the_reference_refuses_them(
    tokenizer: Tokenizer,
    reference_encoding: openai_harmony.HarmonyEncoding,
    text: str,
    allowed: set[str] | str,
    disallowed: set[str] | str,
) -> None:
    options = {"allowed_special": allowed, "disallowed_special": disallowed}
    ours = outcome(tokenizer.encode, text, **options)
    assert ours == outcome(reference_encoding.encode, text, **options)


@given(tokens=st.lists(st.integers(0, 201_100)) | st.lists(st.integers(94, 255)))
def test_tokens_decode_as_the_reference_decodes_them(
    tokenizer: Tokenizer, reference_encoding: openai_harmony.HarmonyEncoding, tokens: list[int]
) -> None:
    for ours, theirs in (
        (tokenizer.decode, reference_encoding.decode),
        (tokenizer.decode_utf8, reference_encoding.decode_utf8),
    ):
        assert outcome(ours, tokens) == outcome(theirs, tokens)


def outcome(call: Callable[..., object], *args: object, **options: object) -> object:
    """What a call returns, or the text of the error it raises."""
    try:
        return call(*args, **options)
    except RuntimeError as error:
        return ("raised", str(error))


@pytest.mark.slow
def test_several_threads_may_encode_at_once(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    samples = [in_context(alphabet()[start : start + 20]) for start in range(0, 400, 20)]
    expected = [tokenizer.encode_ordinary(text) for text in samples]
    encode = make_encoder(tokenizer.backend, O200K, vocabulary).encode  # its caches are empty
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(encode, samples * 4)) == expected * 4
