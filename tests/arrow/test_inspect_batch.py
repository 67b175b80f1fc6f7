"""Batches of outputs: what the encoding's inspection finds, and no row lost or fatal."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.arrow import poison_columns
from support.streams import encoded

from harmony_core import Role, load_harmony_encoding
from harmony_core.arrow import InspectSettings, SettingsError, inspect_batch, inspect_schema

ENCODING = load_harmony_encoding("HarmonyGptOss")
POISON = poison_columns()
SOUND = (
    "<|channel|>analysis<|message|>Hm<|end|>"
    "<|start|>assistant<|channel|>final<|message|>4<|return|>"
)
BROKEN = '<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a":<|call|>'


def rows_of(batch: Any) -> list[dict[str, Any]]:
    batch.validate(full=True)
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


def expected_row(tokens: list[int]) -> dict[str, Any]:
    starts = tokens[:1] == list(encoded("<|start|>"))
    found = ENCODING.inspect(tokens, None if starts else Role.ASSISTANT)
    messages = []
    for item in found.items:
        message = item.message
        messages.append(
            {
                "role": message.author.role.value,
                "name": message.author.name,
                "channel": message.channel,
                "recipient": message.recipient,
                "content_type": message.content_type,
                "content": message.content[0].to_dict()["text"],
                "start": item.start,
                "stop": item.stop,
                "complete": item.complete,
                "repaired": item.repaired,
                "runnable": item.runnable,
            }
        )
    return {
        "output": 0,
        "engine": None,
        "finish_reason": None,
        "tokens": [token if -(2**31) <= token < 2**31 else None for token in tokens],
        "ok": found.ok,
        "messages": messages,
        "diagnostics": [each.to_dict() for each in found.diagnostics],
        "spans": [
            {"start": s.start, "stop": s.stop, "part": s.part.value, "message": s.message}
            for s in found.spans
        ],
        "error": None,
    }


some_tokens = st.lists(
    st.one_of(st.sampled_from([*encoded(SOUND), *encoded(BROKEN)]), st.integers(0, 300_000)),
    max_size=30,
)


@given(st.lists(some_tokens, max_size=4), st.sampled_from(["int32", "int64", "uint32", "large"]))
def test_rows_are_the_encodings_inspections(outputs: list[list[int]], kind: str) -> None:
    kinds = {
        "int32": pa.list_(pa.int32()),
        "int64": pa.list_(pa.int64()),
        "uint32": pa.list_(pa.uint32()),
        "large": pa.large_list(pa.int32()),
    }
    batch = pa.record_batch({"output": pa.array(outputs, kinds[kind])})
    inspected = inspect_batch(batch)
    assert inspected.schema == inspect_schema(batch.schema)
    assert rows_of(inspected) == [expected_row(tokens) for tokens in outputs]


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()])
def test_ids_that_32_bits_cannot_hold(kind: Any) -> None:
    outputs = [[2**40, 5], [200005], [2**31, 2**31 - 1]]
    rows = rows_of(inspect_batch(pa.record_batch({"output": pa.array(outputs, pa.list_(kind))})))
    assert rows == [expected_row(tokens) for tokens in outputs]
    assert not rows[0]["ok"]


def test_nulls_and_slices() -> None:
    column = pa.array([[1], None, [2, 3], [None, 4], []], pa.list_(pa.int32()))
    rows = rows_of(inspect_batch(pa.record_batch({"output": column})))
    assert [row["error"] and row["error"]["kind"] for row in rows[:3]] == [
        None,
        "missing-value",
        None,
    ]
    assert rows[3]["error"] is not None  # a missing id is no output
    sliced = pa.record_batch({"output": pa.array([[1], [2, 3], [4, 5, 6]], pa.list_(pa.int32()))})
    rows = rows_of(inspect_batch(sliced.slice(1, 2)))
    assert [row["tokens"] for row in rows] == [[2, 3], [4, 5, 6]]


ANSWER = {
    "choices": [
        {"index": 0, "token_ids": encoded(SOUND), "finish_reason": "stop"},
        {"index": 1, "token_ids": encoded(BROKEN), "finish_reason": "stop"},
    ]
}


@pytest.mark.parametrize("form", ["text", "bytes", "struct", "dictionary"])
def test_answers_of_engines(form: str) -> None:
    text = json.dumps(ANSWER)
    column = {
        "text": pa.array([text]),
        "bytes": pa.array([text.encode()]),
        "struct": pa.array([ANSWER]),
        "dictionary": pa.array([text]).dictionary_encode(),
    }[form]
    rows = rows_of(inspect_batch(pa.record_batch({"output": column, "id": [5]})))
    assert [(row["id"], row["output"], row["ok"]) for row in rows] == [(5, 0, True), (5, 1, False)]
    assert [row["tokens"] for row in rows] == [list(encoded(SOUND)), list(encoded(BROKEN))]


def test_text() -> None:
    column = pa.array([SOUND, BROKEN, " ", None])
    rows = rows_of(inspect_batch(pa.record_batch({"output": column})))
    assert [row["ok"] for row in rows] == [True, False, None, None]
    assert rows[2]["error"]["kind"] == "empty"
    rows = rows_of(inspect_batch(pa.record_batch({"output": ["5"]}), InspectSettings(kind="text")))
    assert rows[0]["tokens"] == list(encoded("5"))


@pytest.mark.parametrize("name", POISON)
def test_a_row_of_any_type_is_never_sound(name: str) -> None:
    batch = pa.record_batch({"output": POISON[name], "id": [7, 8]})
    rows = rows_of(inspect_batch(batch))
    assert {row["id"] for row in rows} == {7, 8}
    assert not any(row["ok"] for row in rows)
    assert all(row["error"] is not None or row["diagnostics"] for row in rows)


def test_the_policy_is_settings() -> None:
    text = " to=functions.f<|channel|>commentary json<|message|>{}<|end|>"
    batch = pa.record_batch({"output": [text]})
    (row,) = rows_of(inspect_batch(batch))
    assert not row["messages"][0]["runnable"]
    (row,) = rows_of(inspect_batch(batch, InspectSettings(missing_call_is_call=True)))
    assert row["messages"][0]["runnable"]
    (row,) = rows_of(inspect_batch(batch, InspectSettings(tools=("g",))))
    assert "unknown-tool" in {found["code"] for found in row["diagnostics"]}


@pytest.mark.parametrize(("role", "ok"), [("auto", True), ("none", True), ("assistant", False)])
def test_the_role_may_be_found_out(role: str, ok: bool) -> None:
    batch = pa.record_batch({"output": ["<|start|>assistant" + SOUND]})
    (row,) = rows_of(inspect_batch(batch, InspectSettings(role=role)))
    assert row["ok"] is ok


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(SettingsError, match="no column 'output'; the columns are: x"):
        inspect_batch(pa.record_batch({"x": [1]}))


def test_a_table_makes_a_table() -> None:
    table = pa.table({"output": pa.chunked_array([[SOUND], [BROKEN]])})
    assert inspect_batch(table)["ok"].to_pylist() == [True, False]
