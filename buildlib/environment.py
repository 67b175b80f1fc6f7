"""The tools a build needs, installed inside the checkout: Python packages and npm packages."""

from __future__ import annotations

import os
import shutil
import venv
from typing import TYPE_CHECKING

from buildlib.project import (
    NODE_MODULES,
    ROOT,
    STAMPS,
    VENV,
    VENV_BIN,
    VENV_PYTHON,
    BuildError,
    run,
    step,
)

if TYPE_CHECKING:
    from pathlib import Path


def python_packages(purpose: str) -> None:
    """Install the pinned Python packages of a purpose: a file of ``requirements/``."""
    step("Python environment", [], [VENV_PYTHON], _create)
    pins = ROOT / "requirements" / f"{purpose}.txt"
    step(
        f"Python packages for {purpose}",
        [pins],
        [VENV_PYTHON],
        lambda: run(
            *(VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--only-binary", ":all:", "--requirement", pins),
        ),
    )


def _create() -> None:
    # What had been installed in an older environment is not in this one.
    for stamp in STAMPS.glob("*"):
        if stamp.suffix != ".lock":
            stamp.unlink()
    venv.create(VENV, clear=True, with_pip=True)


def npm_packages() -> None:
    """Install the pinned npm packages."""
    npm = shutil.which("npm")
    if npm is None:
        message = "npm was not found. Install Node.js 20.19 or newer, which brings it."
        raise BuildError(message)
    step(
        "npm packages",
        [ROOT / "package.json", ROOT / "package-lock.json"],
        [NODE_MODULES / "pyodide", NODE_MODULES / "esbuild"],
        lambda: run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"),
    )


def program(name: str) -> Path:
    """The path of a program that a Python package has installed."""
    return VENV_BIN / (f"{name}.exe" if os.name == "nt" else name)
