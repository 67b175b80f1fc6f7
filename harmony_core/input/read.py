"""Whatever a person pastes or a server answers -> every output in it: ``read_outputs``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeGuard

from harmony_core.input.compression import to_text
from harmony_core.input.debug_print import PrintFault, read_print
from harmony_core.input.extract import Extractor
from harmony_core.input.faults import TokenInputError
from harmony_core.input.json_text import JsonFault, read_json
from harmony_core.input.logs import Record, looks_like_records, records, vllm_record
from harmony_core.input.notations import looks_like_ids, read_ids, truncated_print
from harmony_core.input.outputs import Kind, Left, Output, Outputs
from harmony_core.input.refusals import (
    no_output_in_line,
    nothing_found,
    refuse_binary,
    refuse_json,
    refuse_other,
)
from harmony_core.input.streams import is_end, join, looks_like_events, read_events
from harmony_core.input.text import (
    Unwrapped,
    code_blocks,
    has_marker,
    strip_log_prefix,
    unwrap,
    without_http_head,
)

if TYPE_CHECKING:
    from harmony_core.tokenizer import Tokenizer

__all__ = ["read_outputs", "read_record"]

# What a log may hold beside outputs.
_NO_OUTPUTS = frozenset(("log", "prompt-only"))
# So many layers, such as a fence around HTML-escaped JSON, are taken off.
_MOST_LAYERS = 4

_PRINT_START = re.compile(
    r"\s*(?:[bBrRuU]{0,2}['\"]|\{\s*['\"]|\[\s*[{A-Za-z'\"]|[&\w.:]+!?[({]|\[[^\]]*\.rs:"
    r"|[\w.'\"-]+\s*[=:]\s*(?:[bBrRuU]{0,2}['\"]|[\[({A-Z0-9]))"
)
_ASSIGNED = re.compile(r"[&\w.'\"-]+\s*[=:]\s*")
_LEFT_OUT = re.compile(r"[0-9][\s,]*(?:\.\.\.|…)")


def read_outputs(
    source: str | bytes,
    tokenizer: Tokenizer,
    *,
    kind: Kind | Literal["auto"] = "auto",
    check: bool = True,
) -> Outputs:
    """Read every output in a source.

    Args:
        source: Token ids in any notation, Harmony text, an engine's answer or stream, or a log of
            them; as text, or as bytes in UTF-8 or UTF-16, compressed by gzip or Zstandard or not.
        tokenizer: Says which ids exist, and turns text into tokens.
        kind: ``"auto"`` to recognise what the source is. ``"text"`` takes all of it for one
            Harmony text, ``"tokens"`` accepts token ids alone.
        check: Whether ids must be in the vocabulary. If not, they may be any integers.

    Returns:
        The outputs, and what else the source held. There is at least one output unless the
        source is blank.

    Raises:
        AlreadyParsedError: A server parsed the output, and its tokens are gone.
        TokenInputError: There is no output in the source, or it cannot be read.
    """
    text = to_text(source) if isinstance(source, bytes) else source
    if not text.strip():
        return Outputs([], [])
    reader = _Reader(tokenizer, text, kind, check=check)
    reader.read()
    return Outputs(reader.outputs, reader.left)


def read_record(
    record: Record,
    tokenizer: Tokenizer,
    *,
    kind: Kind | Literal["auto"] = "auto",
    check: bool = True,
) -> Outputs:
    """Read the outputs in one record of a log.

    Args:
        record: The record.
        tokenizer: As for ``read_outputs``.
        kind: As for ``read_outputs``.
        check: As for ``read_outputs``.

    Raises:
        TokenInputError: As for ``read_outputs``; places count from the record's start. What a
            log holds beside outputs, such as its own messages and requests, is left.
    """
    reader = _Reader(tokenizer, record.text, kind, check=check)
    try:
        reader.read_record(record)
    except TokenInputError as fault:
        if fault.kind not in _NO_OUTPUTS:
            raise
        return Outputs([], [Left("other", f"line {record.line}", str(fault), line=record.line)])
    return Outputs(reader.outputs, reader.left)


class _Reader:
    """Reads one source."""

    def __init__(
        self, tokenizer: Tokenizer, source: str, kind: Kind | Literal["auto"], *, check: bool
    ) -> None:
        self.outputs: list[Output] = []
        self.left: list[Left] = []
        self._tokenizer = tokenizer
        self._source = source
        self._kind = kind
        self._check = check
        self._in_log = False

    def read(self) -> None:
        """Read the whole source."""
        if self._kind == "text":
            self._add_pasted(self._source, "Harmony text", None)
        elif self._kind == "tokens":
            self._read_tokens(self._source)
        else:
            self._read_source(self._source, 0)

    def read_record(self, record: Record) -> None:
        """Read one record."""
        self._in_log = True
        if record.kind == "events":
            self._read_events(record.text, record.line)
        elif record.kind == "pieces":
            self._read_pieces(record)
        elif self._kind == "text":
            self._add_text(record.text, "Harmony text", record.line)
        elif self._kind == "tokens":
            self._read_tokens(record.text, record.line)
        else:
            self._read_auto(record.text, 0, record.line)
        if record.kind != "value":
            self._keep_kind()
        self._set_line(record.line)

    def _set_line(self, line: int) -> None:
        """Put the record's line before the paths."""
        place = f"line {line}"
        self.outputs = [
            replace(output, path=_within(place, output.path), line=line) for output in self.outputs
        ]
        self.left = [
            each
            if each.line is not None
            else replace(each, path=_within(place, each.path), line=line)
            for each in self.left
        ]

    def _read_source(self, text: str, layers: int) -> None:
        """Read what may be one value, a stream or a log."""
        if self._as_json(text, layers, None):
            return
        answer = without_http_head(text) if layers < _MOST_LAYERS else None
        if answer is not None:
            self._read_layer(answer, text, layers, None)
        elif layers < _MOST_LAYERS and self._as_blocks(text):
            return
        elif not looks_like_events(text) and looks_like_records(text):
            self._read_lines(text)
        else:
            self._read_auto(text, layers, None)

    # One value.

    def _read_auto(self, text: str, layers: int, line: int | None) -> None:
        if self._as_json(text, layers, line):
            return
        if any(read(text, line) for read in (self._as_events, self._as_print, self._as_ids)):
            return
        if layers < _MOST_LAYERS and self._as_wrapped(text, layers, line):
            return
        refuse_json(text)
        if has_marker(text):
            self._add_pasted(text, "Harmony text", line)
            return
        refuse_other(text)
        refuse_binary(text)
        if self._in_log:
            raise no_output_in_line(text)
        self._add_text(text, "text without special tokens", line)

    def _as_json(self, text: str, layers: int, line: int | None) -> bool:
        begin = text.lstrip()[:1]
        if begin not in ("{", "[", '"') or (begin == "[" and looks_like_ids(text)):
            return False
        try:
            value = read_json(text)
        except JsonFault:
            return False
        if isinstance(value, str):
            before = len(self.outputs)
            if value.lstrip()[:1] in ("{", "[", '"') and layers < _MOST_LAYERS:
                self._read_auto(value, layers + 1, line)
                self._name(before, "in a JSON string")
            else:
                self._add_text(value, "a JSON string of Harmony text", line)
            return True
        self._extract([(value, "", line)])
        return True

    def _as_events(self, text: str, line: int | None) -> bool:
        return looks_like_events(text) and self._read_events(text, line)

    def _as_print(self, text: str, line: int | None) -> bool:
        """Debug prints, other than lists of ids."""
        if _PRINT_START.match(text) is None or text.lstrip().startswith("<|"):
            return False
        try:
            value = read_print(text)
        except PrintFault as fault:
            if fault.truncated and _LEFT_OUT.search(text[: fault.stop][-40:]):
                raise truncated_print(fault.start, fault.stop) from fault
            return False
        if isinstance(value, str):
            self._add_text(value, "a quoted string of Harmony text", line)
            return True
        if not _may_hold_outputs(value) or (len(value) == 1 and looks_like_ids(text)):
            return False
        self._extract([(value, "", line)])
        return True

    def _as_ids(self, text: str, line: int | None) -> bool:
        if "<|" in text or not looks_like_ids(text):
            return False
        self._read_ids(text, line)
        return True

    def _as_wrapped(self, text: str, layers: int, line: int | None) -> bool:
        """Text in a fence, escaped, after a log's prefix or after a name."""
        logged = vllm_record(text)
        if logged is not None:
            if logged.pop("is_piece", False):
                raise TokenInputError(
                    "This is a piece of a streamed output, which vLLM logs whole at its end.",
                    kind="log",
                    start=0,
                    stop=len(text),
                    hint="Paste the line that says (streaming complete).",
                )
            self._extract([(logged, "", line)])
            return True
        layer = unwrap(text)
        if layer is None:
            return self._as_logged(text, layers, line)
        self._read_layer(layer, text, layers, line)
        return True

    def _read_layer(self, layer: Unwrapped, text: str, layers: int, line: int | None) -> None:
        before = len(self.outputs)
        if layer.around:
            self.left.append(Left("text-around", "", "text outside of the code fence", line=line))
        try:
            if line is None:
                self._read_source(layer.text, layers + 1)
            else:
                self._read_auto(layer.text, layers + 1, line)
        except TokenInputError as fault:
            if layer.offset is None:
                fault.start, fault.stop = 0, len(text)
            else:
                fault.start += layer.offset
                fault.stop += layer.offset
            raise
        self._name(before, f"in {layer.form}" if layer.offset is not None else f"from {layer.form}")

    def _as_blocks(self, text: str) -> bool:
        """Read each of several code blocks; one without an output, such as a command, is left."""
        outputs: list[Output] = []
        left = [Left("text-around", "", "text outside of the code blocks")]
        for number, block in enumerate(code_blocks(text), 1):
            path = f"code block {number}"
            reader = _Reader(self._tokenizer, block.text, self._kind, check=self._check)
            reader._in_log = True  # text without special tokens is no output here
            try:
                reader._read_source(block.text, _MOST_LAYERS)
            except TokenInputError as fault:
                if fault.kind in ("no-output", *_NO_OUTPUTS):
                    left.append(Left("other", path, "a code block without any output"))
                else:
                    left.append(Left(_kind_left(fault), path, str(fault), fault.hint))
                continue
            outputs += [replace(each, path=_within(path, each.path)) for each in reader.outputs]
            left += [replace(each, path=_within(path, each.path)) for each in reader.left]
        if not any(self._has_special(output.tokens) for output in outputs):
            return False  # an answer with code in it
        self.outputs += outputs
        self.left += left
        return True

    def _as_logged(self, text: str, layers: int, line: int | None) -> bool:
        """Read what comes after a log's prefix."""
        start = strip_log_prefix(text)
        rest = text[start:]
        if start == 0 or not (has_marker(rest) or rest[:1] in ("{", "[")):
            return False
        before = len(self.outputs)
        try:
            self._read_auto(rest, layers + 1, line)
        except TokenInputError as fault:
            if fault.kind in ("no-output", "not-json", "log"):
                return False  # a message in brackets or braces
            fault.start, fault.stop = start + fault.start, start + fault.stop
            raise
        plain = [output for output in self.outputs[before:] if not output.path]
        if not all(self._has_special(output.tokens) for output in plain):
            del self.outputs[before:]  # a message in brackets or braces
            return False
        self._name(before, "after a log's prefix")
        return True

    def _has_special(self, tokens: list[int]) -> bool:
        return any(self._tokenizer.is_special_token(token) for token in tokens)

    def _name(self, before: int, how: str) -> None:
        """Say of the outputs since a number of them how they were wrapped."""
        for index in range(before, len(self.outputs)):
            output = self.outputs[index]
            self.outputs[index] = replace(output, form=f"{output.form}, {how}")

    def _read_tokens(self, text: str, line: int | None = None) -> None:
        if text.lstrip()[:1] in ("{", "[", '"'):
            try:
                value = read_json(text)
            except JsonFault:
                value = None
            if isinstance(value, dict) or (isinstance(value, list) and not looks_like_ids(text)):
                self._extract([(value, "", line)])
                self._keep_kind()
                return
        self._read_ids(text, line)

    def _keep_kind(self) -> None:
        """Refuse what is not of the kind that was asked for."""
        if self._kind == "tokens" and any(output.kind == "text" for output in self.outputs):
            raise TokenInputError(
                "This holds text, where token ids were asked for.",
                kind="no-ids",
                start=0,
                stop=len(self._source),
                hint="Have the server return token ids, or read it as text.",
            )

    def _read_ids(self, text: str, line: int | None) -> None:
        for found in read_ids(text, self._tokenizer, check=self._check):
            self.outputs.append(
                Output(found.tokens, "tokens", "", found.path, found.form, line=found.line or line)
            )

    def _add_pasted(self, text: str, form: str, line: int | None) -> None:
        """Add text without the line end that editors and shells put after its last token."""
        stripped = text.rstrip()
        ended = stripped.endswith(("<|return|>", "<|call|>", "<|end|>"))
        self._add_text(stripped if ended else text, form, line)

    def _add_text(self, text: str, form: str, line: int | None = None) -> None:
        tokens = self._tokenizer.encode(text, allowed_special="all")
        self.outputs.append(Output(tokens, "text", "", "", form, line=line))

    # Answers, streams and logs.

    def _extract(self, values: list[tuple[object, str, int | None]]) -> None:
        """Collect the outputs of JSON values; there has to be one."""
        extractor = Extractor(self._tokenizer, self._source, check=self._check)
        for value, path, line in values:
            extractor.add(value, path=path, line=line)
        self.outputs += extractor.outputs
        self.left += extractor.left
        if not extractor.outputs:
            raise (
                extractor.faults[0] if extractor.faults else nothing_found(self.left, self._source)
            )

    def _read_events(self, text: str, line: int | None) -> bool:
        """Read server-sent events."""
        first = (line or 1) - 1
        events = read_events(text)
        ended = any(map(is_end, events))
        pieces = [(each.data, each.line + first) for each in events if not is_end(each)]
        self._read_joined(self._values(pieces), events=True, ended=ended, line=line)
        return True

    def _read_pieces(self, record: Record) -> None:
        pieces = [
            (text, number) for number, text in enumerate(record.text.split("\n"), record.line)
        ]
        self._read_joined(self._values(pieces), events=False, ended=False, line=record.line)

    def _values(self, pieces: list[tuple[str, int]]) -> list[tuple[object, int]]:
        """Read each piece of a stream as JSON; one that is none is left."""
        values: list[tuple[object, int]] = []
        for text, number in pieces:
            try:
                values.append((read_json(text), number))
            except JsonFault as fault:  # noqa: PERF203 - each piece may be at fault by itself
                self._leave_unread(number, f"invalid JSON: {fault}")
        return values

    def _leave_unread(self, number: int, message: str) -> None:
        self.left.append(Left("unreadable", f"line {number}", message, line=number))

    def _read_joined(
        self, values: list[tuple[object, int]], *, events: bool, ended: bool, line: int | None
    ) -> None:
        joined = join(values, events=events)
        before = len(self.outputs)
        self._extract([(each.answer, "", line) for each in joined])
        count = sum(each.events for each in joined)
        if count > len(joined):
            self._name(before, f"joined from {count} events")
        if not ended and not all(each.ended for each in joined):
            self.left.append(
                Left(
                    "cut-stream",
                    "",
                    "the stream ends before the server says why generation ended",
                    "Read the stream to its end.",
                    line,
                )
            )

    def _read_lines(self, text: str) -> None:
        """Read a log; a line that cannot be read ends nothing."""
        faults: list[TokenInputError] = []
        starts = _line_starts(text)
        for record in records(text.split("\n")):
            try:
                found = read_record(record, self._tokenizer, kind=self._kind, check=self._check)
            except TokenInputError as fault:
                start = starts[record.line - 1]
                fault.start, fault.stop = start + fault.start, start + fault.stop
                faults.append(fault)
                path = f"line {record.line}"
                left = Left(_kind_left(fault), path, str(fault), fault.hint, record.line)
                self.left.append(left)
                continue
            self.outputs += found.outputs
            self.left += found.left
        if self.outputs:
            return
        parsed = next((fault for fault in faults if fault.kind == "already-parsed"), None)
        first = parsed or next((fault for fault in faults if fault.kind != "no-output"), None)
        if first is None:
            refuse_other(text)
        raise first or (faults[0] if faults else nothing_found(self.left, text))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _may_hold_outputs(value: object) -> TypeGuard[dict[str, object] | list[object]]:
    """Whether a print may hold an output: `Note: 5` and lists of numbers do not."""
    if isinstance(value, list):
        return not all(isinstance(each, (int, float, list)) for each in value)
    if not isinstance(value, dict):
        return False
    return any(
        isinstance(each, (dict, list)) or (isinstance(each, str) and has_marker(each))
        for each in value.values()
    )


def _within(place: str, path: str) -> str:
    return f"{place}, {path}" if path else place


def _kind_left(fault: TokenInputError) -> str:
    """The kind of what is left because of a fault."""
    return fault.kind if fault.kind in ("already-parsed", "server-error") else "unreadable"
