"""Requests with a wrong value at each place: an error that says where, or a loss."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from harmony_core import ChatError, interop
from harmony_core.interop import chat_completions, responses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHAT = {
    "messages": [
        {"role": "system", "content": "S"},
        {"role": "user", "name": "ada", "content": [{"type": "text", "text": "a"}]},
        {
            "role": "assistant",
            "content": "x",
            "reasoning": "r",
            "reasoning_details": [{"type": "reasoning.text", "text": "r"}],
            "refusal": "no",
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "2", "type": "custom", "custom": {"name": "g", "input": "x"}},
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "1"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"type": "custom", "custom": {"name": "g", "format": {"type": "text"}}},
    ],
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
    "reasoning_effort": "low",
    "reasoning": {"effort": "low"},
    "chat_template_kwargs": {"builtin_tools": ["python"]},
}
RESPONSES = {
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]},
        {
            "type": "reasoning",
            "id": "r",
            "summary": [{"type": "summary_text", "text": "s"}],
            "content": [{"type": "reasoning_text", "text": "r"}],
            "status": "completed",
        },
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": "1"},
        {"type": "custom_tool_call", "call_id": "2", "name": "g", "input": "x"},
        {"type": "code_interpreter_call", "id": "3", "code": "1", "outputs": None},
        {"type": "mcp_call", "id": "4", "name": "x", "server_label": "l", "arguments": "{}"},
        {
            "type": "message",
            "role": "assistant",
            "phase": "final_answer",
            "content": [{"type": "output_text", "text": "t", "annotations": []}],
        },
    ],
    "tools": [
        {"type": "function", "name": "f", "parameters": {"type": "object"}},
        {"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "q"}]},
        {"type": "web_search"},
    ],
    "text": {"format": {"type": "json_schema", "name": "n", "schema": {}}},
    "reasoning": {"effort": "low"},
}
ANSWER = {"object": "chat.completion", "choices": [{"message": CHAT["messages"][2]}]}  # type: ignore[index]

DEEP: Any = []
for _ in range(20_000):
    DEEP = [DEEP]
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    10**5000,
    "",
    "x",
    [],
    ["x"],
    [None],
    {},
    {"type": ["x"]},
    DEEP,
)


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (step,)
        if isinstance(inner, (dict, list)):
            for rest in places(inner):
                yield (step, *rest)


def with_value(data: Any, place: tuple[str | int, ...], wrong: object) -> Any:
    result = inner = copy.deepcopy(data)
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = wrong
    return result


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (chat_completions.to_conversation, CHAT),
        (chat_completions.to_conversation, ANSWER),
        (responses.to_conversation, RESPONSES),
        (interop.to_conversation, CHAT),
        (interop.to_conversation, ANSWER),
        (interop.to_conversation, RESPONSES),
    ],
)
def test_nothing_but_errors_of_the_format(read: Callable[[Any], object], data: Any) -> None:
    read(data)
    errors = [error_of(read, with_value(data, at, wrong)) for at in places(data) for wrong in WRONG]
    assert len([*filter(None, errors)]) > 50


def error_of(read: Callable[[Any], object], data: object) -> str | None:
    try:
        read(data)
    except ChatError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        ([{"role": ["x"], "content": ""}], (0, "role")),
        ([{"role": "user", "content": [{"type": {}, "text": ""}]}], (0, "content", 0, "type")),
    ],
)
def test_the_place_is_told(request_: object, path: tuple[object, ...]) -> None:
    for read in (chat_completions.to_conversation, responses.to_conversation):
        with pytest.raises(ChatError) as caught:
            read(request_)
        assert caught.value.path == path
