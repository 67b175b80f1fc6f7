"""The contents of messages: text, the system prompt's parts, the developer's instructions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from harmony_core import _coercion
from harmony_core._model import Model, field_names, from_fields, instance, model
from harmony_core.errors import ChatError
from harmony_core.reference.crate_aliases import ReasoningEffortAliases
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

C = TypeVar("C", bound="Content")


class ReasoningEffort(ReasoningEffortAliases):
    """How much the model should think before it answers."""

    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"


@model
@dataclass(kw_only=True, slots=True)
class Content(Model):
    """Base of every kind of content."""

    @classmethod
    def from_dict(cls: type[C], raw: Mapping[str, Any]) -> C:  # noqa: PYI019 - Self is 3.11
        """Read a dictionary as ``to_dict`` makes it.

        Raises:
            ChatError: A field is missing or of the wrong type.
        """
        fields = dict(_coercion.mapping(raw))
        fields.pop("type", None)
        return from_fields(cls, fields)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:  # noqa: ANN401 - pydantic's
        """Have pydantic, if a program uses it, read and write contents with their kinds.

        ``Content`` itself has no fields, so pydantic would keep nothing of its subclasses'.
        """
        if cls is not Content:
            return handler(source)
        from pydantic_core import core_schema  # noqa: PLC0415 - only pydantic calls this

        write = core_schema.plain_serializer_function_ser_schema(lambda content: content.to_dict())
        return core_schema.no_info_plain_validator_function(as_content, serialization=write)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:  # noqa: ANN401 - pydantic's
        """Describe a content of any kind to pydantic."""
        if cls is not Content:
            return handler(schema)
        kinds = {"type": {"type": "string", "enum": list(CONTENT_KINDS)}}
        return {"title": "Content", "type": "object", "properties": kinds, "required": ["type"]}

    def to_dict(self) -> dict[str, Any]:
        """The content as a dictionary with its kind under ``"type"``."""
        raise NotImplementedError


@model
@dataclass(kw_only=True, slots=True)
class TextContent(Content):
    """Plain text.

    Attributes:
        text: The text. Special tokens written in it are rendered as ordinary text.

    Raises:
        ChatError: ``text`` is missing or not a string.
    """

    text: str

    def __post_init__(self) -> None:
        self.text = _coercion.text(self.text, "text")

    def to_dict(self) -> dict[str, Any]:
        """The content as ``{"type": "text", "text": ...}``."""
        return {"type": "text", "text": self.text}


@model
@dataclass(kw_only=True, slots=True)
class ChannelConfig(Model):
    """The channels a system message allows.

    Attributes:
        valid_channels: Their names, in the order they are shown to the model.
        channel_required: Whether every message must name its channel.

    Raises:
        ChatError: A field is missing or of the wrong type.
    """

    valid_channels: list[str]
    channel_required: bool

    def __post_init__(self) -> None:
        self.valid_channels = _coercion.each(_coercion.text, self.valid_channels, "valid_channels")
        self.channel_required = _coercion.boolean(self.channel_required, "channel_required")

    @classmethod
    def require_channels(cls, channels: list[str]) -> ChannelConfig:
        """Allow ``channels``, and require one in every message."""
        return cls(valid_channels=channels, channel_required=True)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a new dictionary."""
        return {
            "valid_channels": list(self.valid_channels),
            "channel_required": self.channel_required,
        }


def _default_channels() -> ChannelConfig:
    return ChannelConfig.require_channels(["analysis", "commentary", "final"])


