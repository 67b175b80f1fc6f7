"""A batch of outputs -> a batch of messages and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from harmony_core.arrow import _columns
from harmony_core.arrow._columns import (
    Column,
    Errors,
    Results,
    RowError,
    Spans,
    Structs,
    Tokens,
    without_nulls,
)
from harmony_core.arrow.settings import InspectSettings
from harmony_core.chat import Role
from harmony_core.contents import TextContent
from harmony_core.errors import ChatError
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.input import read_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.format.diagnosis.inspection import InspectedMessage, Inspection
    from harmony_core.format.finish import Finish
    from harmony_core.format.spans import Span

__all__ = ["inspect_batch", "inspect_schema"]

MESSAGE = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("channel", pa.string()),
        pa.field("recipient", pa.string()),
        pa.field("content_type", pa.string()),
        pa.field("content", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("stop", pa.int32(), nullable=False),
        pa.field("complete", pa.bool_(), nullable=False),
        pa.field("repaired", pa.bool_(), nullable=False),
        pa.field("runnable", pa.bool_(), nullable=False),
    ]
)
DIAGNOSTIC = pa.struct(
    [
        pa.field("code", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("start", pa.int32(), nullable=False),
        pa.field("stop", pa.int32(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("hint", pa.string(), nullable=False),
    ]
)
# The columns that inspection adds, whatever the settings.
ADDED = pa.schema(
    [
        pa.field("output", pa.int32()),
        pa.field("engine", pa.string()),
        pa.field("finish_reason", pa.string()),
        pa.field("tokens", pa.list_(pa.int32())),
        pa.field("ok", pa.bool_()),
        pa.field("messages", pa.list_(MESSAGE)),
        pa.field("diagnostics", pa.list_(DIAGNOSTIC)),
        pa.field("spans", pa.list_(_columns.SPAN)),
        pa.field("error", _columns.ERROR),
    ]
)


def inspect_schema(schema: pa.Schema, settings: InspectSettings | None = None) -> pa.Schema:
    """The schema of what ``inspect_batch`` makes of a batch.

    Args:
        schema: The batch's.
        settings: As for ``inspect_batch``.

    Raises:
        SettingsError: As for ``inspect_batch``.
    """
    return _columns.output_schema(schema, settings or InspectSettings(), ADDED)


def inspect_batch(
    batch: pa.RecordBatch | pa.Table, settings: InspectSettings | None = None
) -> pa.RecordBatch | pa.Table:
    """Inspect a column of outputs: token ids, Harmony text, or answers of engines.

    Args:
        batch: Any batch, or a table.
        settings: Which column, and how; ``InspectSettings()`` if ``None``.

    Returns:
        The other columns, and those of ``ADDED``, which ``docs/batch.md`` describes. Each
        output gives a row: one answer may hold several. If a row is at fault or holds no
        output, its ``error`` says why and the other added columns are null, except for tokens
        that were given as such; ``ok`` is never true for what could not be read. A table is
        made of a table.

    Raises:
        SettingsError: The settings do not fit the batch.
    """
    settings = settings or InspectSettings()
    schema = inspect_schema(batch.schema, settings)
    if isinstance(batch, pa.Table):
        batches = [inspect_batch(each, settings) for each in batch.to_batches()]
        return pa.Table.from_batches(batches, schema)
    column = batch.column(settings.column)
    # Ids that are just as the output has them are not converted there and back.
    as_given = settings.field is None and column.type == pa.list_(pa.int32())
    as_given = as_given and column.flatten().null_count == 0
    inspector = _RowInspector(settings, as_given=as_given)
    results = Results(
        [
            Column(pa.int32()),
            Column(pa.string()),
            Column(pa.string()),
            Tokens(),
            Column(pa.bool_()),
            Structs(MESSAGE),
            Structs(DIAGNOSTIC),
            Spans(),
            Errors(),
        ]
    )
    for row, result in _columns.answers(column, settings.field, inspector.inspect, _Row.at_fault):
        results.add(row, result)
    given = {settings.prefix + "tokens": column} if as_given else {}
    return results.batch(batch, settings.column, schema, given)


class _Row(NamedTuple):
    """A row of ``ADDED``."""

    output: int | None = None
    engine: str | None = None
    finish_reason: str | None = None
    tokens: list[int] | None = None
    ok: bool | None = None
    messages: Sequence[Sequence[Any]] | None = None
    diagnostics: Sequence[Sequence[Any]] | None = None
    spans: list[Span] | None = None
    error: RowError | None = None

    @classmethod
    def at_fault(cls, error: RowError) -> _Row:
        """A row that says what is wrong."""
        return cls(error=error)


class _RowInspector:
    """Inspects the values of rows.

    Args:
        settings: How.
        as_given: Whether the values are ids that the output takes from the column itself.
    """

    def __init__(self, settings: InspectSettings, *, as_given: bool) -> None:
        self._as_given = as_given
        self._settings = settings
        self._encoding = settings.load_encoding()
        self._policy = InspectPolicy(
            missing_call_is_call=settings.missing_call_is_call,
            recover_stripped_markers=settings.recover_stripped_markers,
            channels=settings.channels,
            tools=settings.tools,
        )

    def inspect(self, value: Any) -> list[_Row]:  # noqa: ANN401 - of any column
        """The results of a row.

        Raises:
            Exception: Anything: the row is at fault.
        """
        if self._as_given or (isinstance(value, list) and {*map(type, value)} <= {int}):
            return [self._row(0, value, None, None)]
        return self._read(_source(value))

    def _read(self, source: str | bytes) -> list[_Row]:
        found = read_outputs(
            source, self._encoding.tokenizer, kind=self._settings.kind, check=False
        )
        rows = [
            self._row(number, output.tokens, output.engine or None, output.finish)
            for number, output in enumerate(found.outputs)
        ]
        rows += [
            _Row(engine=left.engine or None, error=RowError(left.kind, left.message, left.path))
            for left in found.left
            if left.is_fault
        ]
        return rows or [_Row(error=RowError("empty", "There is no output: the text is blank"))]

    def _role(self, tokens: list[int]) -> Role | None:
        role = self._settings.role
        if role == "auto":
            starts = tokens[:1] == [self._encoding.markers.start]
            return None if starts else Role.ASSISTANT
        return None if role == "none" else Role(role)

    def _row(
        self, number: int, tokens: list[int], engine: str | None, finish: Finish | None
    ) -> _Row:
        inspection: Inspection = self._encoding.inspect(
            tokens, self._role(tokens), self._policy, finish=finish
        )
        return _Row(
            number,
            engine,
            None if finish is None else finish.reason,
            None if self._as_given else tokens,
            inspection.ok,
            [_message(item) for item in inspection.items],
            [
                (each.code, each.severity.value, each.start, each.stop, each.message, each.hint)
                for each in inspection.diagnostics
            ],
            inspection.spans,
        )


def _message(item: InspectedMessage) -> Sequence[Any]:
    message = item.message
    text = "".join([part.text for part in message.content if isinstance(part, TextContent)])
    return (
        message.author.role.value,
        message.author.name,
        message.channel,
        message.recipient,
        message.content_type,
        text,
        item.start,
        item.stop,
        item.complete,
        item.repaired,
        item.runnable,
    )


def _source(value: Any) -> str | bytes:  # noqa: ANN401 - of any column
    """What ``read_outputs`` is to read of a value."""
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(without_nulls(value))
    raise ChatError(f"Expected token ids, text or an answer, found {type(value).__name__}")
