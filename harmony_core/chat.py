"""The chat model: roles, authors, messages, conversations.

Plain dataclasses with the names, defaults and dictionary form of ``openai-harmony``. Fields
are checked and converted when an object is made. A later assignment is not checked: rendering
the message finds a wrong value.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harmony_core import _coercion
from harmony_core._model import Model, field_names, instance, model
from harmony_core._unknown_fields import (
    ANY,
    BY_TYPE,
    Shape,
    UnknownField,
    find_unknown,
    refuse_unknown,
    shape_of,
    warn_ignored,
)
from harmony_core.contents import (
    CONTENT_KINDS,
    ChannelConfig,
    Content,
    DeveloperContent,
    ReasoningEffort,
    SystemContent,
    TextContent,
    as_content,
)
from harmony_core.errors import ChatError, InvalidJsonError
from harmony_core.reference.crate_aliases import RoleAliases
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = [
    "Author",
    "ChannelConfig",
    "Content",
    "Conversation",
    "DeveloperContent",
    "Message",
    "ReasoningEffort",
    "Role",
    "SystemContent",
    "TextContent",
    "UnknownField",
    "unknown_fields",
]


class Role(RoleAliases):
    """Who speaks. ``Role("x")`` raises ``ChatError``, a ``ValueError``, for an unknown role."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    DEVELOPER = "developer"
    TOOL = "tool"

    @classmethod
    def _missing_(cls, value: object) -> Role:
        raise ChatError(f"Unknown role: {value!r}")


ROLES = {role.value: role for role in Role}


@model
@dataclass(kw_only=True, slots=True)
class Author(Model):
    """The author of a message.

    Attributes:
        role: The role, given as ``Role`` or as its text.
        name: The author's name. A tool's messages begin with it, such as ``"functions.f"``.

    Raises:
        ChatError: A field is missing or of the wrong type.
    """

    role: Role
    name: str | None = None

    def __post_init__(self) -> None:
        self.role = _coercion.member(Role, self.role, "role")
        self.name = _coercion.optional_text(self.name, "name")

    @classmethod
    def new(cls, role: Role, name: str) -> Author:
        """Make an author from positional arguments."""
        return cls(role=role, name=name)


@model
@dataclass(kw_only=True, slots=True)
class Message(Model):
    """One message. The builders change ``self``.

    Attributes:
        author: Who wrote it.
        content: Its contents; rendered one after the other.
        channel: Such as ``"analysis"``, ``"commentary"`` or ``"final"``.
        recipient: Who it is addressed to, such as ``"functions.get_weather"``.
        content_type: Such as ``"<|constrain|>json"``.

    Raises:
        ChatError: A field is missing or of the wrong type.
    """

    author: Author
    content: list[Content] = field(default_factory=list)
    channel: str | None = None
    recipient: str | None = None
    content_type: str | None = None

    def __post_init__(self) -> None:
        self.author = instance(Author, self.author, "author")
        self.content = _coercion.each(as_content, self.content, "content")
        self.channel = _coercion.optional_text(self.channel, "channel")
        self.recipient = _coercion.optional_text(self.recipient, "recipient")
        self.content_type = _coercion.optional_text(self.content_type, "content_type")

    @classmethod
    def from_author_and_content(cls, author: Author, content: str | Content) -> Message:
        """Make a message with one content; a string becomes a ``TextContent``."""
        return cls(author=author, content=[_text_or_content(content)])

    @classmethod
    def from_role_and_content(cls, role: Role, content: str | Content) -> Message:
        """Make a message with one content; a string becomes a ``TextContent``."""
        return cls.from_author_and_content(Author(role=role), content)

    @classmethod
    def from_role_and_contents(cls, role: Role, contents: Sequence[Content]) -> Message:
        """Make a message with several contents."""
        return cls(author=Author(role=role), content=list(contents))

    def adding_content(self, content: str | Content) -> Message:
        """Append a content; a string becomes a ``TextContent``."""
        self.content.append(_text_or_content(content))
        return self

    def with_channel(self, channel: str) -> Message:
        """Set the channel."""
        self.channel = channel
        return self

    def with_recipient(self, recipient: str) -> Message:
        """Set the recipient."""
        self.recipient = recipient
        return self

    def with_content_type(self, content_type: str) -> Message:
        """Set the content type."""
        self.content_type = content_type
        return self

    def to_dict(self) -> dict[str, Any]:
        """The message as a new dictionary: author, contents and whatever else is set."""
        out: dict[str, Any] = {
            "role": self.author.role,
            "name": self.author.name,
            "content": [content.to_dict() for content in self.content],
        }
        for name in ("channel", "recipient", "content_type"):
            value = getattr(self, name)
            if value is not None:
                out[name] = value
        return out

    def to_json(self) -> str:
        """``to_dict`` as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, strict: bool = False) -> Message:
        """Read a dictionary as ``to_dict`` makes it.

        Args:
            data: The dictionary. Its ``content`` may be a string: one text.
            strict: Refuse unknown keys, such as the ``tool_calls`` of another chat API. If
                not, they are ignored with an ``UnknownFieldWarning``.

        Raises:
            ChatError: A field is missing, of the wrong type, or of an unknown kind.
            UnknownFieldError: A key is unknown, and ``strict`` is true.
        """
        data = _coercion.mapping(data)
        if strict:
            refuse_unknown(data, _MESSAGE)
        elif not _MESSAGE.keys() >= data.keys():
            warn_ignored(cls, data, _MESSAGE)
        for name in ("role", "content"):
            if name not in data:
                raise _coercion.missing(name)
        content = data["content"]
        return cls(
            author=Author(role=_role(data["role"]), name=data.get("name")),
            content=[TextContent(text=content)] if isinstance(content, str) else content,
            channel=data.get("channel"),
            recipient=data.get("recipient"),
            content_type=data.get("content_type"),
        )

    @classmethod
    def from_json(cls, payload: str, *, strict: bool = False) -> Message:
        """Read JSON as ``to_json`` makes it.

        Args:
            payload: The JSON text.
            strict: As for ``from_dict``.

        Raises:
            InvalidJsonError: The text is not JSON.
            ChatError: It is not a message.
        """
        return cls.from_dict(load_json(payload), strict=strict)


@model
@dataclass(kw_only=True, slots=True)
class Conversation(Model):
    """A list of messages; iterating gives the messages.

    Attributes:
        messages: The messages, first to last.

    Raises:
        ChatError: ``messages`` is not a list of messages.
    """

    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.messages = _coercion.each(_message, self.messages, "messages")

    def __iter__(self) -> Iterator[Message]:
        return iter(self.messages)

    @classmethod
    def from_messages(cls, messages: Sequence[Message]) -> Conversation:
        """Make a conversation from ``messages``."""
        return cls(messages=list(messages))

    def to_dict(self) -> dict[str, Any]:
        """The conversation as a new dictionary."""
        return {"messages": [message.to_dict() for message in self.messages]}

    def to_json(self) -> str:
        """``to_dict`` as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, strict: bool = False) -> Conversation:
        """Read a dictionary as ``to_dict`` makes it.

        Args:
            data: The dictionary.
            strict: As for ``Message.from_dict``.

        Raises:
            ChatError: Something is missing, of the wrong type, or of an unknown kind; its
                path says where.
            UnknownFieldError: A key is unknown, and ``strict`` is true.
        """
        data = _coercion.mapping(data)
        if strict:
            refuse_unknown(data, _CONVERSATION)
        elif not _CONVERSATION.keys() >= data.keys():
            warn_ignored(cls, data, _CONVERSATION)
        if "messages" not in data:
            raise _coercion.missing("messages")
        return cls(messages=_coercion.each(Message.from_dict, data["messages"], "messages"))

    @classmethod
    def from_json(cls, payload: str, *, strict: bool = False) -> Conversation:
        """Read JSON as ``to_json`` makes it.

        Args:
            payload: The JSON text.
            strict: As for ``Message.from_dict``.

        Raises:
            InvalidJsonError: The text is not JSON.
            ChatError: It is not a conversation; the path says where the fault is.
        """
        return cls.from_dict(load_json(payload), strict=strict)


