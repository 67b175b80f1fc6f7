"""Which messages are calls, and a tool's name <-> the recipient that calls it.

Functions are ``functions.NAME``, on the channel ``commentary``. The tools of the system message
(``browser.search``, ``python``) are called by their own names, on the channel ``analysis``.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Author, Message, Role, TextContent
from harmony_core.interop._tools import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Collection
__all__ = [
    "CODE",
    "JSON_ARGUMENTS",
    "Call",
    "Callees",
    "Kind",
    "kind_of",
    "kind_of_message",
    "tool_name",
    "tool_result",
]

# The content type of a call as the format's guide has it; some servers write "json".
JSON_ARGUMENTS = "<|constrain|>json"
# That of the calls that the models make of their own tools.
CODE = "code"
_PREFIX = FUNCTIONS + "."


class Kind(Enum):
    """What a message of the assistant is for."""

    REASONING = "reasoning"
    TEXT = "text"
    CALL = "call"
    FOREIGN = "foreign"  # not the assistant's


class Call(NamedTuple):
    """How a tool is called.

    Attributes:
        recipient: Whom the message is for.
        channel: The channel it is on.
        content_type: What its content is.
    """

    recipient: str
    channel: str
    content_type: str | None

    def message(self, content: str) -> Message:
        """The message that makes the call."""
        return Message(
            author=Author(role=Role.ASSISTANT),
            content=[TextContent(text=content)],
            channel=self.channel,
            recipient=self.recipient,
            content_type=self.content_type,
        )


class Callees:
    """The tools that a conversation offers, and how each is called.

    Args:
        functions: The names of the functions in the namespace ``functions``.
        namespaces: The other namespaces of the developer message.
        built_in: The namespaces of the system message.
        json_arguments: The content type of a function's call.
    """

    def __init__(
        self,
        functions: Collection[str],
        namespaces: Collection[str],
        built_in: Collection[str],
        json_arguments: str | None,
    ) -> None:
        self._functions = functions
        self._namespaces = namespaces
        self._built_in = built_in
        self._json_arguments = json_arguments

    def call(self, name: str, namespace: str | None = None) -> Call:
        """How the tool ``name`` is called.

        A name with dots is a function's unless a namespace before the dot is offered.
        """
        if namespace is None and name not in self._functions:
            first = name.partition(".")[0]
            if first in self._built_in:
                return Call(name, "analysis", CODE)
            if first in self._namespaces and first != name:
                return Call(name, "commentary", self._json_arguments)
        recipient = f"{namespace or FUNCTIONS}.{name}"
        if namespace in self._built_in:
            return Call(recipient, "analysis", CODE)
        return Call(recipient, "commentary", self._json_arguments)

    def custom(self, name: str, namespace: str | None = None) -> Call:
        """How the tool ``name`` is called with text that is no JSON."""
        call = self.call(name, namespace)
        return call if call.content_type == CODE else call._replace(content_type=None)


def tool_name(recipient: str) -> str:
    """The name of the tool that a recipient is, without the namespace ``functions``."""
    return recipient.removeprefix(_PREFIX)


def kind_of(role: Role | None, channel: str | None, recipient: str | None) -> Kind:
    """Tell what a message with these header fields is for.

    What the reference's parser reads as a recipient may be a content type, which it does where
    none is named; and a final message is an answer whomever it names. A channel that the format
    does not have counts as reasoning: what it holds may not be meant to be shown.
    """
    if role is not Role.ASSISTANT:
        return Kind.FOREIGN
    if channel != "final" and recipient is not None and _is_tool(recipient):
        return Kind.CALL
    return Kind.TEXT if channel in {"final", "commentary", None} else Kind.REASONING


def _is_tool(recipient: str) -> bool:
    if recipient in {"all", "assistant", "user"} or recipient.startswith("<|"):
        return False
    return bool(tool_name(recipient))


def kind_of_message(message: Message) -> Kind:
    """Tell what a message is for."""
    return kind_of(message.author.role, message.channel, message.recipient)


def tool_result(call: Call, output: str) -> Message:
    """The message with the result of a call."""
    author = Author.new(Role.TOOL, call.recipient)
    message = Message.from_author_and_content(author, output)
    return message.with_recipient("assistant").with_channel(call.channel)
