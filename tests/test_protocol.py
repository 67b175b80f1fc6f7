"""The protocol: one declaration for Python and JavaScript, kept by everything that answers."""

from __future__ import annotations

import inspect
import json
import re
from array import array
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import streams
from support.build_tools import import_build_tool

from harmony_core import ParseError, StreamableParser, bridge, load_harmony_encoding
from harmony_core.bridge import protocol, shapes
from harmony_core.chat import ReasoningEffort, Role
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.format.spans import Part
from harmony_core.format.wire import WireContent

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "web" / "engine" / "protocol.js"
ENCODING = load_harmony_encoding("HarmonyGptOss")
HI = [200005, 17196, 200008, 12194, 200002]  # <|channel|>final<|message|>Hi<|return|>


def call(operation: str, /, **params: object) -> dict[str, Any]:
    """The value of an operation, with its arrays."""
    reply = bridge.call(operation, json.dumps(params))
    assert "fault" not in reply, reply
    return {**json.loads(reply["value"]), **reply["arrays"]}


def fault(operation: str, /, **params: object) -> dict[str, Any]:
    reply = bridge.call(operation, json.dumps(params))
    found: dict[str, Any] = json.loads(reply["fault"])
    return found


def test_the_javascript_is_what_the_declaration_gives() -> None:
    generated = import_build_tool("protocol").generate()
    assert SCRIPT.read_text(encoding="utf-8") == generated, "run: python3 build.py protocol"


def test_parts_have_the_order_of_the_enum() -> None:
    (found,) = re.findall(r"PARTS = .*?\((\[.*?\])\)", SCRIPT.read_text("utf-8"), flags=re.DOTALL)
    assert json.loads(re.sub(r",\s*\]", "]", found)) == [part.value for part in Part]


LISTS = [
    (shared.constant, [json.dumps(text) for text in shared.texts()])
    for shared in shapes.LISTS
    if len(shared.texts()) > 1
]


@pytest.mark.parametrize(("constant", "texts"), LISTS, ids=[name for name, _ in LISTS])
def test_no_script_repeats_a_list(constant: str, texts: list[str]) -> None:
    for script in (ROOT / "web").rglob("*.js"):
        if script == SCRIPT:
            continue
        for listed in re.findall(r"\[[^\[\]{}()]*\]", script.read_text("utf-8")):
            assert set(re.findall(r'"[^"]*"', listed)) != set(texts), f"{script}: {constant}"


def test_the_pages_menus_have_every_choice() -> None:
    markup = (ROOT / "web" / "index.html").read_text("utf-8")
    menus = re.findall(r"<select[^>]*>.*?</select\s*>", markup, flags=re.DOTALL)
    found = [
        frozenset(value or text for value, text in re.findall(OPTION, menu))
        - {"not set", "its own header"}
        for menu in menus
    ]
    assert found.count(frozenset(role.value for role in Role)) == 3
    for choices in (shapes.SourceKind, shapes.RenderMode):
        assert frozenset(get_args(choices)) in found
    assert frozenset(effort.value for effort in ReasoningEffort) in found
    assert set(re.findall(r'data-add="(.*?)"', markup)) == {role.value for role in Role}


OPTION = r'<option(?: value="(.*?)")?>(.*?)</option>'


@pytest.mark.parametrize("name", protocol.OPERATIONS)
def test_each_operation_is_answered_as_declared(name: str) -> None:
    handler = bridge._HANDLERS[name]
    types = {"protocol": protocol}
    hints = get_type_hints(handler, globalns={**vars(inspect.getmodule(handler)), **types})
    assert hints.pop("return") is protocol.OPERATIONS[name].value
    assert list(hints.values()) == [protocol.OPERATIONS[name].params]


VALUES: dict[str, dict[str, object]] = {
    "encode": {"text": "Hi"},
    "decode": {"tokens": HI},
    "decode_utf8": {"tokens": HI},
    "decode_bytes": {"tokens": HI},
    "render_message": {"message": '{"role": "user", "content": "Hi"}'},
    "render_conversation": {"conversation": '{"messages": []}'},
    "render_with_spans": {"conversation": '{"messages": [{"role": "user", "content": "<|end|>"}]}'},
    "training_samples": {
        "conversation": '{"messages": [{"role": "assistant", "channel": "final", "content": "Hi"}]}'
    },
    "parse": {"tokens": HI, "role": "assistant"},
    "inspect": {"source": "<|channel|>final<|message|>Hi", "role": "assistant"},
    "special_tokens": {},
    "is_special_token": {"token": 200006},
    "stop_tokens": {},
    "open_parser": {"role": "assistant"},
    "process": {"stream": "parser", "tokens": HI[:-1]},
    "process_eos": {"stream": "parser"},
    "open_inspector": {"role": "assistant"},
    "feed": {"stream": "inspector", "tokens": [*HI, 5]},
    "finish": {"stream": "inspector", "role": "assistant"},
    "close_stream": {"stream": "inspector"},
}


