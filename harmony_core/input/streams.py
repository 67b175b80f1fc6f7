"""Streams of server-sent events and of JSON deltas -> whole answers, joined by choice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Event",
    "Joined",
    "is_delta",
    "is_end",
    "is_event_line",
    "join",
    "looks_like_events",
    "read_events",
    "stream_id",
]

_EVENT_LINE = re.compile(r"(?:data|event|id|retry):|:")
_SSE_START = re.compile(r"(?:(?:id|retry):[^\n]*\n){0,3}(?:data: ?[\[{]|event: ?\w|: ?\w)")
_END = "[DONE]"


class Event(NamedTuple):
    """The data of one event.

    Attributes:
        data: Its text.
        line: The line it begins on, from 1.
    """

    data: str
    line: int


class Joined(NamedTuple):
    """A whole answer made of a stream.

    Attributes:
        answer: The answer, in the shape that the server gives without streaming.
        events: How many events went into it.
        line: The line of the first.
        ended: Whether the server said that it ends.
    """

    answer: Any
    events: int
    line: int
    ended: bool


def is_event_line(line: str) -> bool:
    """Whether a line may be one of a stream of server-sent events."""
    return _EVENT_LINE.match(line) is not None


def looks_like_events(source: str) -> bool:
    """Whether a source begins as a stream of server-sent events does."""
    return _SSE_START.match(source.lstrip()[:2000]) is not None


def read_events(source: str) -> list[Event]:
    """Cut a stream of server-sent events; an event's data lines are joined by newlines."""
    events: list[Event] = []
    data: list[str] = []
    first = 1
    for number, line in enumerate([*source.splitlines(), ""], 1):
        if line.startswith("data:"):
            if data and _is_whole(data):  # events without the blank line between them
                events.append(Event("\n".join(data), first))
                data = []
            if not data:
                first = number
            data.append(line[5:].removeprefix(" "))
        elif data and (not line.strip() or line.startswith(("event:", "id:", "retry:", ":"))):
            events.append(Event("\n".join(data), first))
            data = []
        elif line.strip() and not is_event_line(line) and data:
            data.append(line)
    return events


def _is_whole(data: list[str]) -> bool:
    text = data[-1].rstrip()
    return text == _END or (data[0].startswith("{") and text.endswith("}"))


def is_end(event: Event) -> bool:
    """Whether an event only says that the stream ends."""
    return event.data.strip() == _END


def is_delta(value: object) -> bool:
    """Whether a JSON value is one piece of a stream."""
    return _kind(value) is not None


def _kind(value: object) -> str | None:  # noqa: PLR0911 - one line a kind
    if not isinstance(value, dict):
        return None
    choices = value.get("choices")
    if isinstance(choices, list):
        first = choices[0] if choices else None
        chunk = str(value.get("object", "")).endswith("chunk")
        if chunk or (isinstance(first, dict) and "delta" in first):
            return "choices"
        return None
    if isinstance(value.get("token"), dict) and "id" in value["token"]:
        return "tgi"
    if value.get("done") is False and ("response" in value or "message" in value):
        return "ollama"
    if str(value.get("type", "")).startswith("response."):
        return "responses"
    if value.get("stop") is False and "content" in value:
        return "llama.cpp"
    return None


def stream_id(value: object) -> str:
    """What pieces of one stream have in common; empty if they do not say."""
    if not isinstance(value, dict):
        return ""
    meta = value.get("meta_info")
    if isinstance(meta, dict) and isinstance(meta.get("id"), str):
        return str(meta["id"])
    return str(value.get("id") or value.get("request_id") or "")


@dataclass
class _Stream:
    """The pieces of one answer so far."""

    kind: str
    line: int
    pieces: list[Any] = field(default_factory=list)
    finished: set[object] = field(default_factory=set)


def join(values: Iterable[tuple[object, int]], *, events: bool = False) -> list[Joined]:
    """Join the pieces of streams.

    Args:
        values: JSON values with the lines they begin on, in order, whether they are pieces of a
            stream or not.
        events: Whether they are the data of server-sent events.

    Returns:
        The answers, in the order in which they begin. What is no piece of any stream is an
        answer of one event.
    """
    streams: list[_Stream] = []
    current: dict[object, _Stream] = {}
    for value, line in values:
        kind = _kind_within(value, current, events=events)
        if kind is None or not isinstance(value, dict):
            streams.append(_Stream("whole", line, [value]))
            continue
        key = (kind, "" if kind == "responses" else stream_id(value), _batch_index(kind, value))
        stream = current.get(key)
        if stream is None or _begins_anew(stream, value):
            stream = current[key] = _Stream(kind, line)
            streams.append(stream)
        stream.pieces.append(value)
        stream.finished.update(_finished(value))
    return [
        _JOIN[stream.kind](stream.pieces)._replace(events=len(stream.pieces), line=stream.line)
        for stream in streams
    ]


