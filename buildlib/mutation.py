"""Changes the code in small ways and runs the tests that reach each change (mutmut)."""

from __future__ import annotations

import os

from buildlib.environment import program
from buildlib.project import show


def mutate(names: list[str]) -> int:
    """Test mutants and list those that no test noticed.

    Args:
        names: Modules or functions, such as ``harmony_core.format.parse``; all that
            ``[tool.mutmut]`` in ``pyproject.toml`` names if there are none.

    Returns:
        The exit code.
    """
    patterns = [f"{name}.*" for name in names]
    workers = str(os.cpu_count() or 1)
    code = show(program("mutmut"), "run", "--max-children", workers, *patterns)
    return code or show(program("mutmut"), "results")
