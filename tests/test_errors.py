"""Every error has the reference's text for the same fault, and says what and where as data."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.streams import encoded

import harmony_core
from harmony_core import (
    ChatError,
    DecodeError,
    HarmonyEncoding,
    HarmonyError,
    InvalidJsonError,
    ParseError,
    RenderError,
    SpecialTokenError,
    VocabularyError,
    load_harmony_encoding,
)
from harmony_core.registry import UnknownEncodingError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import openai_harmony


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


class Fault(NamedTuple):
    """What causes an error, given a module and its encoding, and what the error carries."""

    cause: Callable[[Any, Any], object]
    error: type[HarmonyError]
    attributes: dict[str, object]


def stream(text: str) -> Callable[[Any, Any], object]:
    return lambda _, enc: enc.parse_messages_from_completion_tokens(encoded(text))


def tool_message(module: Any) -> Any:
    return module.Message.from_role_and_content(module.Role.TOOL, "x")


def misplaced(module: Any, role: str, content: str) -> Any:
    return module.Message.from_role_and_content(module.Role(role), getattr(module, content)())


MESSAGE = encoded("<|message|>")[0]
FAULTS = {
    "a special token in text": Fault(
        lambda _, enc: enc.encode("ab<|start|>"),
        SpecialTokenError,
        {"kind": "special-token", "token": "<|start|>", "position": 2},
    ),
    "an unknown token": Fault(
        lambda _, enc: enc.decode_utf8([0, 300_000]),
        DecodeError,
        {"kind": "unknown-token", "token": 300_000, "index": 1},
    ),
    "an unknown token, replacing": Fault(
        lambda _, enc: enc.decode([0, 300_000]),
        DecodeError,
        {"kind": "unknown-token", "token": 300_000, "index": 1},
    ),
    "bytes that are no text": Fault(
        lambda _, enc: enc.decode_utf8([0, 187]),
        DecodeError,
        {"kind": "not-utf8", "token": None, "index": 1},
    ),
    "a text that breaks off": Fault(
        lambda _, enc: enc.decode_utf8(enc.encode("\U0001f9ff")[:1]),
        DecodeError,
        {"kind": "not-utf8", "token": None, "index": 0},
    ),
    "a tool without a name": Fault(
        lambda module, enc: enc.render(tool_message(module)),
        RenderError,
        {"kind": "cannot-render", "message_index": None},
    ),
    "a tool without a name in a conversation": Fault(
        lambda module, enc: enc.render_conversation(
            module.Conversation.from_messages(
                [module.Message.from_role_and_content(module.Role.USER, ""), tool_message(module)]
            )
        ),
        RenderError,
        {"kind": "cannot-render", "message_index": 1},
    ),
    "a system's content elsewhere": Fault(
        lambda module, enc: enc.render(misplaced(module, "user", "SystemContent")),
        RenderError,
        {"kind": "cannot-render", "message_index": None},
    ),
    "a developer's content elsewhere": Fault(
        lambda module, enc: enc.render(misplaced(module, "tool", "DeveloperContent")),
        RenderError,
        {"kind": "cannot-render", "message_index": None},
    ),
    "text between messages": Fault(
        stream("Hi"),
        ParseError,
        {"kind": "unexpected-token", "token_index": 0, "token": 12194, "state": "ExpectStart"},
    ),
    "a stream that ends in a header": Fault(
        stream("<|start|>user"),
        ParseError,
        {"kind": "unexpected-eos", "token_index": 2, "token": None, "state": "Header"},
    ),
    "a header without a role": Fault(
        stream("<|start|><|message|>"),
        ParseError,
        {"kind": "missing-role", "token_index": 1, "token": MESSAGE, "state": "Header"},
    ),
    "a header of an unknown role": Fault(
        stream("<|start|>nobody<|message|>"),
        ParseError,
        {"kind": "unknown-role", "token_index": 3, "token": MESSAGE, "state": "Header"},
    ),
    "a header without its channel": Fault(
        stream("<|start|>assistant<|channel|><|message|>"),
        ParseError,
        {"kind": "empty-channel", "token_index": 3, "token": MESSAGE, "state": "Header"},
    ),
    "a header with too much": Fault(
        stream('<|start|>user a "b" c d<|message|>'),
        ParseError,
        {"kind": "junk-in-header", "token_index": 8, "token": MESSAGE, "state": "Header"},
    ),
    "a header that is no text": Fault(
        lambda _, enc: enc.parse_messages_from_completion_tokens(
            [*encoded("<|start|>"), 300_000, MESSAGE]
        ),
        ParseError,
        {"kind": "undecodable-header", "token_index": 2, "token": MESSAGE, "state": "Header"},
    ),
    "an unknown role": Fault(
        lambda module, _: module.Role("bot"), ChatError, {"kind": "invalid-chat", "path": ()}
    ),
    "an unknown content": Fault(
        lambda module, _: module.Message.from_dict({"role": "user", "content": [{"type": "x"}]}),
        ChatError,
        {"kind": "invalid-chat", "path": ("content", 0, "type")},
    ),
    "no JSON": Fault(
        lambda module, _: module.Conversation.from_json("{"),
        InvalidJsonError,
        {"kind": "invalid-json", "path": (), "position": 1},
    ),
    "an unknown encoding": Fault(
        lambda module, _: module.load_harmony_encoding("x"),
        UnknownEncodingError,
        {"kind": "unknown-encoding"},
    ),
}


def raised(fault: Fault, module: ModuleType, encoding: object) -> Exception:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        fault.cause(module, encoding)
    return caught.value


@pytest.mark.parametrize("name", FAULTS)
def test_text_and_attributes(
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    encoding: HarmonyEncoding,
    name: str,
) -> None:
    fault = FAULTS[name]
    ours = raised(fault, harmony_core, encoding)
    theirs = raised(fault, reference, reference_encoding)
    # To an unknown name, ours adds those there are.
    assert str(ours).removesuffix("; expected 'HarmonyGptOss'") == str(theirs)
    assert type(ours) is fault.error
    assert {key: getattr(ours, key) for key in fault.attributes} == fault.attributes
    family = RuntimeError if isinstance(theirs, RuntimeError) else ValueError
    assert isinstance(ours, family)


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_can_cross_processes(encoding: HarmonyEncoding, name: str) -> None:
    error = raised(FAULTS[name], harmony_core, encoding)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for twin in (pickle.loads(pickle.dumps(error, protocol)), copy.copy(error)):  # noqa: S301 - our own bytes
            assert type(twin) is type(error)
            assert (str(twin), vars(twin)) == (str(error), vars(error))


def test_kinds_tell_faults_apart() -> None:
    errors = (SpecialTokenError, VocabularyError, ChatError, RenderError, UnknownEncodingError)
    assert len({error.kind for error in errors}) == len(errors)


# Constructors whose arguments pydantic refuses: our text begins as its message does.
VALIDATION: list[Callable[[Any], object]] = [
    lambda m: m.Message(),
    lambda m: m.Author(role="x"),
    lambda m: m.Author(role="user", name=5),
    lambda m: m.ChannelConfig(valid_channels=5, channel_required=True),
    lambda m: m.ChannelConfig(valid_channels=[], channel_required="x"),
    lambda m: m.ChannelConfig(valid_channels=[], channel_required=None),
    lambda m: m.SystemContent(tools=3),
    lambda m: m.SystemContent(tools={"n": 3}),
    lambda m: m.SystemContent(reasoning_effort="x"),
    lambda m: m.SystemContent(channel_config=4),
    lambda m: m.SystemContent.from_dict({"model_identity": []}),
    lambda m: m.DeveloperContent(instructions=4),
    lambda m: m.Message(author=5),
    lambda m: m.Message(author={"role": "user"}, content=[5]),
    lambda m: m.Message(author={"role": "user"}, content="x"),
    lambda m: m.Message(author={"role": "user"}, channel=5),
    lambda m: m.Conversation(messages=[5]),
    lambda m: m.Conversation(messages={}),
    lambda m: m.TextContent(text=b"\xff"),
    lambda m: m.ToolDescription(name="f"),
    lambda m: m.ToolDescription.new("f", 5),
    lambda m: m.ToolDescription.new("f", "", []),
    lambda m: m.ToolNamespaceConfig(name="n", tools=[5]),
    lambda m: m.RenderConversationConfig(auto_drop_analysis="perhaps"),
    lambda m: m.RenderOptions(conversation_has_function_tools=2),
]


@pytest.mark.parametrize("make", VALIDATION)
def test_validation_errors_begin_as_the_references(
    reference: ModuleType, make: Callable[[Any], object]
) -> None:
    with pytest.raises(ValueError, match="validation error") as theirs:
        make(reference)
    with pytest.raises(ChatError) as ours:
        make(harmony_core)
    first = theirs.value.errors()[0]  # type: ignore[attr-defined]
    # Pydantic adds after a comma what it tried; we add what was found, and where.
    assert str(ours.value).startswith(first["msg"].partition(", unable")[0])
    assert ours.value.path == first["loc"]
