"""The command line's grammar, made from the commands."""

from __future__ import annotations

import textwrap
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from harmony_core import __version__
from harmony_core.cli._batch import Batch
from harmony_core.cli._decode import Decode
from harmony_core.cli._encode import Count, Encode
from harmony_core.cli._explain import Explain
from harmony_core.cli._faults import PROGRAM, ExitCode, say
from harmony_core.cli._input import Form
from harmony_core.cli._inspect import Inspect
from harmony_core.cli._output import Output
from harmony_core.cli._parse import Parse
from harmony_core.cli._render import Render
from harmony_core.cli._report import Report
from harmony_core.cli._shell import Completion, Man
from harmony_core.cli._tokens import Tokens

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from harmony_core.cli._command import Command

_Other: TypeAlias = Explain | Batch | Report | Completion | Man

# All there are, in the order of the help.
COMMANDS: tuple[type[Command], ...] = (Encode, Decode, Count, Render, Parse, Inspect, Tokens)
# Those that answer no documents one by one.
OTHER_COMMANDS: tuple[type[_Other], ...] = (Explain, Batch, Report, Completion, Man)

EXIT_CODES = {
    ExitCode.OK: "everything was done",
    ExitCode.FOUND: "everything was read, and inspect or parse found a problem in an output",
    ExitCode.USAGE: "the command line is wrong",
    ExitCode.ENVIRONMENT: "the output could not be written, or the vocabulary not read",
    ExitCode.INPUT: "an input was missing or could not be read, whatever was found in the others",
    ExitCode.INTERNAL: "a fault of the program itself",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.BROKEN_PIPE: "the reader of the output went away",
}

_WIDTH = 78


class _Parser(ArgumentParser):
    """Tells of a wrong command line in one line, as of everything else."""

    def error(self, message: str) -> NoReturn:
        say(f"{self.prog}: {message} (see {self.prog} --help)")
        raise SystemExit(ExitCode.USAGE)

    def _print_message(self, message: str, _file: object = None) -> None:
        """Write the help or the version, without hiding that it cannot be written."""
        output = Output(None)
        output.write(message)
        output.flush()


def build_parser() -> ArgumentParser:
    """Make the parser of the command line; ``command`` is the command's class."""
    parser = _Parser(
        prog=PROGRAM,
        description="The Harmony format of the gpt-oss models: text, tokens and messages.",
        epilog=_exit_codes(),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        _add_options(_add_parser(commands, command), command)
    for other in OTHER_COMMANDS:
        other.add_options(_add_parser(commands, other))
    parser.set_defaults(grammar=build_parser)
    return parser


def _add_parser(
    commands: _SubParsersAction[_Parser], command: type[Command | _Other]
) -> ArgumentParser:
    return commands.add_parser(
        command.name,
        help=command.summary,
        description=textwrap.fill(command.details, _WIDTH),
        epilog=_examples(command),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_options(parser: ArgumentParser, command: type[Command]) -> None:
    parser.set_defaults(command=command, form=None)
    parser.add_argument(
        "files",
        nargs="*",
        default=["-"],
        metavar="FILE",
        help="a file of UTF-8; - or none for the standard input",
    )
    command.add_options(parser)
    form = parser.add_mutually_exclusive_group()
    for each, meaning in command.forms.items():
        form.add_argument(
            f"--{each.value}",
            dest="form",
            action="store_const",
            const=each,
            help=f"each line is {meaning}",
        )
    form.add_argument(
        "--whole",
        dest="form",
        action="store_const",
        const=Form.WHOLE,
        help="a file is one (the default, other than for "
        + ("logs and JSON Lines)" if command.reads_logs else "files named *.jsonl or *.ndjson)"),
    )
    default = "json for --jsonl" if command.formats == ("plain", "json") else command.formats[0]
    parser.add_argument(
        "--format", choices=command.formats, help=f"what to write (default: {default})"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write there, result by result; what was written stays when the run ends early",
    )
    parser.add_argument(
        "--on-error",
        choices=("stop", "skip"),
        default=command.on_error,
        help="end the run at the first input at fault, or report it and go on "
        f"(default: {command.on_error})",
    )
    parser.add_argument("--no-progress", action="store_true", help="show no progress")


def _examples(command: type[Command | _Other]) -> str:
    lines = ["examples:"]
    for purpose, line in command.examples:
        lines += [f"  # {purpose}", f"  {line}"]
    return "\n".join(lines)


def _exit_codes() -> str:
    codes = [f"  {code.value:<3} {meaning}" for code, meaning in EXIT_CODES.items()]
    return "\n".join(["exit codes:", *codes])
