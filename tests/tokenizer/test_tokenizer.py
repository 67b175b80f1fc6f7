"""The tokenizer's interface: what it takes, what it refuses, and in which words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from harmony_core.errors import DecodeError, HarmonyError, SpecialTokenError
from harmony_core.tokenizer import Tokenizer, load_tokenizer
from harmony_core.tokenizer._encodings import O200K_VOCABULARY, EncodingSpec
from harmony_core.tokenizer._pieces import O200K

if TYPE_CHECKING:
    import openai_harmony

    from harmony_core.tokenizer import BackendName
    from harmony_core.tokenizer._vocabulary import Vocabulary


def test_one_tokenizer_for_all_threads(backend: BackendName) -> None:
    with ThreadPoolExecutor(4) as pool:
        loaded = pool.map(lambda _: load_tokenizer(backend=backend), range(8))
        assert len(set(map(id, loaded))) == 1


def test_special_tokens_cannot_be_changed(tokenizer: Tokenizer) -> None:
    with pytest.raises(TypeError):
        tokenizer.special_tokens["<|end|>"] = 1  # type: ignore[index]


def test_a_special_token_error_tells_token_and_position(tokenizer: Tokenizer) -> None:
    with pytest.raises(SpecialTokenError) as caught:
        tokenizer.encode("one <|end|> two <|start|>")
    assert isinstance(caught.value, HarmonyError)
    assert (caught.value.token, caught.value.position) == ("<|end|>", 4)


def test_any_text_may_be_disallowed_and_the_longest_is_named(tokenizer: Tokenizer) -> None:
    with pytest.raises(SpecialTokenError) as caught:
        tokenizer.encode("a forbidden word", disallowed_special=["forbid", "forbidden", "word"])
    assert caught.value.token == "forbidden"  # noqa: S105 - a token of text


def test_decoding_tells_which_token_is_unknown(tokenizer: Tokenizer) -> None:
    with pytest.raises(DecodeError) as caught:
        tokenizer.decode([1, 2, 300_000, 400_000])
    assert str(caught.value) == "Invalid token for decoding: 300000"
    assert (caught.value.token, caught.value.index) == (300_000, 2)


def test_decoding_tells_where_the_bytes_are_not_utf8(tokenizer: Tokenizer) -> None:
    lead_byte = tokenizer.encode("\U0001f99c")[0]
    with pytest.raises(DecodeError) as caught:
        tokenizer.decode_utf8([64, lead_byte, 64])
    assert (caught.value.token, caught.value.index) == (None, 1)
    assert tokenizer.decode([64, lead_byte, 64]) == "a\ufffda"
    with pytest.raises(UnicodeDecodeError):
        tokenizer.decode([64, lead_byte, 64], errors="strict")


@pytest.mark.parametrize("token", [-1, 2**32, 1.5, "a", None, [1]])
@pytest.mark.parametrize("method", ["decode", "decode_utf8"])
def test_what_is_no_token_is_refused_as_the_reference_refuses_it(
    tokenizer: Tokenizer,
    reference_encoding: openai_harmony.HarmonyEncoding,
    method: str,
    token: object,
) -> None:
    # The sound and the unknown token around it do not matter: types are looked at first.
    tokens = [300_000, token, 1]
    with pytest.raises((TypeError, OverflowError)) as theirs:
        getattr(reference_encoding, method)(tokens)
    with pytest.raises(theirs.type):
        getattr(tokenizer, method)(tokens)
    for ask in (tokenizer.is_special_token, tokenizer.token_bytes):
        with pytest.raises(theirs.type):
            ask(token)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [5, None, b"bytes"])
def test_only_text_is_encoded(tokenizer: Tokenizer, text: object) -> None:
    with pytest.raises(TypeError):
        tokenizer.encode(text)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tokenizer.encode_ordinary(text)  # type: ignore[arg-type]


def test_token_bytes(tokenizer: Tokenizer) -> None:
    assert tokenizer.token_bytes(tokenizer.encode("hello")[0]) == b"hello"
    assert tokenizer.token_bytes(200_006) == b"<|start|>"
    with pytest.raises(DecodeError, match=r"^Invalid token for decoding: 201089$"):
        tokenizer.token_bytes(201_089)


def test_tokens_may_come_from_any_iterable(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode_bytes(iter([64, 65])) == b"ab"
    assert tokenizer.decode_bytes([]) == b""
    assert tokenizer.encode("") == []


def test_an_encoding_may_leave_ids_unused(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    spec = EncodingSpec("sparse", O200K_VOCABULARY, O200K, {"<<end>>": 200_010})
    sparse = Tokenizer(spec, vocabulary, tokenizer._encoder)
    assert sparse.n_vocab == 200_011
    tokens = sparse.encode("a<<end>>", allowed_special="all")
    assert tokens == [64, 200_010]
    assert sparse.decode(tokens) == "a<<end>>"
    with pytest.raises(DecodeError, match=r"^Invalid token for decoding: 200009$"):
        sparse.decode([64, 200_009])
