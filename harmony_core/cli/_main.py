"""One run: every document of every source to the command, every fault to the person."""

from __future__ import annotations

import os
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

from harmony_core.cli._arguments import build_parser
from harmony_core.cli._colour import wants_colour
from harmony_core.cli._faults import (
    PROGRAM,
    ExitCode,
    InputFault,
    OutputFault,
    PipeClosed,
    UsageFault,
    say,
)
from harmony_core.cli._input import STANDARD_STREAM
from harmony_core.cli._jobs import Answered, Pool, jobs_of
from harmony_core.cli._output import Output, leave_standard_output
from harmony_core.cli._progress import Progress
from harmony_core.cli._source import Source
from harmony_core.errors import VocabularyError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from harmony_core.cli._command import Command
    from harmony_core.cli._input import Document

_DEBUG = "HARMONY_DEBUG"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The arguments; those of the process if ``None``.

    Returns:
        The exit code. If the variable ``HARMONY_DEBUG`` is set, an error is raised instead.
    """
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        leave_standard_output()
        return ExitCode.INTERRUPTED
    except PipeClosed:
        leave_standard_output()
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # the last resort: a line, not a traceback
        if os.environ.get(_DEBUG):
            raise
        code, message = _told(error)
        say(f"{PROGRAM}: {message}")
        if isinstance(error, OutputFault):
            leave_standard_output()
        return code


def _told(error: Exception) -> tuple[ExitCode, str]:
    if isinstance(error, UsageFault):
        return ExitCode.USAGE, str(error)
    if isinstance(error, InputFault):
        return ExitCode.INPUT, str(error)
    if isinstance(error, (OutputFault, VocabularyError)):
        return ExitCode.ENVIRONMENT, str(error)
    what = "out of memory" if isinstance(error, MemoryError) else repr(error)
    return ExitCode.INTERNAL, f"internal error: {what} (set {_DEBUG}=1 for more)"


def _main(arguments: Sequence[str] | None) -> int:
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as end:  # of --help, --version, and after a complaint
        return int(end.code or 0)
    if hasattr(options, "run"):
        return int(options.run(options))
    return _Run(options).run()


class _Run:
    """One run of a command over its inputs."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._output = Output(options.output)
        quiet = options.command.writes_at_end(options) or not self._output.is_terminal
        wanted = quiet and not options.no_progress
        self._progress = Progress(wanted=wanted)
        self._codes = {ExitCode.OK}

    def run(self) -> int:
        """Run; return the exit code."""
        _refuse_overwriting(self._options)
        command: Command = self._options.command(self._options, self._output)
        try:
            finished = self._answer_all(command)
            if finished:
                self._progress.clear()
                command.finish()
            self._output.close(make=finished)
        except (OutputFault, PipeClosed):
            self._output.abandon()
            raise
        except BaseException:
            with suppress(OutputFault, PipeClosed):  # nothing already written is lost
                self._output.close(make=False)
            raise
        finally:
            self._progress.clear()
        return max(*self._codes, command.code)

    def _answer_all(self, command: Command) -> bool:
        """Answer all files; return whether to go on to the end."""
        jobs = jobs_of(self._options)
        if jobs == 1 or self._options.format == "sarif":  # whose results hang together
            return all(self._answer(path, command) for path in self._options.files)
        options = copy(self._options)
        options.color = "always" if wants_colour(options.color, self._output) else "never"
        with Pool(options, jobs) as pool:
            for path in self._options.files:
                if not self._share(path, command, pool):
                    return False
            return all(self._take(answered, command) for answered in pool.finish())

    def _share(self, path: str, command: Command, pool: Pool) -> bool:
        """Have all documents of a file answered by other processes; return whether to go on."""
        source = Source(path, self._progress.update)
        try:
            with source:
                for document in source.documents(self._options.form, as_log=command.reads_logs):
                    for answered in pool.feed(document):
                        if not self._take(answered, command):
                            return False
        except InputFault as fault:
            if not all(self._take(answered, command) for answered in pool.finish()):
                return False  # the run has ended before
            command.miss()
            return self._report(source.name, fault)
        return True

    def _take(self, answered: Answered, command: Command) -> bool:
        """Write what another process answered; return whether to go on."""
        command.add_state(answered.state)
        if answered.written:
            self._output.write_bytes(answered.written)
            self._output.flush()
        return all(self._report(name, fault) for name, fault in answered.faults)

    def _answer(self, path: str, command: Command) -> bool:
        """Answer all documents of a file; return whether to go on."""
        source = Source(path, self._progress.update)
        try:
            with source:
                for document in source.documents(self._options.form, as_log=command.reads_logs):
                    if not self._answer_one(document, command):
                        return False
        except InputFault as fault:
            command.miss()
            return self._report(source.name, fault)
        return True

    def _answer_one(self, document: Document, command: Command) -> bool:
        try:
            command.handle(document)
        except InputFault as fault:
            return self._report(document.name, fault)
        finally:
            self._output.flush()
        return True

    def _report(self, name: str, fault: InputFault) -> bool:
        if os.environ.get(_DEBUG):
            raise fault
        self._codes.add(fault.code)
        self._progress.clear()
        place = name if fault.line is None else f"{name}:{fault.line}"
        say(f"{place}: {fault}")
        return bool(self._options.on_error == "skip")


def _refuse_overwriting(options: Namespace) -> None:
    if options.output in (None, STANDARD_STREAM):
        return
    target = Path(options.output)
    if not target.exists():
        return
    for path in options.files:
        if path != STANDARD_STREAM and Path(path).exists() and target.samefile(path):
            raise UsageFault(f"{path} is both input and output")
