"""Text made safe to look at: nothing in it can move a cursor, hide, or reorder its neighbours."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache

_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}
_LONGEST_LINE = 1000


def quoted(data: bytes) -> str:
    r"""Show a token's bytes as a string in double quotes.

    What is no UTF-8 stands as ``\xNN``, a character that cannot be seen as ``\uNNNN``.
    """
    text = data.decode("utf-8", "surrogateescape")
    shown = [_ESCAPES.get(c) or (c if c.isprintable() else escaped(c)) for c in text]
    if text and unicodedata.category(text[0]).startswith("M"):
        shown[0] = escaped(text[0])  # it would sit on the quotation mark
    return f'"{"".join(shown)}"'


@cache
def cell(character: str) -> tuple[str, int]:
    """Show one character in a line that others are aligned with.

    What terminals draw in different widths, or merge with its neighbours, is escaped.

    Returns:
        The text to show, and how many columns a terminal draws it in.
    """
    code = ord(character)
    if character in _ESCAPES and character != '"':
        return _ESCAPES[character], 2
    if not character.isprintable() or any(code in unsteady for unsteady in _UNSTEADY):
        text = escaped(character)
        return text, len(text)
    if unicodedata.category(character) in ("Mn", "Me") or any(code in jamo for jamo in _JAMO):
        return character, 0
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


# Regional indicators, variation selectors and skin tones.
_UNSTEADY = (
    range(0x1F1E6, 0x1F200),
    range(0xFE00, 0xFE10),
    range(0xE0100, 0xE01F0),
    range(0x1F3FB, 0x1F400),
)
# Vowels and final consonants that join the syllable before them.
_JAMO = (range(0x1160, 0x1200), range(0xD7B0, 0xD800))


def escaped(character: str) -> str:
    """Show a character as an escape, and a byte that surrogateescape kept as that byte."""
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - where surrogateescape puts bytes
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - 16 bits


def one_line(text: str) -> str:
    """Make one line of text that a terminal can show, and not too long a one."""
    if len(text) > _LONGEST_LINE:
        text = text[: _LONGEST_LINE - 1] + "…"
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else _ESCAPES.get(c) or escaped(c) for c in text])


def for_terminal(text: str) -> str:
    """Escape what would control a terminal; lines and tabs stay as they are."""
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() or c in "\n\t" else escaped(c) for c in text])


def to_json(value: object) -> str:
    """Write a value as one line of JSON: readable in any script, harmless on a terminal."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isascii() and "\x7f" not in text else _unseen().sub(_json_escape, text)


@cache
def _unseen() -> re.Pattern[str]:
    """Control characters that JSON leaves alone, surrogates, separators, direction marks."""
    return re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def _json_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
