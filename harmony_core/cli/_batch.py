"""``batch``: render or inspect any number of rows into a folder of Parquet files."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentTypeError, BooleanOptionalAction
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from harmony_core.cli._command import Example
from harmony_core.cli._faults import ExitCode, InputFault, OutputFault, UsageFault, say
from harmony_core.cli._output import Output
from harmony_core.format._header import ROLES

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence

    from harmony_core.arrow.settings import InspectSettings, RenderSettings
    from harmony_core.batch import BatchError, Progress, Summary

__all__ = ["Batch", "import_extra", "run_reporting"]

_EVERY_ON_TERMINAL = 0.2  # seconds
_EVERY_IN_LOG = 30.0
_CLEAR = "\r\x1b[K"


class Batch:
    """The command."""

    name = "batch"
    summary = "any number of conversations or outputs, into a folder of Parquet files"
    details = (
        "Renders a column of conversations, or inspects a column of outputs, of Parquet and JSONL"
        " files, folders and object stores. A run that was ended goes on where it was. It needs"
        " pyarrow, and for more than one worker Ray."
    )
    examples: Sequence[Example] = (
        Example(
            "training samples of all turns, with 8 workers",
            "harmony-core batch render data/ -o samples --turns all --workers 8",
        ),
        Example(
            "what is wrong with a log of answers",
            "harmony-core batch inspect answers.jsonl.gz -o findings --keep model",
        ),
    )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add what to do, and the options of both."""
        todo = parser.add_subparsers(title="what to do", metavar="render|inspect", required=True)
        render = todo.add_parser("render", help="conversations to token ids", allow_abbrev=False)
        _add_common(render, "messages")
        _add_render(render)
        inspect = todo.add_parser(
            "inspect", help="outputs to messages and findings", allow_abbrev=False
        )
        _add_common(inspect, "output")
        _add_inspect(inspect)
        render.set_defaults(todo="render", run=cls.run)
        inspect.set_defaults(todo="inspect", run=cls.run)

    @staticmethod
    def run(options: Namespace) -> int:
        """Run; return the exit code."""
        batch = import_extra("harmony_core.batch")
        teller = _Teller(wanted=not options.no_progress)

        def go() -> Summary:
            with redirect_stdout(sys.stderr):  # where Ray tells of workers that die
                summary: Summary = batch.run_batch(
                    options.todo,
                    options.inputs,
                    options.output,
                    _settings(options),
                    line_field=_line_field(options),
                    keep=tuple(options.keep) if options.keep else None,
                    rows_per_shard=options.rows_per_shard,
                    workers=options.workers,
                    address=options.address,
                    progress=teller.update,
                )
            return summary

        summary = run_reporting(go, teller.clear)
        for left in summary.left_out:
            say(f"shard {left.number} was left out ({left.rows}): {left.reason}")
        output = Output(None)
        output.write(_told(summary, options) + "\n")
        output.flush()
        if summary.left_out:
            return ExitCode.ENVIRONMENT
        return ExitCode.FOUND if summary.counts.errors else ExitCode.OK


def import_extra(module: str) -> Any:  # noqa: ANN401 - a module
    """Import a part of the package that needs an extra.

    Raises:
        UsageFault: The extra is not installed.
    """
    from importlib import import_module  # noqa: PLC0415 - for this alone

    try:
        return import_module(module)
    except ImportError as error:
        raise UsageFault(str(error)) from error


def run_reporting(action: Callable[[], Any], clear: Callable[[], None]) -> Any:  # noqa: ANN401 - what it gives
    """Do something with batches, and tell what stops it as the command line does.

    Raises:
        InputFault: An input is missing or cannot be read.
        UsageFault: The options do not fit the inputs or the folder.
        OutputFault: The results cannot be written.
    """
    from harmony_core.arrow.settings import SettingsError  # noqa: PLC0415 - needs an extra
    from harmony_core.batch import BatchError  # noqa: PLC0415 - same

    try:
        return action()
    except SettingsError as error:
        raise UsageFault(str(error)) from error
    except BatchError as error:
        raise _fault_of(error) from error
    finally:
        clear()


