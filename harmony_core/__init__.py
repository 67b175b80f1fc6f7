"""Harmony, the token format of the gpt-oss models, in pure Python.

An encoding makes tokens of a conversation, for a model to complete::

    >>> from harmony_core import Conversation, Message, Role, load_harmony_encoding
    >>> encoding = load_harmony_encoding("HarmonyGptOss")
    >>> conversation = Conversation.from_messages(
    ...     [Message.from_role_and_content(Role.USER, "Hi")]
    ... )
    >>> prompt = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT)
    >>> encoding.decode(prompt)
    '<|start|>user<|message|>Hi<|end|><|start|>assistant'

and messages of the tokens that the model answers with::

    >>> completion = encoding.encode(
    ...     "<|channel|>final<|message|>Hello!<|return|>", allowed_special="all"
    ... )
    >>> [answer] = encoding.parse_messages_from_completion_tokens(completion, Role.ASSISTANT)
    >>> answer.channel, answer.content[0].text
    ('final', 'Hello!')

``StreamableParser`` reads them as they come, ``HarmonyEncoding.inspect`` tells what is wrong with
them, and ``load_tokenizer`` gives the tokenizer alone. The errors of this package are children of
``HarmonyError``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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
    ExtensionError,
    HarmonyError,
    InvalidJsonError,
    ParseError,
    RenderError,
    SpecialTokenError,
    TrainingError,
    UnknownFieldError,
    UnknownFieldWarning,
    VocabularyError,
)
from harmony_core.format.finish import Finish
from harmony_core.format.parse import StreamableParser, StreamState
from harmony_core.format.prefixes import PrefixBreak
from harmony_core.format.training import TrainingSample
from harmony_core.registry import (
    HarmonyEncodingName,
    UnknownEncodingError,
    load_harmony_encoding,
)
from harmony_core.tokenizer import BackendError, Tokenizer, load_tokenizer
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from harmony_core.format.diagnosis.codes import Severity
    from harmony_core.format.diagnosis.inspect import Inspector
    from harmony_core.format.diagnosis.inspection import (
        Diagnostic,
        InspectedMessage,
        Inspection,
        InspectionError,
        InspectPolicy,
    )
else:
    # The diagnosis is a third of the package's start, and most programs render and parse.
    _DIAGNOSIS = {
        "Severity": "codes",
        "Inspector": "inspect",
        **dict.fromkeys(
            ("Diagnostic", "InspectedMessage", "Inspection", "InspectionError", "InspectPolicy"),
            "inspection",
        ),
    }

    def __getattr__(name: str) -> object:
        if name not in _DIAGNOSIS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f"harmony_core.format.diagnosis.{_DIAGNOSIS[name]}")
        globals()[name] = value = getattr(module, name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_DIAGNOSIS})


__version__ = "0.1.0"

__all__ = [
    "Author",
    "BackendError",
    "ChannelConfig",
    "ChatError",
    "Content",
    "Conversation",
    "DecodeError",
    "DeveloperContent",
    "Diagnostic",
    "ExtensionError",
    "Finish",
    "HarmonyEncoding",
    "HarmonyEncodingName",
    "HarmonyError",
    "InspectPolicy",
    "InspectedMessage",
    "Inspection",
    "InspectionError",
    "Inspector",
    "InvalidJsonError",
    "Message",
    "ParseError",
    "PrefixBreak",
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
    "Tokenizer",
    "ToolDescription",
    "ToolNamespaceConfig",
    "TrainingError",
    "TrainingSample",
    "UnknownEncodingError",
    "UnknownFieldError",
    "UnknownFieldWarning",
    "VocabularyError",
    "load_harmony_encoding",
    "load_tokenizer",
]
