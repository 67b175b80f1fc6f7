"""Conversations and messages to tokens; for the page, with what each token is there for."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from harmony_core.bridge._wire import (
    MOST_LISTED,
    RequestFault,
    encoding,
    flat_marks,
    place_in,
    token_stream,
)
from harmony_core.bridge.shapes import LITERAL
from harmony_core.chat import Conversation, Message
from harmony_core.errors import ChatError, InvalidJsonError, RenderError, UnknownFieldError
from harmony_core.tokenizer import SPECIAL_FORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.bridge import protocol
    from harmony_core.bridge.shapes import LiteralText, TokenStream

_Chat = TypeVar("_Chat", Conversation, Message)

_RENDER_HINT = "Correct the message; everything else was read."


def render_with_spans(params: protocol.RenderParams) -> protocol.RenderValue:
    """Render a conversation, and say what each token is there for.

    Raises:
        RequestFault: The text is no conversation, has unknown fields, or cannot be rendered.
    """
    conversation = read_chat(Conversation, params.conversation)
    tokens, ranges = _render(conversation, params)
    spans = encoding().rendered_spans(conversation, tokens, ranges)
    stream = token_stream(tokens, spans)
    literals = list(_literals(stream, [start for _, start, _ in ranges]))
    stream["marks"] = flat_marks((found["start"], found["stop"], LITERAL) for found in literals)
    return {
        "tokens": stream,
        "messages": [
            {"index": index, "start": start, "stop": stop} for index, start, stop in ranges
        ],
        "literals": literals[:MOST_LISTED],
    }


def render_conversation(params: protocol.RenderParams) -> protocol.TokensValue:
    """Render a conversation.

    Raises:
        RequestFault: The text is no conversation, or cannot be rendered.
    """
    conversation = read_chat(Conversation, params.conversation)
    return {"tokens": array("I", _render(conversation, params)[0])}


def render_message(params: protocol.RenderMessageParams) -> protocol.TokensValue:
    """Render a single message.

    Raises:
        RequestFault: The text is no message, or cannot be rendered.
    """
    message = read_chat(Message, params.message)
    try:
        tokens = encoding().render(message, params)
    except RenderError as error:
        raise RequestFault(error.kind, str(error), _RENDER_HINT) from error
    except ChatError as error:
        raise at_path(error) from error
    return {"tokens": array("I", tokens)}


def _render(
    conversation: Conversation, params: protocol.RenderParams
) -> tuple[list[int], list[tuple[int, int, int]]]:
    is_prompt = params.mode == "completion"
    try:
        return encoding().render_ranges(
            conversation,
            params,
            next_turn_role=params.next_role if is_prompt else None,
            training=params.mode == "training",
        )
    except RenderError as error:
        raise cannot_render(error) from error
    except ChatError as error:
        raise at_path(error) from error


def _literals(stream: TokenStream, starts: list[int]) -> Iterator[LiteralText]:
    """Find the literals of a stream whose messages begin at the starts."""
    ends, special = stream["ends"], encoding().tokenizer.special_tokens
    for found in _special_looking().finditer(stream["bytes"]):
        start, stop = bisect_right(ends, found.start()), bisect_left(ends, found.end()) + 1
        text = found[0].decode()
        if text in special and stop - start > 1:  # else it is the token itself
            message = bisect_right(starts, start) - 1
            yield {"message": message, "text": text, "start": start, "stop": stop}


@cache
def _special_looking() -> re.Pattern[bytes]:
    return re.compile(SPECIAL_FORM.encode())


def read_chat(kind: type[_Chat], source: str) -> _Chat:
    """Read a conversation or a message from JSON text; what it would ignore is refused.

    Raises:
        RequestFault: It is not that.
    """
    try:
        return kind.from_json(source, strict=True)
    except InvalidJsonError as error:
        reason = f"{error.reason[:1].lower()}{error.reason[1:]}"
        if error.position is None:
            raise RequestFault(error.kind, f"Invalid JSON: {reason}.", "Simplify it.") from error
        raise RequestFault(
            error.kind,
            f"Invalid JSON: {reason}.",
            "Correct the JSON at the marked place.",
            place=place_in(source, error.position, error.position + 1),
        ) from error
    except UnknownFieldError as error:
        raise RequestFault(
            error.kind,
            f'The field "{error.path[-1]}" is unknown, and rendering would ignore it.',
            f'Did you mean "{error.suggestion}"?' if error.suggestion else "Remove it.",
            path=error.path,
        ) from error
    except ChatError as error:
        raise at_path(error) from error


def cannot_render(error: RenderError) -> RequestFault:
    """The fault of a conversation that cannot be rendered."""
    path = () if error.message_index is None else ("messages", error.message_index)
    return RequestFault(error.kind, str(error), _RENDER_HINT, path=path)


def at_path(error: ChatError) -> RequestFault:
    """The fault of a value of the chat model."""
    hint = "Correct the marked field." if error.path else "Correct the value."
    return RequestFault(error.kind, str(error), hint, path=error.path)
