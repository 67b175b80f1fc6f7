"""The JSON form of an inspection: the documented one, complete, and plain JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_type_hints

import pytest
from support.diagnosis import Case, read_cases

from harmony_core import Message, Role, load_harmony_encoding
from harmony_core.format import wire
from harmony_core.format.diagnosis.codes import CODES, Severity

PAGE = (Path(__file__).parents[3] / "docs" / "inspection.md").read_text(encoding="utf-8")
ENCODING = load_harmony_encoding("HarmonyGptOss")


def test_the_documented_example_is_what_comes_out() -> None:
    text, example = re.findall(r"```(?:json)?\n(.*?)\n?```", PAGE, flags=re.DOTALL)
    assert json.loads(example) == ENCODING.inspect_text(text, Role.ASSISTANT).to_dict()


def test_every_field_is_documented() -> None:
    for shape in (wire.WireInspection, wire.WireInspectedMessage, wire.WireDiagnostic):
        for name in get_type_hints(shape):
            assert f"`{name}`" in PAGE


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.code)
def test_it_is_the_inspection_as_plain_json(case: Case) -> None:
    inspection = case.inspect()
    value = inspection.to_dict()
    assert json.loads(json.dumps(value)) == value
    assert set(value) == set(get_type_hints(wire.WireInspection))
    assert value["tokens"] == inspection.tokens
    assert [tuple(span.values()) for span in value["spans"]] == inspection.spans
    messages = [Message.from_dict(dict(item["message"])) for item in value["messages"]]
    assert messages == inspection.messages
    runnable = [item["message"] for item in value["messages"] if item["runnable"]]
    assert runnable == [call.to_dict() for call in inspection.tool_calls()]
    withheld = sum(item["withheld"] for item in value["messages"])
    assert withheld + len(runnable) == len(inspection.tool_calls(include_repaired=True))
    for item in value["messages"]:
        assert item["repaired"] == bool(item["guesses"])
        assert all(CODES[code].guesses for code in item["guesses"])
    assert sum(value["counts"].values()) == len(value["diagnostics"])
    assert value["ok"] == (not value["counts"]["error"] and not value["counts"]["warning"])


def test_parts_may_be_left_out() -> None:
    inspection = ENCODING.inspect_text("<|start|>user<|message|>Hi" * 5)
    value = inspection.to_dict(tokens=False, most_diagnostics=2)
    assert not {"tokens", "spans"} & set(value)
    assert len(value["diagnostics"]) == 2
    assert value["counts"] == {severity.value: 0 for severity in Severity} | {
        "error": 1,
        "warning": 4,
    }
