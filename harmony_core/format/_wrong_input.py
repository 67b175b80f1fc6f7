"""What is wrong with a message or conversation that could not be rendered.

Rendering does not check what it is given. When it fails on a value of the wrong type, the
message is read again as JSON, and the reader says where the fault is.
"""

from __future__ import annotations

from collections.abc import Mapping

from harmony_core.chat import Conversation, Message
from harmony_core.errors import ChatError
from harmony_core.reference.serde_json import read_json


def check_messages(messages: list[Message], levels: int) -> None:
    """Raise the error for the first fault, with its path; do nothing if there is none.

    Args:
        messages: The messages of a conversation that could not be rendered.
        levels: How many levels of JSON a message may have.

    Raises:
        ChatError: The value at its path is not allowed.
    """
    for index, message in enumerate(messages):
        check_message(message, levels, "messages", index)


def check_message(message: Message, levels: int, *path: str | int) -> None:
    """Raise the error for the fault, with its path; do nothing if there is none.

    Args:
        message: What could not be rendered.
        levels: How many levels of JSON it may have.
        *path: Where it is.

    Raises:
        ChatError: The value at its path is not allowed.
    """
    try:
        data = message.to_dict()
        Message.from_dict(data)
        read_json(data, levels)
    except ChatError as error:
        error.path = (*path, *error.path)
        raise
    except (AttributeError, TypeError) as error:
        raise ChatError(f"not a message: {error}", path=path) from error


def other_type(expected: str, found: object) -> ChatError:
    """The error for an object of another class than ``expected``, with what would help."""
    text = f"expected a {expected}, found {type(found).__name__}"
    if isinstance(found, Mapping):
        text += f"; {expected}.from_dict reads one"
    elif isinstance(found, str):
        text += f"; {expected}.from_json reads one"
    elif isinstance(found, Message):
        text += "; HarmonyEncoding.render renders a single message"
    elif isinstance(found, Conversation) or _holds_messages(found):
        text += "; HarmonyEncoding.render_conversation renders several messages"
    return ChatError(text)


def _holds_messages(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(message, Message) for message in found)
