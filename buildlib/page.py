"""The page: a self-contained static folder with the runtime, the wheel and the bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING

from buildlib import npm_package
from buildlib.project import BUILD, DIST, NODE_MODULES, ROOT, run, step

if TYPE_CHECKING:
    from pathlib import Path

_RUNTIME = ("pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
_STATIC = ("index.html", "example.html", "favicon.svg")


def build_page(wheel: Path, micropip: Path) -> None:
    """Write ``dist/``: any static server can serve it, under any path."""
    sources = [ROOT / name for name in ("web", "buildlib", "package-lock.json")]
    inputs = [*sources, wheel, micropip]
    step("Page", inputs, [DIST], lambda: _build(wheel, micropip))


def _build(wheel: Path, micropip: Path) -> None:
    # Built aside and moved into place, so that a failed build leaves the last good page.
    fresh = BUILD / "dist"
    shutil.rmtree(fresh, ignore_errors=True)
    runtime = fresh / "pyodide"
    runtime.mkdir(parents=True)
    for name in _STATIC:
        shutil.copyfile(ROOT / "web" / name, fresh / name)
    for name in _RUNTIME:
        shutil.copyfile(NODE_MODULES / "pyodide" / name, runtime / name)
    for package in (wheel, micropip):
        shutil.copyfile(package, runtime / package.name)
    _freeze(wheel, micropip, runtime)
    run("node", ROOT / "buildlib" / "bundle.mjs", fresh)
    npm_package.describe(fresh, wheel.name.split("-")[1])
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)


def _freeze(wheel: Path, micropip: Path, runtime: Path) -> None:
    """Let micropip resolve the wheel, and keep of its lock file what lies beside it."""
    frozen = BUILD / "frozen-lock.json"
    run("node", ROOT / "buildlib" / "freeze.mjs", micropip, wheel, frozen)
    lock = json.loads(frozen.read_text(encoding="utf-8"))
    packages = {
        name: {**entry, "file_name": file.name}
        for name, file in (("harmony-core", wheel), ("micropip", micropip))
        for entry in [lock["packages"][name]]
    }
    packages["micropip"]["sha256"] = _sha256(micropip)
    lock["packages"] = packages
    (runtime / "pyodide-lock.json").write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
