"""What a conversion to Harmony gives, and the ids that Harmony has no place for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from harmony_core.chat import Conversation
    from harmony_core.interop._losses import Loss

__all__ = ["Converted", "MessageIds", "NewId", "numbered"]


class MessageIds(NamedTuple):
    """The ids that an API gives to what became one message.

    Attributes:
        call: The id of a tool call, in the call and in its result.
        item: The id of a Responses item.
    """

    call: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Converted:
    """A conversation, and what it does not hold.

    Attributes:
        conversation: The conversation.
        losses: What has no place in Harmony.
        ids: The ids of messages, by their index in the conversation. ``from_messages`` takes
            them, and so gives the same ids again.
        options: What the request says about sampling and serving, under its own keys, such as
            ``temperature``, ``tool_choice`` and ``response_format``: the prompt cannot enforce
            it. ``strict_tools`` has the names of functions whose arguments are to be held to
            their schema.
    """

    conversation: Conversation
    losses: list[Loss] = field(default_factory=list)
    ids: dict[int, MessageIds] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)


# What makes an id: gets its prefix, such as "call", and the index of its message.
NewId: TypeAlias = Callable[[str, int], str]


def numbered(prefix: str, index: int) -> str:
    """An id that depends on the message's place alone, such as ``"call_3"``."""
    return f"{prefix}_{index}"
