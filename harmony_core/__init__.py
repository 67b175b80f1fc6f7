"""Harmony, the token format of the gpt-oss models, in pure Python."""

from harmony_core.chat import (
    Author,
    ChannelConfig,
    Content,
    Conversation,
    DeveloperContent,
    Message,
    ReasoningEffort,
    Role,
    SystemContent,
    TextContent,
)
from harmony_core.encoding import HarmonyEncoding, RenderConversationConfig, RenderOptions
from harmony_core.errors import (
    ChatError,
    DecodeError,
    HarmonyError,
    ParseError,
    RenderError,
    SpecialTokenError,
    VocabularyError,
)
from harmony_core.format.diagnosis.codes import Severity
from harmony_core.format.diagnosis.inspect import Inspector
from harmony_core.format.diagnosis.inspection import (
    Diagnostic,
    InspectedMessage,
    Inspection,
    InspectionError,
    InspectPolicy,
)
from harmony_core.format.parse import StreamableParser, StreamState
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

__version__ = "0.1.0"

__all__ = [
    "Author",
    "ChannelConfig",
    "ChatError",
    "Content",
    "Conversation",
    "DecodeError",
    "DeveloperContent",
    "Diagnostic",
    "HarmonyEncoding",
    "HarmonyEncodingName",
    "HarmonyError",
    "InspectPolicy",
    "InspectedMessage",
    "Inspection",
    "InspectionError",
    "Inspector",
    "Message",
    "ParseError",
    "ReasoningEffort",
    "RenderConversationConfig",
    "RenderError",
    "RenderOptions",
    "Role",
    "Severity",
    "SpecialTokenError",
    "StreamState",
    "StreamableParser",
    "SystemContent",
    "TextContent",
    "ToolDescription",
    "ToolNamespaceConfig",
    "VocabularyError",
    "load_harmony_encoding",
]
