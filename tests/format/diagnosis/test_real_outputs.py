"""What models and engines really wrote, with the report each comes from, as a person reads it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.diagnosis import describe, tokens_of
from support.mutations import check_nothing_is_lost, encoding

from harmony_core import Finish, Inspection, InspectPolicy, Role

DATA = Path(__file__).parents[2] / "data" / "real_outputs.json"
OUTPUTS: list[dict[str, Any]] = json.loads(DATA.read_text("utf-8"))


def inspect(output: dict[str, Any]) -> Inspection:
    role = output["role"]
    finish = output.get("finish")
    return encoding().inspect(
        tokens_of(output["stream"]),
        None if role is None else Role(role),
        InspectPolicy(**output.get("policy", {})),
        finish=finish and Finish(*finish),
    )


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output["about"])
def test_it_is_read_as_a_person_reads_it(output: dict[str, Any]) -> None:
    inspection = inspect(output)
    assert [found.code for found in inspection.diagnostics] == output["codes"]
    assert describe(inspection) == output["messages"]
    check_nothing_is_lost(inspection)


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output["about"])
def test_it_is_fixed_for_good(output: dict[str, Any]) -> None:
    inspection = inspect(output)
    fixed = encoding().inspect(
        inspection.fixed_tokens(), output["role"], InspectPolicy(**output.get("policy", {}))
    )
    assert fixed.fixed_tokens() == fixed.tokens


def test_each_has_a_source_that_can_be_looked_up() -> None:
    for output in OUTPUTS:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", output["source"]), output["source"]
    assert len(OUTPUTS) >= 50
