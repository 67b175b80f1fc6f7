"""Changes the code in small ways and runs the tests that reach each change (mutmut)."""

from __future__ import annotations

import os
import shutil
from typing import NamedTuple

from buildlib.environment import program
from buildlib.project import BUILD, ROOT, show

_COPIED = ("harmony_core", "tests", "docs", "pyproject.toml")


class _Room(NamedTuple):
    """What is changed, and the tests that should notice.

    Tests that look at functions instead of calling them are left out: mutmut wraps all functions.
    """

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()


ROOMS = {
    "parser": _Room(
        sources=("format/parse.py", "format/parse_whole.py", "format/_header.py"),
        tests=("format/test_parse.py", "format/test_parse_stateful.py", "format/test_header.py"),
    ),
    "renderer": _Room(
        sources=("format/render.py", "format/_tools_section.py"),
        tests=(
            *("format/test_render.py", "format/test_finished_turns.py", "test_encoding.py"),
            *("format/test_rendered_spans.py", "format/test_typescript.py"),
            "format/test_typescript_full.py",
        ),
        left_out=("format/test_render.py::TestFaults",),
    ),
    "diagnosis": _Room(
        sources=("format/diagnosis/*",),
        tests=("format/diagnosis",),
        left_out=("format/diagnosis/test_streaming.py::test_it_has_all_that_the_parser_has",),
    ),
}


def mutate(name: str) -> int:
    """Test the mutants of a room and list those that no test noticed.

    Args:
        name: A key of ``ROOMS``.

    Returns:
        The exit code.
    """
    room = ROOMS[name]
    folder = BUILD / "mutants" / name
    shutil.rmtree(folder, ignore_errors=True)  # old results would not know new tests
    folder.mkdir(parents=True)
    for copied in _COPIED:
        source = ROOT / copied
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, folder / copied)
    (folder / "setup.cfg").write_text(_settings(room), encoding="utf-8")
    workers = str(os.cpu_count() or 1)
    code = show(program("mutmut"), "run", "--max-children", workers, cwd=folder)
    return code or show(program("mutmut"), "results", cwd=folder)


def _settings(room: _Room) -> str:
    """The settings of mutmut, a value a line."""
    options = {
        "source_paths": ["harmony_core"],
        "only_mutate": [f"harmony_core/{name}" for name in room.sources],
        "also_copy": ["docs"],
        "pytest_add_cli_args": [
            *("--hypothesis-profile=mutation", "-m", "not slow and not page"),
            *(f"--deselect=tests/{name}" for name in room.left_out),
        ],
        "pytest_add_cli_args_test_selection": [f"tests/{name}" for name in room.tests],
    }
    lines = [f"{name} =\n  " + "\n  ".join(values) for name, values in options.items()]
    return "\n".join(["[mutmut]", *lines]) + "\n"
