"""The facade has the reference's methods, and hands on to the right ones."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

import harmony_core
from harmony_core import (
    HarmonyEncoding,
    HarmonyError,
    RenderConversationConfig,
    RenderOptions,
    load_harmony_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import openai_harmony

TEXT = "Hello <|start|> wörld 👩‍🚀"


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def test_every_public_name_of_the_reference_is_here(reference: ModuleType) -> None:
    more = {"ChannelConfig", "ReasoningEffort", "ToolNamespaceConfig"}
    more |= {"RenderConversationConfig", "RenderOptions"}
    assert set(reference.__all__) | more <= set(harmony_core.__all__)
    assert all(hasattr(harmony_core, name) for name in harmony_core.__all__)


@pytest.mark.parametrize("name", ["HarmonyEncoding", "StreamableParser"])
def test_methods_take_the_references_arguments(reference: ModuleType, name: str) -> None:
    theirs, ours = getattr(reference, name), getattr(harmony_core, name)
    for method in vars(theirs):
        if method.startswith("_") or not callable(getattr(theirs, method)):
            continue
        expected = inspect.signature(getattr(theirs, method)).parameters.values()
        found = inspect.signature(getattr(ours, method)).parameters.values()
        assert [(p.name, p.kind) for p in found] == [(p.name, p.kind) for p in expected], method


def test_properties(
    encoding: HarmonyEncoding, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    assert encoding.name == reference_encoding.name
    assert encoding.special_tokens_set == reference_encoding.special_tokens_set
    assert encoding.tokenizer_name == "o200k_harmony"
    assert (encoding.n_ctx, encoding.max_message_tokens) == (1_048_576, 524_288)


def test_stop_tokens_are_the_references_in_order(
    encoding: HarmonyEncoding, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    assert encoding.stop_tokens() == sorted(reference_encoding.stop_tokens())
    ours = encoding.stop_tokens_for_assistant_actions()
    assert ours == sorted(reference_encoding.stop_tokens_for_assistant_actions())


@pytest.mark.parametrize(
    "call",
    [
        lambda enc: enc.encode(TEXT),
        lambda enc: enc.encode(TEXT, allowed_special="all"),
        lambda enc: enc.encode(TEXT, disallowed_special=()),
        lambda enc: enc.encode(TEXT, allowed_special={"<|start|>"}),
        lambda enc: enc.decode([13225, 200006, 187]),
        lambda enc: enc.decode([300_000]),
        lambda enc: enc.decode_utf8([13225, 200006]),
        lambda enc: enc.decode_utf8([187]),
        lambda enc: enc.decode_utf8([300_000]),
        lambda enc: [enc.is_special_token(token) for token in (0, 199_999, 200_006, 300_000)],
    ],
)
def test_text_and_tokens(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    call: Callable[[Any], object],
) -> None:
    assert outcome(call, encoding) == outcome(call, reference_encoding)


@pytest.mark.parametrize("token", ["1", None, 1.0, b"", True, -1, 2**32, 2**63, -(2**63), -(2**70)])
@pytest.mark.parametrize(
    "call",
    [
        lambda enc, token: enc.decode([0, token]),
        lambda enc, token: enc.decode_utf8([0, token]),
        lambda enc, token: enc.is_special_token(token),
    ],
)
def test_what_is_no_token(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    call: Callable[[Any, object], object],
    token: object,
) -> None:
    ours = outcome(lambda enc: call(enc, token), encoding)
    assert ours == outcome(lambda enc: call(enc, token), reference_encoding)


def outcome(call: Callable[[Any], object], encoding: object) -> object:
    try:
        return call(encoding)
    except (RuntimeError, TypeError, OverflowError) as error:
        kind = "HarmonyError" if isinstance(error, RuntimeError) else type(error).__name__
        return kind, str(error)


def test_bytes_and_ordinary_text(encoding: HarmonyEncoding) -> None:
    tokens = encoding.encode_ordinary(TEXT)
    assert not any(map(encoding.is_special_token, tokens))
    assert encoding.decode_bytes(tokens) == TEXT.encode()


def conversation(module: Any) -> Any:
    role, new = module.Role, module.Message.from_role_and_content
    function = module.ToolDescription.new("f", "Does it.")
    return module.Conversation.from_messages(
        [
            new(role.SYSTEM, module.SystemContent.new()),
            new(role.DEVELOPER, module.DeveloperContent.new().with_function_tools([function])),
            new(role.USER, "Hi"),
            new(role.ASSISTANT, "Hm").with_channel("analysis"),
            new(role.ASSISTANT, "Hello").with_channel("final"),
        ]
    )


@pytest.mark.parametrize("auto_drop", [None, True, False])
@pytest.mark.parametrize(
    "method",
    [
        "render_conversation",
        "render_conversation_for_training",
        "render_conversation_for_completion",
    ],
)
def test_conversations_render_as_the_reference_renders_them(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    reference: ModuleType,
    method: str,
    auto_drop: bool | None,
) -> None:
    def rendered(module: Any, encoding: object) -> list[int]:
        config = None
        if auto_drop is not None:
            config = module.RenderConversationConfig(auto_drop_analysis=auto_drop)
        roles = [module.Role.USER] if method.endswith("completion") else []
        found: list[int] = getattr(encoding, method)(conversation(module), *roles, config=config)
        return found

    assert rendered(harmony_core, encoding) == rendered(reference, reference_encoding)


@pytest.mark.parametrize("has_functions", [True, False])
def test_a_message_renders_as_the_reference_renders_it(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    reference: ModuleType,
    has_functions: bool,
) -> None:
    ours = encoding.render(
        conversation(harmony_core).messages[0],
        RenderOptions(conversation_has_function_tools=has_functions),
    )
    theirs = reference_encoding.render(
        conversation(reference).messages[0],
        reference.RenderOptions(conversation_has_function_tools=has_functions),
    )
    assert ours == theirs


def test_ranges_tell_which_tokens_a_message_became(encoding: HarmonyEncoding) -> None:
    tokens, ranges = encoding.render_ranges(conversation(harmony_core))
    assert tokens == encoding.render_conversation(conversation(harmony_core))
    assert [index for index, _, _ in ranges] == [0, 1, 2, 4]
    assert [start for _, start, _ in ranges] == [0, *(stop for _, _, stop in ranges[:-1])]


def test_options_are_checked() -> None:
    with pytest.raises(HarmonyError):
        RenderConversationConfig(auto_drop_analysis="perhaps")  # type: ignore[arg-type]
    with pytest.raises(HarmonyError):
        RenderOptions(conversation_has_function_tools=None)  # type: ignore[arg-type]


def test_an_encoding_can_be_a_key_and_has_a_short_repr(encoding: HarmonyEncoding) -> None:
    assert {encoding: 1}[encoding] == 1
    assert len(repr(encoding)) < 100


@pytest.mark.parametrize("given", [{}, {"auto_drop_analysis": False}, False, RenderOptions()])
def test_options_of_another_type(encoding: HarmonyEncoding, given: Any) -> None:
    conversation = harmony_core.Conversation()
    for render in (encoding.render_conversation, encoding.render_conversation_for_training):
        with pytest.raises(HarmonyError) as caught:
            render(conversation, given)
        found = type(given).__name__
        assert str(caught.value) == f"expected RenderConversationConfig or None, found {found}"
    message = harmony_core.Message.from_role_and_content(harmony_core.Role.USER, "x")
    with pytest.raises(HarmonyError, match=r"^expected RenderOptions or None, found str$"):
        encoding.render(message, "full")  # type: ignore[arg-type]
