"""The part of each token of a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harmony_core.format._header import ROLES
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harmony_core.format.diagnosis._words import Lexed, Word

__all__ = ["label_words"]


def label_words(
    lexed: Lexed, fields: Mapping[Part, Iterable[Word]], author: Word | None, content: int
) -> tuple[Part, ...]:
    """Give each token a part; one between two words goes with the one that follows.

    Args:
        lexed: The header.
        fields: The words of each part, but for the author's.
        author: The word that names role or tool.
        content: The first token of the content that follows without ``<|message|>``.
    """
    parts: list[Part | None] = [None] * len(lexed.pieces.ends)
    for part, words in fields.items():
        for word in words:
            _set(parts, word.first, word.last, part)
    if author is not None:
        _label_author(parts, author, lexed)
    for index in lexed.dropped:
        parts[index] = Part.STRAY
    for index in lexed.markers:
        parts[index] = Part.MARKER
    _set(parts, content, len(parts), Part.CONTENT)
    return tuple(_filled(parts))


def _set(parts: list[Part | None], start: int, stop: int, part: Part) -> None:
    parts[start:stop] = [part] * (stop - start)


def _label_author(parts: list[Part | None], word: Word, lexed: Lexed) -> None:
    """Tell a role from the name behind its colon; a word that is no role is a name."""
    head = word.text.partition(":")[0]
    if head not in ROLES:
        _set(parts, word.first, word.last, Part.NAME)
        return
    _set(parts, word.first, word.last, Part.ROLE)
    if head != word.text:
        end = word.start + len(word.text.encode())
        _set(parts, *lexed.pieces.tokens_of(word.start + len(head), end), Part.NAME)


def _filled(parts: list[Part | None]) -> list[Part]:
    for order in (range(len(parts) - 1, -1, -1), range(len(parts))):
        near = None
        for index in order:
            part = parts[index]
            if part is None:
                parts[index] = near
            elif part is not Part.MARKER:
                near = part
    return [part or Part.STRAY for part in parts]
