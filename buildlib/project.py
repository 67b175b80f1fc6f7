"""Where things lie, and the one way in which a build step is run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
DIST = ROOT / "dist"
STAMPS = BUILD / "stamps"
VENV = BUILD / "venv"
VENV_BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
VENV_PYTHON = VENV_BIN / ("python.exe" if os.name == "nt" else "python")
NODE_MODULES = ROOT / "node_modules"


_GENERATED = frozenset(("__pycache__", "node_modules"))


class BuildError(Exception):
    """A step failed; the text says which and what to do."""


def step(
    title: str, inputs: Iterable[Path | str], outputs: Sequence[Path], action: Callable[[], None]
) -> None:
    """Do a step unless its outputs exist and its inputs are those of the last time.

    Another process that wants the same step waits, and then finds it done.

    Args:
        title: What a person reads while it runs.
        inputs: Files and folders by content, strings as they are.
        outputs: What the step makes; all of it must exist for the step to be skipped.
        action: Makes the outputs.

    Raises:
        BuildError: The action failed.
    """
    stamp = STAMPS / hashlib.sha256(title.encode()).hexdigest()[:16]
    with _alone(stamp.with_suffix(".lock")):
        state = _digest([*inputs, sys.version])
        if all(output.exists() for output in outputs) and stamp.is_file():
            if stamp.read_text(encoding="ascii") == state:
                return
            stamp.unlink()
        started = time.monotonic()
        say(f"{title} ...")
        action()
        stamp.write_text(state, encoding="ascii")
        say(f"{title}: done in {time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock that no other process holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii") as file:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Print a line of progress at once."""
    print(text, flush=True)  # noqa: T201 - telling a person what happens is this tool's purpose


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> None:
    """Run a program and show its output only if it fails.

    Raises:
        BuildError: It is not installed or failed.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603 - the commands are this tool's own
            words,
            cwd=cwd,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except FileNotFoundError:
        message = f"{words[0]} was not found. Install it and run this again."
        raise BuildError(message) from None
    if done.returncode:
        output = done.stdout.decode("utf-8", "replace")
        message = f"`{' '.join(words)}` failed with exit code {done.returncode}:\n{output}"
        raise BuildError(message)


def show(*command: str | Path, cwd: Path = ROOT, **environment: str) -> int:
    """Run a program on this terminal and return its exit code."""
    return subprocess.run(  # noqa: S603 - the commands are this tool's own
        [str(word) for word in command], cwd=cwd, env={**os.environ, **environment}, check=False
    ).returncode


def _digest(inputs: Iterable[Path | str]) -> str:
    digest = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            digest.update(f"text {item}\0".encode())
            continue
        for path in sorted(_files(item)):
            digest.update(f"file {path.relative_to(ROOT).as_posix()}\0".encode())
            with contextlib.suppress(FileNotFoundError):
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> Iterable[Path]:
    if not path.is_dir():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
