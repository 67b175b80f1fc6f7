"""Batches of conversations: the encoding's own samples, and no row lost or fatal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import strategies
from support.arrow import ROWS, poison_columns
from support.turns import conversation, conversations, lettered

from harmony_core import (
    Conversation,
    RenderConversationConfig,
    Role,
    TrainingError,
    TrainingSample,
    load_harmony_encoding,
)
from harmony_core.arrow import RenderSettings, SettingsError, render_batch, render_schema

if TYPE_CHECKING:
    from collections.abc import Callable

ENCODING = load_harmony_encoding("HarmonyGptOss")
POISON = poison_columns()


def rows_of(batch: Any) -> list[dict[str, Any]]:
    batch.validate(full=True)
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


def as_row(sample: TrainingSample) -> dict[str, Any]:
    return {
        "tokens": sample.tokens,
        "loss_mask": sample.loss_mask,
        "weights": sample.weights,
        "spans": [
            {"start": s.start, "stop": s.stop, "part": s.part.value, "message": s.message}
            for s in sample.spans
        ],
        "turn": sample.turn,
        "error": None,
    }


FORMS: dict[str, Callable[[Conversation], object]] = {
    "text": lambda whole: whole.to_json(),
    "bytes": lambda whole: whole.to_json().encode(),
    "list in text": lambda whole: json.dumps(whole.to_dict()["messages"]),
}


@given(st.lists(conversations, max_size=4), st.sampled_from([*FORMS]))
def test_rows_are_the_encodings_samples(wholes: list[Conversation], form: str) -> None:
    wholes = [Conversation.from_json(whole.to_json()) for whole in wholes]  # JSON has no nulls
    kind = pa.binary() if form == "bytes" else pa.string()
    column = pa.array([FORMS[form](whole) for whole in wholes], kind)
    batch = pa.record_batch({"id": pa.array(range(len(wholes))), "messages": column})
    for settings in (RenderSettings(), RenderSettings(turns="all", weights={"analysis": 0.5})):
        rendered = render_batch(batch, settings)
        assert rendered.schema == render_schema(batch.schema, settings)
        expected = [
            {"id": number, **row}
            for number, whole in enumerate(wholes)
            for row in expected_rows(whole, settings)
        ]
        assert rows_of(rendered) == expected


def expected_rows(whole: Conversation, settings: RenderSettings) -> list[dict[str, Any]]:
    errors: list[TrainingError] = []
    try:
        if settings.turns == "last":
            samples = [ENCODING.render_for_training(whole, weights=settings.weights)]
        else:
            samples = ENCODING.split_turns(whole, weights=settings.weights, on_error=errors.append)
    except TrainingError as raised:
        errors.append(raised)
        samples = []
    nothing = dict.fromkeys(("tokens", "loss_mask", "weights", "spans", "turn"))
    rows = [as_row(sample) for sample in samples]
    for error in errors:
        turn = error.turn if settings.turns == "all" else None
        told = {"kind": error.kind, "message": str(error), "path": "$"}
        rows.append({**nothing, "turn": turn, "error": told})
    return rows


@given(lettered, st.booleans())
def test_structs_as_data_sets_have_them(letters: str, as_list: bool) -> None:
    """In a struct every field is there, and null where a message has none."""
    whole = conversation("u" + "".join(letter for letter in letters if letter not in "sodD"))
    messages = [
        {
            "role": message.author.role.value,
            "name": message.author.name,
            "content": "hello",
            "channel": message.channel,
            "recipient": message.recipient,
            "content_type": message.content_type,
        }
        for message in whole.messages
    ]
    kind = pa.struct(
        {
            name: pa.string()
            for name in ("role", "name", "content", "channel", "recipient", "content_type")
        }
    )
    if as_list:
        column = pa.array([messages], pa.list_(kind))
    else:
        column = pa.array([{"messages": messages}], pa.struct({"messages": pa.list_(kind)}))
    batch = pa.record_batch({"messages": column})
    text = pa.record_batch({"messages": pa.array([whole.to_json()])})
    assert rows_of(render_batch(batch)) == rows_of(render_batch(text))


@pytest.mark.parametrize("mode", ["completion", "conversation"])
def test_prompts_and_conversations(mode: Any) -> None:
    whole = conversation("suafuctpfu")
    batch = pa.record_batch({"messages": [whole.to_json()]})
    (row,) = rows_of(render_batch(batch, RenderSettings(mode=mode)))
    if mode == "completion":
        expected = ENCODING.render_conversation_for_completion(whole, Role.ASSISTANT)
    else:
        expected = ENCODING.render_conversation(whole)
    assert row["tokens"] == expected
    assert [row["loss_mask"], row["weights"], row["turn"], row["error"]] == [None] * 4
    assert row["spans"][-1]["stop"] == len(expected)


def test_the_rules_of_rendering_are_settings() -> None:
    whole = conversation("suafuafu")
    batch = pa.record_batch({"messages": [whole.to_json()]})
    settings = RenderSettings(mode="conversation", drop="finished-turns", schema="full")
    (row,) = rows_of(render_batch(batch, settings))
    config = RenderConversationConfig(drop="finished-turns", schema="full")
    assert row["tokens"] == ENCODING.render_conversation(whole, config)
    settings = RenderSettings(mode="conversation", auto_drop_analysis=False)
    (row,) = rows_of(render_batch(batch, settings))
    config = RenderConversationConfig(auto_drop_analysis=False)
    assert row["tokens"] == ENCODING.render_conversation(whole, config)


@pytest.mark.parametrize("name", POISON)
@pytest.mark.parametrize("api", ["harmony", "any"])
def test_a_row_of_any_type_is_an_error_and_no_more(name: str, api: Any) -> None:
    sound = conversation("uf").to_json()
    for mode in ("training", "completion"):
        settings = RenderSettings(column="x", api=api, mode=mode)
        batch = pa.record_batch({"x": POISON[name], "id": [7, 8]})
        rows = rows_of(render_batch(batch, settings))
        assert [row["id"] for row in rows] == [7, 8]
        assert all(row["error"]["kind"] and row["error"]["message"] for row in rows)
        assert not any("internal" in row["error"]["kind"] for row in rows if "year" not in name)
    if POISON[name].type == pa.string():
        mixed = pa.concat_arrays([pa.array([sound]), POISON[name], pa.array([sound, None])])
        rows = rows_of(render_batch(pa.record_batch({"messages": mixed})))
        assert [row["error"] is None for row in rows] == [True, *[False] * ROWS, True, False]
        assert rows[0]["tokens"] == rows[-2]["tokens"]


@given(strategies.any_conversations)
def test_any_conversation_gives_a_row(data: dict[str, Any]) -> None:
    text = json.dumps(data)
    for settings in (
        RenderSettings(),
        RenderSettings(turns="all"),
        RenderSettings(mode="completion"),
    ):
        rows = rows_of(render_batch(pa.record_batch({"messages": [text]}), settings))
        assert len(rows) >= 1
        assert all((row["tokens"] is None) == (row["error"] is not None) for row in rows)


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ('{"messages": [{"role": "user", "content": 5}]}', "invalid-chat", "$.messages[0].content"),
        ('{"messages": [{"role": "tool", "content": ""}]}', "cannot-render", "$.messages[0]"),
        (
            '{"messages": [{"role": "user", "content": "", "x": 1}]}',
            "unknown-field",
            "$.messages[0].x",
        ),
        ('{"messages": ', "invalid-json", "$"),
        ('{"\\ud800": 1}', "unknown-field", "$.\\ud800"),
    ],
)
def test_an_error_says_where(text: str, kind: str, path: str) -> None:
    (row,) = rows_of(render_batch(pa.record_batch({"messages": [text]})))
    assert (row["error"]["kind"], row["error"]["path"]) == (kind, path)


def test_unknown_fields_may_be_ignored() -> None:
    text = '{"messages": [{"role": "assistant", "channel": "final", "content": "", "x": 1}]}'
    batch = pa.record_batch({"messages": [text]})
    (row,) = rows_of(render_batch(batch, RenderSettings(unknown="ignore")))
    assert row["error"] is None


def test_a_field_of_objects() -> None:
    whole = conversation("uf")
    line = json.dumps({"id": 1, **whole.to_dict()})
    batch = pa.record_batch({"line": [line, "{}", "[]", "5"]})
    rows = rows_of(render_batch(batch, RenderSettings(column="line", field="messages")))
    assert rows[0]["tokens"] == ENCODING.render_for_training(whole).tokens
    assert ["messages" in row["error"]["message"] for row in rows[1:]] == [True] * 3


def test_chat_completions() -> None:
    chat = [
        {"role": "user", "content": "2 + 2?"},
        {"role": "assistant", "reasoning_content": "Add.", "content": "4"},
    ]
    batch = pa.record_batch({"messages": [json.dumps(chat)]})
    (row,) = rows_of(render_batch(batch, RenderSettings(api="any")))
    targets = [t for t, learnt in zip(row["tokens"], row["loss_mask"], strict=True) if learnt]
    assert ENCODING.decode(targets).startswith("<|channel|>analysis<|message|>Add.<|end|>")


def test_other_columns_are_carried_through() -> None:
    whole = conversation("ufuf").to_json()
    batch = pa.record_batch(
        {
            "messages": [whole, whole],
            "tags": pa.array([["a"], None]),
            "kind": pa.array(["x", "y"]).dictionary_encode(),
        }
    )
    rows = rows_of(render_batch(batch, RenderSettings(turns="all")))
    assert [(row["tags"], row["kind"], row["turn"]) for row in rows] == [
        (["a"], "x", 0),
        (["a"], "x", 1),
        (None, "y", 0),
        (None, "y", 1),
    ]


def test_a_table_makes_a_table() -> None:
    whole = conversation("uf").to_json()
    table = pa.table({"messages": pa.chunked_array([[whole], [], ["x", whole]])})
    rendered = render_batch(table)
    assert isinstance(rendered, pa.Table)
    assert [error is None for error in rendered["error"].to_pylist()] == [True, False, True]
    assert render_batch(table.slice(0, 0)).num_rows == 0


def test_a_slice_is_only_its_rows() -> None:
    wholes = [conversation(letters).to_json() for letters in ("uf", "uaf", "ucf")]
    whole = render_batch(pa.record_batch({"messages": wholes}))
    for start in range(3):
        part = pa.record_batch({"messages": wholes}).slice(start, 1)
        assert render_batch(part).to_pylist() == whole.slice(start, 1).to_pylist()


@pytest.mark.parametrize(
    ("columns", "settings", "text"),
    [
        (["id"], {}, "no column 'messages'; the columns are: id"),
        (["messages", "tokens"], {}, "a column 'tokens' of its own: set a prefix"),
        (["messages"], {"turns": "all", "mode": "completion"}, "turns='all' is for training"),
    ],
)
def test_settings_that_do_not_fit(columns: list[str], settings: Any, text: str) -> None:
    batch = pa.record_batch({name: pa.array(["x"]) for name in columns})
    with pytest.raises(SettingsError, match=text):
        render_batch(batch, RenderSettings(**settings))


def test_a_prefix_keeps_names_apart() -> None:
    batch = pa.record_batch({"messages": [conversation("uf").to_json()], "tokens": [5]})
    (row,) = rows_of(render_batch(batch, RenderSettings(prefix="harmony_")))
    assert row["tokens"] == 5
    assert row["harmony_tokens"]


@pytest.mark.parametrize("name", ["api", "mode", "turns", "drop", "schema", "unknown", "next_role"])
def test_a_setting_that_is_not_one(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is one of .*; found 'x'"):
        RenderSettings.from_dict({name: "x"})


def test_settings_as_json() -> None:
    settings = RenderSettings(learn=("final",), weights={"final": 2.0}, max_tokens=5)
    assert RenderSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    with pytest.raises(SettingsError, match="unexpected keyword argument 'x'"):
        RenderSettings.from_dict({"x": 1})


def test_too_many_tokens() -> None:
    batch = pa.record_batch({"messages": [conversation("uf").to_json()]})
    for mode in ("training", "completion", "conversation"):
        settings = RenderSettings(mode=mode, max_tokens=2)
        (row,) = rows_of(render_batch(batch, settings))
        assert row["error"]["kind"] == "too-long"
