"""Columns of every type that a batch may have where conversations or outputs are expected."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa

ROWS = 2


def poison_columns() -> dict[str, pa.Array]:
    """Columns of ``ROWS`` rows, none of which is a conversation, by what they are."""
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc)
    invalid = pa.array([b"\xff\xfe", b"\xed\xa0\x80"])
    return {
        "null": pa.nulls(ROWS),
        "bool": pa.array([True, False]),
        "int8": pa.array([1, 2], pa.int8()),
        "uint64": pa.array([1, 2**64 - 1], pa.uint64()),
        "half": pa.array([1.0, 2.0], pa.float16()),
        "float": pa.array([1.5, float("nan")]),
        "decimal": pa.array([Decimal("1.5"), Decimal(2)]),
        "date": pa.array([moment.date()] * ROWS),
        "time": pa.array([dt.time(1)] * ROWS),
        "timestamp": pa.array([moment] * ROWS),
        "a year that Python has not": pa.array([2**62] * ROWS).cast(pa.timestamp("us")),
        "duration": pa.array([dt.timedelta(1)] * ROWS),
        "text": pa.array(["", "not json"]),
        "large text": pa.array(["{", "[1,"], pa.large_string()),
        "text view": pa.array(["{", "[1,"], pa.string_view()),
        "JSON of other kinds": pa.array(["3", '"x"']),
        "JSON that is too deep": pa.array(["[" * 100_000, '{"messages":' * 50_000]),
        "JSON with too many digits": pa.array(["9" * 5000, "[" + "9" * 5000 + "]"]),
        "text that is not UTF-8": invalid.view(pa.string()),
        "large text that is not UTF-8": invalid.cast(pa.large_binary()).view(pa.large_string()),
        "binary": pa.array([b"\xff", b"x"]),
        "fixed binary": pa.array([b"ab", b"cd"], pa.binary(2)),
        "dictionary": pa.array(["a", "b"]).dictionary_encode(),
        "list of texts": pa.array([["a"], ["b"]]),
        "list of floats": pa.array([[1.5], [2.5]]),
        "fixed list": pa.array([[1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32(), 2)),
        "list view": pa.array([["x"], ["y"]], pa.list_view(pa.string())),
        "struct": pa.array([{"a": 1}, {"a": None}]),
        "list of structs": pa.array([[{"role": "nobody"}], [{"role": "x"}]]),
        "map": pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int32())),
        "union": pa.UnionArray.from_sparse(
            pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]
        ),
        "run ends": pa.RunEndEncodedArray.from_arrays(pa.array([2], pa.int32()), pa.array(["x"])),
    }
