"""The encodings by name: tiktoken's tokens, with a vocabulary that the tests have.

cl100k_base is not in the package. Its split and special tokens are tried with the oldest
tokens of o200k_base, which both sides are given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.oracles import O200K_PATTERN
from support.texts import SHORT_CONTEXTS, alphabet, in_context, texts, texts_with_surrogates
from support.vocabularies import make_oracle, make_tokenizer, oldest_tokens

from harmony_core.errors import SpecialTokenError
from harmony_core.tokenizer import load_tokenizer
from harmony_core.tokenizer._encodings import find_encoding
from harmony_core.tokenizer._pieces import CL100K, O200K

if TYPE_CHECKING:
    import tiktoken

    from harmony_core.tokenizer import BackendName, Tokenizer
    from harmony_core.tokenizer._vocabulary import Vocabulary

# The split pattern of cl100k_base as published.
CL100K_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
PATTERNS = {"cl100k_base": CL100K_PATTERN, "o200k_base": O200K_PATTERN}
N_TOKENS = 30_000


@pytest.fixture(scope="module")
def small(vocabulary: Vocabulary) -> Vocabulary:
    return oldest_tokens(vocabulary, N_TOKENS)


@pytest.fixture(scope="module", params=list(PATTERNS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ours(name: str, small: Vocabulary, backend: BackendName) -> Tokenizer:
    return make_tokenizer(find_encoding(name), small, backend)


@pytest.fixture(scope="module")
def theirs(name: str, small: Vocabulary) -> tiktoken.Encoding:
    return make_oracle(find_encoding(name), small, PATTERNS[name])


def test_patterns_are_the_published_ones() -> None:
    assert CL100K.pattern == CL100K_PATTERN
    assert O200K.pattern == O200K_PATTERN


def test_an_unknown_encoding_is_refused() -> None:
    message = r"^unknown encoding 'p50k'; known: cl100k_base, o200k_base, o200k_harmony$"
    with pytest.raises(ValueError, match=message):
        load_tokenizer("p50k")


@settings(max_examples=200)
@given(text=texts() | texts_with_surrogates())
def test_text_encodes_as_tiktoken_encodes_it(
    ours: Tokenizer, theirs: tiktoken.Encoding, text: str
) -> None:
    expected = theirs.encode_ordinary(text)
    assert ours.encode_ordinary(text) == expected
    assert ours.encode(text, disallowed_special=()) == expected
    assert ours.decode(expected) == theirs.decode(expected)


@pytest.mark.slow
def test_every_code_point_encodes_as_tiktoken_encodes_it(
    ours: Tokenizer, theirs: tiktoken.Encoding
) -> None:
    characters = [c for c in alphabet() if c <= "\uffff" or ord(c) % 16 == 0]
    for start in range(0, len(characters), 20_000):
        text = in_context(characters[start : start + 20_000], SHORT_CONTEXTS[0])
        assert ours.encode_ordinary(text) == theirs.encode_ordinary(text)


SPECIAL = [
    *("<|endoftext|>", "<|endofprompt|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"),
    *("<|start|>", "<|reserved_200018|>"),
]


@given(text=st.lists(st.sampled_from([*SPECIAL, " ", "a", "<|", "\ud800"])).map("".join))
def test_special_tokens_encode_as_in_tiktoken(
    ours: Tokenizer, theirs: tiktoken.Encoding, text: str
) -> None:
    tokens = ours.encode(text, allowed_special="all")
    assert tokens == theirs.encode(text, allowed_special="all")
    assert ours.decode(tokens) == theirs.decode(tokens)
    allowed = {"<|endoftext|>"}
    assert ours.encode(text, allowed_special=allowed, disallowed_special=()) == theirs.encode(
        text, allowed_special=allowed, disallowed_special=()
    )


def test_special_tokens(ours: Tokenizer, theirs: tiktoken.Encoding) -> None:
    assert set(ours.special_tokens) == theirs.special_tokens_set
    assert ours.n_vocab == theirs.n_vocab
    for text in ours.special_tokens:
        with pytest.raises(SpecialTokenError):
            ours.encode(text)


def test_special_tokens_are_those_that_are_published() -> None:
    assert find_encoding("cl100k_base").special_tokens == {
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    }
    base = load_tokenizer("o200k_base")
    assert base.special_tokens == {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
    assert base.n_vocab == 200_019
    harmony = load_tokenizer("o200k_harmony")
    assert harmony.decode([199_999, 200_018]) == "<|endoftext|><|reserved_200018|>"


def test_what_encodings_share_is_in_memory_once(backend: BackendName) -> None:
    harmony = load_tokenizer("o200k_harmony", backend=backend)
    base = load_tokenizer("o200k_base", backend=backend)
    assert harmony is not base
    assert harmony._encoder is base._encoder
    assert harmony._vocabulary is base._vocabulary
