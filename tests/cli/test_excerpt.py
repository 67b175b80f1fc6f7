"""The line of tokens around a problem, and the carets beneath it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import streams, texts

from harmony_core import load_harmony_encoding
from harmony_core.cli._excerpt import excerpt

TOKENIZER = load_harmony_encoding("HarmonyGptOss").tokenizer
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def encode(text: str) -> list[int]:
    return TOKENIZER.encode(text, allowed_special="all")


def width(text: str) -> int:
    """How many columns a line takes, of characters whose width is not in doubt."""
    columns = 0
    for character in text:
        joins = unicodedata.category(character) in ("Mn", "Me")
        if joins or "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff":
            continue
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def unescaped(line: str) -> bytes:
    def plain(match: re.Match[str]) -> str:
        escape = match.group(1)
        return ESCAPES.get(escape) or chr(int(escape[1:], 16) + 0xDC00 * (escape[0] == "x"))

    text = re.sub(r"\\(x..|u.{4}|U.{8}|.)", plain, line)
    return text.encode("utf-8", "surrogateescape")


def known(tokens: list[int]) -> list[int]:
    return [token for token in tokens if token not in (199_998, 200_015) and token < 200_019]


def shown(text: str, fault: str, columns: int = 60) -> list[str]:
    """The excerpt and its carets, for the tokens of ``fault`` within ``text``."""
    at = text.index(fault)
    start, stop = len(encode(text[:at])), len(encode(text[: at + len(fault)]))
    found = excerpt(encode(text), start, stop, TOKENIZER, columns)
    carets = " " * found.column + "^" * found.width
    return [found.before + found.place + found.after, carets]


@pytest.mark.parametrize(
    ("text", "line", "carets"),
    [
        ("ab<|end|>cd", "ab<|end|>cd", "  ^^^^^^^"),
        ("日本<|end|>語", "日本<|end|>語", "    ^^^^^^^"),
        ("\uff46\uff47<|end|>", "\uff46\uff47<|end|>", "    ^^^^^^^"),
        ("🦜🦜<|end|>", "🦜🦜<|end|>", "    ^^^^^^^"),
        ("e\u0301e\u0301<|end|>", "e\u0301e\u0301<|end|>", "  ^^^^^^^"),
        ("\u1112\u1161\u11ab<|end|>", "\u1112\u1161\u11ab<|end|>", "  ^^^^^^^"),
        ("👩\u200d💻<|end|>", r"👩\u200d💻<|end|>", "          ^^^^^^^"),
        ("👍🏽<|end|>", r"👍\U0001f3fd<|end|>", "            ^^^^^^^"),
        ("❤\ufe0f<|end|>", r"❤\ufe0f<|end|>", "       ^^^^^^^"),
        ("🇩🇪<|end|>", r"\U0001f1e9\U0001f1ea<|end|>", " " * 20 + "^^^^^^^"),
        ("a\n\t\\b<|end|>", r"a\n\t\\b<|end|>", "        ^^^^^^^"),
        ("\x1b[2J\u202e<|end|>", r"\u001b[2J\u202e<|end|>", " " * 15 + "^^^^^^^"),
        ('"q"<|end|>', '"q"<|end|>', "   ^^^^^^^"),
    ],
)
def test_the_carets_stand_beneath_the_tokens(text: str, line: str, carets: str) -> None:
    assert shown(text, "<|end|>") == [line, carets]


def test_a_character_of_many_tokens_is_underlined_for_each_of_them() -> None:
    tokens = encode("a𒀀b")
    assert len(tokens) > 3
    for at in range(1, len(tokens) - 1):
        found = excerpt(tokens, at, at + 1, TOKENIZER, 40)
        assert found[:3] == ("a", "𒀀", "b")
        assert (found.column, found.width) == (1, width("𒀀"))


@pytest.mark.parametrize("columns", range(8, 20))
def test_no_character_is_torn_where_the_line_is_cut(columns: int) -> None:
    tokens = encode("𒀀é語🦜" * 40)
    for at in range(len(tokens)):
        line = "".join(excerpt(tokens, at, at + 1, TOKENIZER, columns)[:3])
        assert set(line) <= set("𒀀é語🦜…")


def test_what_is_no_character_or_no_token_is_escaped() -> None:
    half = encode("𒀀")[:1]
    found = excerpt([*half, *encode("a"), -1, 300_000, *encode("b")], 2, 4, TOKENIZER, 60)
    assert re.fullmatch(r"(\\x[0-9a-f]{2})+a", found.before)
    assert (found.place, found.after, found.width) == (r"\{-1}\{300000}", "b", 14)


def test_a_mark_at_fault_has_a_column_of_its_own() -> None:
    tokens = [*encode("a"), *encode("\u0301"), *encode("b")]
    found = excerpt(tokens, 1, len(tokens) - 1, TOKENIZER, 40)
    assert found == ("a", r"\u0301", "b", 1, 6)


def test_the_line_is_trimmed_around_the_fault() -> None:
    words = "one two three four five six seven eight nine ten "
    assert shown(words + "<|end|>" + words, "<|end|>", 21) == [
        "…e ten <|end|>one tw…",
        " " * 7 + "^" * 7,
    ]
    assert shown("<|end|>" + words, "<|end|>", 21) == ["<|end|>one two three…", "^" * 7]
    assert shown(words + "<|end|>", "<|end|>", 21) == ["…ght nine ten <|end|>", " " * 14 + "^" * 7]
    assert shown(words, words, 21) == ["one two three…", "^" * 14]
    assert shown("日本語日本語<|end|>", "<|end|>", 12) == ["…本語<|end|>", " " * 5 + "^" * 7]


def test_a_place_between_tokens_is_empty() -> None:
    tokens = encode("ab<|end|>")
    for at, before in enumerate(["", "ab", "ab<|end|>"]):
        found = excerpt(tokens, at, at, TOKENIZER, 40)
        assert (found.before, found.place, found.width) == (before, "", 0)
        assert found.column == len(before)
    assert excerpt([], 0, 0, TOKENIZER, 40) == ("", "", "", 0, 0)


@pytest.mark.slow
@given(
    streams.any_tokens() | texts.texts().map(TOKENIZER.encode_ordinary),
    st.data(),
    st.integers(8, 200),
)
def test_a_line_fits_can_be_read_and_measures_what_it_says(
    tokens: list[int], data: st.DataObject, columns: int
) -> None:
    start = data.draw(st.integers(0, len(tokens)))
    stop = data.draw(st.integers(start, len(tokens)))
    found = excerpt(tokens, start, stop, TOKENIZER, columns)
    line = found.before + found.place + found.after
    assert line.isprintable()
    assert width(found.before) == found.column
    assert width(found.place) == found.width
    assert width(line) <= columns
    assert bool(found.width) == bool(found.place) or start == stop
    assert (stop > start) <= bool(found.width)


@given(streams.any_tokens().map(known), st.data())
def test_nothing_is_lost_where_there_is_room(tokens: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(tokens)))
    found = excerpt(tokens, start, len(tokens), TOKENIZER, 100_000)
    line = found.before + found.place + found.after
    assert unescaped(line) == TOKENIZER.decode_bytes(tokens)
