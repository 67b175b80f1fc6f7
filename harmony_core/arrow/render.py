"""A batch of conversations -> a batch of tokens."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from harmony_core import interop
from harmony_core.arrow import _columns
from harmony_core.arrow._columns import (
    Column,
    Errors,
    Flags,
    Results,
    RowError,
    Spans,
    Tokens,
    Weights,
    error_of,
    without_nulls,
)
from harmony_core.arrow.settings import RenderSettings, SettingsError
from harmony_core.chat import Conversation, Role, load_json
from harmony_core.encoding import RenderConversationConfig
from harmony_core.errors import TrainingError, UnknownFieldWarning

if TYPE_CHECKING:
    from harmony_core.encoding import HarmonyEncoding
    from harmony_core.format.spans import Span

__all__ = ["render_batch", "render_schema"]

# The columns that rendering adds, whatever the settings.
ADDED = pa.schema(
    [
        pa.field("tokens", pa.list_(pa.int32())),
        pa.field("loss_mask", pa.list_(pa.bool_())),
        pa.field("weights", pa.list_(pa.float32())),
        pa.field("spans", pa.list_(_columns.SPAN)),
        pa.field("turn", pa.int32()),
        pa.field("error", _columns.ERROR),
    ]
)


def render_schema(schema: pa.Schema, settings: RenderSettings | None = None) -> pa.Schema:
    """The schema of what ``render_batch`` makes of a batch.

    Args:
        schema: The batch's.
        settings: As for ``render_batch``.

    Raises:
        SettingsError: As for ``render_batch``.
    """
    return _columns.output_schema(schema, settings or RenderSettings(), ADDED)


def render_batch(
    batch: pa.RecordBatch | pa.Table, settings: RenderSettings | None = None
) -> pa.RecordBatch | pa.Table:
    """Render a column of conversations.

    Args:
        batch: Any batch, or a table.
        settings: Which column, and how; ``RenderSettings()`` if ``None``.

    Returns:
        The other columns, and ``tokens`` (int32), ``loss_mask``, ``weights``, ``spans``,
        ``turn`` and ``error``. Each row of the batch gives a row, or one for each of its turns
        if all are wanted. If a row is at fault, its ``error`` says why and the other added
        columns are null. A table is made of a table.

    Raises:
        SettingsError: The settings do not fit the batch.
    """
    settings = settings or RenderSettings()
    schema = render_schema(batch.schema, settings)
    if isinstance(batch, pa.Table):
        batches = [render_batch(each, settings) for each in batch.to_batches()]
        return pa.Table.from_batches(batches, schema)
    renderer = _Renderer(settings)
    results = Results([Tokens(), Flags(), Weights(), Spans(), Column(pa.int32()), Errors()])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        for row, result in _columns.answers(
            batch.column(settings.column), settings.field, renderer.render, _Row.at_fault
        ):
            results.add(row, result)
    return results.batch(batch, settings.column, schema)


class _Row(NamedTuple):
    """A row of ``ADDED``."""

    tokens: list[int] | None = None
    loss_mask: list[bool] | None = None
    weights: list[float] | None = None
    spans: list[Span] | None = None
    turn: int | None = None
    error: RowError | None = None

    @classmethod
    def at_fault(cls, error: RowError) -> _Row:
        """A row that says what is wrong."""
        return cls(error=error)


class _Renderer:
    """Renders the values of rows.

    Raises:
        SettingsError: The settings contradict each other.
    """

    def __init__(self, settings: RenderSettings) -> None:
        self._settings = settings
        self._encoding: HarmonyEncoding = settings.load_encoding()
        drop = settings.drop
        if drop is None:
            drop = "finished-turns" if settings.mode == "training" else "before-first-final"
        self._config = RenderConversationConfig(
            auto_drop_analysis=settings.auto_drop_analysis, drop=drop, schema=settings.schema
        )
        if settings.turns == "all" and settings.mode != "training":
            raise SettingsError(f"turns='all' is for training, and mode is {settings.mode!r}")

    def render(self, value: object) -> list[_Row]:
        """The results of a row.

        Raises:
            Exception: Anything: the row is at fault.
        """
        conversation = self._read(value)
        if self._settings.mode == "training":
            return self._samples(conversation)
        return [self._prompt(conversation)]

    def _read(self, value: Any) -> Conversation:  # noqa: ANN401 - of any column
        settings = self._settings
        if isinstance(value, bytes):
            value = value.decode()
        value = load_json(value) if isinstance(value, str) else without_nulls(value)
        strict = settings.unknown == "refuse"
        if settings.api == "any":
            return interop.to_conversation(value, strict=strict).conversation
        if isinstance(value, list):
            value = {"messages": value}
        return Conversation.from_dict(value, strict=strict)

    def _samples(self, conversation: Conversation) -> list[_Row]:
        settings = self._settings
        errors: list[TrainingError] = []
        options: dict[str, Any] = {"weights": settings.weights, "max_tokens": settings.max_tokens}
        if settings.turns == "last":
            samples = [
                self._encoding.render_for_training(
                    conversation, settings.learn, self._config, **options
                )
            ]
        else:
            samples = self._encoding.split_turns(
                conversation, settings.learn, self._config, **options, on_error=errors.append
            )
        rows = [
            _Row(each.tokens, each.loss_mask, each.weights, each.spans, each.turn)
            for each in samples
        ]
        rows += [_Row(turn=error.turn, error=error_of(error)) for error in errors]
        return sorted(rows, key=lambda row: row.turn or 0)

    def _prompt(self, conversation: Conversation) -> _Row:
        settings = self._settings
        role = Role(settings.next_role) if settings.mode == "completion" else None
        tokens, ranges = self._encoding.render_ranges(
            conversation, self._config, next_turn_role=role
        )
        if settings.max_tokens is not None and len(tokens) > settings.max_tokens:
            raise TrainingError(
                f"The row takes {len(tokens):,} tokens, and {settings.max_tokens:,} are allowed",
                kind="too-long",
                turn=0,
                message_index=0,
            )
        spans = self._encoding.rendered_spans(conversation, tokens, ranges)
        return _Row(tokens, spans=spans)
