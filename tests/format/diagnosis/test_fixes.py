"""An edit takes its diagnostic away, brings no other, and loses no message; all together too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.diagnosis import Case, read_cases
from support.mutations import BASES, WellFormed, mutations

from harmony_core import Inspection, Role, load_harmony_encoding
from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.diagnosis.fixes import Edit, Fixer, apply_edits

if TYPE_CHECKING:
    from harmony_core.format.diagnosis.inspection import Diagnostic

CASES = read_cases()
HARMONY = load_harmony_encoding("HarmonyGptOss")


# What there is to say about the meaning of a message once its form is right.
OF_MEANING = {"missing-channel", "no-final", "message-after-final"}


def codes(inspection: Inspection) -> Counter[str]:
    return Counter(found.code for found in inspection.diagnostics)


def edits(case: Case) -> list[tuple[Diagnostic, Edit | None]]:
    inspection = case.inspect()
    return [(found, inspection.fix(found)) for found in inspection.diagnostics]


@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_an_edit_takes_its_diagnostic_away_and_brings_no_other(case: Case) -> None:
    before = case.inspect()
    for found, edit in edits(case):
        if edit is None:
            continue
        after = case.inspect(edit.apply(case.tokens))
        added = codes(after) - codes(before)
        assert added.keys() <= OF_MEANING
        assert codes(after)[found.code] < codes(before)[found.code]
        is_split = CODES[found.code].edit == "split-content"
        assert len(after.messages) == len(before.messages) + is_split


def test_each_code_has_the_edit_that_the_table_names() -> None:
    edited = {found.code for case in CASES for found, edit in edits(case) if edit}
    assert edited == {code.name for code in CODES.values() if code.edit}


def test_the_table_names_every_edit_there_is() -> None:
    assert {code.edit for code in CODES.values()} - {None} == set(Fixer._EDITS)


@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_all_edits_together_leave_none_to_make(case: Case) -> None:
    inspection = case.inspect()
    fixed = inspection.fixed_tokens()
    assert case.tokens == inspection.tokens
    after = case.inspect(fixed)
    assert after.fixes == []
    assert after.fixed_tokens() == fixed
    edited = {found.code for found in inspection.diagnostics if inspection.fix(found)}
    assert not edited & codes(after).keys()


@pytest.mark.parametrize("base", BASES, ids=["conversation", "completion"])
def test_fixing_a_damaged_stream_is_done_once(base: WellFormed) -> None:
    for ordinal, mutation in enumerate(mutations(base)):
        if ordinal % 11 == 0:
            fixed = HARMONY.inspect(mutation.tokens, base.role).fixed_tokens()
            again = HARMONY.inspect(fixed, base.role)
            assert again.fixed_tokens() == fixed, mutation.name


def test_a_call_to_two_tools_is_settled_by_no_edit() -> None:
    stream = "<|start|>assistant<|channel|>commentaryto=functions.f to=functions.g<|message|>{}"
    inspection = HARMONY.inspect_text(stream + "<|call|>")
    assert "glued-recipient" in codes(inspection)
    early = [found for found in inspection.diagnostics if found.start < 10]
    assert [inspection.fix(found) for found in early] == [None, None]


def test_edits_that_touch_are_not_made_together() -> None:
    tokens = [1, 2, 3, 4]
    assert apply_edits(tokens, [Edit(1, 2, ()), Edit(2, 3, ())]) == [1, 3, 4]
    assert apply_edits(tokens, [Edit(1, 3, (9,)), Edit(2, 4, ())]) == [1, 9, 4]
    assert apply_edits(tokens, [Edit(1, 1, (8,)), Edit(1, 1, (9,))]) == [1, 8, 9, 2, 3, 4]
    assert apply_edits(tokens, [Edit(3, 4, ()), Edit(0, 1, (7,))]) == [7, 2, 3]


SPECIAL = st.sampled_from(sorted(HARMONY.tokenizer.special_tokens.values()))
WORDS = [HARMONY.encode(word)[0] for word in ("assistant", "user", "final", " to", "=", " x", "{}")]
STREAMS = st.lists(
    st.sampled_from([token for _, token in HARMONY.markers.tokens()] + WORDS) | SPECIAL, max_size=20
)


@given(STREAMS, st.sampled_from([None, Role.ASSISTANT]))
def test_any_stream_has_edits_that_lie_in_it(tokens: list[int], role: Role | None) -> None:
    inspection = HARMONY.inspect(tokens, role)
    for edit in inspection.fixes:
        assert 0 <= edit.start <= edit.stop <= len(tokens)
        assert edit.apply(tokens) != tokens
    fixed = inspection.fixed_tokens()
    assert HARMONY.inspect(fixed, role).fixed_tokens() == fixed
