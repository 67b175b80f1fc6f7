"""What the caller says of tools, of the stream and of its end, and what follows from it."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import pytest
from support.mutations import encoding

from harmony_core import (
    DeveloperContent,
    Finish,
    HarmonyError,
    Inspection,
    InspectPolicy,
    Role,
    SystemContent,
    ToolDescription,
    ToolNamespaceConfig,
)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
WEATHER = ToolDescription.new("get_weather", "Tells the weather.", SCHEMA)
NAMESPACE = ToolNamespaceConfig(name="functions", tools=[WEATHER])
CALL = "<|channel|>commentary to={} <|constrain|>json<|message|>{}<|call|>"


def inspect(call: str, **policy: Any) -> Inspection:
    return encoding().inspect_text(call, Role.ASSISTANT, InspectPolicy(**policy))


def codes(inspection: Inspection) -> list[str]:
    return [found.code for found in inspection.diagnostics]


@pytest.mark.parametrize(
    "tools",
    [
        [WEATHER],
        WEATHER,
        [NAMESPACE],
        NAMESPACE,
        DeveloperContent.new().with_function_tools([WEATHER]),
        [
            SystemContent.new().with_browser_tool(),
            DeveloperContent.new().with_function_tools([WEATHER]),
        ],
        [{"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}],
        [{"type": "function", "name": "get_weather", "parameters": SCHEMA}],
        {"name": "get_weather", "parameters": SCHEMA},
    ],
)
def test_tools_may_be_described_in_many_ways(tools: object) -> None:
    good = CALL.format("functions.get_weather", '{"city": "Paris", "days": 2}')
    assert len(inspect(good, tools=tools).tool_calls()) == 1
    bad = CALL.format("functions.get_weather", '{"city": "Paris", "days": "two"}')
    inspection = inspect(bad, tools=tools)
    (found,) = inspection.diagnostics
    assert found.code == "arguments-mismatch"
    assert "['days']" in found.message
    assert inspection.tool_calls() == []
    unknown = CALL.format("functions.get_wether", '{"city": "Paris"}')
    (found,) = inspect(unknown, tools=tools).diagnostics
    assert (found.code, "functions.get_weather" in found.hint) == ("unknown-tool", True)


def test_a_namespace_without_functions_is_a_tool_that_takes_text() -> None:
    tools = SystemContent.new().with_python_tool()
    call = "<|channel|>analysis to=python code<|message|>print(1)<|call|>"
    assert len(inspect(call, tools=tools).tool_calls()) == 1


def test_schemas_are_not_passed_over_where_nothing_can_check_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    call = CALL.format("functions.get_weather", "{}")
    inspection = inspect(call, tools=[WEATHER])
    (found,) = inspection.diagnostics
    assert found.code == "arguments-not-checked"
    assert "harmony-core[jsonschema]" in found.hint
    assert not inspection.ok
    assert inspect(call, tools=["get_weather"]).ok


@pytest.mark.parametrize(
    "tools", ["get_weather", [1], [{"type": "web_search"}], [None], [["get_weather"]]]
)
def test_what_is_no_tool_is_refused(tools: object) -> None:
    with pytest.raises(TypeError):
        InspectPolicy(tools=tools)  # type: ignore[arg-type]


@pytest.mark.parametrize("arguments", ["", "[]", "1", "null", '"{}"', "{'a': 1}", "ls -R"])
@pytest.mark.parametrize("type_", ["", " json", " code", " <|constrain|>json"])
def test_a_function_takes_one_object_whatever_its_type_says(arguments: str, type_: str) -> None:
    call = f"<|channel|>commentary to=functions.f{type_}<|message|>{arguments}<|call|>"
    inspection = inspect(call)
    assert inspection.tool_calls() == []
    assert codes(inspection) == ["arguments-not-json"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("{'a': 1}", "Single quotes"),
        ('{"a": 1,}', "trailing comma"),
        ("```json\n{}\n```", "fence"),
        ('{"a": 1}{"b": 2}', "second JSON value"),
        ('{"a": 1}]', "Text follows"),
        ('{"a": 1} done', "Text follows"),
        ('{"a": "b', "cut off"),
        ('{"a": [1, 2', "cut off"),
        ('{"a": True}', "constant"),
        ("{a: 1}", "without quotes"),
        ('{"a": 1 /* one */}', "comment"),
        ('{"a": NaN}', "NaN"),
        ("  ", "no arguments"),
    ],
)
def test_broken_json_is_named_for_what_it_is(arguments: str, says: str) -> None:
    (found,) = inspect(CALL.format("functions.f", arguments)).diagnostics
    assert says in found.message
    assert found.message.startswith("Invalid JSON at character ")


# What the server says.

OPEN_CALL = CALL.format("functions.f", "{}").removesuffix("<|call|>")
OPEN_ANSWER = "<|channel|>final<|message|>Yes."


@pytest.mark.parametrize(
    ("stream", "finish", "expected", "calls"),
    [
        (OPEN_ANSWER, None, ["truncated-content"], 0),
        (OPEN_ANSWER, Finish(), ["truncated-content"], 0),
        (OPEN_ANSWER, Finish("stop", 200002), ["implied-stop"], 0),
        (OPEN_ANSWER, Finish("stop"), ["implied-stop"], 0),
        (OPEN_ANSWER, Finish("length"), ["truncated-content"], 0),
        (OPEN_ANSWER, Finish("stop", 1234), ["truncated-content"], 0),
        (OPEN_CALL, Finish("stop", 200012), ["implied-stop"], 1),
        (OPEN_CALL, Finish("stop"), ["implied-stop"], 1),
        (OPEN_CALL, Finish("tool_calls"), ["implied-stop"], 1),
        (OPEN_CALL, Finish("stop", 200002), ["implied-stop", "missing-call"], 0),
        (OPEN_CALL, Finish("length"), ["truncated-content"], 0),
        ("<|channel|>analysis<|message|>Hm.", Finish("stop"), ["implied-stop", "no-final"], 0),
        ("<|channel|>final", Finish("length"), ["truncated-header"], 0),
        (OPEN_ANSWER + "<|return|>", Finish("length"), [], 0),
    ],
)
def test_the_servers_word_about_the_end_is_used(
    stream: str, finish: Finish | None, expected: list[str], calls: int
) -> None:
    inspection = encoding().inspect_text(stream, Role.ASSISTANT, finish=finish)
    assert codes(inspection) == expected
    assert len(inspection.tool_calls()) == calls
    if finish == Finish("length") and expected:
        assert "'length'" in inspection.diagnostics[-1].message
    if "implied-stop" in expected:
        assert inspection.items[-1].complete
        assert "<|" in inspection.diagnostics[0].message


# What the stream is.


def test_a_transcript_is_no_completion_if_the_caller_says_so() -> None:
    stream = (
        CALL.format("functions.f", "{}")
        + "<|start|>functions.f to=assistant<|channel|>commentary<|message|>4<|end|>"
        + "<|start|>assistant<|channel|>final<|message|>4<|return|>"
    )
    assert codes(inspect(stream)) == ["tokens-after-call", "foreign-author"]
    assert codes(inspect(stream, completion=False)) == []


def test_no_call_is_given_after_a_message_that_the_model_made_up() -> None:
    made_up = "<|start|>user<|message|>Do it.<|end|><|start|>assistant"
    call = CALL.format("functions.f", "{}")
    stream = "<|channel|>analysis<|message|>Hm.<|end|>" + made_up + call
    inspection = inspect(stream)
    assert inspection.tool_calls() == []
    assert len(inspection.tool_calls(include_repaired=True)) == 1


@pytest.mark.parametrize("given", ["text", b"bytes"])
def test_text_is_sent_to_the_function_that_reads_it(given: Any) -> None:
    with pytest.raises(TypeError, match="inspect_text"):
        encoding().inspect(given)


def test_a_role_may_be_its_value() -> None:
    assert encoding().inspect_text(OPEN_ANSWER + "<|return|>", "assistant").ok
    with pytest.raises(ValueError, match="nobody"):
        encoding().inspector("nobody")


def test_an_inspection_shows_what_it_found() -> None:
    inspection = encoding().inspect_text(OPEN_ANSWER, "assistant")
    assert repr(inspection) == "<Inspection: 5 tokens, 1 messages; truncated-content>"
    (found,) = inspection.diagnostics
    assert str(found).startswith("error[truncated-content] at token 5: The stream ends")
    assert found.url == "docs/diagnostics.md#truncated-content"


def test_an_inspection_crosses_processes_without_its_fixes() -> None:
    inspection = encoding().inspect_text(OPEN_ANSWER, "assistant")
    assert inspection.fixes
    other = pickle.loads(pickle.dumps(inspection))  # noqa: S301 - made here
    assert other == inspection
    assert other.spans == inspection.spans
    assert other.to_dict() == inspection.to_dict()
    with pytest.raises(HarmonyError, match="Inspect the tokens again"):
        other.fix(other.diagnostics[0])
