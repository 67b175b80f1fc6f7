"""Measurements to tables: rates, and how many times as fast as each peer we are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plan import Record

OURS = "harmony_core"
_ABSENT = "-"
# Operation -> its unit; what is measured in the first unit has bytes to it, else tokens.
_BYTES, _TOKENS = "MB/s", "ktoken/s"
_RATES = {
    "encode, cold": _BYTES,
    "encode, warm": _BYTES,
    "decode": _BYTES,
    "render, cold": _TOKENS,
    "render, warm": _TOKENS,
    "parse": _TOKENS,
    "stream": _TOKENS,
}
_DURATIONS = {"load": "ms", "start": "ms"}
# Done once in a fresh process; there is nothing to choose the best from.
_ONCE = {"load", "start", "encode, cold", "render, cold"}

# The project's goals on whatever machine it is measured on.
BROWSER_COLD_MB_PER_SECOND = 1.5
STRICT_PARSING_RATIO = 1.5


@dataclass(frozen=True)
class Table:
    """A table of texts, the first row its head.

    Attributes:
        title: What stands above it.
        rows: All of one length.
        labels: How many columns at the left hold words, not numbers.
    """

    title: str
    rows: list[list[str]]
    labels: int

    def plain(self) -> str:
        """For a terminal: columns aligned by spaces."""
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if column < self.labels else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in self.rows
        ]
        rule = "-" * max(map(len, lines))
        return "\n".join([self.title, rule, lines[0], rule, *lines[1:]])

    def markdown(self) -> str:
        """For a README."""
        head, *body = self.rows
        rules = ["---" if column < self.labels else "---:" for column in range(len(head))]
        lines = [f"| {' | '.join(row)} |" for row in (head, rules, *body)]
        return "\n".join([f"**{self.title}**", "", *lines])


class Results:
    """All measurements of a run."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records: dict[tuple[str, str, str, str], list[Record]] = defaultdict(list)
        for record in records:
            key = (record.environment, record.package, record.subject, record.operation)
            self._records[key].append(record)

    def of(self, environment: str, package: str, subject: str, operation: str) -> list[Record]:
        """The rounds of one measurement."""
        return self._records.get((environment, package, subject, operation), [])

    def seconds(
        self, environment: str, package: str, subject: str, operation: str
    ) -> float | None:
        """How long it took: the median if it was done cold, else the best; ``None`` if never."""
        rounds = self.of(environment, package, subject, operation)
        samples = [sample for record in rounds for sample in record.seconds]
        if not samples:
            return None
        best_of_many = operation in _RATES and operation not in _ONCE
        return min(samples) if best_of_many else median(samples)

    def rate(self, environment: str, package: str, subject: str, operation: str) -> float | None:
        """How much was done a second, in the operation's unit."""
        seconds = self.seconds(environment, package, subject, operation)
        if seconds is None:
            return None
        record = self.of(environment, package, subject, operation)[0]
        if _RATES[operation] == _BYTES:
            return record.bytes / seconds / 1e6
        return record.tokens / seconds / 1e3

    def disagreements(self) -> Iterator[str]:
        """Say who got another result than we did natively, or failed on the way."""
        expected = {
            (subject, operation): rounds[0].digest
            for (_, package, subject, operation), rounds in reversed(self._records.items())
            if package == OURS
        }
        for (environment, package, subject, operation), rounds in self._records.items():
            digests = {record.digest for record in rounds if not record.failure}
            if not digests <= {expected.get((subject, operation))}:
                yield f"{package}, {environment}: {subject}, {operation}: another result"
            for failure in {record.failure for record in rounds if record.failure}:
                yield f"{package}, {environment}: {subject}, {operation}: {failure}"


