"""The codes of diagnosis: what can be wrong with a stream, each told once.

The page ``docs/diagnostics.md`` is made from this table, and the tests hold both to the
streams that show each code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Code", "Severity"]


class Severity(str, Enum):
    """How much a diagnostic matters."""

    ERROR = "error"  # content may be wrong or lost
    WARNING = "warning"  # repaired with confidence
    INFO = "info"  # a harmless oddity


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of fault.

    Attributes:
        name: The stable name.
        severity: How much it matters.
        guesses: Whether a message with it counts as repaired: something in it that the
            stream does not plainly state had to be guessed.
        looks: What it looks like.
        cause: The likely cause.
        strict: What the strict parser does.
        repair: What the inspector does.
        fix: How to be rid of it. The hint of a diagnostic that has no better one.
    """

    name: str
    severity: Severity
    guesses: bool
    looks: str
    cause: str
    strict: str
    repair: str
    fix: str


def _code(severity: Severity, name: str, *prose: str, guesses: bool = False) -> Code:
    return Code(name, severity, guesses, *prose)


def error(name: str, *prose: str, guesses: bool = False) -> Code:
    """Make a code for content that may be wrong or lost."""
    return _code(Severity.ERROR, name, *prose, guesses=guesses)


def warning(name: str, *prose: str, guesses: bool = False) -> Code:
    """Make a code for what is repaired with confidence."""
    return _code(Severity.WARNING, name, *prose, guesses=guesses)


def info(name: str, *prose: str) -> Code:
    """Make a code for a harmless oddity."""
    return _code(Severity.INFO, name, *prose)