def _fault_of(error: BatchError) -> Exception:
    if error.kind in {"plan", "ray"}:
        return UsageFault(str(error))
    return OutputFault(str(error)) if error.kind == "output" else InputFault(str(error))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"expected a number from 1 on, found {text!r}")
    return int(text)


def _weight(text: str) -> tuple[str, float]:
    channel, _, number = text.partition("=")
    try:
        return channel, float(number)
    except ValueError:
        raise ArgumentTypeError(f"expected CHANNEL=NUMBER, found {text!r}") from None


def _add_common(parser: ArgumentParser, column: str) -> None:
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="IN",
        help="a file or folder of *.parquet, *.jsonl or *.ndjson, the latter also compressed, "
        "or its address in an object store, such as s3://bucket/folder",
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="DIR", help="the folder of the results"
    )
    default = "messages" if column == "messages" else "output; of JSONL, the whole line"
    parser.add_argument(
        "--column",
        metavar="NAME",
        help=f"the column, or the field of each line, to read (default: {default})",
    )
    parser.set_defaults(default_column=column)
    parser.add_argument(
        "--keep",
        action="append",
        metavar="NAME",
        help="another column or field to carry through; may be repeated (default: all columns "
        "of Parquet, no field of JSONL)",
    )
    parser.add_argument(
        "--prefix", default="", help="what the names of added columns begin with (default: nothing)"
    )
    parser.add_argument(
        "--rows-per-shard",
        type=_positive,
        default=10_000,
        metavar="N",
        help="how many rows a file of results is made of (default: 10000)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=_positive,
        default=1,
        metavar="N",
        help="how many shards to answer at a time; more than 1 needs Ray (default: 1)",
    )
    where.add_argument("--address", metavar="RAY", help="the address of a Ray cluster to run on")
    parser.add_argument("--no-progress", action="store_true", help="show no progress")


def _add_render(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--api",
        choices=("harmony", "any"),
        default="harmony",
        help="what conversations are written for; any also reads Chat Completions and Responses "
        "(default: harmony)",
    )
    parser.add_argument(
        "--mode",
        choices=("training", "completion", "conversation"),
        default="training",
        help="samples with a loss mask, prompts, or the messages alone (default: training)",
    )
    parser.add_argument(
        "--turns",
        choices=("last", "all"),
        default="last",
        help="a sample of the last turn, or one of each turn (default: last)",
    )
    parser.add_argument(
        "--learn",
        action="append",
        metavar="CHANNEL",
        help="a channel to learn; may be repeated (default: analysis, commentary and final)",
    )
    parser.add_argument(
        "--weight",
        action="append",
        type=_weight,
        metavar="CHANNEL=NUMBER",
        help="how much the targets on a channel count; may be repeated (default: 1)",
    )
    parser.add_argument(
        "--max-tokens", type=_positive, metavar="N", help="the longest row that is not at fault"
    )
    parser.add_argument(
        "--keep-analysis", action="store_true", help="keep the analysis of finished turns"
    )
    parser.add_argument(
        "--drop",
        choices=("before-first-final", "finished-turns"),
        help="which analysis is left out (default: finished-turns for training, else the "
        "reference's before-first-final)",
    )
    parser.add_argument(
        "--schema",
        choices=("reference", "full"),
        default="reference",
        help="how the tools' JSON Schemas are written (default: reference)",
    )
    parser.add_argument(
        "--next-role",
        choices=ROLES,
        default="assistant",
        metavar="ROLE",
        help="who writes the next message, for --mode completion (default: assistant)",
    )
    parser.add_argument(
        "--ignore-unknown",
        action="store_true",
        help="do not count a row with a field that rendering ignores as at fault",
    )


