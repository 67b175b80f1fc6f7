"""The table of codes, the streams that show them, and the page of the docs: one and the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.diagnosis import PAGE, Case, describe, page, read_cases
from support.mutations import check_nothing_is_lost

import harmony_core
from harmony_core import Severity
from harmony_core.format.diagnosis.codes import CODES

CASES = read_cases()
SOURCES = sorted((Path(harmony_core.__file__).parent / "format" / "diagnosis").glob("_*.py"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_stream_gets_its_diagnostics_and_messages(case: Case) -> None:
    inspection = case.inspect()
    found = [[found.code, found.start, found.stop] for found in inspection.diagnostics]
    assert found == case.diagnostics
    assert describe(inspection) == case.messages
    assert case.code in {code for code, _, _ in found}
    check_nothing_is_lost(inspection)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_severity_and_repair_are_those_of_the_table(case: Case) -> None:
    inspection = case.inspect()
    for found in inspection.diagnostics:
        assert found.severity is CODES[found.code].severity
        assert found.message.endswith(".")
        assert found.hint
    guesses = [found for found in inspection.diagnostics if CODES[found.code].guesses]
    for item in inspection.items:
        own = [d for d in guesses if item.start <= d.start < item.stop and d.stop <= item.stop]
        assert item.repaired == bool(own) or case.code == "recovered-markers"


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_three_streams(code: str) -> None:
    assert len({str(case.example) for case in CASES if case.code == code}) >= 3


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_each_code_is_explained(code: object) -> None:
    texts = (code.looks, code.cause, code.strict, code.repair, code.advice)  # type: ignore[attr-defined]
    assert [text for text in texts if not text.endswith(".")] == []
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|padding|repetition", code.name)  # type: ignore[attr-defined]


def test_an_info_guesses_nothing() -> None:
    assert not [c for c in CODES.values() if c.guesses and c.severity is Severity.INFO]


def test_the_sources_name_the_codes_there_are() -> None:
    named = set()
    for path in SOURCES:
        named |= set(
            re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+|padding|repetition)"', path.read_text("utf-8"))
        )
    assert set(CODES) <= named
    assert named - set(CODES) <= {"utf-8"}


def test_the_page_of_the_docs_is_made_of_the_table_and_the_streams() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python tests/support/diagnosis.py"
