"""What a shell and ``man`` show of the program: ``completion`` and ``man``.

Both are made from the grammar by well-kept packages, ``shtab`` and ``argparse-manpage``. A script
by ``shtab`` completes without starting Python, which would take a fifth of a second at every key.
"""

from __future__ import annotations

import importlib
from argparse import _SubParsersAction
from typing import TYPE_CHECKING, Any

from harmony_core.cli._command import Example
from harmony_core.cli._faults import PROGRAM, ExitCode, UsageFault
from harmony_core.cli._output import Output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

__all__ = ["Completion", "Man"]

_SHELLS = ("bash", "zsh", "tcsh")


class Completion:
    """A script that completes commands, options and files."""

    name = "completion"
    summary = "a script that completes commands, options and files in a shell"
    details = (
        "Writes a completion script for a shell. It needs the package shtab, which "
        "harmony-core[shell] installs; the script itself needs nothing."
    )
    examples: Sequence[Example] = (
        Example("for bash", "harmony-core completion bash -o harmony-core.bash"),
    )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add which shell."""
        parser.add_argument("shell", choices=_SHELLS, help="the shell")
        _add_output_option(parser)
        parser.set_defaults(run=cls.run)

    @staticmethod
    def run(options: Namespace) -> int:
        """Run; return the exit code."""
        shtab = _import("shtab")
        parser = options.grammar()
        _complete_files(parser, shtab)
        return _write(shtab.complete(parser, options.shell) + "\n", options)


class Man:
    """A manual page."""

    name = "man"
    summary = "a manual page, as man shows it"
    details = (
        "Writes a manual page. It needs the package argparse-manpage, which harmony-core[shell] "
        "installs."
    )
    examples: Sequence[Example] = (Example("for man", "harmony-core man -o harmony-core.1"),)

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add where to write it."""
        _add_output_option(parser)
        parser.set_defaults(run=cls.run)

    @staticmethod
    def run(options: Namespace) -> int:
        """Run; return the exit code."""
        manpage = _import("argparse_manpage.manpage")
        parser = options.grammar()
        page = manpage.Manpage(parser, _data={"project_name": PROGRAM})
        return _write(str(page), options)


def _complete_files(parser: ArgumentParser, shtab: Any) -> None:  # noqa: ANN401 - a module
    """Say which arguments are files and folders."""
    kinds = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}
    for action in parser._actions:  # noqa: SLF001 - as shtab itself does
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                _complete_files(inner, shtab)
        elif action.metavar in kinds:
            action.complete = kinds[str(action.metavar)]  # type: ignore[attr-defined] # shtab's


def _import(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        package = name.partition(".")[0].replace("_", "-")
        raise UsageFault(f"this needs {package}: pip install harmony-core[shell]") from error


def _add_output_option(parser: ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help="write there")


def _write(text: str, options: Namespace) -> int:
    output = Output(options.output)
    output.write(text)
    output.close(make=True)
    return ExitCode.OK
