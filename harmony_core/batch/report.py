"""What a run of ``inspect`` found: which codes, how often, an example of each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmony_core.batch.failures import BatchError
from harmony_core.batch.files import Folder
from harmony_core.batch.plan import read_plan
from harmony_core.batch.run import SUCCESS
from harmony_core.batch.shard import name_of
from harmony_core.format.diagnosis.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CodeCount", "Example", "Group", "Report", "make_report"]

# Longer outputs are no examples if there are shorter ones; their tokens go into a link.
_LONG = 2_000
_NO_CHANNEL = "no channel"
_OUTSIDE = "outside messages"
_UNREADABLE = "unreadable"


@dataclass
class Example:
    """An output with a code, or a row that cannot be read.

    Attributes:
        file: The input it comes from.
        row: Its row there.
        message: What was found.
        tokens: The output; ``None`` if there is none, or it is too long to show.
        start: The first token that the message is about.
        stop: One past the last.
    """

    file: str
    row: int
    message: str
    tokens: list[int] | None = None
    start: int = 0
    stop: int = 0


@dataclass
class CodeCount:
    """How many outputs have a code.

    Attributes:
        severity: ``"error"``, ``"warning"`` or ``"info"``.
        outputs: How many outputs have it.
        example: One of them.
    """

    severity: str
    outputs: int
    example: Example


@dataclass
class Group:
    """The outputs with one value in a column.

    Attributes:
        outputs: How many there are.
        ok: How many have neither errors nor warnings.
        codes: What is wrong with the others, and what is odd, by code. What could not be read
            has codes such as ``"unreadable: invalid-json"``.
        tokens_by_channel: How many tokens the messages on each channel have.
    """

    outputs: int = 0
    ok: int = 0
    codes: dict[str, CodeCount] = field(default_factory=dict)
    tokens_by_channel: Counter[str] = field(default_factory=Counter)

    def sorted_codes(self) -> list[tuple[str, CodeCount]]:
        """The codes, the most frequent first."""
        return sorted(self.codes.items(), key=lambda item: (-item[1].outputs, item[0]))


@dataclass
class Report:
    """What a run found.

    Attributes:
        folder: The folder of the run.
        by: The column that the outputs are grouped by, or ``None``.
        whole: Whether the run has come to its end.
        total: All outputs.
        groups: The outputs by the column's value, the biggest group first.
    """

    folder: str
    by: str | None
    whole: bool
    total: Group
    groups: dict[str, Group]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "folder": self.folder,
            "by": self.by,
            "whole": self.whole,
            "total": _group_dict(self.total),
            "groups": {name: _group_dict(group) for name, group in self.groups.items()},
        }


def _group_dict(group: Group) -> dict[str, Any]:
    return {
        "outputs": group.outputs,
        "ok": group.ok,
        "codes": {
            code: {
                "severity": count.severity,
                "outputs": count.outputs,
                "share": count.outputs / group.outputs,
                "example": vars(count.example),
            }
            for code, count in group.sorted_codes()
        },
        "tokens_by_channel": dict(group.tokens_by_channel.most_common()),
    }


def make_report(folder_path: str, by: str | None = None) -> Report:
    """Count what a run of ``inspect`` found.

    Args:
        folder_path: The run's folder. Of a run that is unfinished, what is there is counted.
        by: The column to group the outputs by.

    Raises:
        BatchError: The folder holds no such run, or no such column.
    """
    folder = Folder(folder_path)
    names = folder.names()
    plan = read_plan(folder)
    if plan is None or plan.command != "inspect":
        raise BatchError(f"{folder_path} holds no run of harmony-core batch inspect", kind="report")
    report = Report(folder_path, by, SUCCESS in names, Group(), {})
    prefix = plan.settings.prefix
    columns = [prefix + name for name in ("file", "row", "ok", "messages", "diagnostics", "error")]
    for number in range(len(plan.shards)):
        if name_of(number) in names:
            for batch in _batches(folder, name_of(number), [*columns, prefix + "tokens"], by):
                _count(report, batch, prefix)
    report.groups = dict(
        sorted(report.groups.items(), key=lambda item: (-item[1].outputs, item[0]))
    )
    return report


def _batches(
    folder: Folder, name: str, columns: list[str], by: str | None
) -> Iterator[pa.RecordBatch]:
    try:
        with folder.open(name) as stream:
            source = pq.ParquetFile(stream)
            has = source.schema_arrow.names
            if by is not None and by not in has:
                raise BatchError(
                    f"There is no column {by!r}; the columns are: {', '.join(has)}", kind="report"
                )
            wanted = columns if by is None or by in columns else [*columns, by]
            yield from source.iter_batches(1024, columns=wanted)
    except (OSError, pa.ArrowException) as error:
        raise BatchError(f"Cannot read {name}: {error}", kind="report") from error


def _count(report: Report, batch: pa.RecordBatch, prefix: str) -> None:
    def values(name: str) -> list[Any]:
        return list(batch.column(prefix + name).to_pylist())

    tokens = batch.column(prefix + "tokens")
    rows = zip(
        *(values(name) for name in ("file", "row", "ok", "messages", "diagnostics", "error")),
        pc.list_value_length(tokens).to_pylist(),
        [None] * batch.num_rows if report.by is None else batch.column(report.by).to_pylist(),
        strict=True,
    )
    for index, (file, row, ok, messages, diagnostics, error, length, key) in enumerate(rows):
        groups = [report.total]
        if report.by is not None:
            name = key if isinstance(key, str) else json.dumps(key, default=str)
            groups.append(report.groups.setdefault(name, Group()))
        for group in groups:
            group.outputs += 1
            group.ok += bool(ok)
            if error is not None:
                found = Example(file, row, error["message"])
                _add(group, f"{_UNREADABLE}: {error['kind']}", "error", found)
                continue
            _count_tokens(group, messages, length)
            for first in {found["code"]: found for found in reversed(diagnostics)}.values():
                code = first["code"]
                known = group.codes.get(code)
                if known is not None and known.example.tokens is not None:
                    known.outputs += 1
                    continue
                shown = tokens[index].as_py() if length <= _LONG else None
                found = Example(file, row, first["message"], shown, first["start"], first["stop"])
                _add(group, code, first["severity"], found)


def _add(group: Group, code: str, severity: str, example: Example) -> None:
    known = group.codes.get(code)
    if known is None:
        group.codes[code] = CodeCount(severity, 1, example)
    else:
        known.outputs += 1
        if known.example.tokens is None and example.tokens is not None:
            known.example = example


def _count_tokens(group: Group, messages: list[dict[str, Any]], length: int) -> None:
    inside = 0
    for message in messages:
        count = message["stop"] - message["start"]
        group.tokens_by_channel[message["channel"] or _NO_CHANNEL] += count
        inside += count
    if length > inside:
        group.tokens_by_channel[_OUTSIDE] += length - inside


def explanation(code: str) -> tuple[str, str]:
    """What a code looks like and how to fix it; empty for what could not be read."""
    known = CODES.get(code)
    return (known.looks, known.advice) if known else ("", "")
