"""The codes of diagnosis: what can be wrong with a stream, each told once.

The page ``docs/diagnostics.md`` is made from this table, and the tests hold both to the
streams that show each code.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
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
        looks: What it looks like.
        cause: The likely cause.
        strict: What the strict parser does.
        repair: What the inspector does.
        fix: How to be rid of it. The hint of a diagnostic that has no better one.
        guesses: Whether a message with it counts as repaired: something in it that the
            stream does not plainly state had to be guessed.
    """

    name: str
    severity: Severity
    _: KW_ONLY
    looks: str
    cause: str
    strict: str
    repair: str
    fix: str
    guesses: bool = False
