"""One shard: read its rows, answer them, write one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from harmony_core.arrow import inspect_batch, inspect_schema, render_batch, render_schema
from harmony_core.arrow._columns import without_nulls
from harmony_core.arrow.settings import InspectSettings, RenderSettings, SettingsError
from harmony_core.batch.failures import BatchError
from harmony_core.batch.files import Folder, open_bytes

if TYPE_CHECKING:
    from harmony_core.batch.files import InputFile
    from harmony_core.batch.plan import Plan, Shard

__all__ = [
    "DEAD_LETTERS",
    "Counts",
    "Outcome",
    "Runner",
    "counts_of",
    "name_of",
    "outcome_of",
    "output_schema",
    "run_shard",
    "try_shard",
]

DEAD_LETTERS = "_dead_letters"
_COUNTS = b"harmony_core"
# So many rows are in memory at a time, and in a row group.
_ROWS = 256
_CHUNK = 1 << 20
_LINE = "<line>"  # the column that lines of JSONL are read into


class Counts(NamedTuple):
    """What became of a shard's rows.

    Attributes:
        rows: How many rows it has.
        results: How many rows its file has: a row may give several.
        errors: How many of those say what is wrong.
    """

    rows: int
    results: int
    errors: int


class Outcome(NamedTuple):
    """What became of a shard: counts, or the reason why there are none."""

    number: int
    counts: Counts | None
    reason: str = ""


# Runs shards, given a plan, their numbers and the folder, in any order.
Runner: TypeAlias = Callable[["Plan", Iterable[int], str], Iterator[Outcome]]


def name_of(number: int) -> str:
    """The name of a shard's file."""
    return f"part-{number:05}.parquet"


