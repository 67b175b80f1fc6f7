"""Any of the APIs' JSON -> a Harmony conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harmony_core.chat import Conversation, unknown_fields
from harmony_core.errors import ChatError
from harmony_core.interop import chat_completions, responses
from harmony_core.interop._calls import JSON_ARGUMENTS
from harmony_core.interop._converted import Converted
from harmony_core.interop._fields import fields, is_fields
from harmony_core.interop._losses import Losses
from harmony_core.interop._recognise import Shape, recognise

if TYPE_CHECKING:
    import datetime as dt

    from harmony_core.contents import SystemContent
    from harmony_core.interop._prompt import InstructionsRole

__all__ = ["to_conversation"]

_CHAT = frozenset((Shape.CHAT_REQUEST, Shape.CHAT_RESPONSE, Shape.CHAT_MESSAGES))
_RESPONSES = frozenset((Shape.RESPONSES_REQUEST, Shape.RESPONSES_RESPONSE, Shape.RESPONSES_ITEMS))
_HARMONY = frozenset((Shape.HARMONY_CONVERSATION, Shape.HARMONY_MESSAGES))


def to_conversation(  # noqa: PLR0913 - as the functions it calls
    data: object,
    *,
    system: SystemContent | Literal[False] | None = None,
    developer_role: InstructionsRole = "developer",
    date: dt.date | str | None = None,
    call_content_type: str | None = JSON_ARGUMENTS,
    strict: bool = False,
) -> Converted:
    """Make a Harmony conversation of whatever ``recognise`` knows.

    Args:
        data: A request, response, list or single message of either API, or a conversation or
            messages of Harmony, which are taken as they are.
        system: As for ``chat_completions.to_conversation``.
        developer_role: As for ``chat_completions.to_conversation``.
        date: As for ``chat_completions.to_conversation``.
        call_content_type: As for ``chat_completions.to_conversation``.
        strict: Whether a loss is an error.

    Raises:
        ChatError: The data is of no known shape, or not what its API defines.
        LossyConversionError: Something has no place in Harmony, and ``strict`` is true.
    """
    if is_fields(data):
        data = fields(data, ())
    shape = recognise(data)
    if shape in _HARMONY:
        return _from_harmony(data, strict=strict)
    if shape not in _CHAT and shape not in _RESPONSES:
        found = "none of these" if shape is None else f"a part of a stream, {shape.value}"
        raise ChatError(
            "Expected a request, a response or messages of Chat Completions or Responses, or a "
            f"Harmony conversation; found {found}"
        )
    read = chat_completions.to_conversation if shape in _CHAT else responses.to_conversation
    return read(
        data,
        system=system,
        developer_role=developer_role,
        date=date,
        call_content_type=call_content_type,
        strict=strict,
    )


def _from_harmony(data: Any, *, strict: bool) -> Converted:  # noqa: ANN401 - any JSON value
    given = data if isinstance(data, dict) and "messages" in data else {"messages": data}
    if not isinstance(given["messages"], list):
        given = {"messages": [data]}
    conversation = Conversation.from_dict(given)
    losses = Losses()
    for unknown in unknown_fields(given):
        value: Any = given
        for step in unknown.path:
            value = value[step]
        losses.add(unknown.path, value, "No field of a Harmony message")
    return Converted(conversation, losses.all(strict=strict))
