"""Published files: read, told apart from damaged ones, and turned into the same tables."""

from __future__ import annotations

import os
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.vocabularies import as_file, describe, oldest_tokens

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._bpe import BytePairEncoder
from harmony_core.tokenizer._published import (
    find_fault,
    last_merges,
    parse,
    read_file,
    read_limit,
    size_of,
    unpack,
)
from harmony_core.tokenizer._vocabulary import ID_BITS

if TYPE_CHECKING:
    from pathlib import Path

    from harmony_core.tokenizer._vocabulary import Vocabulary

SINGLES = [bytes([byte]) for byte in range(256)]
SOUND = as_file([*SINGLES, b"ab", b"abc"])


def last_merge(token: bytes, ranks: dict[bytes, int]) -> int:
    """Byte pair encode the token's own bytes, literally, up to the merge that completes it."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        joined = [ranks.get(a + b, len(ranks)) for a, b in pairwise(parts)]
        i = joined.index(min(joined))
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    left, right = (ranks[part] for part in parts)
    return left << ID_BITS | right


def train(text: bytes, size: int) -> list[bytes]:
    """Learn tokens from a text as byte pair encoding does: join the most frequent pair."""
    tokens = list(SINGLES)
    parts = [text[i : i + 1] for i in range(len(text))]
    while len(tokens) < size and len(parts) > 1:
        pairs = list(pairwise(parts))
        best = max(pairs, key=lambda pair: (pairs.count(pair), pair))
        joined = b"".join(best)
        if joined not in tokens:
            tokens.append(joined)
        merged: list[bytes] = []
        for part in parts:
            if merged and (merged[-1], part) == best:
                merged[-1] = joined
            else:
                merged.append(part)
        parts = merged
    return tokens


@given(text=st.text(alphabet="ab -", max_size=60).map(str.encode) | st.binary(max_size=60))
def test_the_last_merges_are_those_of_literal_merging(text: bytes) -> None:
    tokens = train(text, 280)
    ranks = {token: rank for rank, token in enumerate(tokens)}
    merges = last_merges(tokens)
    assert merges == [last_merge(token, ranks) for token in tokens[256:]]
    vocabulary = unpack(as_file(tokens))
    assert vocabulary.tokens == tokens
    encoder = BytePairEncoder(vocabulary)
    if text:
        assert b"".join(tokens[token] for token in encoder.encode(text)) == text
        assert encoder.encode(text) == encoder.merge(text)


def test_the_packed_merges_are_those_of_literal_merging(vocabulary: Vocabulary) -> None:
    small = oldest_tokens(vocabulary, 20_000)
    ranks = {token: rank for rank, token in enumerate(small.tokens)}
    assert [last_merge(token, ranks) for token in small.tokens[256:]] == small._pairs
    assert last_merges(small.tokens) == small._pairs


def test_unpacking_gives_the_packed_tables(vocabulary: Vocabulary) -> None:
    small = oldest_tokens(vocabulary, 20_000)
    unpacked = unpack(as_file(small.tokens))
    for table in ("tokens", "lefts", "rights", "ranks", "merges"):
        assert getattr(unpacked, table) == getattr(small, table)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([b"abc"], "b'abc' cannot be merged from older tokens"),
        ([b"abc", b"ab"], "b'abc' cannot be merged from older tokens"),
        ([b"ab", b"ab"], "b'ab' cannot be merged from older tokens"),
        ([b"bc", b"ab", b"abcd", b"cd"], "b'abcd' cannot be merged from older tokens"),
        ([b""], "b'' cannot be merged from older tokens"),
    ],
)
def test_what_byte_pair_encoding_never_makes(tokens: list[bytes], message: str) -> None:
    with pytest.raises(VocabularyError) as caught:
        unpack(as_file([*SINGLES, *tokens]))
    assert str(caught.value) == message


def test_a_sound_file_has_no_fault() -> None:
    assert find_fault(SOUND, describe(SOUND)) is None
    assert parse(SOUND) == [*SINGLES, b"ab", b"abc"]


LINE_FAULTS = [
    (b"AA== 0\nAQ==\n", "expected token and rank, could not split on ' ' at line 2"),
    (b"AA== 0\n\nAQ== 1\n", "expected token and rank, could not split on ' ' at line 2"),
    (b"A$== 0\n", "failed to decode base64 token at line 1: found b'A$=='"),
    (b"AA= 0\n", "failed to decode base64 token at line 1: found b'AA='"),
    (b"AA== x\n", "failed to parse rank at line 1: found b'x', expected a number"),
    (b"AA== 0\nAQ== -1\n", "failed to parse rank at line 2: found b'-1', expected a number"),
    (b"AA==  0\n", "failed to parse rank at line 1: found b' 0', expected a number"),
    (b"AA== 0 1\n", "failed to parse rank at line 1: found b'0 1', expected a number"),
    (b"<html>\n", "expected token and rank, could not split on ' ' at line 1"),
]


@pytest.mark.parametrize(("data", "message"), LINE_FAULTS)
def test_a_line_that_is_none_is_told(data: bytes, message: str) -> None:
    assert find_fault(data, describe(SOUND)) == message
    with pytest.raises(VocabularyError) as caught:
        parse(data)
    assert str(caught.value) == message


@pytest.mark.parametrize("size", range(len(SOUND) - 12, len(SOUND)))
def test_a_file_that_is_cut_short_tells_where(size: int) -> None:
    fault = find_fault(SOUND[:size], describe(SOUND))
    assert fault is not None
    line = SOUND[:size].count(b"\n") + 1
    assert fault.endswith(f" (it ends within line {line})") == (SOUND[size - 1 : size] != b"\n")


@pytest.mark.parametrize("data", [b"", SOUND.replace(b"AA== 0", b"AA== 1")])
def test_another_sound_file_is_told_by_its_hash(data: bytes) -> None:
    found, expected = describe(data).sha256, describe(SOUND).sha256
    fault = f"hash mismatch: computed={found}, expected={expected}"
    assert find_fault(data, describe(SOUND)) == fault


def test_a_longer_file_is_told_by_its_size() -> None:
    published = describe(SOUND)
    data = (SOUND + b"AA== 0\n")[: read_limit(published)]
    fault = f"hash mismatch: it is longer, expected={published.sha256}"
    assert find_fault(SOUND + b"AA== 0\n", published) == fault
    assert size_of(data, published) == f"more than {len(SOUND)} bytes"
    assert size_of(SOUND, published) == f"{len(SOUND)} bytes"


BASE64 = re.compile(rb"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


@given(encoded=st.text("Az9+/=$", max_size=9).map(str.encode))
def test_base64_is_told_from_what_is_none(encoded: bytes) -> None:
    fault = find_fault(encoded + b" 0\n", describe(SOUND))
    assert fault is not None
    assert fault.startswith("hash mismatch") == bool(BASE64.fullmatch(encoded))


def test_of_a_file_no_more_is_read_than_tells_it_apart(tmp_path: Path) -> None:
    path = tmp_path / "small.tiktoken"
    path.write_bytes(SOUND * 3)
    assert read_file(path, describe(SOUND)) == (SOUND * 2)[: len(SOUND) + 1]


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "small.tiktoken")
    with pytest.raises(OSError, match="not a regular file"):
        read_file(path, describe(SOUND))
