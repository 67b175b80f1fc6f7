"""The packed vocabulary: it is the published one, and damage is noticed."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from support.build_tools import import_build_tool

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._encodings import PublishedVocabulary
from harmony_core.tokenizer._vocabulary import load_packed, unpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.tokenizer._vocabulary import Vocabulary

# Published with tiktoken 0.14.0 and openai-harmony 0.0.8.
O200K_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


SINGLES = b"".join(b"%b %d\n" % (b64encode(bytes([byte])), byte) for byte in range(256))
DAMAGED = "vocabulary is damaged or truncated: its checksum does not match"


@pytest.fixture(scope="module")
def packed() -> bytes:
    return files("harmony_core.tokenizer").joinpath("data/o200k_base.bpe").read_bytes()


def test_expands_to_the_published_file_and_packs_to_itself(packed: bytes) -> None:
    tool = import_build_tool("vocabulary")
    published = tool.expand(packed)
    assert hashlib.sha256(published).hexdigest() == O200K_SHA256
    assert tool.pack(published) == packed
    assert len(packed) < 2_000_000


def test_tables_agree_with_each_other(vocabulary: Vocabulary) -> None:
    assert len(vocabulary) == len(vocabulary.tokens) == len(vocabulary.cuts) == 199_998
    for token, (data, text, cut) in enumerate(
        zip(vocabulary.tokens, vocabulary.texts, vocabulary.cuts, strict=True)
    ):
        assert vocabulary.ranks[data] == token
        assert text.encode("utf-8", "surrogateescape") == data
        if token < 256:
            assert (len(data), cut) == (1, 0)
        else:
            assert max(vocabulary.ranks[data[:cut]], vocabulary.ranks[data[cut:]]) < token
    common = vocabulary.common_ranks
    assert common == {
        data: token for data, token in vocabulary.ranks.items() if token < len(common)
    }
    assert len(common) > 8192


def test_neighbours_are_what_tokens_hold_side_by_side(vocabulary: Vocabulary) -> None:
    assert vocabulary.neighbours == import_build_tool("vocabulary").find_neighbours(
        vocabulary.tokens
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:0], "vocabulary is truncated: 0 bytes hold no header"),
        (lambda data: data[:11], "vocabulary is truncated: 11 bytes hold no header"),
        (
            lambda data: b"gzip" + data[4:],
            r"not a packed vocabulary: starts with b'gzip', not b'bpe\x02'",
        ),
        (lambda data: data[:-1], DAMAGED),
        (lambda data: data + b"\0", DAMAGED),
        (
            lambda data: data[:500_000] + bytes([data[500_000] ^ 1]) + data[500_001:],
            DAMAGED,
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
        (SINGLES + b"AgI= 256\n", r"a token of several bytes holds b'\\x02', which separates them"),
        (SINGLES + b"YWJj 256\n", "b'abc' is not merged from two older tokens"),
    ],
)
def test_pack_refuses_what_is_no_vocabulary(data: bytes, message: str) -> None:
    tool = import_build_tool("vocabulary")
    published = PublishedVocabulary("x", hashlib.sha256(data).hexdigest(), len(data), bundled=False)
    with pytest.raises(ValueError, match=f"^{message}$"):
        tool.pack(data, published)
    with pytest.raises(ValueError, match=r"^hash mismatch: computed=[0-9a-f]{64}, expected=446a"):
        tool.pack(data)
