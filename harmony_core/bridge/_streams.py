"""Parsers and inspectors of streams, kept here by number while JavaScript feeds them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, TypeVar

from harmony_core.bridge._inspect import inspect_value, read_finish
from harmony_core.bridge._wire import RequestFault, encoding
from harmony_core.errors import ParseError
from harmony_core.format.diagnosis.inspect import Inspector
from harmony_core.format.parse import StreamableParser
from harmony_core.input import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.bridge import protocol
    from harmony_core.bridge.shapes import StreamPart
    from harmony_core.chat import Message
    from harmony_core.format.parse import StreamState

_Stream = TypeVar("_Stream", StreamableParser, Inspector)

_streams: dict[int, StreamableParser | Inspector] = {}
_numbers = count(1)


def open_parser(params: protocol.OpenParserParams) -> protocol.OpenStreamValue:
    """Open a parser that is kept until it is closed."""
    return _open(StreamableParser(encoding(), params.role, strict=params.strict))


def open_inspector(params: protocol.OpenInspectorParams) -> protocol.OpenStreamValue:
    """Open an inspector that is kept until it is closed."""
    return _open(encoding().inspector(params.role, params))


def process(params: protocol.ProcessParams) -> protocol.Advance:
    """Feed a parser; a fault keeps what came before it."""
    return _advance(_find(params.stream, StreamableParser), params.tokens)


def process_eos(params: protocol.StreamParams) -> protocol.Advance:
    """Tell a parser that its stream has ended."""
    return _advance(_find(params.stream, StreamableParser), [None])


def feed(params: protocol.ProcessParams) -> protocol.InspectorAdvance:
    """Feed an inspector."""
    inspector = _find(params.stream, Inspector)
    diagnostics, items = len(inspector.diagnostics), len(inspector.items)
    return {
        **_advance(inspector, params.tokens),
        "diagnostics": [found.to_dict() for found in inspector.diagnostics[diagnostics:]],
        "items": [item.to_dict() for item in inspector.items[items:]],
    }


def finish(params: protocol.FinishParams) -> protocol.FinishValue:
    """Tell an inspector that its stream has ended, and give the whole inspection."""
    inspector = _find(params.stream, Inspector)
    seen = len(inspector.items)
    inspection = inspector.finish(read_finish(params))
    parts: list[StreamPart] = []
    for item in inspection.items[seen:]:
        _end_part(parts, len(parts) + seen, item.message)
    source = Output(inspection.tokens, "tokens", "", "", "token ids")
    return {**inspect_value(inspection, params.role, source), "parts": parts}


def close_stream(params: protocol.StreamParams) -> protocol.NoValue:
    """Forget a parser or an inspector."""
    _streams.pop(params.stream, None)
    return {}


def _open(stream: StreamableParser | Inspector) -> protocol.OpenStreamValue:
    number = next(_numbers)
    _streams[number] = stream
    return {"stream": number, **_snapshot(stream)}


def _find(number: int, kind: type[_Stream]) -> _Stream:
    stream = _streams.get(number)
    if isinstance(stream, kind):
        return stream
    noun = "parser" if kind is StreamableParser else "inspector"
    raise RequestFault("closed-stream", f"This {noun} is closed.", "Open another one.")


def _advance(
    stream: StreamableParser | Inspector, tokens: Sequence[int | None]
) -> protocol.Advance:
    """Feed a stream, ``None`` for its end, and report what is new since.

    Raises:
        RequestFault: A token does not follow the format; its value is what came before.
    """
    deltas: list[str | None] = []
    parts: list[StreamPart] = []
    ended = len(stream.messages)
    fault: ParseError | None = None
    for token in tokens:
        state = stream.state
        try:
            stream.process_eos() if token is None else stream.process(token)
        except ParseError as error:
            fault = error
        delta = stream.last_content_delta
        deltas.append(delta)
        for message in _new_messages(stream, state, ended):
            _end_part(parts, ended, message)
            ended += 1
        if delta is not None:
            _add_text(parts, ended, stream, delta)
        if fault is not None:
            break
    value: protocol.Advance = {**_snapshot(stream), "deltas": deltas, "parts": parts}
    if fault is not None:
        raise RequestFault(fault.kind, str(fault), "", token=fault.token_index, value=value)
    return value


def _new_messages(
    stream: StreamableParser | Inspector, before: StreamState, ended: int
) -> list[Message]:
    """The messages that the last token ended."""
    if isinstance(stream, Inspector):
        return [item.message for item in stream.new_items]
    return stream.messages[ended:] if stream.state is not before else []


def _add_text(
    parts: list[StreamPart], index: int, stream: StreamableParser | Inspector, text: str
) -> None:
    if parts and parts[-1]["message"] == index:
        parts[-1]["text"] += text
        return
    role = stream.current_role
    parts.append(
        {
            "message": index,
            "role": None if role is None else role.value,
            "channel": stream.current_channel,
            "recipient": stream.current_recipient,
            "content_type": stream.current_content_type,
            "text": text,
            "ended": None,
        }
    )


def _end_part(parts: list[StreamPart], index: int, message: Message) -> None:
    if parts and parts[-1]["message"] == index:
        parts[-1]["ended"] = message.to_dict()
        return
    parts.append(
        {
            "message": index,
            "role": message.author.role.value,
            "channel": message.channel,
            "recipient": message.recipient,
            "content_type": message.content_type,
            "text": "",
            "ended": message.to_dict(),
        }
    )


def _snapshot(stream: StreamableParser | Inspector) -> protocol.Snapshot:
    role = stream.current_role
    return {
        "state": stream.state.value,
        "role": None if role is None else role.value,
        "channel": stream.current_channel,
        "recipient": stream.current_recipient,
        "content_type": stream.current_content_type,
    }
