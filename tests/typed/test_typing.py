"""The package's types, as a strictly checked program of a user's sees them."""

from __future__ import annotations

import runpy
from pathlib import Path

import mypy.api

import harmony_core

PROGRAM = Path(__file__).with_name("user_program.py")


def test_a_program_type_checks(tmp_path: Path) -> None:
    options = ("--strict", "--python-version", "3.10", "--config-file", "", "--cache-dir")
    report, errors, code = mypy.api.run([*options, str(tmp_path), str(PROGRAM)])
    assert (code, errors) == (0, ""), report


def test_and_runs() -> None:
    assert "tokens" in runpy.run_path(str(PROGRAM))


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(harmony_core.__file__).parent / "py.typed").is_file()
