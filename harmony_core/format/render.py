"""Messages -> tokens, token for token as the reference renders them.

Every part of a message is encoded on its own (role, name, recipient, channel, each content),
so that no token ever spans two parts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias, cast

from harmony_core.chat import Message, Role
from harmony_core.contents import DeveloperContent, SystemContent, TextContent
from harmony_core.errors import ChatError, RenderError
from harmony_core.format._foreign import as_message, as_messages, as_own_content
from harmony_core.format._markers import MARKER_TEXTS
from harmony_core.format._tools_section import SchemaNotation, tools_section
from harmony_core.format._wrong_input import check_message, check_messages
from harmony_core.format.spans import Part, Span
from harmony_core.reference.serde_json import MAX_LEVELS, well_formed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harmony_core.contents import Content
    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer
    from harmony_core.tools import ToolNamespaceConfig

# The reference renders a message from its own JSON or from its conversation's, where it is two
# levels deeper.
_MESSAGE_LEVELS = MAX_LEVELS
CONVERSATION_LEVELS = _MESSAGE_LEVELS - 2
_LEVELS_ABOVE_SCHEMA = 7

# Role, name, recipient, channel, content type.
_HeaderFields: TypeAlias = "tuple[Role, str | None, str | None, str | None, str | None]"

# Which analysis ``auto_drop_analysis`` leaves out.
Dropping: TypeAlias = Literal["before-first-final", "finished-turns"]

# What the channels' line of a system message adds once there are function tools.
FUNCTION_TOOLS_LINE = "\nCalls to these tools must go to the commentary channel: 'functions'."
CHANNELS_HEADING = "# Valid channels: "

_EFFORTS = {"Low": "low", "Medium": "medium", "High": "high"}
_HEADER_CACHE_SIZE = 1024


class RenderConfig(Protocol):
    """How to render a conversation; see ``RenderConversationConfig``."""

    @property
    def auto_drop_analysis(self) -> bool:
        """Whether to leave out analysis that the model no longer needs."""

    @property
    def drop(self) -> Dropping:
        """Which that is."""

    @property
    def schema(self) -> SchemaNotation:
        """How the tools' JSON Schemas are written."""


def render_message(  # noqa: PLR0913 - what the message and the options say
    message: Message,
    tokenizer: Tokenizer,
    markers: Markers,
    *,
    conversation_has_function_tools: bool = False,
    schema: SchemaNotation = "reference",
    into: list[int] | None = None,
) -> list[int]:
    """Render a single message.

    Args:
        message: The message.
        tokenizer: Encodes the text.
        markers: The formatting tokens.
        conversation_has_function_tools: Whether a system message is to say where calls of
            functions go.
        schema: How the tools' JSON Schemas are written.
        into: A list to append to; a new one if ``None``.

    Returns:
        Token ids: the list ``into``.

    Raises:
        RenderError: The message has no rendering, such as a tool's message without a name.
        ChatError: A field has a value of the wrong type; the path starts in the message.
    """
    tokens = [] if into is None else into
    has_tools = conversation_has_function_tools
    setting = _Setting(tokenizer, markers, has_tools, _MESSAGE_LEVELS, schema)
    message = as_message(message)
    try:
        _append(message, setting, tokens)
    except _WRONG_FIELD:
        check_message(message, _MESSAGE_LEVELS)
        raise
    return tokens


