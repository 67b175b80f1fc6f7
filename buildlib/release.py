"""What a release publishes: the source distribution and the wheel for PyPI, the package for npm."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from buildlib.project import BUILD, DIST, ROOT, VENV_PYTHON, BuildError, run, say

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = BUILD / "release"
_CHANGES = ROOT / "CHANGELOG.md"


def release(tag: str, wheel: Path) -> None:
    """Write ``build/release/python`` and ``build/release/npm``.

    Args:
        tag: The version with a ``v`` before it.
        wheel: The wheel of the page in ``dist/``.

    Raises:
        BuildError: The package has another version, or the changelog has none of this name.
    """
    version = wheel.name.split("-")[1]
    check_version(tag, version, _CHANGES.read_text(encoding="utf-8"))
    shutil.rmtree(RELEASE, ignore_errors=True)
    for_python, for_npm = RELEASE / "python", RELEASE / "npm"
    for folder in (for_python, for_npm):
        folder.mkdir(parents=True)
    shutil.copyfile(wheel, for_python / wheel.name)
    code = "import sys, flit_core.buildapi as b; b.build_sdist(sys.argv[1])"
    run(VENV_PYTHON, "-c", code, for_python)
    package = BUILD / "npm"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(DIST, package)
    _name_repository(package / "package.json")
    run("npm", "pack", package, "--pack-destination", for_npm)
    for path in sorted(RELEASE.rglob("*.*")):
        say(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def check_version(tag: str, version: str, changes: str) -> None:
    """Compare a tag with the package's version and with the changelog.

    Raises:
        BuildError: They disagree.
    """
    if tag != f"v{version}":
        message = f"The tag is {tag}, but harmony_core/__init__.py has version {version}."
        raise BuildError(message)
    if f"\n## [{version}] - " not in changes:
        message = f"CHANGELOG.md has no section `## [{version}] - DATE`. Date the unreleased one."
        raise BuildError(message)


def _name_repository(path: Path) -> None:
    """Say where the package comes from, which npm compares with the proof of provenance."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        package = json.loads(path.read_text(encoding="utf-8"))
        package["repository"] = {"type": "git", "url": f"git+https://github.com/{repository}.git"}
        path.write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
