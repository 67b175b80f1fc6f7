"""What the page asks for while a conversation is written: its tokens."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.bridge._wire import (
    MOST_LISTED,
    Answer,
    InputFault,
    Mark,
    encoding,
    flat_marks,
    place_in,
    token_stream,
)
from harmony_core.chat import Conversation, Role
from harmony_core.encoding import RenderConversationConfig
from harmony_core.errors import ChatError, InvalidJsonError, RenderError, UnknownFieldError
from harmony_core.tokenizer import SPECIAL_FORM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_RENDER_HINT = "Correct the message; everything else was read."


def render(*, conversation: str, mode: str, next_role: str, drop_analysis: bool) -> Answer:
    """Render a conversation; parameters and value are ``RenderParams`` and ``RenderValue``.

    Raises:
        InputFault: The conversation is none, or cannot be rendered.
    """
    try:
        messages = _conversation(conversation)
        tokens, ranges = encoding().render_ranges(
            messages,
            RenderConversationConfig(auto_drop_analysis=drop_analysis),
            next_turn_role=Role(next_role) if mode == "completion" else None,
            training=mode == "training",
        )
    except RenderError as error:
        path = () if error.message_index is None else ("messages", error.message_index)
        raise InputFault("cannot-render", str(error), _RENDER_HINT, path=path) from error
    except ChatError as error:
        raise _at_path(error) from error
    stream = token_stream(tokens, encoding().rendered_spans(messages, tokens, ranges))
    literals = list(_literals(stream, [start for _, start, _ in ranges]))
    value = {
        "messages": [
            {"index": index, "start": start, "stop": stop} for index, start, stop in ranges
        ],
        "literals": [literal._asdict() for literal in literals[:MOST_LISTED]],
    }
    marks = flat_marks(
        Mark(literal.start, literal.stop, "literal", index)
        for index, literal in enumerate(literals)
    )
    return Answer(value, {"tokens": {**stream, "marks": marks}})


class Literal(NamedTuple):
    """Text that spells a special token, but is sent as plain text.

    Attributes:
        message: Ordinal of the rendered message.
        text: The special token's text.
        start: The first token that has some of it.
        stop: One past the last.
    """

    message: int
    text: str
    start: int
    stop: int


def _literals(stream: Mapping[str, Any], starts: list[int]) -> Iterator[Literal]:
    """Find the literals of a stream whose messages begin at the starts."""
    ends, special = stream["ends"], encoding().tokenizer.special_tokens
    for found in _special_looking().finditer(stream["bytes"]):
        start, stop = bisect_right(ends, found.start()), bisect_left(ends, found.end()) + 1
        text = found[0].decode()
        if text in special and stop - start > 1:  # else it is the token itself
            yield Literal(bisect_right(starts, start) - 1, text, start, stop)


@cache
def _special_looking() -> re.Pattern[bytes]:
    return re.compile(SPECIAL_FORM.encode())


def _conversation(source: str) -> Conversation:
    try:
        return Conversation.from_json(source, strict=True)
    except InvalidJsonError as error:
        reason = f"{error.reason[:1].lower()}{error.reason[1:]}"
        if error.position is None:
            raise InputFault(
                "not-json", f"This JSON cannot be read: {reason}.", "Simplify its values."
            ) from error
        raise InputFault(
            "not-json",
            f"This is not JSON: {reason}.",
            "Correct the JSON at the marked place.",
            place=place_in(source, error.position, error.position + 1),
        ) from error
    except UnknownFieldError as error:
        raise InputFault(
            "unknown-field",
            f'The field "{error.path[-1]}" is unknown, and rendering would ignore it.',
            f'Did you mean "{error.suggestion}"?' if error.suggestion else "Remove it.",
            path=error.path,
        ) from error


def _at_path(error: ChatError) -> InputFault:
    hint = "Correct the marked field." if error.path else "Correct the conversation."
    return InputFault("not-a-conversation", str(error), hint, path=error.path)
