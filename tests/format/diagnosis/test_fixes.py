"""An edit is rid of its diagnostic, brings no other, and loses no message."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.diagnosis import Case, read_cases

from harmony_core import Inspection, InspectPolicy, Role, load_harmony_encoding
from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.diagnosis.fixes import Edit, Fixer

if TYPE_CHECKING:
    from harmony_core.format.diagnosis.inspection import Diagnostic

CASES = read_cases()
HARMONY = load_harmony_encoding("HarmonyGptOss")
# Codes that an edit cannot help: nothing is wrong, something is lost, or it is not for us to say.
WITHOUT_EDIT = frozenset(
    (
        "arguments-not-json",
        "call-without-recipient",
        "conflicting-recipient",
        "conflicting-role",
        "content-type-without-recipient",
        "escaped-markers",
        "header-closed-by-stop",
        "literal-special-token",
        "malformed-recipient",
        "markers-stripped",
        "named-author",
        "no-markers",
        "not-utf8",
        "open-turn",
        "prompt-as-completion",
        "recovered-markers",
        "truncated-header",
        "unknown-channel",
        "unknown-content-type",
        "unknown-tool",
    )
)


def inspect(tokens: list[int], case: Case) -> Inspection:
    role = None if case.role is None else Role(case.role)
    return HARMONY.inspect(tokens, role, InspectPolicy(**case.policy))


def codes(inspection: Inspection) -> Counter[str]:
    return Counter(found.code for found in inspection.diagnostics)


def edits(case: Case) -> list[tuple[Diagnostic, Edit | None]]:
    inspection = case.inspect()
    fixer = Fixer(inspection, HARMONY, None if case.role is None else Role(case.role))
    return [(found, fixer.fix(found)) for found in inspection.diagnostics]


@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_an_edit_takes_its_diagnostic_away_and_brings_no_other(case: Case) -> None:
    before = case.inspect()
    for found, edit in edits(case):
        if edit is None:
            continue
        after = inspect(edit.apply(case.tokens), case)
        assert codes(after) < codes(before)
        assert codes(after)[found.code] < codes(before)[found.code]
        assert len(after.messages) == len(before.messages)


def test_each_code_has_an_edit_or_is_known_to_have_none() -> None:
    edited = {found.code for case in CASES for found, edit in edits(case) if edit}
    assert edited == set(CODES) - WITHOUT_EDIT


def test_a_call_to_two_tools_is_settled_by_no_edit() -> None:
    stream = "<|start|>assistant<|channel|>commentaryto=functions.f to=functions.g<|message|>{}"
    inspection = HARMONY.inspect_text(stream + "<|call|>")
    fixer = Fixer(inspection, HARMONY)
    assert "glued-recipient" in codes(inspection)
    assert [fixer.fix(found) for found in inspection.diagnostics if found.start < 10] == [
        None,
        None,
    ]


SPECIAL = st.sampled_from(sorted(HARMONY.tokenizer.special_tokens.values()))
WORDS = [HARMONY.encode(word)[0] for word in ("assistant", "user", "final", " to", "=", " x", "{}")]
STREAMS = st.lists(
    st.sampled_from([token for _, token in HARMONY.markers.tokens()] + WORDS) | SPECIAL, max_size=20
)


@given(STREAMS, st.sampled_from([None, Role.ASSISTANT]))
def test_any_stream_has_edits_that_lie_in_it(tokens: list[int], role: Role | None) -> None:
    inspection = HARMONY.inspect(tokens, role)
    fixer = Fixer(inspection, HARMONY, role)
    for found in inspection.diagnostics:
        edit = fixer.fix(found)
        if edit:
            assert 0 <= edit.start <= edit.stop <= len(tokens)
            assert edit.apply(tokens) != tokens