def _add_inspect(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        choices=("auto", "tokens", "text"),
        default="auto",
        help="what a text holds (default: auto)",
    )
    parser.add_argument(
        "--role",
        choices=("auto", "none", *ROLES),
        default="auto",
        metavar="ROLE",
        help="whose message an output is, if it begins within its header; none if it begins "
        "with <|start|> (default: none if it does, else assistant)",
    )
    parser.add_argument(
        "--missing-call-is-call",
        action="store_true",
        help="let a call be one although <|call|> is missing",
    )
    parser.add_argument(
        "--recover-stripped-markers",
        action=BooleanOptionalAction,
        default=True,
        help="make messages of a text whose special tokens are all missing",
    )
    parser.add_argument(
        "--channel", action="append", metavar="NAME", help="a channel there is; may be repeated"
    )
    parser.add_argument(
        "--tool", action="append", metavar="NAME", help="a tool there is; may be repeated"
    )


def _settings(options: Namespace) -> RenderSettings | InspectSettings:
    from harmony_core.arrow import (  # noqa: PLC0415 - needs an extra
        InspectSettings,
        RenderSettings,
    )

    common: dict[str, Any] = {
        "column": options.column or options.default_column,
        "prefix": options.prefix,
    }
    if options.todo == "inspect":
        if options.channel:
            common["channels"] = tuple(options.channel)
        return InspectSettings(
            **common,
            kind=options.kind,
            role=options.role,
            missing_call_is_call=options.missing_call_is_call,
            recover_stripped_markers=options.recover_stripped_markers,
            tools=tuple(options.tool) if options.tool else None,
        )
    if options.learn:
        common["learn"] = tuple(options.learn)
    return RenderSettings(
        **common,
        api=options.api,
        mode=options.mode,
        turns=options.turns,
        weights=dict(options.weight) if options.weight else None,
        max_tokens=options.max_tokens,
        auto_drop_analysis=not options.keep_analysis,
        drop=options.drop,
        schema=options.schema,
        next_role=options.next_role,
        unknown="ignore" if options.ignore_unknown else "refuse",
    )


def _line_field(options: Namespace) -> str | None:
    """The field of each line: outputs are usually the whole line."""
    if options.column is None and options.todo == "inspect":
        return None
    return str(options.column or options.default_column)


def _told(summary: Summary, options: Namespace) -> str:
    counts = summary.counts
    there = f", {summary.resumed:,} of them there before" if summary.resumed else ""
    return (
        f"{counts.rows:,} rows gave {counts.results:,} results, {counts.errors:,} at fault;"
        f" {summary.shards - len(summary.left_out):,} of {summary.shards:,} shards in"
        f" {options.output}{there}"
    )


def describe(progress: Progress) -> str:
    """Tell how far a run is, in one line."""
    left = progress.seconds_left
    clock = "" if left is None else f", {_clock(left)} left"
    out = f", {progress.left_out:,} left out" if progress.left_out else ""
    return (
        f"{progress.shards:,} of {progress.all_shards:,} shards, {progress.rows_per_second:,.0f}"
        f" rows/s, {progress.errors:,} at fault{out}{clock}"
    )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class _Teller:
    """Tells the progress: in one line of a terminal, or now and then in a log."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and sys.stderr is not None
        self._terminal = self._wanted and sys.stderr.isatty()
        every = _EVERY_ON_TERMINAL if self._terminal else _EVERY_IN_LOG
        self._every = every
        self._next = time.monotonic() + every
        self._shown = False

    def update(self, progress: Progress) -> None:
        """Tell how far the run is, if it is time."""
        now = time.monotonic()
        if not self._wanted or now < self._next:
            return
        self._next = now + self._every
        if self._terminal:
            sys.stderr.write(_CLEAR + describe(progress))
            sys.stderr.flush()
            self._shown = True
        else:
            say(describe(progress))

    def clear(self) -> None:
        """Take the line off the terminal."""
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._shown = False