def text_message(  # noqa: PLR0913 - the fields of a message
    role: Role,
    name: str | None,
    text: str,
    *,
    channel: str | None,
    recipient: str | None,
    content_type: str | None,
) -> Message:
    """Make a message of one text, fast: the values must be of the right types already."""
    new = object.__new__
    message, author, content = new(Message), new(Author), new(TextContent)
    author.role, author.name = role, name
    content.text = text
    message.author, message.content = author, [content]
    message.channel, message.recipient, message.content_type = channel, recipient, content_type
    return message


def _message(value: object) -> Message:
    return instance(Message, value)


def _role(value: object) -> Role:
    known = ROLES.get(value) if type(value) is str else None
    if known is not None:
        return known
    try:
        return Role(value)
    except ChatError as error:
        error.path = ("role",)
        raise


def _text_or_content(content: str | Content) -> Content:
    return TextContent(text=content) if isinstance(content, str) else content


def load_json(payload: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON.

    Raises:
        InvalidJsonError: The text is not JSON.
    """
    try:
        return json.loads(payload)
    except json.JSONDecodeError as error:
        raise InvalidJsonError(str(error), reason=error.msg, position=error.pos) from error
    except (ValueError, RecursionError) as error:
        too_deep = isinstance(error, RecursionError)
        reason = "The JSON is nested too deeply" if too_deep else "A number has too many digits"
        raise InvalidJsonError(reason, reason=reason, position=None) from error


def unknown_fields(data: object) -> list[UnknownField]:
    """List the keys of a conversation's dictionary that the chat model does not know.

    Args:
        data: A conversation as ``Conversation.to_dict`` makes it. Parts of the wrong type are
            skipped: reading them is an error anyway.
    """
    return list(find_unknown(data, _CONVERSATION))


_TOOLS: Shape = {ANY: shape_of(ToolNamespaceConfig, tools=shape_of(ToolDescription))}
_INNER = {"tools": _TOOLS, "channel_config": shape_of(ChannelConfig)}
_CONTENTS: Shape = {
    kind: {"type": None, **{name: _INNER.get(name) for name in field_names(cls)}}
    for kind, cls in CONTENT_KINDS.items()
}
# The author's fields are in the message's own dictionary.
_MESSAGE = {**shape_of(Author), **shape_of(Message, content={BY_TYPE: _CONTENTS})}
del _MESSAGE["author"]
_CONVERSATION: Shape = {"messages": _MESSAGE}
