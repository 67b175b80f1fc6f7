"""One piece: every short cut against pairwise merging done literally."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from support.texts import pieces, texts

from harmony_core.tokenizer import _cache
from harmony_core.tokenizer._bpe import (
    SINGLES,
    BytePairEncoder,
    are_compatible,
    merge,
    merge_long,
)
from harmony_core.tokenizer._python_encoder import PieceCache
from harmony_core.tokenizer._segments import Segments, take_apart

if TYPE_CHECKING:
    from harmony_core.tokenizer._vocabulary import Vocabulary


@pytest.fixture(scope="module")
def segments(vocabulary: Vocabulary) -> Segments:
    assert vocabulary.neighbours is not None
    encoder = BytePairEncoder(vocabulary)
    return Segments(vocabulary.ranks, vocabulary.neighbours, encoder.encode)


def merge_literally(piece: bytes, ranks: dict[bytes, int]) -> list[int]:
    """Join the adjacent pair of lowest rank, the leftmost first, as long as there is one."""
    parts = [piece[i : i + 1] for i in range(len(piece))]
    while True:
        joins = [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in ranks]
        if not joins:
            return [ranks[part] for part in parts]
        _, i = min(joins)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]


def numbers(tokens: str) -> list[int]:
    return list(map(ord, tokens))


@settings(max_examples=400)
@given(piece=pieces())
@example(piece=b"-" * 300)
@example(piece=b" " * 300)
def test_merges_give_what_literal_merging_gives(vocabulary: Vocabulary, piece: bytes) -> None:
    expected = merge_literally(piece, vocabulary.ranks)
    assert numbers(merge(list(map(SINGLES, piece)), vocabulary.ranks)) == expected
    assert numbers(merge_long(piece, vocabulary.ranks)) == expected


@settings(max_examples=400)
@given(piece=pieces() | st.text("abcdeghilnorst", min_size=3, max_size=12).map(str.encode))
@example(piece=b"a" * 97)
def test_a_piece_that_is_no_token_is_encoded_alike(vocabulary: Vocabulary, piece: bytes) -> None:
    assume(piece not in vocabulary.ranks)
    encoded = BytePairEncoder(vocabulary).encode(piece)
    assert numbers(encoded) == merge_literally(piece, vocabulary.ranks)


@settings(max_examples=1000)
@given(pair=st.tuples(st.integers(0, 199_997), st.integers(0, 199_997)))
def test_tokens_are_compatible_if_merging_leaves_them(
    vocabulary: Vocabulary, pair: tuple[int, int]
) -> None:
    left, right = (vocabulary.tokens[token] for token in pair)
    merged = merge_literally(left + right, vocabulary.ranks) == list(pair)
    assert are_compatible(left, right, vocabulary.ranks, vocabulary.cuts) == merged


@settings(max_examples=200)
@given(word=st.integers(256, 199_997), cut=st.integers(1, 5))
def test_parts_of_a_token_are_compatible_if_merging_leaves_them(
    vocabulary: Vocabulary, word: int, cut: int
) -> None:
    """Two tokens at random are nearly always compatible; the two parts of a word are not."""
    left, right = vocabulary.tokens[word][:cut], vocabulary.tokens[word][cut:]
    assume(left in vocabulary.ranks and right in vocabulary.ranks)
    assert not are_compatible(left, right, vocabulary.ranks, vocabulary.cuts)


@settings(max_examples=1000)
@given(text=texts())
@example(text=" \u043f\u0440\u0438\u0432\u0435\u0442")
@example(text="\u0e01\u0e33\u0e01\u0e31\u0e1a" * 30)
def test_segments_give_what_literal_merging_gives(
    vocabulary: Vocabulary, segments: Segments, text: str
) -> None:
    assume(text)
    assert numbers(*segments.encode_all([text])) == merge_literally(text.encode(), vocabulary.ranks)


def test_two_characters_beside_a_broken_token_are_merged_as_literally(
    vocabulary: Vocabulary, segments: Segments
) -> None:
    """Every token that holds a character in part, completed at either end."""
    assert vocabulary.neighbours is not None
    assert len(vocabulary.neighbours.broken) == 794
    for token in vocabulary.neighbours.broken:
        head, middle, tail = take_apart(token)
        start = next((c for c in map(chr, range(0x80, 0x10000)) if ends_with(c, head)), "")
        end = next((c for c in map(chr, range(0x80, 0x10000)) if starts_with(c, tail)), "")
        for text in (start + middle + end, f"x{start}{middle}{end}y", (start + middle + end) * 2):
            expected = merge_literally(text.encode(), vocabulary.ranks)
            assert numbers(*segments.encode_all([text])) == expected


def ends_with(character: str, head: bytes) -> bool:
    return bool(head) and character.encode("utf-8", "replace").endswith(head)


def starts_with(character: str, tail: bytes) -> bool:
    return bool(tail) and character.encode("utf-8", "replace").startswith(tail)


def test_every_token_is_the_encoding_of_its_own_bytes(vocabulary: Vocabulary) -> None:
    for token, piece in enumerate(vocabulary.tokens):
        assert merge(list(map(SINGLES, piece)), vocabulary.ranks) == chr(token)


@pytest.mark.parametrize(
    "piece",
    ["a" * 200_000, "-" * 200_000, " \t" * 100_000, "\u9577\u57ce" * 30_000, "xqz!" * 50_000],
    ids=["letters", "dashes", "blanks", "ideographs", "rare"],
)
def test_long_pieces_are_encoded_in_linear_time(vocabulary: Vocabulary, piece: str) -> None:
    """If it were quadratic, this test would take hours."""
    tokens = numbers(PieceCache(vocabulary)[piece])
    assert b"".join(vocabulary.tokens[token] for token in tokens).decode() == piece


def test_cache_stays_bounded(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cache, "_MOST_ENTRIES", 10)
    cache = PieceCache(vocabulary)
    first = [cache[f"xq{number}"] for number in range(1000)]
    assert len(cache) <= 10
    assert [cache[f"xq{number}"] for number in range(1000)] == first
    assert cache["-" * 1000] == cache["-" * 1000]
    assert "-" * 1000 not in cache
