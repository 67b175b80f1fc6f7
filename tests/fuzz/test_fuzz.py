"""A slice of the fuzz run, and what the fuzzer itself has to do: find, shrink, repeat."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fuzz.__main__ import run
from fuzz.check import Checker, Difference, Side
from fuzz.generate import KINDS, case
from fuzz.shrink import shrink

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony
    import tiktoken

SLICE = 3000


@pytest.fixture(scope="module")
def checker(
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    tiktoken_encoding: tiktoken.Encoding,
) -> Checker:
    return Checker(Side(reference, reference_encoding), tiktoken_encoding)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_slice(checker: Checker, kind: str) -> None:
    cases = [(number, *case(0, number)) for number in range(SLICE)]
    mine = [(number, found) for number, its_kind, found in cases if its_kind == kind]
    assert len(mine) > SLICE / len(KINDS) / 2
    for number, found in mine:
        assert checker.check(kind, found) is None, f"python3 build.py fuzz --case {number}"


def test_a_case_depends_on_seed_and_number_alone() -> None:
    assert [case(1, number) for number in (5, 3, 5)] == [case(1, number) for number in (5, 3, 5)]
    assert case(1, 3) != case(2, 3)
    assert {case(0, number)[0] for number in range(100)} == {*KINDS}


def test_a_case_is_data() -> None:
    for number in range(200):
        _, found = case(0, number)
        assert json.loads(json.dumps(found)) == found


def test_cases_are_not_all_refused(checker: Checker) -> None:
    """A generator whose cases are mostly errors would show little."""
    from fuzz import check  # noqa: PLC0415 - its private runs

    results = [
        check._RUNS[kind](checker._ours, found)
        for kind, found in (case(0, number) for number in range(400))
        if kind in {"message", "completion", "header", "encode"}
    ]
    assert sum(isinstance(result, str) for result in results) < len(results) / 2


class Wrong(Checker):
    """Takes a letter for a difference."""

    def check(self, kind: str, case: dict[str, Any]) -> Difference | None:
        text = case["text"] if kind == "encode" else ""
        return Difference(1, 2) if "e" in text else None


def test_the_first_difference_is_told_at_its_smallest(
    checker: Checker, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = Wrong(checker._theirs, checker._tiktoken)
    assert run(wrong, 0, range(1000)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "'text': 'e'" in lines[1]
    assert lines[-1].startswith("Again: python3 build.py fuzz --seed 0 --case ")
    number = int(lines[-1].split()[-1])
    assert run(wrong, 0, range(number)) == 0
    assert run(wrong, 0, range(number, number + 1)) == 1


def test_shrinking() -> None:
    large = {"a": [1, 2, {"b": "xxzxx", "c": 5}, 3], "d": "y"}

    def differs(found: Any) -> bool:
        return "z" in json.dumps(found)

    assert shrink(large, differs) == {"a": [{"b": "z"}]}
