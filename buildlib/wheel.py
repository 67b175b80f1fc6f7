"""The package as a wheel, the thing users load; and micropip, which resolves it for Pyodide."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from buildlib.project import BUILD, ROOT, VENV_PYTHON, run, step

if TYPE_CHECKING:
    from pathlib import Path

WHEELS = BUILD / "wheels"
MICROPIP = BUILD / "micropip"

# The smallest time stamp a zip file can hold: the same sources give the same wheel.
_EPOCH = "315532800"


def build_wheel() -> Path:
    """Build the wheel and return its path."""
    inputs = [ROOT / name for name in ("harmony_core", "pyproject.toml", "README.md", "LICENSE")]
    step("Wheel", inputs, [WHEELS], _build)
    (wheel,) = WHEELS.glob("*.whl")
    return wheel


def _build() -> None:
    shutil.rmtree(WHEELS, ignore_errors=True)
    WHEELS.mkdir(parents=True)
    code = "import sys, flit_core.buildapi as b; b.build_wheel(sys.argv[1])"
    run(VENV_PYTHON, "-c", code, WHEELS, SOURCE_DATE_EPOCH=_EPOCH)


def fetch_micropip() -> Path:
    """Download the pinned micropip and return its wheel's path."""
    pins = ROOT / "requirements" / "pyodide.txt"
    step("micropip", [pins], [MICROPIP], lambda: _download(pins))
    (wheel,) = MICROPIP.glob("*.whl")
    return wheel


def _download(pins: Path) -> None:
    shutil.rmtree(MICROPIP, ignore_errors=True)
    run(
        *(VENV_PYTHON, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        # It runs in Pyodide's Python, which may be newer than this one.
        *("--no-deps", "--only-binary", ":all:", "--python-version", "3.14"),
        *("--require-hashes", "--requirement", pins, "--dest", MICROPIP),
    )


def install_wheel(wheel: Path) -> None:
    """Install the wheel into the environment the tests run in."""
    step(
        "Wheel installed for the tests",
        [wheel],
        [],
        lambda: run(
            *(VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--force-reinstall", wheel),
        ),
    )
