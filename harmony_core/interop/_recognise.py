"""Which API some JSON is of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from harmony_core.contents import CONTENT_KINDS

__all__ = ["Shape", "recognise"]


class Shape(str, Enum):
    """What some JSON is. A list and a single message or item count alike."""

    CHAT_REQUEST = "chat_completions.request"
    CHAT_RESPONSE = "chat_completions.response"
    CHAT_CHUNK = "chat_completions.chunk"
    CHAT_MESSAGES = "chat_completions.messages"
    RESPONSES_REQUEST = "responses.request"
    RESPONSES_RESPONSE = "responses.response"
    RESPONSES_EVENT = "responses.event"
    RESPONSES_ITEMS = "responses.items"
    HARMONY_CONVERSATION = "harmony.conversation"
    HARMONY_MESSAGES = "harmony.messages"


_CHAT_ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
# What only Harmony's messages have.
_HARMONY_FIELDS = frozenset(("channel", "recipient", "content_type"))
_HARMONY_CONTENTS = frozenset(CONTENT_KINDS) - {"text"}
# What only Responses' items have, beside a type that ends so.
_ITEM_ENDINGS = ("_call", "_call_output", "_approval_request", "_approval_response", "_list_tools")
_ITEM_TYPES = frozenset(
    ("additional_tools", "compaction", "item_reference", "message", "program", "reasoning")
)
_ITEM_PARTS = frozenset(
    ("input_audio_transcript", "input_file", "input_image", "input_text", "output_text")
)


def recognise(data: object) -> Shape | None:
    """Tell which API some JSON is of, going by the keys that only one of them has.

    Where nothing but roles and texts is given, which all of them have, it counts as Chat
    Completions.

    Args:
        data: Any JSON value.

    Returns:
        What it is, or ``None`` if it is none of them.
    """
    if isinstance(data, Mapping):
        return _object(data)
    return _list(data) if isinstance(data, list) else None


def _object(data: Mapping[str, Any]) -> Shape | None:
    if isinstance(data.get("messages"), list):
        harmony = any(map(_is_harmony, data["messages"]))
        return Shape.HARMONY_CONVERSATION if harmony else Shape.CHAT_REQUEST
    if isinstance(data.get("choices"), list):
        return _answer(data)
    kind = data.get("type")
    if isinstance(kind, str) and kind.startswith("response.") and "sequence_number" in data:
        return Shape.RESPONSES_EVENT
    if "role" in data or kind is not None:
        return _list([data])
    if isinstance(data.get("output"), list):
        return Shape.RESPONSES_RESPONSE
    return Shape.RESPONSES_REQUEST if isinstance(data.get("input"), (str, list)) else None


def _answer(data: Mapping[str, Any]) -> Shape | None:
    choices = [choice for choice in data["choices"] if isinstance(choice, Mapping)]
    name = data.get("object")
    chunk = isinstance(name, str) and name.endswith(".chunk")
    if chunk or any("delta" in choice for choice in choices):
        return Shape.CHAT_CHUNK
    return Shape.CHAT_RESPONSE if any("message" in choice for choice in choices) else None


def _list(data: list[Any]) -> Shape | None:
    if not data or not all(isinstance(item, Mapping) for item in data):
        return None
    if any(map(_is_item, data)):
        return Shape.RESPONSES_ITEMS
    if any(map(_is_harmony, data)):
        return Shape.HARMONY_MESSAGES
    if all(_is_one_of(item.get("role"), _CHAT_ROLES) for item in data):
        return Shape.CHAT_MESSAGES
    return None


def _is_harmony(message: object) -> bool:
    if not isinstance(message, Mapping) or "role" not in message:
        return False
    if not _HARMONY_FIELDS.isdisjoint(message):
        return True
    # As Message.to_dict writes it: the name always, the content as a list.
    kinds = _part_types(message)
    written = "name" in message and message["name"] is None and set(kinds) == {"text"}
    return written or any(_is_one_of(kind, _HARMONY_CONTENTS) for kind in kinds)


def _is_item(item: Mapping[str, Any]) -> bool:
    kind = item.get("type")
    if isinstance(kind, str):
        return kind in _ITEM_TYPES or kind.endswith(_ITEM_ENDINGS)
    return any(_is_one_of(part, _ITEM_PARTS) for part in _part_types(item))


def _part_types(message: Mapping[str, Any]) -> list[str]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    found = [part.get("type") for part in parts if isinstance(part, Mapping)]
    return [kind for kind in found if isinstance(kind, str)]


def _is_one_of(value: object, known: frozenset[str]) -> bool:
    return isinstance(value, str) and value in known