@model
@dataclass(kw_only=True, slots=True)
class SystemContent(Content):
    """The model's identity, effort, channels and built-in tools. The builders change ``self``.

    Attributes:
        model_identity: The first line of the prompt.
        reasoning_effort: How much to think, as ``ReasoningEffort`` or its text.
        conversation_start_date: Today's date, such as ``"2025-06-28"``.
        knowledge_cutoff: The date the model's knowledge ends, such as ``"2024-06"``.
        channel_config: The channels the model may use.
        tools: Namespaces of built-in tools by name; rendered in the order of their keys.

    Raises:
        ChatError: A field is of the wrong type.
    """

    model_identity: str | None = "You are ChatGPT, a large language model trained by OpenAI."
    reasoning_effort: ReasoningEffort | None = ReasoningEffort.MEDIUM
    conversation_start_date: str | None = None
    knowledge_cutoff: str | None = "2024-06"
    channel_config: ChannelConfig | None = field(default_factory=_default_channels)
    tools: dict[str, ToolNamespaceConfig] | None = None

    def __post_init__(self) -> None:
        optional_text = _coercion.optional_text
        self.model_identity = optional_text(self.model_identity, "model_identity")
        self.conversation_start_date = optional_text(
            self.conversation_start_date, "conversation_start_date"
        )
        self.knowledge_cutoff = optional_text(self.knowledge_cutoff, "knowledge_cutoff")
        if self.reasoning_effort is not None:
            self.reasoning_effort = _coercion.member(
                ReasoningEffort, self.reasoning_effort, "reasoning_effort"
            )
        if self.channel_config is not None:
            self.channel_config = instance(ChannelConfig, self.channel_config, "channel_config")
        self.tools = _namespaces(self.tools)

    @classmethod
    def new(cls) -> SystemContent:
        """Make one with the defaults."""
        return cls()

    def with_model_identity(self, model_identity: str) -> SystemContent:
        """Set the first line of the prompt."""
        self.model_identity = model_identity
        return self

    def with_reasoning_effort(self, reasoning_effort: ReasoningEffort) -> SystemContent:
        """Set how much the model should think."""
        self.reasoning_effort = reasoning_effort
        return self

    def with_conversation_start_date(self, conversation_start_date: str) -> SystemContent:
        """Set today's date."""
        self.conversation_start_date = conversation_start_date
        return self

    def with_knowledge_cutoff(self, knowledge_cutoff: str) -> SystemContent:
        """Set the date the model's knowledge ends."""
        self.knowledge_cutoff = knowledge_cutoff
        return self

    def with_channel_config(self, channel_config: ChannelConfig) -> SystemContent:
        """Set the channels."""
        self.channel_config = channel_config
        return self

    def with_required_channels(self, channels: list[str]) -> SystemContent:
        """Set the channels, and require one in every message."""
        self.channel_config = ChannelConfig.require_channels(channels)
        return self

    def with_tools(self, ns_config: ToolNamespaceConfig) -> SystemContent:
        """Add a namespace of tools; it replaces one of the same name."""
        if self.tools is None:
            self.tools = {}
        self.tools[ns_config.name] = ns_config
        return self

    def with_browser_tool(self) -> SystemContent:
        """Add the built-in browser."""
        return self.with_tools(ToolNamespaceConfig.browser())

    def with_python_tool(self) -> SystemContent:
        """Add the built-in Python tool."""
        return self.with_tools(ToolNamespaceConfig.python())

    def to_dict(self) -> dict[str, Any]:
        """The fields that are not ``None``, and the type, as a new dictionary."""
        return _tagged(self, "system_content")


@model
@dataclass(kw_only=True, slots=True)
class DeveloperContent(Content):
    """The developer's instructions and tools. The builders change ``self``.

    Attributes:
        instructions: Text under the heading "Instructions".
        tools: Namespaces of tools by name; rendered in the order of their keys.

    Raises:
        ChatError: A field is of the wrong type.
    """

    instructions: str | None = None
    tools: dict[str, ToolNamespaceConfig] | None = None

    def __post_init__(self) -> None:
        self.instructions = _coercion.optional_text(self.instructions, "instructions")
        self.tools = _namespaces(self.tools)

    @classmethod
    def new(cls) -> DeveloperContent:
        """Make one without instructions and tools."""
        return cls()

    def with_instructions(self, instructions: str) -> DeveloperContent:
        """Set the instructions."""
        self.instructions = instructions
        return self

    def with_tools(self, ns_config: ToolNamespaceConfig) -> DeveloperContent:
        """Add a namespace of tools; it replaces one of the same name."""
        if self.tools is None:
            self.tools = {}
        self.tools[ns_config.name] = ns_config
        return self

    def with_function_tools(self, tools: Sequence[ToolDescription]) -> DeveloperContent:
        """Set the tools of the namespace ``functions``."""
        return self.with_tools(ToolNamespaceConfig(name="functions", tools=list(tools)))

    def to_dict(self) -> dict[str, Any]:
        """The fields that are not ``None``, and the type, as a new dictionary."""
        return _tagged(self, "developer_content")


CONTENT_KINDS: dict[str, type[TextContent | SystemContent | DeveloperContent]] = {
    "text": TextContent,
    "system_content": SystemContent,
    "developer_content": DeveloperContent,
}


def as_content(value: object) -> Content:
    """A content, given itself or as a dictionary with its kind under ``"type"``.

    Raises:
        ChatError: The kind is unknown, a field is missing or of the wrong type.
    """
    if isinstance(value, Content):
        return value
    if not _coercion.is_mapping(value):
        raise _coercion.wrong("a valid dictionary or instance of Content", value)
    kind = value.get("type")
    cls = CONTENT_KINDS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ChatError(f"Unknown content variant: {value}", path=("type",))
    return cls.from_dict(value)


def _namespaces(value: object) -> dict[str, ToolNamespaceConfig] | None:
    if value is None:
        return None
    return _coercion.each_value(_namespace, value, "tools")


def _namespace(value: object) -> ToolNamespaceConfig:
    return instance(ToolNamespaceConfig, value)


def _tagged(content: SystemContent | DeveloperContent, kind: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in field_names(type(content)):
        value = getattr(content, name)
        if isinstance(value, ChannelConfig):
            out[name] = value.to_dict()
        elif isinstance(value, dict):
            out[name] = {key: namespace.to_dict() for key, namespace in value.items()}
        elif value is not None:
            out[name] = value
    out["type"] = kind
    return out
