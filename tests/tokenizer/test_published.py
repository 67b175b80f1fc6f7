"""Published files: read, told apart from damaged ones, and turned into the same tables."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.vocabularies import as_file, describe

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._published import (
    find_fault,
    parse,
    read_file,
    read_limit,
    size_of,
    unpack,
)

if TYPE_CHECKING:
    from pathlib import Path

    from harmony_core.tokenizer._vocabulary import Vocabulary

SINGLES = [bytes([byte]) for byte in range(256)]
SOUND = as_file([*SINGLES, b"ab", b"abc"])


def test_a_published_file_gives_the_packed_tables(vocabulary: Vocabulary) -> None:
    unpacked = unpack(as_file(vocabulary.tokens))
    for table in ("tokens", "texts", "ranks"):
        assert getattr(unpacked, table) == getattr(vocabulary, table)
    assert len(unpacked) == len(vocabulary) == 199_998
    assert unpacked.neighbours is None


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


@pytest.mark.posix
def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "small.tiktoken")
    with pytest.raises(OSError, match="not a regular file"):
        read_file(path, describe(SOUND))
