"""Inspections as a person reads them: like a compiler's complaints."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from harmony_core.cli._colour import painted
from harmony_core.cli._excerpt import excerpt
from harmony_core.cli._tally import SEVERITIES, counted
from harmony_core.cli._visible import one_line
from harmony_core.errors import DecodeError
from harmony_core.format.diagnosis.codes import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.cli._input import Document
    from harmony_core.cli._tally import Tally
    from harmony_core.format.diagnosis.inspection import (
        Diagnostic,
        InspectedMessage,
        Inspection,
    )
    from harmony_core.input import Output
    from harmony_core.tokenizer import Tokenizer

# ANSI's SGR codes.
COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
_BOLD = "1"
_AT_WORST = {
    Severity.INFO: "info only",
    Severity.WARNING: "warnings",
    Severity.ERROR: "errors",
}
_NARROWEST = 24  # columns for the tokens, however narrow the terminal


class Findings:
    """Writes inspections out.

    Args:
        tokenizer: Knows the tokens' bytes.
        coloured: Whether to colour by severity.
    """

    def __init__(self, tokenizer: Tokenizer, *, coloured: bool) -> None:
        self._tokenizer = tokenizer
        self._colours: dict[Severity, str] = COLOURS if coloured else {}
        self._bold = _BOLD if coloured else None

    def of_stream(
        self, document: Document, output: Output, inspection: Inspection, messages: str
    ) -> Iterator[str]:
        """Tell what was taken, its messages, each diagnostic, then the summary, line by line.

        Args:
            document: What the output was read from.
            output: The output.
            inspection: What was found in it.
            messages: How to show messages: ``"none"``, ``"compact"`` or ``"full"``.
        """
        columns = shutil.get_terminal_size().columns
        places = _Places(document, output, inspection.tokens, self._tokenizer)
        end = f", ended by {output.finish.reason}" if output.finish.reason else ""
        yield f"{painted(places.name, self._bold)}: {one_line(output.title + end)}"
        for item in inspection.items if messages != "none" else ():
            yield from message_lines(item, columns, full=messages == "full")
        for found in inspection.diagnostics:
            yield from self._of_diagnostic(found, inspection.tokens, places, columns)
        yield f"{places.name}: {self._summary(inspection)}"
        if inspection.diagnostics or document.line is None:
            yield ""

    def _of_diagnostic(
        self, found: Diagnostic, tokens: list[int], places: _Places, columns: int
    ) -> Iterator[str]:
        colour = self._colours.get(found.severity)
        kind = painted(f"{found.severity.value}[{found.code}]", colour)
        place = painted(places.of(found.start), self._bold)
        yield f"{place}: {kind}: {one_line(found.message)}"
        label = _label(found, len(tokens))
        gutter = " " * len(label)
        room = max(columns - len(label) - 6, _NARROWEST)
        shown = excerpt(tokens, found.start, found.stop, self._tokenizer, room)
        carets = " " * shown.column + painted("^" * max(shown.width, 1), colour)
        line = f"{shown.before}{painted(shown.place, colour)}{shown.after}"
        yield f"  {label} | {line}"
        yield f"  {gutter} | {carets}"
        yield f"  {gutter} = hint: {one_line(found.hint)}"
        yield f"  {gutter} = see: {found.url}"

    def _summary(self, inspection: Inspection) -> str:
        items = inspection.items
        parts = [counted(len(items), "message")]
        complete = sum(item.complete for item in items)
        repaired = sum(item.repaired for item in items)
        if items:
            parts.append(f"{complete:,} complete")
        if repaired:
            parts.append(f"{repaired:,} repaired")
        return f"{', '.join(parts)}; {self._problems(inspection)}"

    def _problems(self, inspection: Inspection) -> str:
        found = [diagnostic.severity for diagnostic in inspection.diagnostics]
        problems = [
            painted(_number_of(found.count(severity), severity), self._colours.get(severity))
            for severity in SEVERITIES
            if severity in found
        ]
        return ", ".join(problems) or "no problems"

    def of_all(self, tally: Tally) -> Iterator[str]:
        """Tell the sums, and the table of codes, line by line."""
        worst = [
            painted(f"{tally.worst[severity]:,} with {noun}", self._colours.get(severity))
            for severity, noun in _AT_WORST.items()
        ]
        sums = (
            f"{counted(tally.streams, 'stream')}: {tally.worst[None]:,} clean, {', '.join(worst)}"
        )
        if tally.unreadable:
            sums += "; " + painted(
                f"{tally.unreadable:,} unreadable", self._colours.get(Severity.ERROR)
            )
        yield sums
        yield (
            f"{counted(tally.messages, 'message')}: "
            f"{tally.complete:,} complete, {tally.repaired:,} repaired"
        )
        rows = list(tally.rows())
        if not rows:
            return
        longest = max(len(code) for code, _, _ in rows)
        yield ""
        yield f"{'code':{longest}}  severity  {'streams':>9}  {'share':>6}  {'times':>9}  first"
        for code, severity, row in rows:
            kind = painted(f"{code:{longest}}  {severity.value:8}", self._colours.get(severity))
            share = f"{row.streams / tally.streams:6.1%}"
            yield f"{kind}  {row.streams:9,}  {share}  {row.times:9,}  {row.place}"


def message_lines(item: InspectedMessage, columns: int, *, full: bool) -> Iterator[str]:
    """Show a message: whose, on which channel and to whom, then its content.

    Args:
        item: The message.
        columns: How wide a line may be.
        full: Whether to show all of the content, over as many lines as it has.
    """
    message = item.message
    author = message.author.role.value
    if message.author.name:
        author = message.author.name
    words = [author, *([message.channel] if message.channel else [])]
    if message.recipient:
        words.append(f"to {message.recipient}")
    notes = [
        note
        for note, holds in (
            ("not to be run", item.withheld),
            ("repaired", item.repaired),
            ("incomplete", not item.complete),
        )
        if holds
    ]
    noted = f" ({', '.join(notes)})" if notes else ""
    head = f"  {one_line(' '.join(words))}{noted}:"
    text = "".join(getattr(content, "text", "") for content in message.content)
    if full:
        yield head
        for line in text.splitlines():
            yield f"    {one_line(line)}"
        return
    room = max(columns - len(head) - 1, _NARROWEST)
    shown = one_line(text[: room + 1])
    yield f"{head} {shown if len(shown) <= room else shown[: room - 1] + '…'}"


def _label(found: Diagnostic, size: int) -> str:
    if found.start >= size:
        return "the end"
    if found.stop > found.start + 1:
        return f"tokens {found.start}-{found.stop - 1}"
    return f"token {found.start}"


def _number_of(number: int, severity: Severity) -> str:
    return f"{number:,} info" if severity is Severity.INFO else counted(number, severity.value)


class _Places:
    """Where the tokens of a document stand: in its line, or the line of its text."""

    def __init__(
        self, document: Document, output: Output, tokens: list[int], tokenizer: Tokenizer
    ) -> None:
        self._document = document
        self._tokens = tokens
        self._tokenizer = tokenizer
        self._at = 0
        self._line: int | None = None
        if document.line is not None:
            self.name = f"{document.name}:{document.line}"
        elif output.line is not None:
            self.name = f"{document.name}:{output.line}"
        else:
            self.name = document.name
            if not output.path and self._is_spelled_out():
                self._line = 1

    def _is_spelled_out(self) -> bool:
        """Whether the document is the tokens' text, and no list of ids or the like."""
        try:
            return self._document.text().startswith(self._tokenizer.decode(self._tokens))
        except (DecodeError, OverflowError):
            return False

    def of(self, start: int) -> str:
        """Name the place of a token; from one call to the next, they go up."""
        if self._line is None:
            return self.name
        passed = self._tokenizer.decode_bytes(self._tokens[self._at : start])
        self._line += passed.count(b"\n")
        self._at = start
        return f"{self.name}:{self._line}"
