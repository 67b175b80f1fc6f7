"""The plan of a run: its inputs, its settings, and the shards that the inputs are cut into."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

import harmony_core
from harmony_core.arrow.settings import InspectSettings, RenderSettings
from harmony_core.batch.failures import BatchError
from harmony_core.batch.files import InputFile, list_inputs, open_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.batch.files import Folder

__all__ = ["Command", "Plan", "Shard", "make_plan", "read_plan", "write_plan"]

Command: TypeAlias = Literal["render", "inspect"]

_PLAN = "_plan.json"
_VERSION = 1
_CHUNK = 1 << 22
SETTINGS: dict[str, type[RenderSettings | InspectSettings]] = {
    "render": RenderSettings,
    "inspect": InspectSettings,
}


class Shard(NamedTuple):
    """Neighbouring rows of an input, which one task answers.

    Attributes:
        file: Index of the input.
        start: Its first row; in JSONL every line counts.
        stop: One past its last row.
        offset: Where the first line begins in JSONL that is not compressed, in bytes; else 0.
    """

    file: int
    start: int
    stop: int
    offset: int


@dataclass(frozen=True)
class Plan:
    """What a run is to do.

    Attributes:
        command: ``"render"`` or ``"inspect"``.
        settings: How.
        line_field: The field of each line of JSONL that holds what a Parquet's column does;
            ``None`` for the line itself.
        keep: Other columns or fields to carry through: of Parquet all if ``None``, of JSONL
            none.
        inputs: The inputs.
        rows_per_shard: How many rows a shard has at most.
        shards: The shards, in the order of the inputs.
        version: The version of this package.
    """

    command: Command
    settings: RenderSettings | InspectSettings
    line_field: str | None
    keep: tuple[str, ...] | None
    inputs: tuple[InputFile, ...]
    rows_per_shard: int
    shards: tuple[Shard, ...]
    version: str = harmony_core.__version__

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON."""
        data = asdict(self)
        data["settings"] = self.settings.to_dict()
        data["inputs"] = [each._asdict() for each in self.inputs]
        return {"plan": _VERSION, **data}


def make_plan(  # noqa: PLR0913 - all that a run depends on
    command: Command,
    paths: list[str],
    settings: RenderSettings | InspectSettings | None = None,
    *,
    line_field: str | None = None,
    keep: tuple[str, ...] | None = None,
    rows_per_shard: int = 10_000,
    folder: Folder | None = None,
) -> Plan:
    """Cut inputs into shards, or go on with the plan that a folder has for them.

    Args:
        command: What to do.
        paths: Files and folders of Parquet or JSONL, also addresses in object stores.
        settings: How; the command's defaults if ``None``.
        line_field: As for ``Plan``.
        keep: As for ``Plan``.
        rows_per_shard: As for ``Plan``.
        folder: A folder that may hold the plan already.

    Raises:
        BatchError: An input is missing or cannot be read, or the folder holds another plan.
    """
    if rows_per_shard < 1:
        raise BatchError("A shard has one row or more", kind="plan")
    settings = settings or SETTINGS[command]()
    inputs = tuple(list_inputs(paths))
    wanted = Plan(command, settings, line_field, keep, inputs, rows_per_shard, ())
    there = read_plan(folder) if folder else None
    if there is not None:
        _require_same(there, wanted)
        return there
    others = sorted(folder.names()) if folder else []
    if folder and others:
        raise BatchError(
            f"{folder.path} has no plan, and other files in it, such as {others[0]}. Choose an"
            " empty folder",
            kind="plan",
        )
    shards = [
        shard
        for index, file in enumerate(inputs)
        for shard in _shards_of(index, file, rows_per_shard)
    ]
    return Plan(command, settings, line_field, keep, inputs, rows_per_shard, tuple(shards))


