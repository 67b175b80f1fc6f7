"""Where Rust's rules for text differ from Python's. The parser's tests ask the reference itself."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.reference.rust_text import (
    WHITESPACE,
    decode_prefix,
    lines,
    split_ascii_whitespace,
    trim,
)


def test_whitespace_is_pythons_without_the_separators() -> None:
    pythons = {char for char in map(chr, range(sys.maxunicode + 1)) if char.isspace()}
    assert pythons - set(WHITESPACE) == set("\x1c\x1d\x1e\x1f")
    assert set(WHITESPACE) <= pythons
    assert trim("\u2003\x1f a \x85") == "\x1f a"


def test_the_vertical_tab_splits_no_words() -> None:
    assert split_ascii_whitespace("a\vb\fc  d\xa0e\n") == ["a\vb", "c", "d\xa0e"]


def test_lines_end_with_a_line_feed_only() -> None:
    assert lines("") == []
    assert lines("a\n") == ["a"]
    assert lines("a\r\n\nb\rc\u2028d") == ["a", "", "b\rc\u2028d"]


@given(st.binary(max_size=200))
def test_a_prefix_is_decoded_up_to_the_first_fault(data: bytes) -> None:
    text, length, fault = decode_prefix(bytearray(data))
    assert data[:length].decode() == text
    if fault:
        with pytest.raises(UnicodeDecodeError):
            data[length : length + fault].decode()
    else:  # at most the beginning of a character is left
        assert len(data) - length <= 3


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\xed\xa0", ("a", 1, 1)),  # half a surrogate: Python would wait for its third byte
        (b"a\xe2\x82", ("a", 1, 0)),
        (b"\xf0\x9f\xa6", ("", 0, 0)),
        (b"\xff", ("", 0, 1)),
        (b"x" * 100 + b"\xff", ("x" * 100, 100, 1)),
    ],
)
def test_faults_and_unfinished_characters(data: bytes, expected: tuple[str, int, int]) -> None:
    assert decode_prefix(bytearray(data)) == expected
