"""What can go wrong on the command line, and how it is told."""

from __future__ import annotations

import sys
from contextlib import suppress
from enum import IntEnum

from harmony_core.cli._visible import one_line

PROGRAM = "harmony-core"


class ExitCode(IntEnum):
    """What the program tells the shell."""

    OK = 0
    FOUND = 1  # what is looked for was found: a problem of an output
    USAGE = 2  # argparse's own
    ENVIRONMENT = 3  # the output cannot be written, or the vocabulary not read
    INPUT = 4  # an input is missing or cannot be read
    INTERNAL = 70  # EX_SOFTWARE of sysexits.h
    INTERRUPTED = 130  # 128 + SIGINT, as shells say it
    BROKEN_PIPE = 141  # 128 + SIGPIPE


class InputFault(Exception):  # noqa: N818 - never leaves the command line
    """An input, or one document of it, cannot be answered.

    Attributes:
        line: The line of the file that is at fault, from 1; ``None`` if it is not one line.
        code: What it makes the program tell the shell.
    """

    code = ExitCode.INPUT

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class ContentFault(InputFault):
    """A model's output could be read, and does not follow the format."""

    code = ExitCode.FOUND


class OutputFault(Exception):  # noqa: N818 - never leaves the command line
    """The output cannot be written."""


class PipeClosed(Exception):  # noqa: N818 - never leaves the command line
    """Who reads the output wants no more of it."""


class UsageFault(Exception):  # noqa: N818 - never leaves the command line
    """The options do not go together, or name what there is not."""


def say(text: str) -> None:
    """Write one line to the standard error stream, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):  # closed: nobody is left to be told
            sys.stderr.write(one_line(text) + "\n")
            sys.stderr.flush()
