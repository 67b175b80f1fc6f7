"""What is wrong with a message or conversation that could not be rendered.

Nothing here runs before rendering has failed: what is right is not checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harmony_core.chat import Conversation, Message
from harmony_core.errors import ChatError
from harmony_core.reference.serde_json import read_json


def check_conversation(conversation: object, messages: list[Message], levels: int) -> None:
    """Raise the error that tells where the fault is, if there is one.

    Args:
        conversation: What was to be rendered.
        messages: What it held, as far as that could be read.
        levels: How many levels of JSON a message may have.

    Raises:
        ChatError: It is no conversation, or the message that the path leads to is none.
    """
    if isinstance(conversation, (Mapping, str, bytes)) or not isinstance(conversation, Iterable):
        raise _other_type("Conversation", conversation)
    for index, message in enumerate(messages):
        check_message(message, levels, "messages", index)


def read_messages(conversation: Iterable[Message], levels: int) -> list[Message]:
    """The messages of a conversation.

    Raises:
        ChatError: It is no conversation, or the item that the path leads to is no message.
    """
    check_conversation(conversation, [], levels)
    messages = list(conversation)
    for index, message in enumerate(messages):
        if not isinstance(message, Message):
            check_message(message, levels, "messages", index)
    return messages


def check_message(message: object, levels: int, *path: str | int) -> None:
    """Raise the error that tells where the fault is, by reading the message as JSON anew.

    Raises:
        ChatError: It is no message, or the value that the path leads to may not be there.
    """
    if isinstance(message, Conversation) or not hasattr(message, "to_dict"):
        raise _other_type("Message", message, path)
    try:
        data = message.to_dict()
        Message.from_dict(data)
        read_json(data, levels)
    except ChatError as error:
        error.path = (*path, *error.path)
        raise
    except (AttributeError, TypeError) as error:
        raise ChatError(f"not a message: {error}", path=path) from error


def _other_type(expected: str, found: object, path: tuple[str | int, ...] = ()) -> ChatError:
    text = f"expected a {expected}, found {type(found).__name__}"
    if isinstance(found, Mapping):
        text += f"; {expected}.from_dict reads one"
    elif isinstance(found, str):
        text += f"; {expected}.from_json reads one"
    elif isinstance(found, Message):
        text += "; HarmonyEncoding.render renders a single message"
    elif isinstance(found, Conversation) or _holds_messages(found):
        text += "; HarmonyEncoding.render_conversation renders several messages"
    return ChatError(text, path=path)


def _holds_messages(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(message, Message) for message in found)
