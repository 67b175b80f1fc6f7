"""All that the page calls: JSON in, JSON and flat integer arrays out.

The shapes are those of ``web/engine/protocol.js``. A call never raises for what a person
typed or pasted; such a fault comes back as data, with its place.
"""

from __future__ import annotations

import json
import platform
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from harmony_core import __version__
from harmony_core.chat import Conversation, Role, unknown_fields
from harmony_core.encoding import RenderConversationConfig
from harmony_core.errors import ChatError, ParseError, RenderError
from harmony_core.format.spans import Part, label
from harmony_core.format.trace import trace
from harmony_core.reading import ReadingError, read
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding
from harmony_core.tools import ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from harmony_core.encoding import HarmonyEncoding
    from harmony_core.format.spans import Span

Reply = dict[str, Any]

_PARTS = {part: number for number, part in enumerate(Part)}
_NO_MESSAGE = -1

_PARSE_HINTS = {
    "unexpected-token": "Between messages only <|start|> may stand. If the output begins within a "
    "message's header, as a completion does, choose the role that the prompt ended with.",
    "unexpected-eos": "The output ends before <|message|>: sampling was cut short, or the special "
    "tokens were removed when it was decoded.",
    "missing-role": "A header begins with a role, such as <|start|>assistant.",
    "unknown-role": "Roles are system, developer, user and assistant; a tool's message begins with "
    "the tool's name and needs a recipient.",
    "empty-channel": "A channel's name follows <|channel|>: analysis, commentary or final.",
    "junk-in-header": "A header is a role, to= and a recipient, a channel and a content type. A "
    "stop token or <|message|> may be missing here.",
    "undecodable-header": "The header's tokens are not text; the sampler may have gone astray.",
}


_RENDER_HINT = "Correct the message; everything else was read."


class _InputFault(Exception):  # noqa: N818 - never leaves this module
    """The input cannot be answered.

    Attributes:
        fault: What the protocol calls a fault.
    """

    def __init__(  # noqa: PLR0913 - the parts of a fault
        self,
        kind: str,
        message: str,
        hint: str,
        *,
        token: int | None = None,
        path: Sequence[str | int] = (),
        place: dict[str, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.fault: Mapping[str, object] = {
            "kind": kind,
            "message": message,
            "hint": hint,
            "token": token,
            "path": list(path),
            "place": place,
        }


def about() -> str:
    """Say what runs here, as JSON: versions, formatting tokens, the built-in tools."""
    encoding = _encoding()
    return json.dumps(
        {
            "version": __version__,
            "python": platform.python_version(),
            "encoding": encoding.name,
            "special_tokens": [
                {"id": token, "text": text} for text, token in encoding.markers.tokens()
            ],
            "builtin_tools": {
                "browser": ToolNamespaceConfig.browser().to_dict(),
                "python": ToolNamespaceConfig.python().to_dict(),
            },
        }
    )


def call(method: str, params: str) -> Reply:
    """Answer one request.

    Args:
        method: ``"render"`` or ``"inspect"``.
        params: The request's parameters, as JSON.

    Returns:
        ``{"value": JSON, "ids": ..., "ends": ..., "bytes": ..., "spans": ..., "joins": ...}``,
        where the arrays hold what ``TokenStream`` in the protocol says; or ``{"fault": JSON}``
        if the input cannot be answered.
    """
    answer = _METHODS[method]
    try:
        return answer(**json.loads(params))
    except _InputFault as error:
        return {"fault": json.dumps(error.fault)}


def _encoding() -> HarmonyEncoding:
    return load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)


def _render(*, conversation: str, mode: str, next_role: str, drop_analysis: bool) -> Reply:
    encoding = _encoding()
    try:
        tokens, ranges = encoding.render_ranges(
            _conversation(conversation),
            RenderConversationConfig(auto_drop_analysis=drop_analysis),
            next_turn_role=Role(next_role) if mode == "completion" else None,
            training=mode == "training",
        )
    except RenderError as error:
        path = () if error.message_index is None else ("messages", error.message_index)
        raise _InputFault("cannot-render", str(error), _RENDER_HINT, path=path) from error
    except ChatError as error:
        raise _at_path(error) from error
    messages = [{"index": index, "start": start, "stop": stop} for index, start, stop in ranges]
    return _reply({"messages": messages}, tokens, [(start, stop) for _, start, stop in ranges])


def _conversation(source: str) -> Conversation:
    try:
        data = json.loads(source)
    except json.JSONDecodeError as error:
        raise _InputFault(
            "not-json",
            f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]}.",
            "Correct the JSON at the marked place.",
            place=_place(source, error.pos, error.pos + 1),
        ) from error
    except RecursionError as error:
        raise _InputFault(
            "not-json", "This JSON is nested too deeply to be read.", "Flatten its inner values."
        ) from error
    try:
        conversation = Conversation.from_dict(data)
    except ChatError as error:
        raise _at_path(error) from error
    for unknown in unknown_fields(data):
        name = unknown.path[-1]
        raise _InputFault(
            "unknown-field",
            f'The field "{name}" is unknown, and rendering would ignore it.',
            f'Did you mean "{unknown.suggestion}"?' if unknown.suggestion else "Remove it.",
            path=unknown.path,
        )
    return conversation


