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
import sys
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.tokenizer import _classes as classes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
        rewritten: The same for ``re``, made of the members of the classes it speaks of.
    """

    pattern: str
    rewritten: Callable[[Classes], str]

    def pieces(self, text: str) -> list[str]:
        """Split text.

        Args:
            text: Any text.

        Returns:
            The pieces, which joined are the text again.

        Raises:
            TypeError: It is not text.
        """
        return self.finder(text)(text)

    def finder(self, text: str) -> Callable[[str], list[str]]:
        """Choose the fastest function that splits a text, or any part of it."""
        if str.isascii(text):
            return _compiled(self.rewritten, ASCII).findall
        findall = _compiled(self.rewritten, UNICODE).findall
        if not _astral().search(text):
            return findall
        return lambda part: list(_cut(part, findall(_folded(part))))


def letters(text: str) -> str:
    """Keep the letters of a text, of any script and case."""
    is_letter = re.compile(f"[{UNICODE.letters}]").match
    return "".join([c for c, f in zip(text, _folded(text), strict=True) if is_letter(f)])


def _folded(text: str) -> str:
    return _astral().sub(lambda run: run.group().translate(_FOLD), text)


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
def _compiled(rewritten: Callable[[Classes], str], members: Classes) -> re.Pattern[str]:
    return re.compile(rewritten(members))


@cache
def _astral() -> re.Pattern[str]:
    return re.compile(r"[\U00010000-\U0010ffff]+")


class Classes(NamedTuple):
    """The members of the classes in the patterns, each as the inside of a ``[...]``."""

    upper: str
    lower: str
    letter: str
    mark: str
    number: str
    space: str

    @property
    def letters(self) -> str:
        """All letters."""
        return f"{self.upper}{self.lower}{self.letter}"


UNICODE = Classes(
    classes.UPPER, classes.LOWER, classes.LETTER, classes.MARK, classes.NUMBER, classes.SPACE
)
# What most text is made of. Its pattern is compiled in a moment, and matches sooner.
ASCII = Classes("A-Z", "a-z", "", "", "0-9", r"\t-\r ")

# The published patterns ignore case here by Unicode's rules: U+017F is a small s.
_CONTRACTION = "'(?:[sS\u017ftTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])"


# After a match that nothing can make longer or shorter, Python 3.11 need not remember how.
_POSSESSIVE = "+" if sys.version_info >= (3, 11) else ""


def _o200k(members: Classes) -> str:
    """The published pattern of o200k_base, rewritten to match the same pieces sooner.

    Where no small letter (or one without case) ends a word, the published second alternative
    is left with nothing but capitals.
    """
    upper = f"{members.upper}{members.letter}{members.mark}"
    lower = f"{members.lower}{members.letter}{members.mark}"
    letter_or_number = f"{members.letters}{members.number}"
    end = f"{_POSSESSIVE}(?:{_CONTRACTION})?{_POSSESSIVE}"
    return "|".join(
        [
            rf"[^\r\n{letter_or_number}]?[{upper}]*[{lower}]+{end}",
            rf"[^\r\n{letter_or_number}]?[{members.upper}]+{end}",
            rf"[{members.number}]{{1,3}}",
            rf" ?[^{members.space}{letter_or_number}]+{_POSSESSIVE}[\r\n/]*{_POSSESSIVE}",
            *_blanks(members.space),
        ]
    )


def _cl100k(members: Classes) -> str:
    """The published pattern of cl100k_base."""
    letter_or_number = f"{members.letters}{members.number}"
    return "|".join(
        [
            _CONTRACTION,
            rf"[^\r\n{letter_or_number}]?[{members.letters}]+{_POSSESSIVE}",
            rf"[{members.number}]{{1,3}}",
            rf" ?[^{members.space}{letter_or_number}]+{_POSSESSIVE}[\r\n]*{_POSSESSIVE}",
            *_blanks(members.space),
        ]
    )


def _blanks(space: str) -> list[str]:
    return [rf"[{space}]*[\r\n]+", rf"[{space}]+(?![^{space}])", rf"[{space}]+"]


O200K = Split(O200K_PATTERN, _o200k)
CL100K = Split(CL100K_PATTERN, _cl100k)