def _kind_within(  # noqa: PLR0911 - one line a kind
    value: object, current: Mapping[object, _Stream], *, events: bool
) -> str | None:
    """The kind of a piece; some pieces only show as such beside those before them."""
    kind = _kind(value)
    if kind is not None or not isinstance(value, dict):
        return kind
    meta = value.get("meta_info")
    if isinstance(meta, dict) and ("id" in meta or meta.get("finish_reason") is None):
        return "sglang"
    if "choices" in value and (events or value.get("object") == "text_completion"):
        return "choices" if events or value.get("id") else None
    if events and "text_output" in value:
        return "triton"
    before = {stream.kind for stream in current.values()}
    if value.get("done") is True and ("ollama" in before or events):
        return "ollama"
    if value.get("stop") is True and ("llama.cpp" in before or events):
        return "llama.cpp"
    return None


def _batch_index(kind: str, value: Mapping[str, Any]) -> object:
    """Which of several prompts a piece belongs to, in streams that number them."""
    return value.get("index", 0) if kind in ("sglang", "llama.cpp") else None


def _finished(value: Mapping[str, Any]) -> list[object]:
    """The choices that a piece is the last one of."""
    meta = value.get("meta_info")
    if isinstance(meta, dict):
        return [0] if meta.get("finish_reason") is not None else []
    if value.get("done") is True or value.get("stop") is True or value.get("details"):
        return [0]
    choices = value.get("choices")
    return [
        choice.get("index", 0)
        for choice in (choices if isinstance(choices, list) else ())
        if isinstance(choice, dict) and choice.get("finish_reason") is not None
    ]


def _begins_anew(stream: _Stream, value: Mapping[str, Any]) -> bool:
    """Whether a piece is of a next stream, although it has the identifier of one before."""
    if stream.kind == "responses":
        return value.get("type") == "response.created"
    choices = value.get("choices")
    if isinstance(choices, list):
        indices = {each.get("index", 0) for each in choices if isinstance(each, dict)}
        return bool(indices & stream.finished)
    return bool(stream.finished) and stream.kind != "triton"


def _whole(pieces: list[Any]) -> Joined:
    return Joined(pieces[0], 1, 0, True)


def _choices(pieces: list[Any]) -> Joined:
    """OpenAI's, vLLM's and SGLang's completions and chat completions."""
    answer: dict[str, Any] = {}
    choices: dict[object, dict[str, Any]] = {}
    for piece in pieces:
        answer.update({name: value for name, value in piece.items() if value is not None})
        for choice in piece.get("choices") or ():
            if isinstance(choice, dict):
                _extend(choices.setdefault(choice.get("index", 0), {}), choice)
    numbers = all(isinstance(index, int) for index in choices)
    ordered = [
        _closed(choices[index])
        for index in sorted(choices, key=(lambda index: index) if numbers else str)
    ]
    for choice in ordered:
        if "delta" in choice:
            choice["message"] = choice.pop("delta")
    answer["choices"] = ordered
    return Joined(answer, 0, 0, all(choice.get("finish_reason") for choice in ordered))


# What a delta repeats instead of continuing it.
_REPEATED = frozenset(
    (
        *("index", "id", "type", "name", "role", "prompt_token_ids"),
        *("finish_reason", "native_finish_reason", "stop_reason", "matched_stop"),
    )
)


class _Parts(list[str]):
    """The parts of a string: joined once, at the end, so that joining takes linear time."""


def _extend(whole: dict[str, Any], delta: Mapping[str, Any]) -> None:
    """Append a delta: strings and lists go on, in whatever fields there are."""
    for name, value in delta.items():
        before = whole.get(name)
        if isinstance(value, dict):
            if not isinstance(before, dict):
                whole[name] = {}
            _extend(whole[name], value)
        elif value is None or name in _REPEATED:
            if value is not None or name not in whole:
                whole[name] = value
        elif isinstance(value, str):
            if not isinstance(before, _Parts):
                whole[name] = _Parts()
            whole[name].append(value)
        elif isinstance(value, list):
            if type(before) is not list:
                whole[name] = []
            whole[name].extend(value)
        else:
            whole[name] = value


