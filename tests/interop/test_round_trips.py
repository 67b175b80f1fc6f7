"""There and back: nothing that is written without a loss changes, ids included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from support.chat_requests import chat_requests, responses_requests, usual_conversations
from support.strategies import channel_conversations, conversations

from harmony_core import (
    Conversation,
    RenderConversationConfig,
    Role,
    SystemContent,
    load_harmony_encoding,
)
from harmony_core.interop import chat_completions, responses

if TYPE_CHECKING:
    from harmony_core.interop import Converted


@given(chat_requests())
def test_a_chat_request_comes_back(request: dict[str, Any]) -> None:
    converted = chat_completions.to_conversation(request, strict=True)
    back = chat_completions.from_messages(converted.conversation, ids=converted.ids)
    assert back.losses == []
    assert {"messages": back.messages, **back.request} == request


@given(responses_requests())
def test_a_responses_request_comes_back(request: dict[str, Any]) -> None:
    converted = responses.to_conversation(request, strict=True)
    back = responses.from_messages(converted.conversation, ids=converted.ids)
    assert back.losses == []
    assert {"input": back.items, **back.request} == request


@given(chat_requests())
def test_ids_can_be_made_anew(request: dict[str, Any]) -> None:
    """Each result then has the id of a call of its tool, each call an id of its own."""
    converted = chat_completions.to_conversation(request)
    back = chat_completions.from_messages(converted.conversation)
    names = {}
    for message in back.messages:
        for call in message.get("tool_calls", ()):
            assert call["id"] not in names
            names[call["id"]] = call["function"]["name"]
    authors = (m.author.name for m in converted.conversation if m.author.role == Role.TOOL)
    results = [names[m["tool_call_id"]] for m in back.messages if m["role"] == "tool"]
    assert [f"functions.{name}" for name in results] == list(authors)


def _back(api: Any, conversation: Conversation) -> tuple[Converted, Any]:
    written = api.from_messages(conversation)
    if api is chat_completions:
        request = {"messages": written.messages, **written.request}
    else:
        request = {"input": written.items, **written.request}
    if written.system is not None:
        return api.to_conversation(request, system=written.system), written
    # Without a system message the models' own tools count as known; here they must be offered.
    own = SystemContent.new().with_browser_tool().with_python_tool()
    converted = api.to_conversation(request, system=own)
    del converted.conversation.messages[0]
    return converted, written


@given(
    st.sampled_from([chat_completions, responses]),
    st.one_of(usual_conversations, conversations, channel_conversations).map(
        Conversation.from_dict
    ),
)
def test_any_conversation_comes_back_or_its_losses_are_told(
    api: Any,
    conversation: Conversation,
) -> None:
    """What neither way has a word about reads the same again."""
    converted, written = _back(api, conversation)
    if not written.losses and not converted.losses:
        assert _text(converted.conversation) == _text(conversation)


def _text(conversation: Conversation) -> str:
    config = RenderConversationConfig(auto_drop_analysis=False)
    encoding = load_harmony_encoding("HarmonyGptOss")
    if not conversation.messages:
        return ""
    return encoding.decode(encoding.render_conversation(conversation, config))
