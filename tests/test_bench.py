from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import conversation
import measure
import native
import plan
import pytest
import texts
from plan import Environment, Outcome, Record, Settings
from report import Section
from results import OURS, RATES, REFERENCE, Key, Results
from small_calls import SMALL_CALLS

if TYPE_CHECKING:
    from pathlib import Path

TINY = Settings(
    characters=3_000, chat_characters=3_000, lengths=(10, 100), rounds=1, repeats=1, timeout=10
)


@pytest.mark.slow
def test_every_package_runs_natively_and_gets_the_same_results(tmp_path: Path) -> None:
    environment = native.environment(tmp_path)
    sample = {"code": texts.built_in(TINY.characters)["code"]}
    results = Results(plan.measure(environment, sample, TINY))
    for package in environment.packages:
        operations = ["load", "encode, cold", "encode, warm", "decode"]
        if package in environment.chat_packages:
            operations = ["load", *RATES]
        for operation in operations:
            assert results.seconds(Key("native", package, "code", operation)), operation
    assert [*results.remarks()] == ["All packages got the same results from the same texts."]
    assert len([*results.goals(["code"])]) == 1


@pytest.mark.slow
def test_small_calls_get_the_same_results(tmp_path: Path) -> None:
    environment = native.environment(tmp_path)
    results = Results(plan.measure_calls(environment, TINY))
    assert [*results.remarks()] == ["All packages got the same results from the same texts."]
    head, *rows = Section("", results, "native", environment.packages).small_calls(SMALL_CALLS).rows
    assert head == ["", "", OURS, REFERENCE, "ratio"]
    assert [row[0] for row in rows] == [*SMALL_CALLS]
    for _, unit, ours, theirs, ratio in rows:
        assert unit == "\N{MICRO SIGN}s"
        assert float(ratio.removesuffix("x")) == pytest.approx(float(theirs) / float(ours), rel=0.1)


@pytest.mark.usefixtures("reference")
def test_texts_without_boundaries_are_encoded_alike() -> None:
    samples = [*texts.without_boundaries(50).values()]
    ours, theirs = (
        [
            json.loads(row)
            for row in measure.rows(
                json.dumps({"task": "lengths", "package": package, "texts": samples})
            )
        ]
        for package in (OURS, REFERENCE)
    )
    assert [row["operation"] for row in ours] == ["load", *["50"] * len(samples)]
    assert [row.get("digest") for row in ours] == [row.get("digest") for row in theirs]


@pytest.mark.page
def test_built_in_texts_are_as_long_as_wanted_and_cut_anywhere_in_many_languages() -> None:
    built_in = texts.built_in(20_000)
    assert {len(text) for text in built_in.values()} == {20_000}
    assert {"é", "я", "中", "の", "한"} <= set(built_in["multilingual"])


def test_files_are_measured_under_their_names(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("Über allen Gipfeln", encoding="utf-8")
    assert texts.from_files([str(path)], 4) == {"poem": "Über"}


def test_a_conversation_deals_out_all_of_the_text() -> None:
    messages = json.loads(conversation.fill("x" * 4_100))["messages"]
    assert [message["role"] for message in messages] == [
        *("system", "developer"),
        *("user", "assistant", "assistant", "tool", "assistant"),
        "user",
    ]
    assert sum(json.dumps(message["content"]).count("x") for message in messages[2:]) == 4_100


def test_who_is_too_slow_is_not_asked_again() -> None:
    asked = []

    def run(job: plan.Job, timeout: int) -> Outcome:
        asked.append((job["package"], len(job["texts"])))
        assert timeout == TINY.timeout or job["package"] == OURS
        lengths = map(len, job["texts"])
        rows = [{"operation": str(length), "seconds": [length / 100]} for length in lengths]
        if job["package"] == OURS or len(rows) == 1:
            return Outcome(rows, None)
        return Outcome(rows[:1], "over 10 s")

    environment = Environment("native", (OURS, "slow"), (), run)
    settings = Settings(lengths=TINY.lengths, timeout=TINY.timeout, rounds=2)
    results = Results(plan.measure_lengths(environment, settings))
    assert asked.count((OURS, 2)) == 2 * asked.count(("slow", 2)) == 2 * asked.count(("slow", 1))
    table = Section("", results, "native", (OURS, "slow")).growth(["spaces"], TINY.lengths)
    assert table.rows[1:] == [
        ["spaces", OURS, "0.1000 s", "1.0000 s", "10x"],
        ["spaces", "slow", "0.1000 s", "over 10 s", "-"],
    ]


def test_ratios_say_how_many_times_as_fast_we_are() -> None:
    sizes: dict[str, Any] = {"bytes": 3_000_000, "tokens": 500_000}
    records = [
        Record("native", OURS, "prose", "load", seconds=[0.5]),
        Record("native", "peer", "prose", "load", seconds=[1.0]),
        Record("native", OURS, "prose", "encode, cold", seconds=[1.0, 2.0, 9.0], **sizes),
        Record("native", "peer", "prose", "encode, cold", seconds=[0.5], **sizes),
        Record("native", OURS, "prose", "parse", seconds=[9.0, 0.5], **sizes),
    ]
    table = Section("Native", Results(records), "native", (OURS, "peer")).speeds(["prose"])
    assert table.rows == [
        ["", "", OURS, "peer", "ratio"],
        ["load", "ms", "500", "1000", "2.0x"],
        ["prose: encode, cold", "MB/s", "1.50", "6.00", "0.25x"],
        ["prose: parse", "ktoken/s", "1000", "-", "-"],
    ]
    assert table.markdown().splitlines()[3] == "| --- | --- | ---: | ---: | ---: |"
    assert len({len(line) for line in table.plain().splitlines()[1:4]}) == 1


def test_another_result_and_a_failure_are_reported() -> None:
    records = [
        Record("native", "peer", "prose", "decode", seconds=[1.0], digest="b"),
        Record("native", OURS, "prose", "decode", seconds=[1.0], digest="a"),
        Record("native", "peer", "prose", "encode", failure="failed: out of memory"),
        Record("native", "peer", "spaces", "1000", failure="over 10 s"),
    ]
    assert [*Results(records).remarks()] == [
        "prose, decode: peer, native: ANOTHER RESULT",
        "prose, encode: peer, native: failed: out of memory",
    ]