def _closed(whole: dict[str, Any]) -> dict[str, Any]:
    """Join what was appended."""
    for name, value in whole.items():
        if isinstance(value, _Parts):
            whole[name] = "".join(value)
        elif isinstance(value, dict):
            _closed(value)
    return whole


def _sglang(pieces: list[Any]) -> Joined:
    """SGLang repeats all text and ids with every event, or goes on with what is new."""
    answer = dict(pieces[-1])
    for name in ("text", "output_ids"):
        parts = [piece[name] for piece in pieces if isinstance(piece.get(name), (str, list))]
        if not parts:
            continue
        answer[name] = parts[-1] if _repeats(parts, pieces) else _sum(parts)
    reason = (answer.get("meta_info") or {}).get("finish_reason")
    return Joined(answer, 0, 0, reason is not None)


def _repeats(parts: list[Any], pieces: list[Any]) -> bool:
    """Whether each part holds all of those before it."""
    counted = (pieces[-1].get("meta_info") or {}).get("completion_tokens")
    if isinstance(parts[-1], list) and counted is not None:
        return bool(len(parts[-1]) >= counted)
    return all(len(a) <= len(b) and b[: len(a)] == a for a, b in pairwise(parts))


def _sum(parts: list[Any]) -> Any:  # noqa: ANN401 - a string or a list
    if isinstance(parts[0], str):
        return "".join(parts)
    return [item for part in parts for item in part]


def _ollama(pieces: list[Any]) -> Joined:
    answer = dict(pieces[-1])
    if "message" in answer:
        message: dict[str, Any] = {}
        for piece in pieces:
            if isinstance(piece.get("message"), dict):
                _extend(message, piece["message"])
        answer["message"] = _closed(message)
    for name in ("response", "thinking"):
        parts = [piece[name] for piece in pieces if isinstance(piece.get(name), str)]
        if parts:
            answer[name] = "".join(parts)
    ended = answer.get("done") is True
    answer["done"] = True
    return Joined(answer, 0, 0, ended)


def _llama_cpp(pieces: list[Any]) -> Joined:
    answer = dict(pieces[-1])
    for name in ("content", "tokens", "completion_probabilities"):
        parts = [piece[name] for piece in pieces if isinstance(piece.get(name), (str, list))]
        if parts:
            answer[name] = _sum(parts)
    answer.setdefault("stop_type", "none")
    return Joined(answer, 0, 0, answer.get("stop") is True)


def _tgi(pieces: list[Any]) -> Joined:
    details = dict(pieces[-1].get("details") or {})
    details["tokens"] = [piece["token"] for piece in pieces]
    text = pieces[-1].get("generated_text")
    if text is None:
        text = "".join(str(piece["token"].get("text", "")) for piece in pieces)
    return Joined({"generated_text": text, "details": details}, 0, 0, "finish_reason" in details)


def _triton(pieces: list[Any]) -> Joined:
    answer = {**pieces[-1], "text_output": "".join(str(each["text_output"]) for each in pieces)}
    return Joined(answer, 0, 0, True)


def _responses(pieces: list[Any]) -> Joined:
    """The last event holds the whole response; without it, text deltas are all there is."""
    for piece in reversed(pieces):
        response = piece.get("response")
        if isinstance(response, dict) and response.get("output"):
            return Joined(response, 0, 0, response.get("status") != "in_progress")
    items: dict[object, dict[str, Any]] = {}
    for piece in pieces:
        if str(piece.get("type")).endswith(".delta") and isinstance(piece.get("delta"), str):
            item = items.setdefault(piece.get("output_index", 0), {"content": [{"text": ""}]})
            item["content"][0]["text"] += piece["delta"]
    output = list(items.values())
    return Joined({"object": "response", "status": "in_progress", "output": output}, 0, 0, False)


_JOIN = {
    "whole": _whole,
    "choices": _choices,
    "sglang": _sglang,
    "ollama": _ollama,
    "llama.cpp": _llama_cpp,
    "tgi": _tgi,
    "triton": _triton,
    "responses": _responses,
}
