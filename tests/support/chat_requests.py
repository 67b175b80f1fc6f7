"""Hypothesis strategies for what clients of Chat Completions and Responses send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from support.strategies import texts

from harmony_core import ToolNamespaceConfig

some_text = texts.filter(bool)
functions = ("get_weather", "search", "f", "list-files_2")
arguments = st.sampled_from(["{}", '{"city":"Tokyo"}', '{"q": "naïve 日本語"}', "", "not JSON"])
schemas = st.sampled_from(
    [
        {"type": "object", "properties": {}},
        {
            "type": "object",
            "properties": {"city": {"type": "string", "default": None}},
            "required": ["city"],
            "additionalProperties": False,
        },
    ]
)


def _function(name: str, nested: bool) -> st.SearchStrategy[dict[str, Any]]:
    fields = st.fixed_dictionaries(
        {"name": st.just(name), "description": texts}, optional={"parameters": schemas}
    )
    if nested:
        return fields.map(lambda given: {"type": "function", "function": given})
    return fields.map(lambda given: {"type": "function", **given})


def tools(nested: bool) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.tuples(*(_function(name, nested) for name in functions)).map(list)


formats = st.fixed_dictionaries(
    {"name": st.sampled_from(["answer", "shopping_list"]), "schema": schemas},
    optional={"description": some_text},
)
efforts = st.sampled_from(["low", "medium", "high"])


@st.composite
def _chat_turn(draw: st.DrawFn, first_id: int) -> list[dict[str, Any]]:
    """What the user says, the assistant's calls and their results, and perhaps its answer."""
    messages: list[dict[str, Any]] = []
    content = st.one_of(texts, st.lists(texts, min_size=2, max_size=3).map(_parts))
    messages += [{"role": "user", "content": draw(content)} for _ in range(draw(st.integers(0, 2)))]
    for step in range(draw(st.integers(0, 2))):
        count = draw(st.integers(1, 3))
        calls = [
            {
                "id": f"call_{first_id}_{step}_{n}",
                "type": "function",
                "function": {
                    "name": draw(st.sampled_from(functions)),
                    "arguments": draw(arguments),
                },
            }
            for n in range(count)
        ]
        said = draw(st.one_of(st.none(), some_text))
        messages.append(_assistant(draw(_thought), said, calls))
        messages += [
            {"role": "tool", "tool_call_id": call["id"], "content": draw(texts)}
            for call in draw(st.permutations(calls))
        ]
    if draw(st.booleans()):
        messages.append(_assistant(draw(_thought), draw(some_text), []))
    return messages


_thought = st.one_of(st.none(), some_text)


def _parts(given: list[str]) -> list[dict[str, str]]:
    return [{"type": "text", "text": text} for text in given]


def _assistant(thought: str | None, said: str | None, calls: list[Any]) -> dict[str, Any]:
    return {
        "role": "assistant",
        **({"reasoning": thought} if thought else {}),
        "content": said,
        **({"tool_calls": calls} if calls else {}),
    }


@st.composite
def chat_requests(draw: st.DrawFn) -> dict[str, Any]:
    """Requests that lose nothing, in the form that from_messages writes."""
    request: dict[str, Any] = {"messages": []}
    if draw(st.booleans()):
        request["messages"].append({"role": "developer", "content": draw(some_text)})
    if draw(st.booleans()):
        request["tools"] = draw(tools(nested=True))
    if draw(st.booleans()):
        request["response_format"] = {"type": "json_schema", "json_schema": draw(formats)}
    request["reasoning_effort"] = draw(efforts)
    for number in range(draw(st.integers(0, 3))):
        request["messages"] += draw(_chat_turn(number))
    return request


@st.composite
def responses_requests(draw: st.DrawFn) -> dict[str, Any]:
    """Requests that lose nothing, in the form that from_messages writes."""
    request: dict[str, Any] = {"input": [], "reasoning": {"effort": draw(efforts)}}
    if draw(st.booleans()):
        request["instructions"] = draw(some_text)
    if draw(st.booleans()):
        request["tools"] = draw(tools(nested=False))
    if draw(st.booleans()):
        request["text"] = {"format": {"type": "json_schema", **draw(formats)}}
    kinds = st.lists(st.sampled_from(["user", "think", "call", "say", "answer"]))
    for number, kind in enumerate(draw(kinds)):
        request["input"] += draw(_items(kind, number))
    return request


