"""Text to pieces: the stretches of text that byte pair encoding never merges across.

A piece is one match of the encoding's split pattern. The published pattern speaks of
Unicode properties, which ``re`` does not know and whose members change with every
Unicode version; here the members are data, see ``_classes``.

In ``re`` a class within the Basic Multilingual Plane is a constant-time table, but
one member beyond it turns the class into a search through ranges. So each character
beyond that plane is replaced by one of its own class before the split. The pattern
cannot tell the two apart, hence splits at the same places, and the pieces are then cut
from the text itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.tokenizer import _classes as classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASTRAL = r"[\U00010000-\U0010ffff]+"

# The split patterns as published, for engines that know Unicode properties.
O200K_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
CL100K_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    r"|[^\r\n\p{L}\p{N}]?\p{L}+"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)


class Split(NamedTuple):
    """How an encoding cuts text into pieces.

    Attributes:
        pattern: The published split pattern.
        pieces: Text to pieces, which joined are the text again; ``TypeError`` if it is not
            text.
    """

    pattern: str
    pieces: Callable[[str], list[str]]


def split_o200k(text: str) -> list[str]:
    """Split text as o200k_base does.

    Args:
        text: Any text.

    Returns:
        The pieces, which joined are the text again.

    Raises:
        TypeError: It is not text.
    """
    return _split(_o200k_pattern(), text)


def split_cl100k(text: str) -> list[str]:
    """Split text as cl100k_base does; see ``split_o200k``."""
    return _split(_cl100k_pattern(), text)


O200K = Split(O200K_PATTERN, split_o200k)
CL100K = Split(CL100K_PATTERN, split_cl100k)


def letters(text: str) -> str:
    """Keep the letters of a text, of any script and case."""
    is_letter = _compiled(f"[{_LETTERS}]").match
    return "".join([c for c, f in zip(text, _folded(text), strict=True) if is_letter(f)])


def _split(pattern: str, text: str) -> list[str]:
    findall = _compiled(pattern).findall
    if str.isascii(text) or not _compiled(ASTRAL).search(text):  # the former takes no time
        return findall(text)
    return list(_cut(text, findall(_folded(text))))


def _folded(text: str) -> str:
    return _compiled(ASTRAL).sub(lambda run: run.group().translate(_FOLD), text)


def _cut(text: str, pieces: list[str]) -> Iterator[str]:
    start = 0
    for end in accumulate(map(len, pieces)):
        yield text[start:end]
        start = end


class _Fold(dict[int, str]):
    """Stand-ins of the characters beyond the BMP, looked up once each."""

    def __missing__(self, code_point: int) -> str:
        index = bisect_right(classes.ASTRAL_STARTS, code_point) - 1
        stand_in = self[code_point] = classes.ASTRAL_STAND_INS[index]
        return stand_in


_FOLD = _Fold()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_LETTERS = f"{classes.UPPER}{classes.LOWER}{classes.LETTER}"
# The published patterns ignore case here by Unicode's rules: U+017F is a small s.
_CONTRACTION = "'(?:[sS\u017ftTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])"


@cache
def _o200k_pattern() -> str:
    """The published pattern of o200k_base, rewritten to match the same pieces sooner.

    The two alternatives for words are three here. A word of small letters, by far the
    most frequent, needs no try at capital letters first. And where no small letter (or
    one without case) ends a word, the published second alternative is left with nothing
    but capitals.
    """
    upper = f"{classes.UPPER}{classes.LETTER}{classes.MARK}"
    lower = f"{classes.LOWER}{classes.LETTER}{classes.MARK}"
    letter_or_number = f"{_LETTERS}{classes.NUMBER}"
    space = classes.SPACE
    contraction = f"(?:{_CONTRACTION}|)"
    return "|".join(
        [
            rf" [{classes.LOWER}][{lower}]*{contraction}",
            rf"[^\r\n{letter_or_number}]?[{upper}]*[{lower}]+{contraction}",
            rf"[^\r\n{letter_or_number}]?[{classes.UPPER}]+{contraction}",
            rf"[{classes.NUMBER}]{{1,3}}",
            rf" ?[^{space}{letter_or_number}]+[\r\n/]*",
            *_blanks(),
        ]
    )


@cache
def _cl100k_pattern() -> str:
    """The published pattern of cl100k_base."""
    letter_or_number = f"{_LETTERS}{classes.NUMBER}"
    return "|".join(
        [
            _CONTRACTION,
            rf"[^\r\n{letter_or_number}]?[{_LETTERS}]+",
            rf"[{classes.NUMBER}]{{1,3}}",
            rf" ?[^{classes.SPACE}{letter_or_number}]+[\r\n]*",
            *_blanks(),
        ]
    )


def _blanks() -> list[str]:
    space = classes.SPACE
    return [rf"[{space}]*[\r\n]+", rf"[{space}]+(?![^{space}])", rf"[{space}]+"]
