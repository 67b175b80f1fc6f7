"""The header fields that neither API has, and the ids that Harmony has not.

An API's message says who speaks and, of a call, which tool is called. What else is in a header is
lost, unless it is what reading that message gives again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.interop._converted import MessageIds, NewId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.chat import Message
    from harmony_core.interop._calls import Call
    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["OpenCalls", "check_call", "check_result", "check_text"]

_CHANNELS = frozenset(("analysis", "commentary", "final"))
_NO_CHANNEL = "The API has no channels"
_NO_CONTENT_TYPE = "The API has no content types"


class _OpenCall(NamedTuple):
    recipient: str
    id: str
    call: Call  # as it will be read


class OpenCalls:
    """Gives calls their ids, and results those of their calls.

    Args:
        ids: The ids that are known, by index of the message.
        new_id: Makes the others.
    """

    def __init__(self, ids: Mapping[int, MessageIds], new_id: NewId) -> None:
        self._ids = ids
        self._new_id = new_id
        self._open: list[_OpenCall] = []  # those without a result

    def begin(self, index: int, recipient: str, call: Call) -> str:
        """The id of the call that is message ``index``, and will be read as ``call``."""
        call_id = self._ids.get(index, MessageIds()).call or self._new_id("call", index)
        self._open.append(_OpenCall(recipient, call_id, call))
        return call_id

    def end(self, index: int, name: str) -> tuple[str | None, Call | None]:
        """The call whose result, by the tool ``name``, is message ``index``: its id and itself.

        If the id is not known, it is that of the tool's first call that has no result yet.
        """
        known = self._ids.get(index, MessageIds()).call
        for found in self._open:
            if found.id == known or (known is None and found.recipient == name):
                self._open.remove(found)
                return found.id, found.call
        return None, None


def check_text(message: Message, path: JsonPath, losses: Losses) -> None:
    """Record what is lost of the header of a message that is neither call nor result."""
    if message.author.role is Role.ASSISTANT:
        if message.channel not in _CHANNELS:
            losses.add((*path, "channel"), message.channel, "Not a channel of the format")
        usual_recipients: set[str | None] = {None}
    else:
        if message.channel is not None:
            losses.add((*path, "channel"), message.channel, _NO_CHANNEL)
        usual_recipients = {None, "all"}
    if message.recipient not in usual_recipients:
        losses.add((*path, "recipient"), message.recipient, "Only calls have a recipient")
    if message.content_type is not None:
        losses.add((*path, "content_type"), message.content_type, _NO_CONTENT_TYPE)


def check_call(message: Message, call: Call, path: JsonPath, losses: Losses) -> None:
    """Record what is lost of the header of a call.

    Args:
        message: The message that makes it.
        call: How it will be read.
        path: Where the message is.
        losses: Where to record it.
    """
    if message.recipient != call.recipient:
        losses.add((*path, "recipient"), message.recipient, f"Read as {call.recipient}")
    if message.channel != call.channel:
        losses.add((*path, "channel"), message.channel, _NO_CHANNEL)
    if message.content_type != call.content_type:
        losses.add((*path, "content_type"), message.content_type, _NO_CONTENT_TYPE)


def check_result(message: Message, call: Call, path: JsonPath, losses: Losses) -> None:
    """Record what is lost of the header of a tool's result.

    Args:
        message: The result.
        call: How its call will be read.
        path: Where the message is.
        losses: Where to record it.
    """
    if message.author.name != call.recipient:
        losses.add((*path, "name"), message.author.name, f"Read as {call.recipient}")
    if message.recipient != "assistant":
        losses.add(
            (*path, "recipient"), message.recipient, "Tool results always go to the assistant"
        )
    if message.channel != call.channel:
        losses.add((*path, "channel"), message.channel, _NO_CHANNEL)
    if message.content_type is not None:
        losses.add((*path, "content_type"), message.content_type, _NO_CONTENT_TYPE)