def _items(kind: str, number: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    if kind == "user":
        message = {"type": "message", "role": "user"}
        return texts.map(lambda text: [{**message, "content": text}])
    if kind == "think":
        reasoning = {"type": "reasoning", "id": f"rs_{number}", "summary": []}
        return some_text.map(lambda text: [{**reasoning, **_reasoning(text)}])
    if kind == "call":
        return st.tuples(st.sampled_from(functions), arguments, texts).map(
            lambda given: _call(number, *given)
        )
    phase = "commentary" if kind == "say" else "final_answer"
    return some_text.map(lambda text: [_said(number, phase, text)])


def _reasoning(text: str) -> dict[str, Any]:
    return {"content": [{"type": "reasoning_text", "text": text}], "status": "completed"}


def _said(number: int, phase: str, text: str) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"msg_{number}",
        "role": "assistant",
        "phase": phase,
        "content": [{"type": "output_text", "text": text, "annotations": []}],
        "status": "completed",
    }


def _call(number: int, name: str, given: str, output: str) -> list[dict[str, Any]]:
    call_id = f"call_{number}"
    call = {"type": "function_call", "id": f"fc_{number}", "call_id": call_id, "name": name}
    return [
        {**call, "arguments": given, "status": "completed"},
        {"type": "function_call_output", "call_id": call_id, "output": output},
    ]


# Completions: messages of the assistant, well-formed and of other kinds.
HEADERS = (
    "<|channel|>analysis",
    "<|channel|>commentary",
    "<|channel|>final",
    "<|channel|>final <|constrain|>json",
    "<|channel|>commentary to=functions.get_weather <|constrain|>json",
    " to=functions.search<|channel|>commentary json",
    "<|channel|>analysis to=functions.search code",
    "<|channel|>analysis to=browser.search code",
    "<|channel|>analysis to=python code",
    "<|channel|>commentary to=get_weather",
    "<|channel|>odd",
    "",
)
completions = st.lists(
    st.tuples(st.sampled_from(HEADERS), texts, st.sampled_from(["<|end|>", "<|call|>"])),
    min_size=1,
    max_size=5,
).map(
    lambda messages: "<|start|>assistant".join(
        f"{header}<|message|>{_plain(text)}{stop}" for header, text, stop in messages
    )
)


def _plain(text: str) -> str:
    """Text that is no special token when it is encoded as one."""
    return text.replace("<|", "<")


# Messages as servers write them, in any order: most of it has a place in either API.
_JSON = "<|constrain|>json"


def _fields(role: str, **fields: str) -> st.SearchStrategy[dict[str, Any]]:
    content = arguments if "recipient" in fields and role == "assistant" else texts
    return content.map(lambda text: {"role": role, "content": text, **fields})


_usual_messages = st.one_of(
    _fields("user"),
    _fields("assistant", channel="analysis"),
    _fields("assistant", channel="commentary"),
    _fields("assistant", channel="final"),
    *(
        _fields(
            "assistant", channel="commentary", recipient=f"functions.{name}", content_type=_JSON
        )
        for name in functions
    ),
    *(
        _fields("tool", name=f"functions.{name}", channel="commentary", recipient="assistant")
        for name in functions
    ),
    *(
        _fields("assistant", channel="analysis", recipient=name, content_type="code")
        for name in ("python", "browser.search")
    ),
    *(
        _fields("tool", name=name, channel="analysis", recipient="assistant")
        for name in ("python", "browser.search")
    ),
    texts.map(
        lambda text: {
            "role": "developer",
            "content": [{"type": "developer_content", "instructions": text}],
        }
    ),
)
_own_tools = st.sampled_from([None, {"python": ToolNamespaceConfig.python().to_dict()}])
_system_messages = _own_tools.map(
    lambda given: {"role": "system", "content": [{"type": "system_content", "tools": given}]}
)
usual_conversations = st.tuples(
    st.lists(_system_messages, max_size=1), st.lists(_usual_messages, max_size=5)
).map(lambda given: {"messages": [*given[0], *given[1]]})
