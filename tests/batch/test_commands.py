"""``harmony-core batch`` and ``harmony-core report``: options, exit codes, what is told."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from support.batches import results, run, write_jsonl, write_parquet
from support.streams import encoded

from harmony_core.batch import Progress
from harmony_core.cli._batch import Batch, describe
from harmony_core.cli._report import Report

PAGE = (Path(__file__).parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")
SOUND = "<|channel|>final<|message|>4<|return|>"


def test_render(tmp_path: Path) -> None:
    done = run("batch", "render", write_jsonl(tmp_path / "a.jsonl", 5), "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    told = f"5 rows gave 5 results, 0 at fault; 1 of 1 shards in {tmp_path / 'out'}\n"
    assert done.stdout == told
    assert len(results(tmp_path / "out")) == 5


def test_rows_at_fault_are_exit_code_1(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 5, poison=(1,))
    done = run("batch", "render", source, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert "1 at fault" in done.stdout


def test_all_options_of_render(tmp_path: Path) -> None:
    source = write_parquet(tmp_path / "a.parquet", 5)
    done = run(
        *("batch", "render", source, "-o", tmp_path / "out", "--column", "messages"),
        *("--keep", "id", "--prefix", "h_", "--rows-per-shard", "2", "--workers", "1"),
        *("--api", "any", "--mode", "training", "--turns", "all", "--learn", "final"),
        *("--weight", "final=0.5", "--max-tokens", "1000", "--keep-analysis", "--drop"),
        *("finished-turns", "--schema", "full", "--next-role", "user", "--ignore-unknown"),
        "--no-progress",
    )
    assert (done.returncode, done.stderr) == (0, "")
    table = pq.read_table(tmp_path / "out" / "part-00000.parquet")
    assert table.schema.names[:3] == ["h_file", "h_row", "id"]
    plan = json.loads((tmp_path / "out" / "_plan.json").read_text())
    assert plan["settings"] == {
        "column": "messages",
        "field": None,
        "prefix": "h_",
        "encoding": "HarmonyGptOss",
        "api": "any",
        "mode": "training",
        "turns": "all",
        "learn": ["final"],
        "weights": {"final": 0.5},
        "max_tokens": 1000,
        "auto_drop_analysis": False,
        "drop": "finished-turns",
        "schema": "full",
        "next_role": "user",
        "unknown": "ignore",
    }


def test_inspect_and_report(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    lines = [
        {"model": "a", "choices": [{"token_ids": encoded(SOUND)}]},
        {"model": "b", "choices": [{"token_ids": encoded(SOUND[:-10])}]},
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("batch", "inspect", source, "-o", tmp_path / "out", "--keep", "model")
    assert (done.returncode, done.stderr) == (0, "")
    assert [row["ok"] for row in results(tmp_path / "out")] == [True, False]

    done = run("report", tmp_path / "out", "--by", "model", "--html", tmp_path / "r.html")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("all outputs: 2 outputs, 50.0% without errors or warnings\n")
    assert "model = a: 1 outputs, 100.0%" in done.stdout
    assert f"{source}, row 1" in done.stdout
    assert (tmp_path / "r.html").read_text().startswith("<!doctype html>")
    data: dict[str, Any] = json.loads(run("report", tmp_path / "out", "--json").stdout)
    assert data["total"]["outputs"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["batch", "render", "missing.jsonl", "-o", "out"], 4, "missing.jsonl does not exist"),
        (["batch", "render", "a.jsonl"], 2, "required: -o/--output"),
        (["batch", "render", "a.jsonl", "-o", "out", "--workers", "0"], 2, "a number from 1 on"),
        (["batch", "render", "a.jsonl", "-o", "out", "--weight", "x"], 2, "CHANNEL=NUMBER"),
        (["batch", "render", "a.parquet", "-o", "out", "--column", "x"], 2, "no column 'x'"),
        (["batch", "render", "a.jsonl", "-o", "taken"], 2, "no plan, and other files in it"),
        (["batch"], 2, "required: render|inspect"),
        (["report", "taken"], 4, "holds no run"),
        (["report", "."], 4, "holds no run"),
    ],
)
def test_what_cannot_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, text: str
) -> None:
    monkeypatch.setattr("support.batches.ELSEWHERE", str(tmp_path))
    write_jsonl(tmp_path / "a.jsonl", 1)
    write_parquet(tmp_path / "a.parquet", 1)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "work.txt").write_text("x")
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1


WITHOUT = """
import sys
sys.modules[sys.argv[1]] = None
from harmony_core.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ("package", "workers", "text"),
    [
        ("pyarrow", "1", "pip install 'harmony-core[arrow]'"),
        ("ray", "2", "pip install 'harmony-core[ray]'"),
    ],
)
def test_what_to_install_is_said(tmp_path: Path, package: str, workers: str, text: str) -> None:
    import subprocess  # noqa: PLC0415

    source = write_jsonl(tmp_path / "a.jsonl", 1)
    options = ["batch", "render", source, "-o", tmp_path / "out", "--workers", workers]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, package, *map(str, options)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(3, 9, 600, 1200, 4, 0, 2.0), "3 of 9 shards, 300 rows/s, 4 at fault, 0:04 left"),
        (Progress(0, 9, 0, 9, 0, 1, 0.0), "0 of 9 shards, 0 rows/s, 0 at fault, 1 left out"),
        (Progress(1, 9, 1, 9000, 0, 0, 1.0), "1 of 9 shards, 1 rows/s, 0 at fault, 2:30:00 left"),
    ],
)
def test_progress_in_words(progress: Progress, text: str) -> None:
    assert describe(progress) == text


@pytest.mark.parametrize("arguments", [["batch", "render"], ["batch", "inspect"], ["report"]])
def test_the_page_has_all_options(arguments: list[str]) -> None:
    helped = run(*arguments, "--help", COLUMNS="200").stdout.partition("examples:")[0]
    options = {*re.findall(r"(?<![\w-])--?[a-z][a-z-]*", helped)} - {"-h", "--help"}
    told = {*re.findall(r"(?<![\w-])--?[a-z][a-z-]*", PAGE)}
    assert options <= told


def test_the_page_has_the_examples() -> None:
    for command in (Batch, Report):
        for example in command.examples:
            assert f"# {example.purpose}\n{example.line}\n" in PAGE
