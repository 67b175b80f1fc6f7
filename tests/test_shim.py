"""A program that uses openai_harmony says the same when it runs on this package."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import openai_harmony
import pytest

from harmony_core import shim

if TYPE_CHECKING:
    from collections.abc import Sequence

# It prints what it finds as JSON, and on the standard error stream where its classes come from.
PROGRAM = Path(__file__).parent / "data" / "user_program.py"


def run(
    arguments: Sequence[str | Path], variables: dict[str, str] | None = None, code: int = 0
) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        cwd=PROGRAM.parent,  # not the checkout, whose sources would be imported
        env=variables,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def expected(published_vocabulary: Path) -> str:
    """What the program says on the reference."""
    variables = {**os.environ, "TIKTOKEN_ENCODINGS_BASE": str(published_vocabulary.parent)}
    said, origin = run([PROGRAM, "spawn"], variables)
    assert origin.splitlines() == ["openai_harmony openai_harmony"]
    return said


def test_the_program_runs_as_on_the_reference(expected: str) -> None:
    said, origin = run(["-m", "harmony_core.shim", PROGRAM, "spawn"])
    assert origin.splitlines() == ["harmony_core.chat harmony_core.chat"]
    assert said == expected


def test_a_module_of_the_programs_folder(expected: str) -> None:
    variables = {**os.environ, "PYTHONPATH": str(PROGRAM.parent)}
    said, origin = run(["-m", "harmony_core.shim", "-m", PROGRAM.stem, "spawn"], variables)
    assert origin.startswith("harmony_core.chat")
    assert said == expected


def test_installed_by_a_call(expected: str) -> None:
    call = (
        "import runpy, sys; from harmony_core import shim; shim.install(); shim.install();"
        f"sys.argv = ['program', 'alone']; runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    )
    said, origin = run(["-c", call])
    assert origin == "harmony_core.chat harmony_core.chat\n"
    assert said == expected


REVERSIBLE = """
import importlib.metadata, importlib.util, os, subprocess, sys

from harmony_core import shim

before = os.environ.get("PYTHONPATH"), list(sys.path)
child = [sys.executable, "-c", "import openai_harmony; print(openai_harmony.Role.__module__)"]

def origins():
    import openai_harmony
    elsewhere = subprocess.run(child, capture_output=True, text=True, check=True).stdout.strip()
    return openai_harmony.Role.__module__, elsewhere

for _ in range(2):
    shim.install()
    assert origins() == ("harmony_core.chat", "harmony_core.chat"), origins()
    assert importlib.metadata.version("openai_harmony") == "0.0.8"
    assert "harmony-core" in importlib.metadata.metadata("openai-harmony")["Summary"]
    assert importlib.util.find_spec("openai_harmony").origin.startswith(sys.path[0])
    shim.uninstall()
    assert (os.environ.get("PYTHONPATH"), sys.path) == before
assert origins() == ("openai_harmony", "openai_harmony"), origins()
shim.uninstall()
assert origins()[0] == "openai_harmony"
"""


@pytest.mark.parametrize("path", [None, "somewhere", os.pathsep.join(["some", "where"])])
def test_it_is_undone_without_a_trace(path: str | None) -> None:
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    run(["-c", REVERSIBLE], variables if path is None else {**variables, "PYTHONPATH": path})


def test_it_comes_too_late_once_the_reference_is_imported() -> None:
    before = list(sys.path), dict(os.environ)
    with pytest.raises(RuntimeError, match=r"^openai_harmony is already imported"):
        shim.install()
    assert (sys.path, dict(os.environ)) == before
    shim.uninstall()
    assert sys.modules["openai_harmony"] is openai_harmony


def test_the_version_is_that_of_the_reference() -> None:
    (metadata,) = Path(shim.__file__).parent.rglob("METADATA")
    assert f"\nVersion: {importlib.metadata.version('openai-harmony')}\n" in metadata.read_text()
    assert metadata.parent.name.startswith(f"openai_harmony-{openai_harmony_version()}.")


def openai_harmony_version() -> str:
    return importlib.metadata.version("openai-harmony")


class TestCommand:
    """``python -m harmony_core.shim``."""

    def test_arguments_options_and_exit_code_are_the_programs(self, tmp_path: Path) -> None:
        program = tmp_path / "program.py"
        program.write_text(
            "import sys; print(sys.argv[1:], sys.warnoptions, sys.flags.utf8_mode, __name__);"
            "sys.exit(7)"
        )
        options = ["-W", "error", "-X", "utf8", "-m", "harmony_core.shim"]
        said, _ = run([*options, program, "-m", "x", "--help"], code=7)
        assert said == "['-m', 'x', '--help'] ['error'] 1 __main__\n"
        said, _ = run([*options, "-c", "import sys; print(sys.argv[1:])", "-W"])
        assert said == "['-W']\n"

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a shell script")
    def test_a_command_that_starts_python_itself(self, tmp_path: Path) -> None:
        command = tmp_path / "serve"
        command.write_text(
            f'#!/bin/sh\nexec {sys.executable} -c "import openai_harmony as o;'
            ' print(o.Role.__module__)"\n'
        )
        command.chmod(0o755)
        path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
        said, _ = run(["-m", "harmony_core.shim", "serve"], {**os.environ, "PATH": path})
        assert said == "harmony_core.chat\n"

    def test_what_it_cannot_run(self) -> None:
        _, complaint = run(["-m", "harmony_core.shim", "no/such/program"], code=1)
        assert complaint == "harmony_core.shim: there is no program 'no/such/program'\n"
        _, complaint = run(["-E", "-m", "harmony_core.shim", PROGRAM], code=1)
        assert "would not see PYTHONPATH" in complaint

    def test_help(self) -> None:
        said, _ = run(["-m", "harmony_core.shim", "--help"])
        assert said.startswith("usage: python -m harmony_core.shim PROGRAM")
        _, complaint = run(["-m", "harmony_core.shim"], code=2)
        assert complaint == said