def test_values_have_the_declared_shape() -> None:
    assert set(VALUES) == set(protocol.OPERATIONS)
    opened: dict[object, object] = {
        kind: call(f"open_{kind}", role="assistant")["stream"] for kind in ("parser", "inspector")
    }
    for name, params in VALUES.items():
        given = {
            key: opened.get(value, value) if key == "stream" else value
            for key, value in params.items()
        }
        check_shape(protocol.OPERATIONS[name].value, call(name, **given), name)


TYPED_ARRAYS = {"Uint32Array": "I", "Int32Array": "i"}


def check_shape(kind: Any, value: Any, path: str) -> None:
    assert has_shape(kind, value), f"{path} is no {kind}: {value!r:.200}"


def has_shape(kind: Any, value: Any) -> bool:  # noqa: PLR0911 - any type and value
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return has_annotated_shape(arguments[0], arguments[1], value)
    if origin is Literal:
        return value in arguments
    if origin is list:
        return isinstance(value, list) and all(has_shape(arguments[0], item) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(
            has_shape(arguments[0], k) and has_shape(arguments[1], v) for k, v in value.items()
        )
    if origin is not None:  # a union
        return any(has_shape(member, value) for member in arguments)
    if is_typeddict(kind) or is_dataclass(kind):
        return has_fields(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return value in {member.value for member in kind}
    return kind in (object, Any) or type(value) is kind


def has_annotated_shape(kind: Any, says: Any, value: Any) -> bool:
    if isinstance(says, shapes.JsType):
        if says.name == "Uint8Array":
            return isinstance(value, bytes)
        return isinstance(value, array) and value.typecode == TYPED_ARRAYS[says.name]
    return has_shape(kind, value) and has_shape(says, value)


def has_fields(kind: Any, value: Any) -> bool:
    hints = get_type_hints(kind, include_extras=True)
    needed = (
        kind.__required_keys__ if is_typeddict(kind) else {field.name for field in fields(kind)}
    )
    if not isinstance(value, dict) or not needed <= set(value):
        return False
    if kind is WireContent:  # what else there is depends on its type
        return True
    return all(name in hints and has_shape(hints[name], item) for name, item in value.items())


def test_the_shape_check_sees_faults() -> None:
    place = {"start": 0, "stop": 1, "line": 1, "column": 1}
    assert has_shape(shapes.Place, place)
    assert not has_shape(shapes.Place, {**place, "line": "1"})
    assert not has_shape(shapes.Place | None, 5)
    assert not has_shape(shapes.Place, {**place, "more": 1})


FAULTY: dict[str, tuple[str, dict[str, object], str, str]] = {
    "unknown": ("inspect", {"source": "", "rolle": None}, "unknown-option", "rolle"),
    "missing": ("inspect", {}, "bad-argument", "source"),
    "source": ("inspect", {"source": 5}, "bad-argument", "a string or token ids"),
    "role": ("inspect", {"source": "", "role": "bot"}, "bad-argument", '"tool" or null'),
    "boolean": (
        "inspect",
        {"source": "", "missing_call_is_call": 1},
        "bad-argument",
        "true or false, but it is 1",
    ),
    "list": ("inspect", {"source": "", "channels": "final"}, "bad-argument", "a list of strings"),
    "tools": (
        "inspect",
        {"source": "", "tools": [1]},
        "bad-argument",
        "a list of strings and objects or null",
    ),
    "special token": ("encode", {"text": "a<|end|>"}, "special-token", "<|end|>."),
    "unknown token": ("decode", {"tokens": [300_000]}, "unknown-token", "300000"),
    "not text": ("decode_utf8", {"tokens": [135]}, "not-utf8", "utf-8"),
    "kind of ids": (
        "inspect",
        {"source": [1], "source_kind": "text"},
        "bad-argument",
        "source_kind",
    ),
    "mode": ("render_conversation", {"conversation": "", "mode": "x"}, "bad-argument", "training"),
    "text": ("encode", {"text": None}, "bad-argument", "a string, but it is null"),
    "number": ("is_special_token", {"token": True}, "bad-argument", "a whole number"),
    "deep": ("render_message", {"message": "[" * 100_000}, "invalid-json", "too deeply"),
    "digits": ("render_message", {"message": "1" * 5_000}, "invalid-json", "too many digits"),
    "message": ("render_message", {"message": "{}"}, "invalid-chat", "role"),
    "closed": ("process_eos", {"stream": 0}, "closed-stream", "closed"),
}


@pytest.mark.parametrize(
    ("operation", "params", "kind", "words"), FAULTY.values(), ids=list(FAULTY)
)
def test_a_faulty_request_is_explained(
    operation: str, params: dict[str, object], kind: str, words: str
) -> None:
    found = fault(operation, **params)
    assert found["kind"] == kind
    assert words in found["message"]
    assert has_shape(shapes.Fault, found)
    assert "Error" not in found["message"]


def test_a_misspelt_option_is_answered_with_the_known_one() -> None:
    found = fault("inspect", source="", missing_call="x")
    assert (found["path"], found["hint"]) == (
        ["missing_call"],
        "Did you mean missing_call_is_call?",
    )


def test_a_defect_is_told_without_pythons_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(bridge._HANDLERS, "decode", lambda params: vars(params)["x"])
    found = fault("decode", tokens=[])
    assert found["kind"] == "internal"
    assert "KeyError" not in str(found)
    assert "KeyError" in capsys.readouterr().err


def test_an_inspection_takes_every_policy() -> None:
    assert set(protocol.InspectParams.__dataclass_fields__) == {
        *InspectPolicy.__dataclass_fields__,
        "source",
        "source_kind",
        "output",
        "role",
        "finish_reason",
        "stop_token",
    }
    call_text = "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"
    described = {"type": "function", "function": {"name": "g", "parameters": {}}}
    for tools in (["functions.g"], [described]):
        value = call("inspect", source=call_text, role="assistant", tools=tools)
        assert [found["code"] for found in value["diagnostics"]] == ["unknown-tool"]


def test_an_inspection_is_the_documented_form() -> None:
    inspection = ENCODING.inspect(HI[:-1], Role.ASSISTANT)
    form = inspection.to_dict()
    value = call("inspect", source=HI[:-1], role="assistant")
    assert set(form) - {"spans"} <= set(value)
    for name in set(form) - {"spans", "tokens", "diagnostics"}:
        assert value[name] == form[name]  # type: ignore[literal-required]
    for found, expected in zip(value["diagnostics"], form["diagnostics"], strict=True):
        assert {**found, **expected} == found


def test_ids_outside_of_the_vocabulary_are_inspected() -> None:
    value = call("inspect", source=[*HI[:-1], 4_294_967_295, HI[-1]], role="assistant")
    assert [found["code"] for found in value["diagnostics"]] == ["unknown-token"]
    assert list(value["tokens"]["ids"])[-2] == 4_294_967_295
    assert value["tokens"]["ends"][-2] == value["tokens"]["ends"][-3]


def test_a_server_can_say_why_an_output_ended() -> None:
    source = "<|channel|>final<|message|>Hi"
    cut = call("inspect", source=source, role="assistant")
    assert [found["code"] for found in cut["diagnostics"]] == ["truncated-content"]
    stopped = call("inspect", source=source, role="assistant", finish_reason="stop")
    assert stopped["ok"]


@given(st.lists(streams.any_tokens(), max_size=4), st.sampled_from([None, "assistant"]))
def test_streams_say_what_the_whole_does(pieces: list[list[int]], role: str | None) -> None:
    """Fed in any pieces, the parts give each message's text, and the messages are all there."""
    tokens = [token for piece in pieces for token in piece if 0 <= token < 2**32]
    for kind, feed in (("parser", "process"), ("inspector", "feed")):
        number = call(f"open_{kind}", role=role)["stream"]
        parts: list[dict[str, Any]] = []
        error = None
        for piece in pieces:
            given_tokens = [token for token in piece if 0 <= token < 2**32]
            reply = bridge.call(feed, json.dumps({"stream": number, "tokens": given_tokens}))
            parts += json.loads(reply["value"])["parts"]
            if "fault" in reply:
                error = json.loads(reply["fault"])["message"]
                break
        ended = [part["ended"] for part in parts if part["ended"]]
        texts: dict[int, str] = {}
        for part in parts:
            texts[part["message"]] = texts.get(part["message"], "") + part["text"]
        if kind == "parser":
            check_parser(tokens, role, ended, texts, error)
        else:
            value = call("finish", stream=number, role=role)
            ended += [part["ended"] for part in value["parts"] if part["ended"]]
            assert ended == [item["message"] for item in value["messages"]]
        call("close_stream", stream=number)


def check_parser(
    tokens: list[int],
    role: str | None,
    ended: list[dict[str, Any]],
    texts: dict[int, str],
    error: str | None,
) -> None:
    parser = StreamableParser(ENCODING, None if role is None else Role(role))
    deltas = ""
    raised = None
    for token in tokens:
        try:
            parser.process(token)
        except ParseError as fault:
            raised = str(fault)
        deltas += parser.last_content_delta or ""
        if raised:
            break
    assert error == raised
    assert ended == [message.to_dict() for message in parser.messages]
    assert "".join(texts.values()) == deltas