def _at_path(error: ChatError) -> _InputFault:
    hint = "Correct the marked field." if error.path else "Correct the conversation."
    return _InputFault("not-a-conversation", str(error), hint, path=error.path)


def _inspect(
    *, source: str, reading: Literal["auto", "tokens", "text"], role: str | None, strict: bool
) -> Reply:
    encoding = _encoding()
    try:
        found = read(source, encoding.tokenizer, reading=reading)
    except ReadingError as error:
        place = _place(source, error.start, error.stop)
        raise _InputFault(error.kind, str(error), error.hint, place=place) from error
    first = None if role is None else Role(role)
    traced = trace(encoding, found.tokens, first, strict=strict)
    value: dict[str, object] = {
        "recognised": found.kind,
        "form": found.form,
        "messages": [
            {
                "start": item.start,
                "stop": item.stop,
                "complete": item.complete,
                "message": item.message.to_dict(),
            }
            for item in traced.messages
        ],
        "state": traced.state.value,
        "fault": None if traced.fault is None or not found.tokens else _parse_fault(traced.fault),
    }
    ranges = [(item.start, item.stop) for item in traced.messages]
    return _reply(value, found.tokens, ranges, role=first)


def _parse_fault(error: ParseError) -> Mapping[str, object]:
    hint = _PARSE_HINTS.get(error.kind, "Compare the marked token with the format.")
    return _InputFault(error.kind, str(error), hint, token=error.token_index).fault


def _reply(
    value: Mapping[str, object],
    tokens: list[int],
    ranges: list[tuple[int, int]],
    *,
    role: Role | None = None,
) -> Reply:
    """Put an answer together; ``ranges`` are the tokens of its messages, in order."""
    encoding = _encoding()
    chunks = [encoding.tokenizer.token_bytes(token) for token in tokens]
    data = b"".join(chunks)
    ends = array("I", accumulate(map(len, chunks)))
    return {
        "value": json.dumps(value),
        "ids": array("i", tokens),
        "ends": ends,
        "bytes": data,
        "spans": _spans(label(tokens, encoding.tokenizer, encoding.markers, role=role), ranges),
        "joins": joins(data, ends),
    }


def _spans(spans: list[Span], ranges: list[tuple[int, int]]) -> array[int]:
    """Flatten spans; each belongs to the message in whose range it begins."""
    flat = array("i")
    message = 0
    for span in spans:
        while message < len(ranges) and ranges[message][1] <= span.start:
            message += 1
        inside = message < len(ranges) and ranges[message][0] <= span.start
        flat.extend((span.start, span.stop, _PARTS[span.part], message if inside else _NO_MESSAGE))
    return flat


def joins(data: bytes, ends: Sequence[int]) -> array[int]:
    """Find the runs of tokens that share a character.

    Args:
        data: The bytes of all tokens.
        ends: Where each token's bytes end.

    Returns:
        Start and stop, in tokens, of each run, flat and in order: two tokens are in one run
        if a well-formed UTF-8 character has bytes of both.
    """
    runs = array("i")
    for token, end in enumerate(ends[:-1]):
        if end < len(data) and _continues(data[end]) and _within_character(data, end):
            if runs and runs[-1] == token + 1:
                runs[-1] = token + 2
            else:
                runs.extend((token, token + 2))
    return runs


def _continues(byte: int) -> bool:
    return byte & 0b1100_0000 == 0b1000_0000  # noqa: PLR2004 - UTF-8's own bits


def _within_character(data: bytes, position: int) -> bool:
    """Whether a well-formed character begins before a position and ends behind it."""
    start = position - 1
    while start > position - 4 and start >= 0 and _continues(data[start]):
        start -= 1
    if start < 0:
        return False
    try:
        character = data[start : start + 4].decode()
    except UnicodeDecodeError as error:
        character = data[start : start + error.start].decode()
    return bool(character) and start + len(character[0].encode()) > position


def _place(source: str, start: int, stop: int) -> dict[str, int]:
    """A place in characters as the page counts: in UTF-16 code units."""
    before = source[:start]
    line_start = before.rfind("\n") + 1
    return {
        "start": _utf16_length(before),
        "stop": _utf16_length(source[:stop]),
        "line": before.count("\n") + 1,
        "column": _utf16_length(before[line_start:]) + 1,
    }


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_METHODS: dict[str, Callable[..., Reply]] = {"render": _render, "inspect": _inspect}
