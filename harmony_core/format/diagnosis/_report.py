"""Findings -> diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.diagnosis.inspection import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Finding", "Report", "shorten"]

_MOST_SHOWN = 60


class Finding(NamedTuple):
    """A diagnostic to be; its tokens count from the beginning of what was read.

    Attributes:
        code: A key of ``CODES``.
        start: The first token it is about.
        stop: One past the last.
        message: What was found.
        hint: What to do about it; empty for the code's own hint.
    """

    code: str
    start: int
    stop: int
    message: str
    hint: str = ""


def shorten(text: str) -> str:
    """Quote a text for a message, not too long."""
    return repr(text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…")


class Report:
    """The diagnostics of a stream.

    Attributes:
        diagnostics: In the order they were found.
    """

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []

    def add(self, code: str, start: int, stop: int, message: str, hint: str = "") -> None:
        """Add one, or lengthen the last one by a token like those that it is about.

        Args are those of ``Finding``; the tokens count from the beginning of the stream.
        """
        kind = CODES[code]
        last = self.diagnostics[-1] if self.diagnostics else None
        if last and last.code == code and last.start < last.stop == start < stop:
            start, message, hint = last.start, last.message, last.hint
            del self.diagnostics[-1]
        self.diagnostics.append(
            Diagnostic(code, kind.severity, start, stop, message, hint or kind.fix)
        )

    def drop(self, codes: Collection[str]) -> bool:
        """Take back all that have one of the codes; whether there were any."""
        kept = [found for found in self.diagnostics if found.code not in codes]
        dropped = len(kept) < len(self.diagnostics)
        self.diagnostics = kept
        return dropped

    def add_all(self, findings: Iterable[Finding], offset: int) -> None:
        """Add findings whose tokens count from ``offset``."""
        for code, start, stop, message, hint in findings:
            self.add(code, start + offset, stop + offset, message, hint)
