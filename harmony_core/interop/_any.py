"""Any of the APIs' JSON -> a Harmony conversation."""

from __future__ import annotations

from collections.abc import Mapping
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
    from harmony_core.interop._losses import JsonPath
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
    given = data if isinstance(data, Mapping) and "messages" in data else {"messages": data}
    if not isinstance(given["messages"], list):
        given = {"messages": [data]}
    losses = Losses()
    unknown = [found.path for found in unknown_fields(given)]
    for path in unknown:
        value: Any = given
        for step in path:
            value = value[step]
        losses.add(path, value, "Not a field of Harmony messages")
    # Conversation.from_dict would warn of them, too.
    conversation = Conversation.from_dict(_without(given, unknown))
    return Converted(conversation, losses.all(strict=strict))


def _without(value: Any, paths: list[JsonPath]) -> Any:  # noqa: ANN401 - any JSON value
    """A copy of ``value``, as far as needed, without what is at ``paths``."""
    inner: dict[str | int, list[JsonPath]] = {}
    for first, *rest in paths:
        inner.setdefault(first, []).append(tuple(rest))
    if isinstance(value, list):
        items = enumerate(value)
        return [_without(item, inner[i]) if i in inner else item for i, item in items]
    return {
        key: _without(item, inner[key]) if key in inner else item
        for key, item in value.items()
        if () not in inner.get(key, [])
    }
