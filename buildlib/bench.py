"""What the benchmark needs: the packages from npm, its page in a browser, and a run of it."""

from __future__ import annotations

import contextlib
import json
import shutil
from threading import Thread
from typing import TYPE_CHECKING

from buildlib.project import BUILD, DIST, ROOT, VENV_PYTHON, run, show, step
from buildlib.serve import address, server

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCES = ROOT / "bench"
_PINS = [_SOURCES / "package.json", _SOURCES / "package-lock.json"]
_PACKAGES = _SOURCES / "node_modules"
_PAGE = BUILD / "bench"


def run_benchmark(browser: str, **options: object) -> int:
    """Run the benchmark on the installed wheel and on the runtime in ``dist/``.

    Args:
        browser: The path of a Chromium.
        **options: The other fields of ``Options`` in ``bench/main.py``.

    Returns:
        The exit code.
    """
    npm = shutil.which("npm") or "npm"
    command = (npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    step("npm packages to measure", _PINS, [_PACKAGES], lambda: run(*command, cwd=_SOURCES))
    sources = [_SOURCES / name for name in ("page", "measure.py", "bundle.mjs")]
    inputs = [*sources, *_PINS, DIST / "pyodide"]
    step("Benchmark page", inputs, [_PAGE], _build_page)
    with _served() as page:
        return show(
            *(VENV_PYTHON, _SOURCES / "main.py"),
            json.dumps({"page": page, "browser": browser, **options}),
            # The tests know how to feed the other packages with our vocabulary.
            PYTHONPATH=str(ROOT / "tests"),
        )


def _build_page() -> None:
    shutil.rmtree(_PAGE, ignore_errors=True)
    shutil.copytree(DIST / "pyodide", _PAGE / "pyodide")
    shutil.copyfile(_SOURCES / "page" / "index.html", _PAGE / "index.html")
    run("node", _SOURCES / "bundle.mjs", _PAGE)


@contextlib.contextmanager
def _served() -> Iterator[str]:
    with server(_PAGE) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield address(listening)
        listening.shutdown()
