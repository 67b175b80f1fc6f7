"""Whole texts: our tokens are the oracles' tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st


@given(text=st.text())
def test_text_encodes_as_the_oracles_encode_it(
    tokenizer, tiktoken_encoding, reference_encoding, text
):
    expected = tiktoken_encoding.encode_ordinary(text)
    assert tokenizer.encode_ordinary(text) == expected
    assert tokenizer.encode(text) == expected
    assert reference_encoding.encode(text) == expected
    assert tokenizer.decode(expected) == text


def test_special_tokens_are_the_references(tokenizer, reference_encoding):
    assert set(tokenizer.special_tokens) == reference_encoding.special_tokens_set
    for text, token in tokenizer.special_tokens.items():
        assert reference_encoding.encode(text, allowed_special="all") == [token]
        assert reference_encoding.decode([token]) == text
        assert tokenizer.encode(text, allowed_special="all") == [token]
        assert tokenizer.decode([token]) == text
