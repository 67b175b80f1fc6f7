"""A program as a user writes it; ``test_typing.py`` has it checked strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmony_core import (
    Author,
    ChannelConfig,
    Content,
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    HarmonyEncodingName,
    Message,
    ParseError,
    ReasoningEffort,
    RenderConversationConfig,
    RenderOptions,
    Role,
    StreamableParser,
    StreamState,
    SystemContent,
    TextContent,
    ToolDescription,
    ToolNamespaceConfig,
    load_harmony_encoding,
)

if TYPE_CHECKING:
    from typing_extensions import assert_type

encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
system = (
    SystemContent.new()
    .with_reasoning_effort(ReasoningEffort.high())
    .with_channel_config(ChannelConfig.require_channels(["final"]))
    .with_tools(ToolNamespaceConfig.browser())
)
developer = DeveloperContent.new().with_function_tools(
    [ToolDescription.new("f", "Does it.", parameters={"type": "object"})]
)
message = Message.from_author_and_content(Author.new(Role.TOOL, "f"), "x").with_channel("final")
conversation = Conversation.from_messages(
    [
        Message.from_role_and_content(Role.SYSTEM, system),
        Message.from_role_and_contents(Role.DEVELOPER, [developer, TextContent(text="x")]),
        Message(author=Author(role=Role.user()), content=[TextContent(text="x")]),
        message,
    ]
)
config = RenderConversationConfig(auto_drop_analysis=False, drop="finished-turns", schema="full")
tokens = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT, config)
alone = encoding.render(message, RenderOptions(conversation_has_function_tools=True))
parser = StreamableParser(encoding, Role.ASSISTANT, strict=False)
try:
    for token in encoding.encode("x", allowed_special={"<|end|>"}, disallowed_special=()):
        parser.process(token).process_eos()
except ParseError as fault:
    place = (fault.kind, fault.token_index, fault.token, fault.state)

if TYPE_CHECKING:
    assert_type(encoding, HarmonyEncoding)
    assert_type(system, SystemContent)
    assert_type(message, Message)
    assert_type(message.content, list[Content])
    assert_type(list(conversation), list[Message])
    assert_type(tokens, list[int])
    assert_type(alone, list[int])
    assert_type(Role.user(), Role)
    assert_type(parser.state, StreamState)
    assert_type(parser.current_role, Role | None)
    assert_type(parser.last_content_delta, str | None)
    assert_type(parser.messages, list[Message])
    assert_type(parser.into_messages(), list[Message])
    assert_type(parser.state_data, dict[str, Any])
    assert_type(encoding.decode(tokens), str)
    assert_type(encoding.stop_tokens(), list[int])
    assert_type(encoding.special_tokens_set, set[str])
    assert_type(place, tuple[str, int, int | None, str])
    Message.from_role_and_content("user", 5)  # type: ignore[arg-type]
    RenderConversationConfig(drop="everything")  # type: ignore[arg-type]
    encoding.render(conversation)  # type: ignore[arg-type]
