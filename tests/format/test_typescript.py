"""JSON Schema as TypeScript; each case in the data names the quirk of the reference it pins."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from support import strategies

from harmony_core.errors import ChatError
from harmony_core.format._tools_section import tools_section
from harmony_core.format._typescript import typescript_type
from harmony_core.reference.serde_json import json_text, read_json, well_formed
from harmony_core.tools import ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import openai_harmony

DATA = Path(__file__).parents[1] / "data"
CASES = json.loads((DATA / "typescript.json").read_text("utf-8"))
TOOL_CASES = json.loads((DATA / "tools_section.json").read_text("utf-8"))
ROOM = 120

Sections = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def reference_section(
    reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding
) -> Callable[[Sections], str]:
    """The tools section as the reference writes it."""

    def write(namespaces: Sections) -> str:
        content = {"type": "developer_content", "tools": namespaces}
        message = reference.Message.from_dict({"role": "developer", "content": [content]})
        text: str = reference_encoding.decode(reference_encoding.render(message))
        return text.removeprefix("<|start|>developer<|message|>").removesuffix("<|end|>")

    return write


def section(namespaces: Sections) -> str:
    return tools_section(
        {key: ToolNamespaceConfig.from_dict(raw) for key, raw in namespaces.items()}, ROOM
    )


def one_tool(schema: object) -> Sections:
    # The reference takes a dictionary only at the top: anything else goes one level down.
    parameters = schema if isinstance(schema, dict) else {"type": "array", "items": schema}
    tool = {"name": "f", "description": "", "parameters": parameters}
    return {"n": {"name": "n", "tools": [tool]}}


@pytest.mark.parametrize("case", CASES, ids=[case["shows"] for case in CASES])
def test_case(case: dict[str, Any], reference_section: Callable[[Sections], str]) -> None:
    assert typescript_type(read_json(case["schema"], ROOM)) == case["text"]
    namespaces = one_tool(case["schema"])
    assert case["text"] in reference_section(namespaces)
    assert section(namespaces) == reference_section(namespaces)


@pytest.mark.parametrize("case", TOOL_CASES, ids=[case["shows"] for case in TOOL_CASES])
def test_section_case(case: dict[str, Any], reference_section: Callable[[Sections], str]) -> None:
    text = "\n".join(case["text"])
    assert section(case["tools"]) == text
    assert reference_section(case["tools"]) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(schema=strategies.parameters)
def test_any_schema_as_the_reference(
    reference_section: Callable[[Sections], str], schema: dict[str, Any]
) -> None:
    assert section(one_tool(schema)) == reference_section(one_tool(schema))


@settings(deadline=None, max_examples=200)
@given(value=strategies.numbers)
def test_numbers_as_the_reference(
    reference_section: Callable[[Sections], str], value: float
) -> None:
    namespaces = one_tool({"type": "object", "properties": {"p": {"default": value}}})
    assert section(namespaces) == reference_section(namespaces)


class TestReadJson:
    def test_values_become_plain(self) -> None:
        value = {"a": (1, 2), True: None, None: 1.5, 7: "x"}
        assert read_json(value, 2) == {"a": [1, 2], "true": None, "null": 1.5, "7": "x"}

    @pytest.mark.parametrize(
        "value",
        [math.nan, math.inf, 1 << 1024, 1 << 20_000],
        ids=["nan", "inf", "2**1024", "2**20000"],
    )
    def test_numbers_json_does_not_have(self, value: float) -> None:
        with pytest.raises(ChatError, match=r"expected value|number out of range") as caught:
            read_json({"a": [0, value]}, 9)
        assert caught.value.path == ("a", 1)

    def test_objects_json_does_not_have(self) -> None:
        with pytest.raises(ChatError, match="Object of type set is not JSON serializable"):
            read_json({"a": {1}}, 9)
        with pytest.raises(ChatError, match="keys must be str"):
            read_json({(1, 2): 0}, 9)

    @pytest.mark.parametrize("levels", [1, 5, 100])
    def test_levels(self, levels: int) -> None:
        value: object = 0
        for _ in range(levels):
            value = [value]
        assert json_text(read_json(value, levels)) == "[" * levels + "0" + "]" * levels
        with pytest.raises(ChatError, match="recursion limit exceeded"):
            read_json(value, levels - 1)

    def test_a_value_that_contains_itself(self) -> None:
        value: dict[str, object] = {}
        value["a"] = value
        with pytest.raises(ChatError, match="recursion limit exceeded") as caught:
            read_json(value, 3)
        assert caught.value.path == ("a", "a", "a")


class TestWellFormed:
    def test_pairs_are_joined(self) -> None:
        assert well_formed("a\ud83d\ude00b") == "a😀b"

    @pytest.mark.parametrize(
        "text",
        ["é\ud83d", "é\ude00\ud83d", "é\ude00"],  # noqa: PT014 - the surrogates differ
    )
    def test_lone_surrogates_are_refused(self, text: str) -> None:
        with pytest.raises(ChatError, match=r"lone surrogate U\+D[8E]\w\w at character 1"):
            well_formed(text)
