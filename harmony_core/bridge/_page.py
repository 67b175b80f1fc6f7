"""What the page asks for: a typed conversation as tokens, a pasted output as messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from harmony_core.bridge._wire import Answer, InputFault, encoding, place_in, token_stream
from harmony_core.chat import Conversation, Role, unknown_fields
from harmony_core.encoding import RenderConversationConfig
from harmony_core.errors import ChatError, ParseError, RenderError
from harmony_core.format.trace import trace
from harmony_core.reading import ReadingError, read

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def render(*, conversation: str, mode: str, next_role: str, drop_analysis: bool) -> Answer:
    """Render a conversation; parameters and value are ``RenderParams`` and ``RenderValue``.

    Raises:
        InputFault: The conversation is none, or cannot be rendered.
    """
    try:
        tokens, ranges = encoding().render_ranges(
            _conversation(conversation),
            RenderConversationConfig(auto_drop_analysis=drop_analysis),
            next_turn_role=Role(next_role) if mode == "completion" else None,
            training=mode == "training",
        )
    except RenderError as error:
        path = () if error.message_index is None else ("messages", error.message_index)
        raise InputFault("cannot-render", str(error), _RENDER_HINT, path=path) from error
    except ChatError as error:
        raise _at_path(error) from error
    messages = [{"index": index, "start": start, "stop": stop} for index, start, stop in ranges]
    stream = token_stream(tokens, [(start, stop) for _, start, stop in ranges])
    return Answer({"messages": messages}, {"tokens": stream})


def _conversation(source: str) -> Conversation:
    try:
        data = json.loads(source)
    except json.JSONDecodeError as error:
        raise InputFault(
            "not-json",
            f"This is not JSON: {error.msg[:1].lower()}{error.msg[1:]}.",
            "Correct the JSON at the marked place.",
            place=place_in(source, error.pos, error.pos + 1),
        ) from error
    except RecursionError as error:
        raise InputFault(
            "not-json", "This JSON is nested too deeply to be read.", "Flatten its inner values."
        ) from error
    try:
        conversation = Conversation.from_dict(data)
    except ChatError as error:
        raise _at_path(error) from error
    for unknown in unknown_fields(data):
        name = unknown.path[-1]
        raise InputFault(
            "unknown-field",
            f'The field "{name}" is unknown, and rendering would ignore it.',
            f'Did you mean "{unknown.suggestion}"?' if unknown.suggestion else "Remove it.",
            path=unknown.path,
        )
    return conversation


def _at_path(error: ChatError) -> InputFault:
    hint = "Correct the marked field." if error.path else "Correct the conversation."
    return InputFault("not-a-conversation", str(error), hint, path=error.path)


def inspect(
    *, source: str, reading: Literal["auto", "tokens", "text"], role: str | None, strict: bool
) -> Answer:
    """Read a pasted output; parameters and value are ``InspectParams`` and ``InspectValue``.

    Raises:
        InputFault: The source is not what it was to be read as.
    """
    harmony = encoding()
    try:
        found = read(source, harmony.tokenizer, reading=reading)
    except ReadingError as error:
        place = place_in(source, error.start, error.stop)
        raise InputFault(error.kind, str(error), error.hint, place=place) from error
    first = None if role is None else Role(role)
    traced = trace(harmony, found.tokens, first, strict=strict)
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
    return Answer(value, {"tokens": token_stream(found.tokens, ranges, role=first)})


def _parse_fault(error: ParseError) -> Mapping[str, object]:
    hint = _PARSE_HINTS.get(error.kind, "Compare the marked token with the format.")
    return InputFault(error.kind, str(error), hint, token=error.token_index).fault
