"""Which API some JSON is of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion
from support.chat_requests import chat_requests, responses_requests
from support.strategies import conversations, json_values

from harmony_core import ChatError, Conversation
from harmony_core.interop import (
    LossyConversionError,
    Shape,
    chat_completions,
    recognise,
    responses,
    to_conversation,
)

USER = {"role": "user", "content": "x"}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "a"}}
COMPLETION = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [CHOICE],
}


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        ({"model": "m", "messages": [USER]}, Shape.CHAT_REQUEST),
        ({"messages": []}, Shape.CHAT_REQUEST),
        (COMPLETION, Shape.CHAT_RESPONSE),
        ({"choices": [{"delta": {}}]}, Shape.CHAT_CHUNK),
        ({"object": "chat.completion.chunk", "choices": []}, Shape.CHAT_CHUNK),
        ([USER], Shape.CHAT_MESSAGES),
        (USER, Shape.CHAT_MESSAGES),
        ([USER, {"role": "tool", "tool_call_id": "c", "content": ""}], Shape.CHAT_MESSAGES),
        ({"model": "m", "input": "x"}, Shape.RESPONSES_REQUEST),
        ({"input": [USER]}, Shape.RESPONSES_REQUEST),
        ({"object": "response", "output": []}, Shape.RESPONSES_RESPONSE),
        ({"type": "response.created", "sequence_number": 0}, Shape.RESPONSES_EVENT),
        ([USER, {"type": "reasoning", "summary": []}], Shape.RESPONSES_ITEMS),
        ({"type": "custom_tool_call", "input": "x"}, Shape.RESPONSES_ITEMS),
        ({"type": "function_call_output", "output": []}, Shape.RESPONSES_ITEMS),
        (
            [{"role": "user", "content": [{"type": "input_text", "text": ""}]}],
            Shape.RESPONSES_ITEMS,
        ),
        ({"messages": [USER, {**USER, "channel": "final"}]}, Shape.HARMONY_CONVERSATION),
        ([{**USER, "recipient": "x"}], Shape.HARMONY_MESSAGES),
        ([{"role": "system", "content": [{"type": "system_content"}]}], Shape.HARMONY_MESSAGES),
        ({}, None),
        ([], None),
        ([1], None),
        ([{"a": 1}], None),
        ([{"role": "bot"}], None),
        ([{"from": "human", "value": "x"}], None),
        ({"choices": [{"text": "x"}]}, None),
        ({"input": 1}, None),
        ("x", None),
        (None, None),
    ],
)
def test_a_shape(data: object, shape: Shape | None) -> None:
    assert recognise(data) is shape


@given(st.one_of(json_values, st.lists(json_values)))
def test_anything_at_all(data: object) -> None:
    recognise(data)
    for key in ("messages", "choices", "input", "output", "type", "role", "content"):
        recognise({key: data})
        recognise([{"role": "user", key: data}])


@given(conversations.map(Conversation.from_dict))
def test_what_this_package_writes_is_harmony(conversation: Conversation) -> None:
    data = conversation.to_dict()
    # Names and texts alone are what Chat Completions has, too.
    if any(message["content"] and message["name"] is None for message in data["messages"]):
        assert recognise(data) is Shape.HARMONY_CONVERSATION
        assert to_conversation(data).conversation == Conversation.from_dict(data)


@given(chat_requests())
def test_requests_of_chat_completions(request: dict[str, Any]) -> None:
    assert recognise(request) is Shape.CHAT_REQUEST
    assert to_conversation(request) == chat_completions.to_conversation(request)
    if request["messages"]:
        assert recognise(request["messages"]) is Shape.CHAT_MESSAGES


@given(responses_requests())
def test_requests_of_responses(request: dict[str, Any]) -> None:
    assert recognise(request) is Shape.RESPONSES_REQUEST
    assert to_conversation(request) == responses.to_conversation(request)


def test_any_shape_becomes_a_conversation() -> None:
    for data in (COMPLETION, ChatCompletion.model_validate(COMPLETION), [CHOICE["message"]]):
        assert to_conversation(data, system=False).conversation.messages[0].channel == "final"
    [message] = to_conversation({"role": "user", "content": "x", "channel": "c"}).conversation
    assert message.channel == "c"


def test_unknown_keys_of_harmony_are_losses() -> None:
    data = [{"role": "user", "content": "x", "channel": "c", "id": 1}]
    assert [loss.json_path for loss in to_conversation(data).losses] == ["$.messages[0].id"]
    with pytest.raises(LossyConversionError):
        to_conversation(data, strict=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (1, "found none of these"),
        ({"x": 1}, "found none of these"),
        ({"choices": [{"delta": {}}]}, "found a part of a stream, chat_completions.chunk"),
    ],
)
def test_what_is_none_of_them_is_refused(data: object, message: str) -> None:
    with pytest.raises(ChatError, match=message):
        to_conversation(data)
