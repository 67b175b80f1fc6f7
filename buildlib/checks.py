"""The linters, formatters and type checkers, for Python and for JavaScript."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from buildlib.environment import npm_packages, program, python_packages
from buildlib.project import NODE_MODULES, ROOT, BuildError, run, say, step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_PYTHON = ("build.py", "buildlib", "harmony_core", "tests", "bench", "examples")
_SCRIPTS = (
    *("web", "tests/js", "tests/npm/project", "tests/npm/bundle.mjs"),
    *("bench/page", "bench/bundle.mjs"),
    *("buildlib/bundle.mjs", "buildlib/freeze.mjs", "eslint.config.js"),
)
# Another version of a tool, or another setting, may see what the last one did not.
_SETTINGS = (
    *("pyproject.toml", "requirements/test.txt"),
    *("package.json", "package-lock.json", "tsconfig.json"),
)

_PRETTIER = ("node", NODE_MODULES / "prettier" / "bin" / "prettier.cjs")
_ESLINT = ("node", NODE_MODULES / "eslint" / "bin" / "eslint.js")
_TSC = ("node", NODE_MODULES / "typescript" / "bin" / "tsc")


class _Check(NamedTuple):
    title: str
    sources: tuple[str, ...]
    command: tuple[str | Path, ...]

    def complaints(self) -> str | None:
        """Run it unless nothing has changed since it last passed."""
        inputs = [ROOT / name for name in (*self.sources, *_SETTINGS)]
        try:
            step(self.title, inputs, [], lambda: run(*self.command))
        except BuildError as error:
            return str(error)
        return None


def check() -> list[str]:
    """Run all checks, show all complaints, and return the titles of those that failed."""
    _install()
    python, scripts = _existing(_PYTHON), _existing(_SCRIPTS)
    checks = (
        # The slowest first, since two run at a time.
        _Check("Python types", python, (program("mypy"),)),
        _Check("Page types", scripts, (*_TSC, "--project", ".")),
        _Check("Page lint", scripts, (*_ESLINT, *scripts)),
        _Check("Page format", scripts, (*_PRETTIER, "--check", *scripts)),
        _Check("Python lint", python, (program("ruff"), "check", *python)),
        _Check("Python format", python, (program("ruff"), "format", "--check", *python)),
    )
    return _failed(checks)


def _failed(checks: Sequence[_Check]) -> list[str]:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = [*zip(checks, pool.map(_Check.complaints, checks), strict=True)]
    for each, complaints in results:
        if complaints is not None:
            say(f"\n{each.title}: {complaints}")
    return [each.title for each, complaints in results if complaints is not None]


def fix() -> None:
    """Repair what the linters and formatters can repair by themselves."""
    _install()
    python, scripts = _existing(_PYTHON), _existing(_SCRIPTS)
    commands: tuple[tuple[str | Path, ...], ...] = (
        (program("ruff"), "check", "--fix-only", *python),
        (program("ruff"), "format", *python),
        (*_ESLINT, "--fix", *scripts),
        (*_PRETTIER, "--write", *scripts),
    )
    for command in commands:
        # What is left, ``check`` tells.
        with contextlib.suppress(BuildError):
            run(*command)


def _install() -> None:
    for purpose in ("build", "test"):
        python_packages(purpose)
    npm_packages()


def _existing(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if (ROOT / name).exists())
