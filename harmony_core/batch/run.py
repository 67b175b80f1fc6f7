"""A run: what of the plan is not there yet is answered, and what came of it is told."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.arrow.settings import SettingsError
from harmony_core.batch.failures import BatchError
from harmony_core.batch.files import ASIDE, Folder
from harmony_core.batch.plan import make_plan, write_plan
from harmony_core.batch.shard import (
    DEAD_LETTERS,
    Counts,
    counts_of,
    name_of,
    outcome_of,
    output_schema,
    try_shard,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harmony_core.arrow.settings import InspectSettings, RenderSettings
    from harmony_core.batch.plan import Command, Plan
    from harmony_core.batch.shard import Outcome, Runner

__all__ = ["LeftOut", "Progress", "Summary", "run_batch"]

SUCCESS = "_SUCCESS"
LETTERS_FILE = "dead_letters.jsonl"


class LeftOut(NamedTuple):
    """A shard that has no file.

    Attributes:
        number: Its number.
        rows: Which rows it holds, for a person.
        reason: Why it was left out.
    """

    number: int
    rows: str
    reason: str


class Progress(NamedTuple):
    """How far a run is.

    Attributes:
        shards: How many shards are done, those of earlier runs included.
        all_shards: How many there are.
        rows: How many rows this run has answered.
        rows_left: How many rows are left.
        errors: How many results say what is wrong, those of earlier runs included.
        left_out: How many shards were left out.
        seconds: How long this run has taken.
    """

    shards: int
    all_shards: int
    rows: int
    rows_left: int
    errors: int
    left_out: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """The speed of this run."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take; ``None`` if that is not known yet."""
        return self.rows_left / self.rows_per_second if self.rows else None


class Summary(NamedTuple):
    """What a run has come to.

    Attributes:
        shards: How many shards the plan has.
        resumed: How many of them were there already.
        counts: What became of the rows, those of earlier runs included.
        left_out: The shards that have no file.
        seconds: How long this run took.
    """

    shards: int
    resumed: int
    counts: Counts
    left_out: list[LeftOut]
    seconds: float


def run_batch(  # noqa: PLR0913 - what to do, of what, where and how
    command: Command,
    paths: list[str],
    folder_path: str,
    settings: RenderSettings | InspectSettings | None = None,
    *,
    line_field: str | None = None,
    keep: tuple[str, ...] | None = None,
    rows_per_shard: int = 10_000,
    workers: int = 1,
    address: str | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Summary:
    """Render or inspect any number of rows into a folder, or go on with that.

    Args:
        command: ``"render"`` or ``"inspect"``.
        paths: Files and folders of Parquet or JSONL, also addresses in object stores.
        folder_path: The folder of the results: empty, or with an unfinished run of the same
            inputs and settings.
        settings: How; the command's defaults if ``None``.
        line_field: The field of each line of JSONL to read; ``None`` for the line itself.
        keep: Other columns to carry through: of Parquet all if ``None``, of JSONL none.
        rows_per_shard: How many rows a shard, and so a file, has at most.
        workers: How many shards to answer at a time; more than one needs Ray.
        address: The address of a Ray cluster to run on; ``None`` for this machine.
        progress: Called whenever a shard is done.

    Returns:
        What became of all rows.

    Raises:
        BatchError: The run cannot begin or go on; what is there stays, and is resumed.
        SettingsError: The settings do not fit the inputs.
    """
    started = time.monotonic()
    folder = Folder(folder_path)
    plan = make_plan(
        command,
        paths,
        settings,
        line_field=line_field,
        keep=keep,
        rows_per_shard=rows_per_shard,
        folder=folder,
    )
    _check_schemas(plan)
    run_shards = _runner(workers, address)
    folder.make()
    write_plan(plan, folder)
    there = _there(plan, folder)
    counts = Counts(*map(sum, zip(*there.values(), strict=True))) if there else Counts(0, 0, 0)
    resumed = len(there)
    pending = [number for number in range(len(plan.shards)) if number not in there]
    left_out: list[LeftOut] = []
    rows_left = sum(plan.shards[number].stop - plan.shards[number].start for number in pending)
    rows = 0
    for outcome in run_shards(plan, pending, folder_path):
        shard = plan.shards[outcome.number]
        rows_left -= shard.stop - shard.start
        if outcome.counts is None:
            name = f"rows {shard.start} to {shard.stop - 1} of {plan.inputs[shard.file].path}"
            left_out.append(LeftOut(outcome.number, name, outcome.reason))
        else:
            counts = Counts(*map(sum, zip(counts, outcome.counts, strict=True)))
            there[outcome.number] = outcome.counts
            rows += outcome.counts.rows
        if progress is not None:
            seconds = time.monotonic() - started
            done = Progress(
                *(len(there), len(plan.shards), rows, rows_left),
                *(counts.errors, len(left_out), seconds),
            )
            progress(done)
    if not left_out:
        _finish(folder, counts)
    seconds = time.monotonic() - started
    return Summary(len(plan.shards), resumed, counts, sorted(left_out), seconds)


def _check_schemas(plan: Plan) -> None:
    """Refuse inputs whose files would have different columns."""
    schemas = [output_schema(plan, index) for index in range(len(plan.inputs))]
    for index, schema in enumerate(schemas):
        if schema != schemas[0]:
            other = sorted({*map(str, schema)} ^ {*map(str, schemas[0])})
            raise SettingsError(
                f"{plan.inputs[0].path} and {plan.inputs[index].path} have different columns"
                f" ({', '.join(other)}): name those to keep that both have"
            )


def _there(plan: Plan, folder: Folder) -> dict[int, Counts]:
    """The shards whose files are there and sound."""
    names = folder.names()
    numbers = [number for number in range(len(plan.shards)) if name_of(number) in names]
    found = {number: counts_of(folder, number) for number in numbers}
    return {number: counts for number, counts in found.items() if counts is not None}


def _finish(folder: Folder, counts: Counts) -> None:
    """Put the dead letters into one file, and say that all is there."""
    there = SUCCESS in folder.names()
    if counts.errors and not there:
        with folder.written_aside(LETTERS_FILE) as stream:
            for name in sorted(folder.names(DEAD_LETTERS)):
                stream.write(folder.read(f"{DEAD_LETTERS}/{name}") or b"")
    if not there:
        folder.write(SUCCESS, json.dumps(counts._asdict()).encode())
    folder.delete(DEAD_LETTERS)
    folder.delete(ASIDE)


def _runner(workers: int, address: str | None) -> Runner:
    if workers < 1:
        raise BatchError("There is one worker or more", kind="plan")
    if workers == 1 and address is None:
        return _run_here
    try:
        from harmony_core.batch.cluster import on_ray  # noqa: PLC0415 - Ray is an extra
    except ImportError as error:
        raise BatchError(
            "More than one worker needs Ray: pip install 'harmony-core[ray]', or leave --workers"
            " and --address out to run in one process",
            kind="ray",
        ) from error
    return on_ray(workers, address)


def _run_here(plan: Plan, numbers: Iterable[int], folder_path: str) -> Iterator[Outcome]:
    """Answer shards one after the other in this process."""
    for number in numbers:
        yield outcome_of(number, *try_shard(plan, number, folder_path))
