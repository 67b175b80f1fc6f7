"""Runs as a whole: memory, pipes, signals, progress."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from support.command import ELSEWHERE, PROGRAM, jsonl, run, start

from harmony_core.cli._arguments import build_parser
from harmony_core.cli._input import Form
from harmony_core.cli._progress import Progress, describe
from harmony_core.cli._source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Endless(io.RawIOBase):
    """So many lines, made while they are read."""

    def __init__(self, line: bytes, count: int) -> None:
        self._lines: Iterator[bytes] = iter([line] * count)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._lines, b"")
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "--jsonl", "--special"],
        ["encode", "--special"],
        ["parse", "--jsonl"],
        ["inspect", "--jsonl", "--fail-on", "never"],
    ],
)
def test_memory_does_not_grow_with_the_input(arguments: list[str], tmp_path: Path) -> None:
    line = jsonl("<|start|>user<|message|>" + "some words " * 40 + "<|end|>")

    def work(count: int) -> None:
        source = io.BufferedReader(Endless(line, count))
        assert run(*arguments, "-o", tmp_path / "out", stdin=source).code == 0

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            work(count)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = 1_500, 4_500
    work(many)  # fills the tokenizer's caches
    assert peak(many) - peak(few) < len(line) * (many - few) / 4


@pytest.mark.posix
def test_a_reader_that_goes_away_ends_the_run_quietly(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(jsonl("Hi") * 100_000)
    with start("encode", path) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline() == b"[12194]\n"
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 141


@pytest.mark.posix
def test_lines_are_answered_as_they_come_and_an_interrupt_loses_none() -> None:
    with start("encode", "--lines") as program:
        assert program.stdin is not None
        assert program.stdout is not None
        for _ in range(2):
            program.stdin.write(b"Hi\n")
            program.stdin.flush()
            assert program.stdout.readline() == b"12194\n"
        program.send_signal(signal.SIGINT)
        out, err = program.communicate()
    assert (program.returncode, out, err) == (130, b"", b"")


WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
from harmony_core.cli import main
main(sys.argv[1:])
print(sum(name.endswith(".bpe") for name in opened), file=sys.stderr)
"""


@pytest.mark.parametrize(("arguments", "loads"), [(["encode", "--help"], 0), (["encode"], 1)])
def test_help_does_not_load_the_vocabulary(arguments: list[str], loads: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments],
        input=b"Hi",
        capture_output=True,
        check=True,
        cwd=ELSEWHERE,
    )
    assert int(done.stderr) == loads
    assert done.stdout


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [*PROGRAM, "count"], input=b"Hi", capture_output=True, check=False, cwd=ELSEWHERE
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"1\t<stdin>\n", b"")


def test_progress_is_told_on_a_terminal_once_it_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 4_000_000)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    now = 0.0
    progress = Progress(wanted=True, clock=lambda: now)
    with Source(str(path), progress.update) as source:
        next(iter(source.documents(Form.WHOLE))).text()
        assert screen.getvalue() == ""
        now = 65.0
        progress.update(source)
        progress.update(source)
        source.position = 1_000_000
        assert describe(source, now) == f" 25% [{'#' * 5:20}] {path}: 1.0 MB of 4.0, 1:05"
    shown = screen.getvalue()
    assert shown.startswith("\r\x1b[K100% [####################]")
    progress.clear()
    progress.clear()
    assert screen.getvalue() == shown + "\r\x1b[K"
    Progress(wanted=False, clock=lambda: now + 9).update(source)
    assert screen.getvalue() == shown + "\r\x1b[K"


@pytest.mark.parametrize(
    ("arguments", "late"),
    [
        (["inspect"], False),
        (["inspect", "--summary-only"], True),
        (["count"], False),
        (["count", "--total"], True),
        (["parse"], False),
    ],
)
def test_a_run_that_writes_at_its_end_shows_progress_on_the_same_terminal(
    arguments: list[str], late: bool
) -> None:
    options = build_parser().parse_args(arguments)
    assert options.command.writes_at_end(options) == late


def log_of(size: int) -> bytes:
    """A log with sound, faulty, parsed and unreadable lines, and the pieces of a stream."""
    sound = {"text": "<|channel|>final<|message|>Hi<|return|>"}
    cut = {"text": "<|channel|>analysis<|message|>" + "so " * 300}
    parsed = {"choices": [{"message": {"content": "Hi"}, "stop_reason": None}]}
    piece = {"model": "m", "response": "<|channel|>final<|message|>Hi", "done": False}
    lines = jsonl(sound, cut, parsed) + b"{broken\n" + jsonl(piece, {**piece, "done": True})
    return lines * size


@pytest.mark.parametrize(
    "more",
    [
        [],
        ["--json"],
        ["--summary-only"],
        ["--format", "github"],
        ["--format", "sarif"],
        ["--fix"],
        ["--color", "always"],
        ["--on-error", "stop"],
    ],
)
def test_several_processes_write_what_one_does(tmp_path: Path, more: list[str]) -> None:
    log, other = tmp_path / "log.jsonl", tmp_path / "one.txt"
    log.write_bytes(log_of(300))
    other.write_text("<|channel|>final<|message|>Hi")
    arguments = ["inspect", *more, log, tmp_path / "none", other]
    alone = run(*arguments, COLUMNS="80")
    assert run(*arguments, "--jobs", "2", COLUMNS="80") == alone
    assert alone.code == 4


@pytest.mark.posix
def test_an_interrupt_ends_several_processes_quietly(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(log_of(20_000))
    with start("inspect", "-j", "2", "--json", path, start_new_session=True) as program:
        assert program.stdout is not None
        assert json.loads(program.stdout.readline())
        os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to all of them
        out, err = program.communicate()
    assert program.returncode == 130
    assert b"Traceback" not in err
    whole = out.splitlines()[1:-1]  # the pipe is cut anywhere at both ends
    assert all(json.loads(line) for line in whole)


def test_a_number_of_processes_is_one() -> None:
    assert run("inspect", "-j", "-1").code == 2
    assert run("inspect", "-j", "many").code == 2
    assert run("inspect", "--jsonl", "-j", "0", stdin=log_of(1)).code == 4


def test_an_interrupt_while_the_program_loads_shows_no_traceback() -> None:
    code = (
        "import sys, importlib.abc, harmony_core\n"
        "class Interrupted(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'harmony_core.cli._main':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from harmony_core.cli import main\n"
        "sys.exit(main(['encode']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
