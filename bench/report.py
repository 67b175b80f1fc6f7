"""Results to tables: rates, and how many times as fast as each peer we are."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from plan import SMALL_CALLS_SUBJECT
from results import OURS, RATES, REFERENCE, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from results import Results

_ABSENT = "-"
_LOADING = ("load", "start")


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        title: What stands above it.
        rows: All of one length; the first is the head, and the first two columns are labels.
    """

    title: str
    rows: list[list[str]]

    def plain(self) -> str:
        """For a terminal: columns aligned by spaces."""
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        head, *body = ("  ".join(self._aligned(row, widths)).rstrip() for row in self.rows)
        rule = "-" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([self.title, rule, head, rule, *body])

    def markdown(self) -> str:
        """For a README."""
        head, *body = self.rows
        rules = self._aligned(["---", "---"] + ["---:"] * (len(head) - 2), [3] * len(head))
        lines = (f"| {' | '.join(row)} |" for row in (head, rules, *body))
        return "\n".join([f"**{self.title}**", "", *lines])

    @staticmethod
    def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
        labels = [cell.ljust(width) for cell, width in zip(row[:2], widths, strict=False)]
        numbers = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        return labels + numbers


@dataclass(frozen=True)
class Section:
    """The part of the report on one environment.

    Attributes:
        title: What ran there, with versions.
        results: All measurements.
        environment: Its name in them.
        packages: Who was measured, ourselves first.
    """

    title: str
    results: Results
    environment: str
    packages: Sequence[str]

    def speeds(self, subjects: Sequence[str]) -> Table:
        """One row an operation on a text, one column a package, and beside each peer a ratio."""
        head = ["", ""]
        for package in self.packages:
            head += [package] if package == OURS else [package, "ratio"]
        rows = [self._loading(operation, subjects) for operation in _LOADING]
        rows += [self._rates(subject, operation) for subject in subjects for operation in RATES]
        measured = [row for row in rows if set(row[2:]) != {_ABSENT}]
        return Table(self.title, [head, *measured])

    def growth(self, subjects: Sequence[str], lengths: Sequence[int]) -> Table:
        """Seconds by length, and how they grow from the last length but one to the last."""
        columns = [f"{length:,} characters" for length in lengths]
        head = ["", "", *columns, f"growth ({lengths[-1] // lengths[-2]}x is linear)"]
        rows = [
            self._times(subject, package, lengths)
            for subject in subjects
            for package in self.packages
        ]
        return Table(f"Growing lengths, {self.environment}", [head, *rows])

    def small_calls(self, names: Sequence[str]) -> Table:
        """Microseconds by call, of the packages that know the format."""
        packages = [OURS, REFERENCE]
        rows = []
        for name in names:
            keys = [Key(self.environment, p, SMALL_CALLS_SUBJECT, name) for p in packages]
            ours, theirs = (self.results.seconds(key) for key in keys)
            shown = [None if value is None else 1e6 * value for value in (ours, theirs)]
            rows.append(
                [
                    name,
                    "\N{MICRO SIGN}s",
                    *_compared(shown[0], [(shown[1], _quotient(theirs, ours))]),
                ]
            )
        return Table(f"Small calls, {self.environment}", [["", "", *packages, "ratio"], *rows])

    def _loading(self, operation: str, subjects: Sequence[str]) -> list[str]:
        """Loading is the same for every text, so all its measurements make one row."""
        durations = []
        for package in self.packages:
            keys = [Key(self.environment, package, name, operation) for name in subjects]
            samples = [1000 * s for s in map(self.results.seconds, keys) if s is not None]
            durations.append(median(samples) if samples else None)
        ours, *peers = durations
        return [operation, "ms", *_compared(ours, [(p, _quotient(p, ours)) for p in peers])]

    def _rates(self, subject: str, operation: str) -> list[str]:
        ours, *peers = (
            self.results.rate(Key(self.environment, package, subject, operation))
            for package in self.packages
        )
        cells = _compared(ours, [(peer, _quotient(ours, peer)) for peer in peers])
        return [f"{subject}: {operation}", RATES[operation], *cells]

    def _times(self, subject: str, package: str, lengths: Sequence[int]) -> list[str]:
        keys = [Key(self.environment, package, subject, str(length)) for length in lengths]
        seconds = [self.results.seconds(key) for key in keys]
        cells = [
            (self.results.failure(key) or _ABSENT).partition(":")[0]
            if value is None
            else f"{value:.4f} s"
            for key, value in zip(keys, seconds, strict=True)
        ]
        return [subject, package, *cells, _ratio(_quotient(seconds[-1], seconds[-2]))]


def _compared(ours: float | None, peers: Sequence[tuple[float | None, float | None]]) -> list[str]:
    """Our value, then each peer's with the ratio."""
    cells = [_number(ours)]
    for value, ratio in peers:
        cells += [_number(value), _ratio(ratio)]
    return cells


def _quotient(dividend: float | None, divisor: float | None) -> float | None:
    return dividend / divisor if dividend is not None and divisor else None


def _ratio(ratio: float | None) -> str:
    return _ABSENT if ratio is None else f"{_number(ratio, digits=2)}x"


def _number(value: float | None, digits: int = 3) -> str:
    """So many significant digits, without an exponent."""
    if value is None:
        return _ABSENT
    whole = len(str(int(value))) if value >= 1 else 0
    return f"{value:.{max(0, digits - whole)}f}"
