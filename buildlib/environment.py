"""The tools a build needs, installed inside the checkout: Python packages and npm packages."""

from __future__ import annotations

import os
import shutil
import venv
from typing import TYPE_CHECKING

from buildlib.project import (
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
    """Install the npm packages that building takes."""
    npm_packages_of(ROOT)


def npm_packages_of(folder: Path) -> None:
    """Install the pinned npm packages of a folder with a lock file."""
    npm = shutil.which("npm")
    if npm is None:
        message = "npm was not found. Install Node.js 20.19 or newer, which brings it."
        raise BuildError(message)
    name = "" if folder == ROOT else f" of {folder.relative_to(ROOT).as_posix()}"
    step(
        f"npm packages{name}",
        [folder / "package.json", folder / "package-lock.json"],
        [folder / "node_modules"],
        lambda: run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder),
    )


def program(name: str) -> Path:
    """The path of a program that a Python package has installed."""
    return VENV_BIN / (f"{name}.exe" if os.name == "nt" else name)