def run_shard(plan: Plan, number: int, folder_path: str) -> Counts:
    """Answer a shard, and write its file and its dead letters.

    Args:
        plan: The plan.
        number: The shard's number.
        folder_path: Where the files go.

    Raises:
        BatchError: An input cannot be read, or a file not written.
        SettingsError: The settings do not fit the input.
    """
    shard = plan.shards[number]
    file = plan.inputs[shard.file]
    folder = Folder(folder_path)
    settings = _settings_for(plan, file)
    answer: Any = render_batch if plan.command == "render" else inspect_batch
    error_column = settings.prefix + "error"
    schema = output_schema(plan, shard.file)
    rows = results = 0
    letters: list[dict[str, Any]] = []
    with (
        folder.written_aside(name_of(number)) as stream,
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for batch in _batches(plan, shard):
            answered = answer(batch, settings)
            writer.write_batch(answered.cast(schema))
            errors = answered.column(error_column)
            rows += batch.num_rows
            results += answered.num_rows
            if errors.null_count < len(errors):
                letters += _letters(batch, answered, settings)
        counts = Counts(rows, results, len(letters))
        writer.add_key_value_metadata({_COUNTS: json.dumps(counts._asdict()).encode()})
        if letters:  # before the shard's file is there
            lines = [json.dumps(letter, default=_as_text) + "\n" for letter in letters]
            folder.write(f"{DEAD_LETTERS}/part-{number:05}.jsonl", "".join(lines).encode())
    return counts


def try_shard(plan: Plan, number: int, folder_path: str) -> tuple[Counts | None, str, str]:
    """Answer a shard: its counts, or the kind and the text of the error."""
    try:
        return run_shard(plan, number, folder_path), "", ""
    except BatchError as error:
        return None, error.kind, str(error)


def outcome_of(number: int, counts: Counts | None, kind: str, message: str) -> Outcome:
    """What becomes of a shard: it has been answered, or it is left out.

    Raises:
        BatchError: The run cannot go on: the fault is not in the shard's input.
    """
    if counts is None and kind != "input":
        raise BatchError(message, kind=kind)
    return Outcome(number, counts, message)


def counts_of(folder: Folder, number: int) -> Counts | None:
    """What a shard's file says of its rows; ``None`` if it cannot be read."""
    try:
        with folder.open(name_of(number)) as stream:
            metadata = pq.ParquetFile(stream).metadata.metadata or {}
        return Counts(**json.loads(metadata[_COUNTS]))
    except (OSError, pa.ArrowException, KeyError, ValueError, TypeError):
        return None


def output_schema(plan: Plan, file: int) -> pa.Schema:
    """The schema of the files that come of an input.

    Raises:
        BatchError: The input cannot be read.
        SettingsError: The settings do not fit it.
    """
    source = plan.inputs[file]
    if source.form == "parquet":
        try:
            with open_bytes(source) as stream:
                schema = _kept(pq.ParquetFile(stream).schema_arrow, plan)
        except (OSError, pa.ArrowException) as error:
            raise BatchError(f"Cannot read {source.path}: {error}", kind="input") from error
    else:
        schema = pa.schema([(name, pa.string()) for name in (*(plan.keep or ()), _LINE)])
    schema = _numbered(schema, plan)
    settings = _settings_for(plan, source)
    if isinstance(settings, RenderSettings):
        return render_schema(schema, settings)
    return inspect_schema(schema, settings)


def _settings_for(plan: Plan, file: InputFile) -> RenderSettings | InspectSettings:
    """The settings; in JSONL the column is a field of each line, or the line itself."""
    if file.form == "parquet":
        return plan.settings
    return replace(plan.settings, column=_LINE, field=plan.line_field)


def _kept(schema: pa.Schema, plan: Plan) -> pa.Schema:
    """The columns of Parquet to read."""
    column, keep = plan.settings.column, plan.keep
    missing = [name for name in (*(keep or ()), column) if name not in schema.names]
    if missing:
        has = ", ".join(schema.names) or "none"
        raise SettingsError(f"There is no column {missing[0]!r}; the columns are: {has}")
    names = schema.names if keep is None else [*keep, column]
    return pa.schema([schema.field(name) for name in names])


def _numbered(schema: pa.Schema, plan: Plan) -> pa.Schema:
    """The schema with the columns that say where a row comes from."""
    prefix = plan.settings.prefix
    added = [
        pa.field(prefix + "file", pa.string(), nullable=False),
        pa.field(prefix + "row", pa.int64(), nullable=False),
    ]
    for field in added:
        if field.name in schema.names:
            raise SettingsError(
                f"The input has a column {field.name!r} of its own: set a prefix for what is added"
            )
    return pa.schema([*added, *schema])


def _batches(plan: Plan, shard: Shard) -> Iterator[pa.RecordBatch]:
    """The shard's rows, each with its file and number."""
    file = plan.inputs[shard.file]
    read = _parquet_rows if file.form == "parquet" else _line_rows
    try:
        for numbers, batch in read(plan, shard, file):
            files = pa.array([file.path], pa.string()).take(pa.array([0] * len(numbers)))
            columns = [files, pa.array(numbers, pa.int64()), *batch.columns]
            yield pa.RecordBatch.from_arrays(columns, schema=_numbered(batch.schema, plan))
    except (OSError, EOFError, pa.ArrowException) as error:
        raise BatchError(f"Cannot read {file.path}: {error}", kind="input") from error


def _parquet_rows(
    plan: Plan, shard: Shard, file: InputFile
) -> Iterator[tuple[list[int], pa.RecordBatch]]:
    with open_bytes(file) as stream:
        source = pq.ParquetFile(stream, pre_buffer=False)
        names = _kept(source.schema_arrow, plan).names
        first, groups = 0, []
        at = None
        for group in range(source.num_row_groups):
            count = source.metadata.row_group(group).num_rows
            if first < shard.stop and first + count > shard.start:
                at = first if at is None else at
                groups.append(group)
            first += count
        at = at or 0
        for batch in source.iter_batches(_ROWS, row_groups=groups, columns=names):
            start, stop = max(shard.start - at, 0), min(shard.stop - at, batch.num_rows)
            if start < stop:
                yield (
                    [*range(at + start, at + stop)],
                    batch.slice(start, stop - start).select(names),
                )
            at += batch.num_rows
            if at >= shard.stop:
                break


def _line_rows(
    plan: Plan, shard: Shard, file: InputFile
) -> Iterator[tuple[list[int], pa.RecordBatch]]:
    numbers: list[int] = []
    lines: list[bytes] = []
    for number, line in _lines(shard, file):
        if line.strip():
            numbers.append(number)
            lines.append(line)
        if len(lines) == _ROWS:
            yield numbers, _line_batch(plan, lines)
            numbers, lines = [], []
    if lines:
        yield numbers, _line_batch(plan, lines)


def _lines(shard: Shard, file: InputFile) -> Iterator[tuple[int, bytes]]:
    """The shard's lines and their numbers."""
    with open_bytes(file) as stream:
        at = 0
        if shard.offset:
            at = shard.start
            stream.seek(shard.offset)
        pieces: list[bytes] = []  # of a line that goes on
        while at < shard.stop and (chunk := stream.read(_CHUNK)):
            first, *others = chunk.split(b"\n")
            pieces.append(first)
            for line in others:
                if at >= shard.start:
                    yield at, b"".join(pieces).removesuffix(b"\r")
                at += 1
                pieces = [line]
                if at == shard.stop:
                    return
        if any(pieces):
            yield at, b"".join(pieces)


def _line_batch(plan: Plan, lines: list[bytes]) -> pa.RecordBatch:
    keep = plan.keep or ()
    kept: list[list[str | None]] = [[] for _ in keep]
    for line in lines if keep else ():
        fields = _fields(line)
        for name, values in zip(keep, kept, strict=True):
            values.append(_as_kept(fields.get(name)))
    arrays = [pa.array(values, pa.string()) for values in kept]
    texts = pa.array(lines, pa.binary()).view(pa.string())  # checked when a row is read
    names = [*keep, _LINE]
    return pa.RecordBatch.from_arrays([*arrays, texts], names=names)


def _fields(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _as_kept(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return _without_surrogates(value)
    return json.dumps(value)


def _without_surrogates(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def _letters(
    batch: pa.RecordBatch, answered: pa.RecordBatch, settings: RenderSettings | InspectSettings
) -> list[dict[str, Any]]:
    """What is wrong with which row, and what the row holds."""
    prefix = settings.prefix
    file = batch.column(prefix + "file")[0].as_py()
    numbers = batch.column(prefix + "row").to_pylist()
    place = {number: index for index, number in enumerate(numbers)}
    errors = answered.column(prefix + "error").to_pylist()
    rows = answered.column(prefix + "row").to_pylist()
    values = batch.column(settings.column)
    return [
        {"file": file, "row": row, **error, "value": _value(values.slice(place[row], 1))}
        for row, error in zip(rows, errors, strict=True)
        if error is not None
    ]


def _value(column: pa.Array) -> object:
    """The value of a column of one, as far as it can be read."""
    try:
        return without_nulls(column[0].as_py())
    except UnicodeDecodeError:
        is_large = pa.types.is_large_string(column.type)
        raw = column.view(pa.large_binary() if is_large else pa.binary())
        return _as_text(raw[0].as_py())
    except Exception as fault:  # noqa: BLE001 - it may be that which is at fault
        return f"cannot be read: {fault}"


def _as_text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
