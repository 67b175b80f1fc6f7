"""What was found in a stream: findings of its parts -> diagnostics of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.format.diagnosis.codes import CODES, Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from harmony_core.format.wire import WireDiagnostic

__all__ = ["Diagnostic", "Finding", "Report", "shorten"]

_MOST_SHOWN = 60


class Finding(NamedTuple):
    """A diagnostic to be; its tokens count from the beginning of what was read.

    Attributes:
        code: A key of ``CODES``.
        start: The first token it is about.
        stop: One past the last.
        message: What was found.
        hint: What to do about it; empty for the code's advice.
    """

    code: str
    start: int
    stop: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong or odd.

    Attributes:
        code: The kind; a key of ``CODES``.
        severity: How much it matters.
        start: The first token it is about.
        stop: One past the last; ``start`` if something is missing there.
        message: What was found.
        hint: What to do about it.
    """

    code: str
    severity: Severity
    start: int
    stop: int
    message: str
    hint: str

    @property
    def url(self) -> str:
        """Where the documentation explains the code."""
        return CODES[self.code].url

    def __str__(self) -> str:
        return f"{self.severity.value}[{self.code}] at token {self.start}: {self.message}"

    def to_dict(self) -> WireDiagnostic:
        """Return the JSON form."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "start": self.start,
            "stop": self.stop,
            "message": self.message,
            "hint": self.hint,
        }


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
            Diagnostic(code, kind.severity, start, stop, message, hint or kind.advice)
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
