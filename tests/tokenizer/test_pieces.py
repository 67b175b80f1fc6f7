"""The split: classes derived anew, the published pattern, and the fold of astral characters."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import example, given
from support.build_tools import import_build_tool
from support.oracles import O200K_PATTERN
from support.texts import CONTEXTS, FRAGMENTS, alphabet, in_context, texts

from harmony_core.tokenizer import _classes
from harmony_core.tokenizer._pieces import _FOLD, O200K


def published_split(text: str) -> list[str]:
    """Split by the published pattern. ``regex`` may know another version of Unicode."""
    pieces: list[str] = regex.findall(O200K_PATTERN, text)
    return pieces


def old_characters(text: str) -> str:
    """Drop those that are newer than Unicode 3.2, as the two may not both know them."""
    return "".join([c for c in text if unicodedata.ucd_3_2_0.category(c) != "Cn"])


def test_classes_are_what_tiktoken_says() -> None:
    generated = import_build_tool("classes").generate()
    assert Path(_classes.__file__).read_text(encoding="utf-8") == generated


@pytest.mark.parametrize("first", FRAGMENTS)
def test_split_is_the_published_one_for_every_three_fragments(first: str) -> None:
    for second in FRAGMENTS:
        text = "|".join(first + second + third for third in FRAGMENTS)
        assert O200K.pieces(text) == published_split(text)


@given(texts().map(old_characters))
@example("\u0301ABC")
@example("it'\u017f IT'S we'Re o'Clock 'Tis")
def test_split_is_the_published_one(text: str) -> None:
    assert O200K.pieces(text) == published_split(text)


@given(texts())
def test_pieces_are_the_text_cut(text: str) -> None:
    assert "".join(O200K.pieces(text)) == text


@pytest.mark.slow
def test_characters_of_one_class_split_alike_in_every_context() -> None:
    lengths = {
        stand_in: list(map(len, O200K.pieces(CONTEXTS.replace("{}", stand_in))))
        for stand_in in set(_classes.ASTRAL_STAND_INS)
    }
    astral = [character for character in alphabet() if character > "\uffff"]
    for start in range(0, len(astral), 50_000):
        characters = astral[start : start + 50_000 : 7]
        expected = [n for c in characters for n in lengths[_FOLD[ord(c)]]]
        assert list(map(len, O200K.pieces(in_context(characters)))) == expected


@pytest.mark.parametrize("not_text", [5, None, b"bytes"])
def test_only_text_is_split(not_text: object) -> None:
    with pytest.raises(TypeError):
        O200K.pieces(not_text)  # type: ignore[arg-type]
