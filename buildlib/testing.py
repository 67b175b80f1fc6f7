"""The tests: the package's and the page's under pytest, those of plain JavaScript under Node."""

from __future__ import annotations

import os
from pathlib import Path

from buildlib.environment import program
from buildlib.project import ROOT, show

_SCRIPT_TESTS = Path("tests", "js")
# What a worker with a browser in it takes: Chromium, and Python in WebAssembly.
_BYTES_PER_WORKER = 2 * 1024**3
_WORKERS_AT_MOST = 8


def run_tests(arguments: list[str], *, fast: bool = False, browser: str | None = None) -> list[str]:
    """Run all tests, or those that the arguments choose.

    Args:
        arguments: Files and folders of tests, and options of pytest.
        fast: Leave out the tests marked ``slow`` or ``page``.
        browser: The path of a Chromium, for the tests of the page.

    Returns:
        The names of the test runners that failed.
    """
    scripts = [argument for argument in arguments if Path(argument).suffix in {".js", ".mjs"}]
    for_pytest = [argument for argument in arguments if argument not in scripts]
    failed = []
    if not arguments:
        scripts = [str(path) for path in sorted((ROOT / _SCRIPT_TESTS).rglob("*.test.js"))]
    if scripts and show("node", "--test", *scripts) != 0:
        failed.append("node --test")
    if for_pytest or not arguments:
        marked = ["-m", "not slow and not page"] if fast else []
        some = any((ROOT / argument.split("::")[0]).exists() for argument in for_pytest)
        # Starting workers takes longer than a few files do.
        spread = [] if some else ["--numprocesses", str(_workers()), "--dist", "worksteal"]
        command = [str(program("pytest")), *marked, *spread, *for_pytest]
        if show(*command, HARMONY_BROWSER=browser or "") != 0:
            failed.append("pytest")
    return failed


def _workers() -> int:
    """As many as there are cores, and as the memory holds."""
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError):  # not on Windows
        return min(cores, 2)
    return max(1, min(cores, _WORKERS_AT_MOST, memory // _BYTES_PER_WORKER))
