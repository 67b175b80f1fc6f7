"""What the page gets: the oracle's tokens, arrays that fit together, faults with their place."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strategies import conversations

from harmony_core import bridge
from harmony_core.bridge._wire import joins
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony

MODES = st.sampled_from(["conversation", "completion", "training"])


def render(conversation: str, mode: str = "conversation", *, drop: bool = True) -> dict[str, Any]:
    params = {"conversation": conversation, "mode": mode, "auto_drop_analysis": drop}
    return unpack(bridge.call("render_with_spans", json.dumps(params)))


def inspect(source: str, **options: object) -> dict[str, Any]:
    return unpack(bridge.call("inspect", json.dumps({"source": source, **options})))


def unpack(reply: dict[str, Any]) -> dict[str, Any]:
    if "fault" in reply:
        return {"fault": json.loads(reply["fault"])}
    return {**reply["arrays"]["tokens"], **json.loads(reply["value"])}


@given(conversations, MODES, st.booleans())
def test_rendering_gives_the_references_tokens(
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    conversation: dict[str, Any],
    mode: str,
    drop: bool,
) -> None:
    source = json.dumps(conversation)
    theirs = reference.Conversation.from_json(source)
    config = reference.RenderConversationConfig(auto_drop_analysis=drop)
    if mode == "completion":
        expected = reference_encoding.render_conversation_for_completion(
            theirs, reference.Role.ASSISTANT, config
        )
    elif mode == "training":
        expected = reference_encoding.render_conversation_for_training(theirs, config)
    else:
        expected = reference_encoding.render_conversation(theirs, config)
    value = render(source, mode, drop=drop)
    assert list(value["ids"]) == expected
    check_arrays(value)


def check_arrays(value: dict[str, Any]) -> None:
    """The arrays of a token stream describe the same stream."""
    ids, ends, data, spans = value["ids"], value["ends"], value["bytes"], value["spans"]
    assert len(ends) == len(ids)
    assert all(before < after for before, after in pairwise([0, *ends]))
    assert (ends[-1] if ends else 0) == len(data)
    quads = [spans[at : at + 4] for at in range(0, len(spans), 4)]
    bounds = [0]
    for start, stop, part, message in quads:
        assert start == bounds[-1] < stop
        assert 0 <= part < len(Part)
        assert message >= -1
        bounds.append(stop)
    assert bounds[-1] == len(ids)
    marks = [value["marks"][at : at + 4] for at in range(0, len(value["marks"]), 4)]
    assert [item for *_, item in marks] == list(range(len(marks)))
    assert all(0 <= start <= stop <= len(ids) for start, stop, *_ in marks)
    assert [start for start, *_ in marks] == sorted(start for start, *_ in marks)


def test_ranges_of_messages_skip_the_dropped_ones() -> None:
    messages = [
        {"role": "user", "content": "2 + 2?"},
        {"role": "assistant", "channel": "analysis", "content": "Simple."},
        {"role": "assistant", "channel": "final", "content": "4"},
    ]
    source = json.dumps({"messages": messages})
    assert [item["index"] for item in render(source)["messages"]] == [0, 2]
    kept = render(source, drop=False)
    assert [item["index"] for item in kept["messages"]] == [0, 1, 2]
    assert kept["messages"][-1]["stop"] == len(kept["ids"])


CONVERSATION_FAULTS = {
    "not json": ('{"messages": [}', "invalid-json", []),
    "deep": ("[" * 100_000, "invalid-json", []),
    "no object": ("[1]", "invalid-chat", []),
    "no messages": ("{}", "invalid-chat", ["messages"]),
    "role": ('{"messages": [{"role": "bot", "content": "x"}]}', "invalid-chat", None),
    "no content": ('{"messages": [{"role": "user"}]}', "invalid-chat", None),
    "typo": (
        '{"messages": [{"role": "user", "content": "x", "chanel": "final"}]}',
        "unknown-field",
        ["messages", 0, "chanel"],
    ),
    "tool without a name": (
        '{"messages": [{"role": "user", "content": "x"}, {"role": "tool", "content": "x"}]}',
        "cannot-render",
        ["messages", 1],
    ),
}


@pytest.mark.parametrize(
    ("source", "kind", "path"), CONVERSATION_FAULTS.values(), ids=CONVERSATION_FAULTS
)
def test_a_faulty_conversation_is_explained(source: str, kind: str, path: list[Any] | None) -> None:
    fault = render(source)["fault"]
    assert fault["kind"] == kind
    assert fault["message"]
    assert fault["hint"]
    if path is not None:
        assert fault["path"] == path
    else:
        assert fault["path"][:2] == ["messages", 0]


def test_a_typo_is_answered_with_the_known_name() -> None:
    fault = render('{"messages": [{"role": "user", "content": "x", "chanel": "final"}]}')["fault"]
    assert '"channel"' in fault["hint"]


def test_places_count_in_utf16_code_units() -> None:
    fault = render('{"🦜🦜":\n "🦜" x}')["fault"]
    assert fault["place"] == {"start": 15, "stop": 16, "line": 2, "column": 7}
    fault = inspect("[1, 2,\n -5]")["fault"]
    assert fault["place"] == {"start": 8, "stop": 10, "line": 2, "column": 2}


COMPLETION = (
    "<|channel|>analysis<|message|>Hm.<|end|>"
    "<|start|>assistant<|channel|>final<|message|>Hello 🦜<|return|>"
)


def test_inspection_gives_messages_with_their_tokens() -> None:
    value = inspect(COMPLETION, role="assistant")
    assert value["diagnostics"] == []
    assert value["recognised"] == "text"
    analysis, final = value["messages"]
    assert analysis["message"]["channel"] == "analysis"
    assert final["message"]["content"] == [{"type": "text", "text": "Hello 🦜"}]
    assert (analysis["start"], analysis["stop"]) == (0, final["start"])
    assert final["stop"] == len(value["ids"])
    assert analysis["complete"]
    assert final["complete"]
    for result in value["reference_results"].values():
        assert result == {"messages": 2, "fault": None, "differing": 0, "differences": []}
    check_arrays(value)


def test_a_diagnostic_is_marked_explained_and_fixed() -> None:
    late = "<|start|>assistant<|channel|>final<|message|>late<|end|>"
    value = inspect(COMPLETION + "stray" + late, role="assistant")
    returned, stray = value["diagnostics"]
    assert len(value["messages"]) == 3
    assert value["counts"] == {"error": 1, "warning": 1, "info": 0}
    assert (returned["code"], stray["code"]) == ("tokens-after-return", "text-between-messages")
    assert stray["start"] == value["messages"][1]["stop"]
    assert list(value["marks"][4:]) == [stray["start"], stray["stop"], 0, 1]
    assert value["codes"][stray["code"]]["cause"]
    assert stray["fix"] == {
        "start": stray["start"],
        "stop": stray["stop"],
        "tokens": [],
        "text": "",
    }
    assert returned["fix"]["text"] == "<|end|>"


def test_a_guess_is_named_with_the_message_and_its_call_withheld() -> None:
    stream = "<|channel|>commentaryto=functions.f <|constrain|>json<|message|>{}<|call|>"
    (item,) = inspect(stream, role="assistant")["messages"]
    assert item["repaired"]
    assert item["guesses"] == ["glued-recipient"]
    assert item["withheld"]


def test_one_of_several_outputs_is_inspected_and_the_others_are_told() -> None:
    source = json.dumps(
        {
            "prompt": "<|start|>user<|message|>Hi<|end|>",
            "choices": [
                {"index": 0, "text": "<|channel|>final<|message|>Hi", "finish_reason": "length"},
                {"index": 1, "text": "<|channel|>final<|message|>Hi", "finish_reason": "stop"},
            ],
        }
    )
    for output, codes in ((0, ["truncated-content"]), (1, [])):
        value = inspect(source, role="assistant", output=output)
        assert value["output"] == output
        assert [each["path"] for each in value["outputs"]] == ["choices[0].text", "choices[1].text"]
        assert [each["finish_reason"] for each in value["outputs"]] == ["length", "stop"]
        assert value["outputs_total"] == 2
        assert [left["kind"] for left in value["left"]] == ["prompt"]
        serious = [each for each in value["diagnostics"] if each["severity"] != "info"]
        assert [each["code"] for each in serious] == codes
    fault = inspect(source, output=2)["fault"]
    assert (fault["kind"], list(fault["path"])) == ("bad-argument", ["output"])


def test_policies_reach_the_inspector() -> None:
    call = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|end|>"
    assert inspect(call, role="assistant")["messages"][0]["withheld"]
    accepted = inspect(call, role="assistant", missing_call_is_call=True)
    assert not accepted["messages"][0]["withheld"]
    stripped = "analysisThe user greets.assistantfinalHello!"
    as_it_is = inspect(
        stripped, role="assistant", source_kind="text", recover_stripped_markers=False
    )
    assert len(as_it_is["messages"]) <= 1
    recovered = inspect(
        stripped, role="assistant", source_kind="text", recover_stripped_markers=True
    )
    assert len(recovered["messages"]) == 2


PIECES_OF_STREAMS = st.sampled_from(
    ["<|start|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>", "<|channel|>"]
    + ["<|constrain|>", "assistant", "user", "final", "analysis", " to=functions.f", " json", "{}"]
    + ["<|start|>assistant<|channel|>final<|message|>Hi<|end|>"] * 4
)


@given(st.lists(PIECES_OF_STREAMS, max_size=12).map("".join), st.sampled_from([None, "assistant"]))
def test_reference_results_are_the_references(
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    source: str,
    role: str | None,
) -> None:
    value = inspect(source, role=role, source_kind="text")
    recovered = [item["message"] for item in value["messages"]]
    for name, result in value["reference_results"].items():
        theirs = reference.StreamableParser(
            reference_encoding, role and reference.Role(role), strict=name == "strict"
        )
        error = None
        try:
            for token in value["ids"]:
                theirs.process(token)
            theirs.process_eos()
        except reference.HarmonyError as raised:
            error = str(raised)
        assert (result["fault"] and result["fault"]["message"]) == error
        messages = [message.to_dict() for message in theirs.messages]
        assert result["messages"] == len(messages)
        differences = {item["index"]: item["message"] for item in result["differences"]}
        assert result["differing"] == len(differences)
        assert [
            differences.get(index) or recovered[index] for index in range(len(messages))
        ] == messages


def test_thousands_of_diagnostics_are_marked_but_not_all_told() -> None:
    value = inspect("<|start|>user<|message|>Hi" * 3000)
    assert sum(value["counts"].values()) * 4 == len(value["marks"]) == 3000 * 4
    assert len(value["diagnostics"]) == 1000


def test_literal_special_tokens_are_pointed_out() -> None:
    messages = [
        {"role": "user", "content": "What is <|end|>? And <|nothing|>?"},
        {"role": "tool", "name": "f<|call|>", "content": "<|start|>🦜<|reserved_200017|>"},
    ]
    value = render(json.dumps({"messages": messages}))
    assert [(item["message"], item["text"]) for item in value["literals"]] == [
        (0, "<|end|>"),
        (1, "f<|call|>"[1:]),
        (1, "<|start|>"),
        (1, "<|reserved_200017|>"),
    ]
    check_arrays(value)
    for item in value["literals"]:
        ends, (start, stop) = [0, *value["ends"]], (item["start"], item["stop"])
        assert item["text"] in value["bytes"][ends[start] : ends[stop]].decode()
        assert stop - start > 1


def test_nothing_has_no_messages() -> None:
    value = inspect("")
    assert (value["messages"], value["diagnostics"], list(value["ids"])) == ([], [], [])


@given(st.text(alphabet=st.characters(codec=None) | st.sampled_from('[]{}",:0123456789<|>')))
def test_no_source_makes_a_call_raise(source: str) -> None:
    render(source)
    inspect(source)
    inspect(source, role="assistant", recover_stripped_markers=True, source_kind="text")


@given(st.lists(st.integers(0, 201_088)))
def test_any_tokens_give_arrays_that_fit(ids: list[int]) -> None:
    value = inspect(json.dumps(ids), source_kind="tokens")
    assert list(value["ids"]) == ids
    check_arrays(value)


def slow_joins(chunks: list[bytes]) -> list[int]:
    """Decode at every position, and unite the tokens under each character."""
    data = b"".join(chunks)
    owner = [token for token, chunk in enumerate(chunks) for _ in chunk]
    united: set[int] = set()  # tokens that share a character with the next token
    for start in range(len(data)):
        for length in (2, 3, 4):
            try:
                text = data[start : start + length].decode()
            except UnicodeDecodeError:
                continue
            if len(text) == 1 and start + length <= len(data):
                united.update(range(owner[start], owner[start + length - 1]))
    runs: list[int] = []
    for token in sorted(united):
        if runs and runs[-1] == token + 1:
            runs[-1] = token + 2
        else:
            runs += [token, token + 2]
    return runs


PIECES = st.one_of(
    st.binary(min_size=1, max_size=5),
    st.sampled_from([b"\xf0", b"\x9f", b"\xa6", b"\x9c", b"\xe4\xbd", b"\xa0", b"\xc3", b"a"]),
)


@given(st.lists(PIECES))
def test_joins_are_the_tokens_that_share_a_character(chunks: list[bytes]) -> None:
    ends = [sum(map(len, chunks[: count + 1])) for count in range(len(chunks))]
    assert list(joins(b"".join(chunks), ends)) == slow_joins(chunks)


def test_about_names_the_formatting_tokens() -> None:
    about = json.loads(bridge.about())
    assert {"id": 200006, "text": "<|start|>"} in about["special_tokens"]
    assert set(about["builtin_tools"]) == {"browser", "python"}


def test_the_problems_of_other_outputs_are_counted_up_to_a_bound() -> None:
    sound, cut = "<|channel|>final<|message|>Yes<|return|>", "<|channel|>final<|message|>Ye"
    source = json.dumps({"choices": [{"index": n, "text": t} for n, t in enumerate([sound, cut])]})
    for output in (0, 1):
        value = inspect(source, role="assistant", output=output)
        first, second = (each["counts"] for each in value["outputs"])
        assert sum(first.values()) == 0
        assert second["error"] + second["warning"] > 0
        assert value["counts"] == (first, second)[output]
    endless = "<|channel|>final<|message|>" + "word " * 30_000 + "<|return|>"
    big = json.dumps({"choices": [{"index": n, "text": t} for n, t in enumerate([sound, endless])]})
    assert inspect(big, role="assistant")["outputs"][1]["counts"] is None
