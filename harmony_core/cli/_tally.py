"""What many inspections found, counted: of the same size for any number of streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harmony_core.format.diagnosis.codes import CODES, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.cli._input import Document
    from harmony_core.format.diagnosis.inspection import Inspection

# From the worst on.
SEVERITIES = tuple(Severity)


def counted(number: int, noun: str) -> str:
    """Put a number before a noun."""
    return f"{number:,} {noun}" + ("s" if number != 1 else "")


def place_of(document: Document) -> str:
    """Name a document as ``FILE`` or ``FILE:LINE``."""
    return document.name if document.line is None else f"{document.name}:{document.line}"


@dataclass
class _Row:
    """One code's row.

    Attributes:
        place: Where the first one is.
        first: The same for a program.
        streams: How many streams have it.
        times: How often it occurs.
    """

    place: str
    first: dict[str, object]
    streams: int = 0
    times: int = 0


@dataclass
class Tally:
    """The sums over all streams.

    Attributes:
        streams: How many there are.
        unreadable: How many inputs or parts of them could not be read.
        messages: How many messages were recovered.
        complete: How many of these a stop token ended.
        repaired: In how many of these something was guessed.
        worst: How many streams have each severity as their worst; under ``None``, how many
            have no diagnostic at all.
    """

    streams: int = 0
    unreadable: int = 0
    messages: int = 0
    complete: int = 0
    repaired: int = 0
    worst: dict[Severity | None, int] = field(
        default_factory=lambda: dict.fromkeys((*SEVERITIES, None), 0)
    )
    _rows: dict[str, _Row] = field(default_factory=dict)

    def add(self, document: Document, inspection: Inspection) -> None:
        """Count one stream."""
        self.streams += 1
        self.messages += len(inspection.items)
        self.complete += sum(item.complete for item in inspection.items)
        self.repaired += sum(item.repaired for item in inspection.items)
        seen = set()
        for found in inspection.diagnostics:
            row = self._rows.get(found.code)
            if row is None:
                line = {} if document.line is None else {"line": document.line}
                first = {"file": document.name, **line, "token": found.start}
                row = _Row(f"{place_of(document)} token {found.start}", first)
                self._rows[found.code] = row
            row.times += 1
            row.streams += found.code not in seen
            seen.add(found.code)
        severities = {found.severity for found in inspection.diagnostics}
        self.worst[min(severities, key=SEVERITIES.index, default=None)] += 1

    def merge(self, later: Tally) -> None:
        """Add the sums over later streams."""
        self.streams += later.streams
        self.unreadable += later.unreadable
        self.messages += later.messages
        self.complete += later.complete
        self.repaired += later.repaired
        for severity, number in later.worst.items():
            self.worst[severity] += number
        for code, row in later._rows.items():
            mine = self._rows.setdefault(code, _Row(row.place, row.first))
            mine.streams += row.streams
            mine.times += row.times

    def has(self, severity: Severity) -> bool:
        """Whether anything as bad as that, or worse, was found."""
        return any(self.worst[each] for each in SEVERITIES[: SEVERITIES.index(severity) + 1])

    def rows(self) -> Iterator[tuple[str, Severity, _Row]]:
        """The codes found: the worst first, of these the most frequent."""
        order = sorted(
            self._rows.items(),
            key=lambda item: (SEVERITIES.index(CODES[item[0]].severity), -item[1].streams, item[0]),
        )
        return ((code, CODES[code].severity, row) for code, row in order)

    def to_dict(self) -> dict[str, object]:
        """The sums as one object."""
        return {
            "streams": self.streams,
            "unreadable": self.unreadable,
            "clean": self.worst[None],
            "worst": {severity.value: self.worst[severity] for severity in SEVERITIES},
            "messages": self.messages,
            "complete": self.complete,
            "repaired": self.repaired,
            "codes": [
                {
                    "code": code,
                    "severity": severity.value,
                    "streams": row.streams,
                    "times": row.times,
                    "first": row.first,
                }
                for code, severity, row in self.rows()
            ],
        }