def _require_same(there: Plan, wanted: Plan) -> None:
    """Refuse to mix two runs in one folder."""
    old, new = there.to_dict(), wanted.to_dict()
    for name, what in (
        ("version", "was made by version {0} of harmony-core; this is {1}"),
        ("command", "is of harmony-core batch {0}, not {1}"),
        ("settings", "has other settings: {0}, not {1}"),
        ("line_field", "reads another field of each line: {0}, not {1}"),
        ("keep", "keeps other columns: {0}, not {1}"),
        ("rows_per_shard", "has {0} rows a shard, not {1}"),
        ("inputs", "has other inputs: {0}, not {1}"),
    ):
        if old[name] != new[name]:
            told = _difference(old[name], new[name])
            raise BatchError(
                f"The plan in this folder {what.format(*told)}. Choose another folder, or empty"
                " this one",
                kind="plan",
            )


def _difference(old: Any, new: Any) -> tuple[str, str]:  # noqa: ANN401 - a part of a plan
    """The parts of two values that differ, for a person."""
    if isinstance(old, dict):
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        return (
            ", ".join(f"{name}={old.get(name)!r}" for name in names),
            ", ".join(f"{name}={new.get(name)!r}" for name in names),
        )
    if isinstance(old, list) and old and isinstance(old[0], dict):
        gone = [each for each in old if each not in new]
        come = [each for each in new if each not in old]
        return _named(gone) or "the same in another order", _named(come) or "these"
    return str(old), str(new)


def _named(inputs: list[dict[str, Any]]) -> str:
    return ", ".join(f"{each['path']} of {each['size']} bytes" for each in inputs[:3])


def read_plan(folder: Folder) -> Plan | None:
    """The plan in a folder; ``None`` if there is none.

    Raises:
        BatchError: The plan cannot be read.
    """
    data = folder.read(_PLAN)
    if data is None:
        return None
    try:
        plan = json.loads(data)
        if plan.pop("plan") != _VERSION:
            raise BatchError("The plan in this folder is of another version", kind="plan")
        settings = SETTINGS[plan["command"]].from_dict(plan.pop("settings"))
        keep = plan.pop("keep")
        return Plan(
            settings=settings,
            keep=None if keep is None else tuple(keep),
            inputs=tuple(InputFile(**each) for each in plan.pop("inputs")),
            shards=tuple(Shard(*each) for each in plan.pop("shards")),
            **plan,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BatchError(f"The plan in this folder cannot be read: {error}", kind="plan") from error


def write_plan(plan: Plan, folder: Folder) -> None:
    """Write the plan into a folder.

    Raises:
        BatchError: It cannot be written.
    """
    folder.write(_PLAN, json.dumps(plan.to_dict()).encode())


def _shards_of(index: int, file: InputFile, size: int) -> Iterator[Shard]:
    try:
        if file.form == "parquet":
            with open_bytes(file) as stream:
                rows = pq.ParquetFile(stream).metadata.num_rows
            starts = [(start, 0) for start in range(0, rows, size)]
        else:
            starts, rows = _line_starts(file, size)
    except (pa.ArrowException, OSError) as error:
        raise BatchError(f"Cannot read {file.path}: {error}", kind="input") from error
    stops = [start for start, _ in starts[1:]] + [rows]
    for (start, offset), stop in zip(starts or [(0, 0)], stops, strict=True):
        yield Shard(index, start, stop, 0 if file.compressed else offset)


def _line_starts(file: InputFile, size: int) -> tuple[list[tuple[int, int]], int]:
    """Number and offset of every ``size``-th line, and how many lines there are."""
    starts = [(0, 0)]
    lines = offset = 0
    last = b"\n"
    with open_bytes(file) as stream:
        while chunk := stream.read(_CHUNK):
            count = chunk.count(b"\n")
            if (lines + count) // size > lines // size:
                breaks = accumulate(len(line) for line in chunk.split(b"\n")[:-1])
                for number, length in enumerate(breaks, 1):
                    if (lines + number) % size == 0:
                        starts.append((lines + number, offset + length + number))
            lines += count
            offset += len(chunk)
            last = chunk[-1:]
    if last != b"\n":
        lines += 1
    if starts[-1][0] >= lines > 0:
        starts.pop()
    return starts, lines
