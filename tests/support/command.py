"""The command line, run within the test's own process or as the program it is."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from typing import Any, NamedTuple

import pytest

from harmony_core.cli import main

PROGRAM = [sys.executable, "-W", "error", "-m", "harmony_core"]
# `-m` and `-c` import from the working directory first: not from the checkout, but the wheel.
ELSEWHERE = tempfile.gettempdir()


def jsonl(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def lines_of(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


class Done(NamedTuple):
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def complaints(self) -> list[str]:
        return self.err.splitlines()


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(
    *arguments: object,
    stdin: bytes | io.BufferedReader[Any] = b"",
    stdout: io.RawIOBase | None = None,
    terminal: bool = False,
    **environment: str,
) -> Done:
    """Run the command line here, on streams of its own."""
    out, err = io.BytesIO(), io.BytesIO()
    # Named, so that they outlive the run: a stream that is collected closes what it wraps.
    source = io.TextIOWrapper(io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin)
    shown: Any = stdout or out
    results = (Terminal if terminal else io.TextIOWrapper)(shown, write_through=True)
    complaints = io.TextIOWrapper(err, "utf-8", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "HARMONY_DEBUG"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", source)
        patch.setattr(sys, "stdout", results)
        patch.setattr(sys, "stderr", complaints)
        code = main([str(argument) for argument in arguments])
    return Done(code, out.getvalue(), err.getvalue().decode())


def start(*arguments: object, **streams: object) -> subprocess.Popen[bytes]:
    """Start the program as a shell does; all its streams are pipes unless given."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [*PROGRAM, *map(str, arguments)],
        **{**pipes, "cwd": ELSEWHERE, **streams},
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
