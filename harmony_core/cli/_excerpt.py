"""The tokens around a place as one line of text, and what to underline in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.cli._visible import cell, escaped
from harmony_core.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.tokenizer import Tokenizer

_CUT = "…"
_LONGEST_CHARACTER = 4  # bytes


class Excerpt(NamedTuple):
    """A line in three parts.

    Attributes:
        before: What stands before the place.
        place: The tokens in question; empty if something is missing there.
        after: What stands behind it.
        column: How many columns ``before`` takes.
        width: How many columns ``place`` takes.
    """

    before: str
    place: str
    after: str
    column: int
    width: int


class _Glyph(NamedTuple):
    """What is drawn for one character, byte or unknown token.

    Attributes:
        text: The text.
        width: Its columns.
        first: The token that it begins in.
        last: The token that it ends in.
    """

    text: str
    width: int
    first: int
    last: int


def excerpt(
    tokens: Sequence[int], start: int, stop: int, tokenizer: Tokenizer, columns: int
) -> Excerpt:
    r"""Show the tokens from ``start`` to ``stop``, and as many around them as there is room for.

    A backslash begins an escape: ``\n`` and the like, ``\\``, ``\xNN`` for a byte that is no
    UTF-8, ``\uNNNN`` for a character that cannot be seen, ``\{-1}`` for an id that is no token.

    Args:
        tokens: The stream.
        start: The first token in question.
        stop: One past the last; ``start`` for the place before that token.
        tokenizer: Knows the tokens' bytes.
        columns: How wide the line may be.
    """
    window = _Window(tokens, tokenizer, columns)
    low = window.reach_left(start)
    seen_stop = min(stop, window.reach_right(start))
    high = seen_stop if seen_stop < stop else window.reach_right(stop)
    before: list[_Glyph] = []
    place: list[_Glyph] = []
    after: list[_Glyph] = []
    for glyph in window.glyphs(low, high):
        if glyph.last >= start and glyph.first < stop:
            place.append(glyph)
        elif glyph.first < start:
            before.append(glyph)
        else:
            after.append(glyph)
    if place and not place[0].width:  # a mark would be drawn upon what stands before
        text = escaped(place[0].text)
        place[0] = place[0]._replace(text=text, width=len(text))
    return _fit(before, place, after, columns, (low > 0, seen_stop < stop, high < len(tokens)))


def _fit(
    before: list[_Glyph],
    place: list[_Glyph],
    after: list[_Glyph],
    columns: int,
    goes_on: tuple[bool, bool, bool],
) -> Excerpt:
    """Trim the parts. ``goes_on`` tells which of the three are not all of what there is."""
    most = max(columns * 2 // 3, 2)
    shown, width = _trimmed(place, most, more=goes_on[1])
    if width < _width(place) or goes_on[1]:
        after, goes_on = [], (goes_on[0], True, False)
    room = columns - max(width, 1)
    right = min(_width(after) + goes_on[2], room - min(_width(before) + goes_on[0], room // 2))
    behind, taken = _trimmed(after, right, more=goes_on[2])
    reversed_, column = _trimmed(before[::-1], room - taken, more=goes_on[0])
    return Excerpt("".join(reversed_[::-1]), "".join(shown), "".join(behind), column, width)


def _trimmed(glyphs: list[_Glyph], columns: int, *, more: bool) -> tuple[list[str], int]:
    """Take glyphs from the first on as there is room, and a sign of the rest."""
    if not more and _width(glyphs) <= columns:
        return [glyph.text for glyph in glyphs], _width(glyphs)
    taken: list[str] = []
    width = 0
    for glyph in glyphs:
        if width + glyph.width >= columns:
            break
        taken.append(glyph.text)
        width += glyph.width
    return ([*taken, _CUT], width + 1) if columns > 0 else ([], 0)


def _width(glyphs: list[_Glyph]) -> int:
    return sum(glyph.width for glyph in glyphs)


class _Window:
    """The part of a stream that is looked at."""

    def __init__(self, tokens: Sequence[int], tokenizer: Tokenizer, columns: int) -> None:
        self._tokens = tokens
        self._tokenizer = tokenizer
        self._columns = columns

    def reach_left(self, at: int) -> int:
        """Go left as far as can be shown, and no character is torn."""
        seen, rest = 0.0, _LONGEST_CHARACTER
        while at and (seen < self._columns or (rest and self._is_torn(at))):
            at -= 1
            rest -= seen >= self._columns
            seen += _least_width(self._bytes(at))
        return at

    def reach_right(self, at: int) -> int:
        """Go right as far as can be shown, and no character is torn."""
        seen, rest = 0.0, _LONGEST_CHARACTER
        end = len(self._tokens)
        while at < end and (seen < self._columns or (rest and self._is_torn(at))):
            rest -= seen >= self._columns
            seen += _least_width(self._bytes(at))
            at += 1
        return at

    def _is_torn(self, at: int) -> bool:
        """Whether a token begins within a character."""
        data = self._bytes(at)
        return data is not None and data[0] & 0xC0 == 0x80  # noqa: PLR2004 - UTF-8

    def _bytes(self, at: int) -> bytes | None:
        try:
            return self._tokenizer.token_bytes(self._tokens[at])
        except (DecodeError, OverflowError):
            return None

    def glyphs(self, start: int, stop: int) -> list[_Glyph]:
        glyphs: list[_Glyph] = []
        data = bytearray()
        owners: list[int] = []  # of each byte, the token
        for at in range(start, stop):
            found = self._bytes(at)
            if found is None:
                glyphs += _decoded(data, owners)
                text = f"\\{{{self._tokens[at]}}}"
                glyphs.append(_Glyph(text, len(text), at, at))
                data.clear()
                owners.clear()
            else:
                data += found
                owners += [at] * len(found)
        return glyphs + _decoded(data, owners)


def _least_width(data: bytes | None) -> float:
    """The fewest columns that a token takes: a character of two bytes may take only one."""
    if data is None:
        return 1
    return len(data) if data.isascii() else len(data) / 2


def _decoded(data: bytearray, owners: list[int]) -> list[_Glyph]:
    glyphs: list[_Glyph] = []
    at = 0
    for character in data.decode("utf-8", "surrogateescape"):
        end = at + len(character.encode("utf-8", "surrogateescape"))
        glyphs.append(_Glyph(*cell(character), owners[at], owners[end - 1]))
        at = end
    return glyphs
