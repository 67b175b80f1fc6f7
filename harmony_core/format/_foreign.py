"""Objects that a caller renders -> messages of the chat model.

The reference renders the JSON that an object's ``to_json`` gives, so a program may render its
own classes, or a subclass that overrides ``to_dict``. Those are read through their JSON or
dictionary; the chat model's own objects are used as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core import _coercion
from harmony_core.chat import Conversation, Message
from harmony_core.contents import CONTENT_KINDS, as_content
from harmony_core.format._wrong_input import other_type

if TYPE_CHECKING:
    from harmony_core.contents import Content

_OWN = frozenset(CONTENT_KINDS.values())


def as_messages(conversation: Any) -> list[Message]:  # noqa: ANN401 - what a caller gives
    """The messages of a conversation: ours, an iterable of messages, or an object with JSON.

    Raises:
        ChatError: It is none of these, or what it writes is not a conversation.
    """
    if type(conversation) is Conversation:
        conversation = conversation.messages
    elif _writes_its_own(conversation, Conversation):
        return Conversation.from_json(conversation.to_json()).messages
    elif not _coercion.is_list_like(conversation):
        raise other_type("Conversation", conversation)
    return _coercion.each(as_message, conversation, "messages")


def as_message(message: Any) -> Message:  # noqa: ANN401 - what a caller gives
    """A message: ours, or an object that writes one's dictionary or JSON.

    Raises:
        ChatError: It is neither, or what it writes is not a message.
    """
    if type(message) is Message:
        return message
    if _writes_its_own(message, Message):
        if hasattr(message, "to_json"):
            return Message.from_json(message.to_json())
        return Message.from_dict(message.to_dict())
    if isinstance(message, Message):
        return message
    raise other_type("Message", message)


def as_own_content(content: Content) -> Content:
    """A content; if its class overrides ``to_dict``, what that gives."""
    kind = type(content)
    if kind in _OWN or any(issubclass(kind, own) and kind.to_dict is own.to_dict for own in _OWN):
        return content
    return as_content(content.to_dict())


def _writes_its_own(thing: object, own: type[Message | Conversation]) -> bool:
    """Whether an object's dictionary or JSON is not made by our class."""
    kind: Any = type(thing)
    if issubclass(kind, own):
        return kind.to_dict is not own.to_dict or kind.to_json is not own.to_json
    if issubclass(kind, (Message, Conversation)):  # one in the place of the other
        return False
    return hasattr(kind, "to_json") or hasattr(kind, "to_dict")
