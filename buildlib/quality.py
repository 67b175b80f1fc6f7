"""The linters, formatters and type checkers, for Python and for JavaScript."""

from __future__ import annotations

from buildlib.environment import program
from buildlib.project import NODE_MODULES, ROOT, run, step

_PYTHON = ("build.py", "buildlib", "harmony_core", "tests", "bench", "examples")
_SCRIPTS = (
    "web",
    "buildlib/bundle.mjs",
    "buildlib/freeze.mjs",
    "bench/bundle.mjs",
    "bench/page",
)
# Another version of a tool may see what the last one did not.
_PINS = ("pyproject.toml", "requirements/test.txt", "package-lock.json", "tsconfig.json")


def check() -> None:
    """Check all sources; the first complaint ends it."""
    python = [name for name in _PYTHON if (ROOT / name).exists()]
    sources = [ROOT / name for name in (*python, *_PINS)]
    step("Python lint", sources, [], lambda: run(program("ruff"), "check", *python))
    step("Python format", sources, [], lambda: run(program("ruff"), "format", "--check", *python))
    step("Python types", sources, [], lambda: run(program("mypy")))
    scripts = [ROOT / name for name in (*_SCRIPTS, *_PINS)]
    prettier = NODE_MODULES / "prettier" / "bin" / "prettier.cjs"
    tsc = NODE_MODULES / "typescript" / "bin" / "tsc"
    step("Page format", scripts, [], lambda: run("node", prettier, "--check", *_SCRIPTS))
    step("Page types", scripts, [], lambda: run("node", tsc, "--project", "."))