def render_ranges(  # noqa: PLR0913 - the options, and how the conversation ends
    conversation: Iterable[Message],
    tokenizer: Tokenizer,
    markers: Markers,
    *,
    auto_drop_analysis: bool = True,
    drop: Dropping = "before-first-final",
    schema: SchemaNotation = "reference",
    next_turn_role: Role | None = None,
    training: bool = False,
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Render a conversation, and say which tokens each message became.

    Args:
        conversation: The messages.
        tokenizer: Encodes the text.
        markers: The formatting tokens.
        auto_drop_analysis: Whether to leave out analysis that the model no longer needs.
        drop: Which that is. ``"before-first-final"``: what comes before the first final
            message, if the assistant's last message is a final one. ``"finished-turns"``:
            that of every turn the assistant has ended with a final message, but not of the
            turn that ends the conversation in training.
        schema: How the tools' JSON Schemas are written.
        next_turn_role: The role of a message to begin at the end, for the model to complete.
            Its tokens are in no range.
        training: Whether a final message of the assistant at the end ends its turn, for the
            model to learn from.

    Returns:
        The token ids, and for each message rendered its index in the conversation and the
        start and stop of its tokens.

    Raises:
        RenderError: A message has no rendering.
        ChatError: A field has a value of the wrong type; the path starts with ``"messages"``.
    """
    messages = as_messages(conversation)
    try:
        has_tools = any(map(has_function_tools, messages))
        setting = _Setting(tokenizer, markers, has_tools, CONVERSATION_LEVELS, schema)
        first = first_kept(messages, drop, training=training) if auto_drop_analysis else 0
        tokens, ranges = _render_all(messages, setting, first)
    except _WRONG_FIELD:
        check_messages(messages, CONVERSATION_LEVELS)
        raise
    if training and messages and is_final_of_assistant(messages[-1]):
        tokens[-1] = markers.return_
    if next_turn_role is not None:
        tokens.append(markers.start)
        tokens += tokenizer.encode_ordinary(Role(next_turn_role).value)
    return tokens, ranges


class _Setting(NamedTuple):
    tokenizer: Tokenizer
    markers: Markers
    has_function_tools: bool
    levels: int
    schema: SchemaNotation


# What a field of a wrong type or with a wrong value causes on the way.
_WRONG_FIELD = (AttributeError, KeyError, TypeError, ChatError)


def _render_all(
    messages: list[Message], setting: _Setting, first: int
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Render all messages, but no analysis before ``first``."""
    tokens: list[int] = []
    ranges: list[tuple[int, int, int]] = []
    for index, message in enumerate(messages):
        if index < first and message.channel == "analysis":
            check_message(message, CONVERSATION_LEVELS)  # the reference reads it all the same
            continue
        start = len(tokens)
        try:
            _append(message, setting, tokens)
        except RenderError as error:
            error.message_index = index
            raise
        ranges.append((index, start, len(tokens)))
    return tokens, ranges


def first_kept(messages: list[Message], drop: Dropping, *, training: bool = False) -> int:
    """Index of the first message whose analysis is kept when analysis is dropped.

    Args:
        messages: The conversation.
        drop: As for ``render_ranges``.
        training: As for ``render_ranges``.
    """
    return _last_turn(messages, training) if drop == "finished-turns" else _first_final(messages)


def _first_final(messages: list[Message]) -> int:
    """Index of the first final message, before which analysis is dropped; 0 to drop none.

    The reference goes by the assistant's last message, whatever it is, but by anybody's
    first final message; analysis between two final messages stays.
    """
    for message in reversed(messages):
        if message.author.role == Role.ASSISTANT:
            if message.channel != "final":
                return 0
            return next(i for i, message in enumerate(messages) if message.channel == "final")
    return 0


def _last_turn(messages: list[Message], training: bool) -> int:
    """Index of the final message that ended the last finished turn; 0 if there is none.

    A turn that ends the conversation in training is still to be learnt: it is not finished.
    """
    stop = len(messages) - 1 if training else len(messages)
    finals = (i for i in range(stop - 1, -1, -1) if is_final_of_assistant(messages[i]))
    return next(finals, 0)


def has_function_tools(message: Message) -> bool:
    """Whether a message declares function tools."""
    for content in message.content:
        if type(content) is not TextContent:
            read = as_own_content(content)
            tools = read.tools if isinstance(read, DeveloperContent) else None
            if tools is not None and "functions" in tools and tools["functions"].tools:
                return True
    return False


def is_final_of_assistant(message: Message) -> bool:
    """Whether a message ends a turn of the assistant."""
    return message.author.role == Role.ASSISTANT and message.channel == "final"


def _append(message: Message, setting: _Setting, tokens: list[int]) -> None:
    tokenizer, markers = setting[:2]
    role = message.author.role
    tokens += _header(tokenizer, markers, _header_fields(message))
    for content in message.content:
        text = content.text if type(content) is TextContent else _text(content, role, setting)
        tokens += tokenizer.encode_ordinary(well_formed(text))
    calls = message.recipient is not None and role == Role.ASSISTANT
    tokens.append(markers.call if calls else markers.end)


def _header_fields(message: Message) -> _HeaderFields:
    author = message.author
    return author.role, author.name, message.recipient, message.channel, message.content_type


@lru_cache(maxsize=_HEADER_CACHE_SIZE)
def _header(tokenizer: Tokenizer, markers: Markers, fields: _HeaderFields) -> tuple[int, ...]:
    parts = _header_parts(tokenizer, markers, fields)
    return tuple(token for _, tokens in parts for token in tokens)


@lru_cache(maxsize=_HEADER_CACHE_SIZE)
def _header_layout(
    tokenizer: Tokenizer, markers: Markers, fields: _HeaderFields
) -> tuple[tuple[Part, int], ...]:
    """The parts of a header and how many tokens each has."""
    parts = _header_parts(tokenizer, markers, fields)
    return tuple((part, len(tokens)) for part, tokens in parts if tokens)


def _header_parts(
    tokenizer: Tokenizer, markers: Markers, fields: _HeaderFields
) -> Iterator[tuple[Part, list[int]]]:
    role, name, recipient, channel, content_type = fields

    def encode(text: str) -> list[int]:
        return tokenizer.encode_ordinary(well_formed(text))

    yield Part.MARKER, [markers.start]
    if role != Role.TOOL:
        yield Part.ROLE, encode(Role(role).value)
        if name is not None:
            yield Part.NAME, encode(":" + name)
    elif name is not None:
        yield Part.NAME, encode(name)
    else:
        raise RenderError("Tools should have a name!")
    if recipient is not None and recipient != "all":
        yield Part.RECIPIENT, encode(" to=" + recipient)
    if channel is not None:
        yield Part.MARKER, [markers.channel]
        yield Part.CHANNEL, encode(channel)
    if content_type is not None:
        constrained = content_type.removeprefix(MARKER_TEXTS["constrain"])
        if constrained != content_type:
            yield Part.CONTENT_TYPE, encode(" ")
            yield Part.MARKER, [markers.constrain]
            yield Part.CONTENT_TYPE, encode(constrained)
        else:
            yield Part.CONTENT_TYPE, encode(" " + content_type)
    yield Part.MARKER, [markers.message]


def rendered_spans(
    conversation: Iterable[Message],
    tokens: Sequence[int],
    ranges: Sequence[tuple[int, int, int]],
    tokenizer: Tokenizer,
    markers: Markers,
) -> list[Span]:
    """Label the tokens of a rendered conversation.

    Args:
        conversation: The messages that were rendered.
        tokens: What ``render_ranges`` made of them.
        ranges: Which tokens it said were whose.
        tokenizer: The one that encoded the text.
        markers: The formatting tokens.

    Returns:
        Spans from the first token to the last; a span's message is an index into ``ranges``.
    """
    messages = as_messages(conversation)
    spans: list[Span] = []
    for ordinal, (index, start, stop) in enumerate(ranges):
        spans += message_spans(
            messages[index], start, stop, number=ordinal, tokenizer=tokenizer, markers=markers
        )
    begun = ranges[-1][2] if ranges else 0  # the message that the model is to complete
    if begun < len(tokens):
        spans.append(Span(begun, begun + 1, Part.MARKER, None))
    if begun + 1 < len(tokens):
        spans.append(Span(begun + 1, len(tokens), Part.ROLE, None))
    return spans


def message_spans(  # noqa: PLR0913 - a message, where it is, and what encoded it
    message: Message,
    start: int,
    stop: int,
    *,
    number: int,
    tokenizer: Tokenizer,
    markers: Markers,
) -> list[Span]:
    """Label the tokens of a rendered message.

    Args:
        message: The message.
        start: Its first token.
        stop: One past its last token.
        number: What the spans are to give as their message.
        tokenizer: The one that encoded the text.
        markers: The formatting tokens.
    """
    spans = []
    at = start
    for part, length in _header_layout(tokenizer, markers, _header_fields(message)):
        spans.append(Span(at, at + length, part, number))
        at += length
    if at < stop - 1:
        spans.append(Span(at, stop - 1, Part.CONTENT, number))
    spans.append(Span(stop - 1, stop, Part.MARKER, number))
    return spans


def _text(content: Content, role: Role, setting: _Setting) -> str:
    content = as_own_content(content)
    if isinstance(content, SystemContent):
        _require_role(Role.SYSTEM, role, "SystemContent")
        return _system_text(content, setting)
    if isinstance(content, DeveloperContent):
        _require_role(Role.DEVELOPER, role, "DeveloperContent")
        return _developer_text(content, setting)
    return cast("TextContent", content).text


def _require_role(required: Role, role: Role, kind: str) -> None:
    if role != required:
        raise RenderError(
            f"{kind} may only appear in {required.value} messages, found in {role.title()}"
        )


def _system_text(content: SystemContent, setting: _Setting) -> str:
    sections = []
    identity = [] if content.model_identity is None else [content.model_identity]
    if content.knowledge_cutoff is not None:
        identity.append("Knowledge cutoff: " + content.knowledge_cutoff)
    if content.conversation_start_date is not None:
        identity.append("Current date: " + content.conversation_start_date)
    if identity:
        sections.append("\n".join(identity))
    if content.reasoning_effort is not None:
        sections.append("Reasoning: " + _EFFORTS[content.reasoning_effort])
    if content.tools:
        sections.append(_tools(content.tools, setting))
    channels = content.channel_config
    if channels is not None and channels.valid_channels:
        text = f"{CHANNELS_HEADING}{', '.join(channels.valid_channels)}."
        if channels.channel_required:
            text += " Channel must be included for every message."
        if setting.has_function_tools:
            text += FUNCTION_TOOLS_LINE
        sections.append(text)
    return "\n\n".join(sections)


def _developer_text(content: DeveloperContent, setting: _Setting) -> str:
    sections = []
    if content.instructions is not None:
        sections += ["# Instructions", content.instructions]
    if content.tools:
        sections.append(_tools(content.tools, setting))
    return "\n\n".join(sections)


def _tools(namespaces: dict[str, ToolNamespaceConfig], setting: _Setting) -> str:
    room = setting.levels - _LEVELS_ABOVE_SCHEMA
    return tools_section(namespaces, room, notation=setting.schema)
