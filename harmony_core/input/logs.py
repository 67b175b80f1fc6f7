"""Lines of a log -> records: JSON Lines, streams among them, values after a log's prefix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from harmony_core.input.debug_print import PrintFault, read_print
from harmony_core.input.json_text import JsonFault, read_json
from harmony_core.input.streams import is_event_line
from harmony_core.input.text import has_marker, is_log_line, strip_log_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Record", "Records", "looks_like_records", "records", "vllm_record"]

# What vllm/entrypoints/logger.py writes: the request, then what was generated.
_VLLM = re.compile(
    r"(?P<what>Generated response|Received request) (?P<id>\S+?)(?P<how> \([\w ]+\))?:\s+"
    r"(?=(?:output|prompt|params)\b)"
)
# A piece of a stream, by what only pieces have.
_DELTA = re.compile(
    r'"object"\s*:\s*"[\w.]*chunk"|"delta"\s*:\s*\{|"done"\s*:\s*(?:false|true)'
    r'|"token"\s*:\s*\{\s*"id"|"stop"\s*:\s*false|"type"\s*:\s*"response\.'
)
_UNFINISHED = re.compile(r'"finish_reason"\s*:\s*null')
_ID = re.compile(r'"(?:id|request_id)"\s*:\s*"([^"\\]{1,200})"')
_PRINT = re.compile(r"[\[({]|[bBrRuU]{1,2}['\"]|'|[A-Za-z_][\w.]*\(")
_LAST = re.compile(r'"done"\s*:\s*true')
# So much is held back until its stream is known to be whole.
_MOST_STREAMS = 32
_MOST_HELD = 1 << 25
_SAMPLE = 20
_MOST_LOOKED_AT = 1000


class Record(NamedTuple):
    """What is read at once.

    Attributes:
        text: One or more lines.
        line: The number of the first, from 1.
        kind: ``"events"`` for server-sent events, ``"pieces"`` for the pieces of streams, one on
            each line, ``"value"`` for anything else.
    """

    text: str
    line: int
    kind: Literal["value", "events", "pieces"]


def looks_like_records(source: str) -> bool:
    """Whether a source is to be read line by line."""
    lines = [line for line in source.strip().splitlines()[:_MOST_LOOKED_AT] if line.strip()]
    if len(lines) < 2:  # noqa: PLR2004 - a single line is a value
        return False
    values = [line for line in lines if line.lstrip()[0] in '{["' or is_event_line(line)]
    logged = [line for line in lines if is_log_line(line)]
    if any(_VLLM.search(line) for line in lines):
        return True
    if has_marker(lines[0]) and lines[0] not in (*values, *logged):
        return False
    if 2 * (len(values) + len(logged)) < len(lines):
        return False
    sample = (values or logged)[:_SAMPLE]
    good = sum(map(_is_value, sample))
    if values:
        return 2 * good >= len(sample)
    return bool(logged) and any(has_marker(line) or good for line in lines)


def _is_value(line: str) -> bool:
    text = line[strip_log_prefix(line) :].strip()
    if text.startswith("data:"):
        return True
    try:
        read_json(text)
    except JsonFault:
        if _PRINT.match(text) is None:
            return False
        try:
            read_print(text)
        except PrintFault:
            return False
    return True


def records(lines: Iterable[str]) -> Iterator[Record]:
    """Cut lines into records.

    A stream's pieces are held back until it ends; memory is bounded however long the log is.

    Args:
        lines: The lines, with or without their ends.
    """
    cutter = Records()
    for number, line in enumerate(lines, 1):
        yield from cutter.feed(line.rstrip("\r\n"), number)
    yield from cutter.finish()


class Records:
    """Cuts lines into records as they come."""

    def __init__(self) -> None:
        self._events: list[tuple[int, str]] = []
        self._logged: list[tuple[int, str]] = []
        self._streams: dict[str, list[tuple[int, str]]] = {}
        self._held = 0

    def feed(self, line: str, number: int) -> Iterator[Record]:
        """Take a line; give the records that are whole.

        Args:
            line: The line, without its end.
            number: Its number, from 1.
        """
        if self._events:
            if not line.strip() or is_event_line(line):
                self._hold(self._events, number, line)
                if line[5:].strip() == "[DONE]" or self._held > _MOST_HELD:
                    yield from self._flush(self._events, "events")
                return
            yield from self._flush(self._events, "events")
        if not line.strip():
            return
        if line.startswith(("data:", "event:")):
            yield from self._flush(self._logged, "value")
            self._hold(self._events, number, line)
        elif is_log_line(line):
            yield from self._flush(self._logged, "value")
            self._hold(self._logged, number, line)
        elif self._logged and line.lstrip()[0] not in "{[":
            self._hold(self._logged, number, line)  # a message of several lines goes on
            if self._held > _MOST_HELD:
                yield from self._flush(self._logged, "value")
        else:
            yield from self._flush(self._logged, "value")
            yield from self._value(line, number)

    def finish(self) -> Iterator[Record]:
        """Give what was held back."""
        yield from self._flush(self._events, "events")
        yield from self._flush(self._logged, "value")
        for stream in list(self._streams.values()):
            yield from self._flush(stream, "pieces")
        self._streams.clear()

    def _value(self, line: str, number: int) -> Iterator[Record]:
        identified = _ID.search(line)
        key = identified[1] if identified else ""
        if not line.lstrip().startswith("{") or not (key in self._streams or _is_piece(line)):
            yield Record(line, number, "value")
            return
        stream = self._streams.setdefault(key, [])
        self._hold(stream, number, line)
        if (not key and _LAST.search(line)) or self._held > _MOST_HELD:
            del self._streams[key]
            yield from self._flush(stream, "pieces")
        elif len(self._streams) > _MOST_STREAMS:
            oldest = next(iter(self._streams))
            yield from self._flush(self._streams.pop(oldest), "pieces")

    def _hold(self, held: list[tuple[int, str]], number: int, line: str) -> None:
        held.append((number, line))
        self._held += len(line)

    def _flush(
        self, held: list[tuple[int, str]], kind: Literal["value", "events", "pieces"]
    ) -> Iterator[Record]:
        if held:
            text = "\n".join(line for _, line in held)
            first = held[0][0]
            held.clear()
            self._held = max(0, self._held - len(text))
            yield Record(text, first, kind)


def _is_piece(line: str) -> bool:
    if _DELTA.search(line) is not None:
        return True
    return '"text_completion"' in line and _UNFINISHED.search(line) is not None


def vllm_record(text: str) -> dict[str, object] | None:
    """Read what vLLM logs of a request or an answer; ``None`` if it is neither."""
    found = _VLLM.search(text)
    if found is None:
        return None
    if found["what"] == "Received request":
        return {"request": text[found.end() :]}
    try:
        value = read_print(text[found.end() :])
    except PrintFault:
        return None
    if not isinstance(value, dict):
        return None
    piece = {"is_piece": True} if "delta" in (found["how"] or "") else {}
    return {"request_id": found["id"], **value, **piece}
