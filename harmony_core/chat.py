"""The chat model: roles, authors, messages, conversations.

Plain dataclasses with the names, defaults and dictionary form of ``openai-harmony``. Fields
are checked and converted when an object is made; assigning to a field later is not checked,
and a wrong value is then found when the message is rendered.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harmony_core import _coercion
from harmony_core.contents import (
    CONTENT_KINDS,
    ChannelConfig,
    Content,
    DeveloperContent,
    ReasoningEffort,
    SystemContent,
    TextContent,
    read_content,
)
from harmony_core.errors import ChatError
from harmony_core.reference.crate_aliases import RoleAliases
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

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


@_coercion.model
@dataclass(kw_only=True, slots=True)
class Author:
    """The author of a message.

    Attributes:
        role: The role, given as ``Role`` or as its text.
        name: The author's name; for a tool, the name that stands in its messages' headers.

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


@_coercion.model
@dataclass(kw_only=True, slots=True)
class Message:
    """One message. The builders change ``self``.

    Attributes:
        author: Who wrote it.
        content: Its contents; rendered one after the other.
        channel: Such as ``"analysis"``, ``"commentary"`` or ``"final"``.
        recipient: Whom it is for, such as ``"functions.get_weather"``.
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
        self.author = _coercion.instance(Author, self.author, "author")
        self.content = _coercion.each(read_content, self.content, "content")
        self.channel = _coercion.optional_text(self.channel, "channel")
        self.recipient = _coercion.optional_text(self.recipient, "recipient")
        self.content_type = _coercion.optional_text(self.content_type, "content_type")

    @classmethod
    def from_author_and_content(cls, author: Author, content: str | Content) -> Message:
        """Make a message of one content; a string stands for its ``TextContent``."""
        return cls(author=author, content=[_text_or_content(content)])

    @classmethod
    def from_role_and_content(cls, role: Role, content: str | Content) -> Message:
        """Make a message of one content; a string stands for its ``TextContent``."""
        return cls.from_author_and_content(Author(role=role), content)

    @classmethod
    def from_role_and_contents(cls, role: Role, contents: Sequence[Content]) -> Message:
        """Make a message of several contents."""
        return cls(author=Author(role=role), content=list(contents))

    def adding_content(self, content: str | Content) -> Message:
        """Append a content; a string stands for its ``TextContent``."""
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
        """The message as a new dictionary: author's fields, contents, and what else is set."""
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
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """Read a dictionary as ``to_dict`` makes it.

        A string as ``content`` stands for one text. Unknown keys are ignored.

        Raises:
            ChatError: A field is missing, of the wrong type, or of an unknown kind.
        """
        data = _coercion.mapping(data)
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
    def from_json(cls, payload: str) -> Message:
        """Read JSON as ``to_json`` makes it.

        Raises:
            ChatError: The text is not JSON, or not a message.
        """
        return cls.from_dict(_loads(payload))


@_coercion.model
@dataclass(kw_only=True, slots=True)
class Conversation:
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
        """Make a conversation of ``messages``."""
        return cls(messages=list(messages))

    def to_dict(self) -> dict[str, Any]:
        """The conversation as a new dictionary."""
        return {"messages": [message.to_dict() for message in self.messages]}

    def to_json(self) -> str:
        """``to_dict`` as JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Conversation:
        """Read a dictionary as ``to_dict`` makes it; unknown keys are ignored.

        Raises:
            ChatError: Something is missing, of the wrong type, or of an unknown kind; its
                path tells where.
        """
        data = _coercion.mapping(data)
        if "messages" not in data:
            raise _coercion.missing("messages")
        return cls(messages=_coercion.each(Message.from_dict, data["messages"], "messages"))

    @classmethod
    def from_json(cls, payload: str) -> Conversation:
        """Read JSON as ``to_json`` makes it.

        Raises:
            ChatError: The text is not JSON, or not a conversation.
        """
        return cls.from_dict(_loads(payload))


def _message(value: object) -> Message:
    return _coercion.instance(Message, value)


def _role(value: object) -> Role:
    try:
        return Role(value)
    except ChatError as error:
        error.path = ("role",)
        raise


def _text_or_content(content: str | Content) -> Content:
    return TextContent(text=content) if isinstance(content, str) else content


def _loads(payload: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(payload)
    except ValueError as error:
        raise ChatError(str(error)) from error
    except RecursionError:
        raise ChatError("The JSON is nested too deeply") from None


@dataclass(frozen=True)
class UnknownField:
    """A key that the model does not know, and so ignores.

    Attributes:
        path: Where the key stands, outermost first, the key itself last.
        suggestion: The known key it may have been meant for, or ``None``.
    """

    path: tuple[str | int, ...]
    suggestion: str | None


def unknown_fields(data: object) -> list[UnknownField]:
    """List the keys of a conversation's dictionary that reading it would ignore.

    Args:
        data: A conversation as ``Conversation.to_dict`` makes it. Parts that are not of the
            expected type are passed over: ``Conversation.from_dict`` reports those.

    Returns:
        The unknown keys, in the order of the data.
    """
    return list(_unknown(data, _CONVERSATION, ()))


# What may stand in a dictionary: key -> the shape of its value, None where the value is no
# dictionary of ours. A list has the shape of its items; ANY stands for every key.
_Shape = dict[str, Any]
_ANY = "*"


def _shape(cls: type[Any], **inner: object) -> _Shape:
    return {**dict.fromkeys(_coercion.field_names(cls)), **inner}


_TOOLS: _Shape = {_ANY: _shape(ToolNamespaceConfig, tools=_shape(ToolDescription))}
_INNER = {"tools": _TOOLS, "channel_config": _shape(ChannelConfig)}
_CONTENTS: dict[str, _Shape] = {
    kind: {"type": None, **{name: _INNER.get(name) for name in _coercion.field_names(cls)}}
    for kind, cls in CONTENT_KINDS.items()
}
_MESSAGE = {**_shape(Author), **_shape(Message, content=_CONTENTS)}
del _MESSAGE["author"]  # in a dictionary, the author's fields stand in the message itself
_CONVERSATION: _Shape = {"messages": _MESSAGE}


def _unknown(
    data: object, shape: _Shape | None, path: tuple[str | int, ...]
) -> Iterator[UnknownField]:
    if shape is None:
        return
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _unknown(item, shape, (*path, index))
    if not isinstance(data, Mapping):
        return
    if shape is _CONTENTS:
        shape = _CONTENTS.get(str(data.get("type")), {_ANY: None})
    for key, value in data.items():
        here = (*path, key)
        if key in shape or _ANY in shape:
            yield from _unknown(value, shape.get(key, shape.get(_ANY)), here)
        else:
            close = difflib.get_close_matches(str(key), shape, n=1)
            yield UnknownField(here, close[0] if close else None)