def speed_table(
    title: str, results: Results, environment: str, packages: Sequence[str], subjects: Sequence[str]
) -> Table:
    """One row an operation on a text, one column a package, and beside each peer the ratio."""
    head = ["", ""]
    for package in packages:
        head += [package] if package == OURS else [package, "ratio"]
    rows = [head]
    for operation in _DURATIONS:
        rows += _duration_row(results, environment, packages, subjects, operation)
    for subject in subjects:
        for operation, unit in _RATES.items():
            rates = [results.rate(environment, name, subject, operation) for name in packages]
            ratios = [_quotient(rates[0], rate) for rate in rates]
            label = f"{subject}: {operation}"
            rows.append([label, unit, *_cells(rates, ratios, digits=3)])
    return Table(title, [row for row in rows if set(row[2:]) != {_ABSENT}], labels=2)


def length_table(
    title: str,
    results: Results,
    environment: str,
    packages: Sequence[str],
    subjects: Sequence[str],
    lengths: Sequence[int],
) -> Table:
    """Seconds by length, and how they grow from the last length but one to the last."""
    factor = lengths[-1] // lengths[-2]
    head = ["", "", *(f"{length:,} characters" for length in lengths)]
    rows = [[*head, f"growth ({factor}x is linear)"]]
    for subject in subjects:
        for package in packages:
            seconds = [
                results.seconds(environment, package, subject, str(length)) for length in lengths
            ]
            failures = [
                next((r.failure for r in rounds if r.failure), _ABSENT).partition(":")[0]
                for length in lengths
                for rounds in [results.of(environment, package, subject, str(length))]
            ]
            cells = [
                failure if value is None else f"{value:.4f} s"
                for value, failure in zip(seconds, failures, strict=True)
            ]
            growth = _quotient(seconds[-1], seconds[-2])
            rows.append([subject, package, *cells, _times(growth, digits=3)])
    return Table(title, rows, labels=2)


def goals(results: Results, subjects: Sequence[str]) -> Iterator[str]:
    """Say what was reached of the project's goals, as far as it was measured."""
    cold = results.rate("browser", OURS, "prose", "encode, cold")
    if cold is not None:
        yield (
            f"Cold encoding of English prose in the browser: {cold:.2f} MB/s"
            f" (goal: {BROWSER_COLD_MB_PER_SECOND})"
        )
    for subject in subjects:
        ours, reference = (
            results.rate("native", package, subject, "parse")
            for package in (OURS, "openai_harmony")
        )
        yield (
            f"Strict parsing, {subject}: {_times(_quotient(ours, reference), digits=2)} the"
            f" reference's speed (goal: {STRICT_PARSING_RATIO}x)"
        )


def _duration_row(
    results: Results,
    environment: str,
    packages: Sequence[str],
    subjects: Sequence[str],
    operation: str,
) -> list[list[str]]:
    """The same for every text, so all its measurements make one row."""
    durations = []
    for package in packages:
        found = [results.seconds(environment, package, name, operation) for name in subjects]
        samples = [1000 * seconds for seconds in found if seconds is not None]
        durations.append(median(samples) if samples else None)
    ratios = [_quotient(duration, durations[0]) for duration in durations]
    cells = _cells(durations, ratios, digits=4)
    return [[operation, _DURATIONS[operation], *cells]]


def _cells(
    values: Sequence[float | None], ratios: Sequence[float | None], *, digits: int
) -> list[str]:
    """Our value, then each peer's with the ratio."""
    cells = [_number(values[0], digits)]
    for value, ratio in zip(values[1:], ratios[1:], strict=True):
        cells += [_number(value, digits), _times(ratio, digits=2)]
    return cells


def _quotient(dividend: float | None, divisor: float | None) -> float | None:
    return dividend / divisor if dividend is not None and divisor else None


def _times(ratio: float | None, *, digits: int) -> str:
    return _ABSENT if ratio is None else f"{_number(ratio, digits)}x"


def _number(value: float | None, digits: int) -> str:
    """So many significant digits, without an exponent."""
    if value is None:
        return _ABSENT
    whole = len(str(int(value))) if value >= 1 else 0
    return f"{value:.{max(0, digits - whole)}f}"
