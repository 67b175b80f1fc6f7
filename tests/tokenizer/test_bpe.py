"""One piece: the search and the merge by rank against pairwise merging done literally."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from support.texts import pieces

from harmony_core.tokenizer import _bpe
from harmony_core.tokenizer._bpe import BytePairEncoder, PieceCache

if TYPE_CHECKING:
    from harmony_core.tokenizer._vocabulary import Vocabulary


@pytest.fixture(scope="module")
def encoder(vocabulary: Vocabulary) -> BytePairEncoder:
    return BytePairEncoder(vocabulary)


def merge_literally(piece: bytes, ranks: dict[bytes, int]) -> list[int]:
    """Join the adjacent pair of lowest rank, the leftmost first, as long as there is one."""
    parts = [piece[i : i + 1] for i in range(len(piece))]
    while True:
        joins = [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in ranks]
        if not joins:
            return [ranks[part] for part in parts]
        _, i = min(joins)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]


@settings(max_examples=400)
@given(piece=pieces())
@example(piece=b"-" * 300)
@example(piece=b" " * 300)
def test_search_and_merge_give_what_literal_merging_gives(
    vocabulary: Vocabulary, encoder: BytePairEncoder, piece: bytes
) -> None:
    expected = merge_literally(piece, vocabulary.ranks)
    assert encoder.encode(piece) == expected
    assert encoder.merge(piece) == expected


def test_every_token_is_the_encoding_of_its_own_bytes(
    vocabulary: Vocabulary, encoder: BytePairEncoder
) -> None:
    for token, piece in enumerate(vocabulary.tokens):
        assert encoder.encode(piece) == [token]


@pytest.mark.parametrize(
    "piece",
    [b"a" * 200_000, b"-" * 200_000, b" \t" * 100_000, "長城".encode() * 30_000, b"xqz!" * 50_000],
    ids=["letters", "dashes", "blanks", "ideographs", "rare"],
)
def test_long_pieces_are_encoded_alike_both_ways(encoder: BytePairEncoder, piece: bytes) -> None:
    """Also shows that neither is quadratic: if one were, this test would take hours."""
    assert encoder.encode(piece) == encoder.merge(piece)


def test_cache_stays_bounded(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bpe, "_MAX_PIECES", 10)
    cache = PieceCache(vocabulary)
    first = [cache[str(number)] for number in range(1000)]
    assert len(cache) <= 10
    assert [cache[str(number)] for number in range(1000)] == first
    assert cache["-" * 1000] == cache["-" * 1000]
    assert "-" * 1000 not in cache
