"""Batch runs on Ray: workers and drivers that are killed, and the same rows all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.batches import ELSEWHERE, command, parts, results, run, write_jsonl
from support.killing_rows import ALWAYS, ONCE

from harmony_core.batch import run_batch

pytest.importorskip("ray", exc_type=ImportError)
pytestmark = pytest.mark.slow  # Ray takes its time to start

TESTS = Path(__file__).parents[1]

# Runs a batch on a Ray of its own, in whose workers some rows kill.
DRIVER = """
import json, os, sys
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from harmony_core.batch import run_batch
hook = {"worker_process_setup_hook": "support.killing_rows.install"}
ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=hook,
         object_store_memory=100 * 2**20)
summary = run_batch("render", [sys.argv[1]], sys.argv[2], line_field="messages", keep=("id",),
                    rows_per_shard=int(sys.argv[3]), workers=2)
open(sys.argv[4], "w").write(json.dumps([summary.counts, summary.left_out]))
"""


def run_with_killing_rows(source: Path, folder: Path, rows_per_shard: int) -> Any:
    told = source.parent / "summary.json"
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, source, folder, str(rows_per_shard), told],
        capture_output=True,
        text=True,
        check=False,
        cwd=ELSEWHERE,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(told.read_text())


def add_row(source: Path, at: int, text: str) -> None:
    lines = source.read_text().splitlines(keepends=True)
    data = json.loads(lines[at])
    data["messages"][0]["content"] = text
    lines[at] = json.dumps(data) + "\n"
    source.write_text("".join(lines))


def test_a_worker_that_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 60)
    add_row(source, 25, f"{ONCE}<{tmp_path / 'killed'}>")
    counts, left_out = run_with_killing_rows(source, tmp_path / "out", 10)
    assert (tmp_path / "killed").exists()
    assert (counts, left_out) == ([60, 60, 0], [])
    run_batch("render", [str(source)], str(tmp_path / "here"), line_field="messages", keep=("id",))
    assert results(tmp_path / "out") == results(tmp_path / "here")


def test_a_shard_that_always_kills_is_left_out(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 60)
    add_row(source, 25, ALWAYS)
    folder = tmp_path / "out"
    counts, left_out = run_with_killing_rows(source, folder, 10)
    assert counts == [50, 50, 0]
    ((number, rows, reason),) = left_out
    assert (number, rows) == (2, f"rows 20 to 29 of {source}")
    assert reason.startswith("its worker died 3 times")
    assert [row["row"] for row in results(folder)] == [*range(20), *range(30, 60)]
    assert not (folder / "_SUCCESS").exists()
    # Where the row does no harm, the run goes on.
    options = {"line_field": "messages", "keep": ("id",), "rows_per_shard": 10}
    summary = run_batch("render", [str(source)], str(folder), **options)  # type: ignore[arg-type]
    assert (summary.resumed, summary.left_out) == (5, [])
    assert [row["row"] for row in results(folder)] == [*range(60)]


def test_any_number_of_workers_gives_the_same(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 100, poison=(11, 57))
    line = ("batch", "render", source, "--keep", "id", "--turns", "all", "--rows-per-shard")
    one = run(*line, "100", "-o", tmp_path / "one")
    two = run(*line, "9", "-o", tmp_path / "two", "--workers", "2")
    assert (one.returncode, two.returncode) == (1, 1), two.stderr
    assert two.stderr == ""
    assert results(tmp_path / "one") == results(tmp_path / "two")
    letters = [(tmp_path / name / "dead_letters.jsonl").read_text() for name in ("one", "two")]
    assert letters[0] == letters[1] != ""


@pytest.mark.posix
def test_the_driver_is_killed_and_goes_on(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 20_000)
    folder = tmp_path / "out"
    line = command(
        *("batch", "render", source, "-o", folder, "--keep", "id"),
        *("--rows-per-shard", "250", "--workers", "2"),
    )
    driver = subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ELSEWHERE
    )
    while not parts(folder) and driver.poll() is None:
        time.sleep(0.05)
    os.kill(driver.pid, signal.SIGKILL)
    driver.wait()
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=ELSEWHERE)
    assert done.returncode == 0, done.stderr
    assert "there before" in done.stdout
    assert [row["row"] for row in results(folder)] == [*range(20_000)]
    assert len(parts(folder)) == 80
    assert not (folder / "_aside").exists()


def test_ray_that_cannot_be_reached(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 1)
    done = run("batch", "render", source, "-o", tmp_path / "out", "--address", "127.0.0.1:1")
    assert done.returncode == 2
    assert "Cannot use Ray at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr
