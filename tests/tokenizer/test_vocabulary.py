"""The packed vocabulary: it is the published one, and damage is noticed."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from support.build_tools import import_build_tool

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer import _vocabulary
from harmony_core.tokenizer._encodings import PublishedVocabulary
from harmony_core.tokenizer._vocabulary import load_packed, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.tokenizer._vocabulary import Vocabulary

# Published with tiktoken 0.14.0 and openai-harmony 0.0.8.
O200K_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


@pytest.fixture(scope="module")
def packed() -> bytes:
    return files("harmony_core.tokenizer").joinpath("data/o200k_base.bpe").read_bytes()


def test_expands_to_the_published_file_and_packs_to_itself(packed: bytes) -> None:
    tool = import_build_tool("vocabulary")
    published = tool.expand(packed)
    assert hashlib.sha256(published).hexdigest() == O200K_SHA256
    assert tool.pack(published) == packed
    assert len(packed) < 1_200_000


def test_tables_agree_with_each_other(vocabulary: Vocabulary) -> None:
    for token, pair in enumerate(zip(vocabulary.lefts, vocabulary.rights, strict=True)):
        left, right = pair
        assert vocabulary.ranks[vocabulary.tokens[token]] == token
        if token < 256:
            assert pair == (-1, -1)
            assert len(vocabulary.tokens[token]) == 1
        else:
            assert max(pair) < token
            assert vocabulary.tokens[left] + vocabulary.tokens[right] == vocabulary.tokens[token]
            assert vocabulary.merges[left << _vocabulary.ID_BITS | right] == token


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:0], "vocabulary is truncated: 0 bytes hold no header"),
        (lambda data: data[:11], "vocabulary is truncated: 11 bytes hold no header"),
        (
            lambda data: b"gzip" + data[4:],
            r"not a packed vocabulary: starts with b'gzip', not b'bpe\x01'",
        ),
        (lambda data: data[:-1], "vocabulary has 998977 bytes instead of 998978"),
        (lambda data: data + b"\0", "vocabulary has 998979 bytes instead of 998978"),
        (
            lambda data: data[:500_000] + bytes([data[500_000] ^ 1]) + data[500_001:],
            "vocabulary is damaged: its checksum does not match",
        ),
    ],
)
def test_damage_is_noticed(packed: bytes, damage: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(VocabularyError) as caught:
        unpack(damage(packed))
    assert str(caught.value) == message


def test_a_missing_file_is_a_vocabulary_error() -> None:
    with pytest.raises(VocabularyError, match=r"^data/nothing\.bpe cannot be read: "):
        load_packed("nothing")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"IQ== 0\n", "the first 256 tokens are not the single bytes"),
        (b"IQ== 1\n", "rank 1 stands where 0 belongs"),
    ],
)
def test_pack_refuses_what_is_no_vocabulary(data: bytes, message: str) -> None:
    tool = import_build_tool("vocabulary")
    published = PublishedVocabulary("x", hashlib.sha256(data).hexdigest(), len(data), bundled=False)
    with pytest.raises(ValueError, match=f"^{message}$"):
        tool.pack(data, published)
    with pytest.raises(ValueError, match=r"^hash mismatch: computed=[0-9a-f]{64}, expected=446a"):
        tool.pack(data)
