"""The option ``schema="full"``: what the reference's notation loses, and nothing else changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import strategies

from harmony_core import (
    ChatError,
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    Message,
    RenderConversationConfig,
    RenderOptions,
    Role,
    ToolDescription,
    load_harmony_encoding,
)
from harmony_core.format._tools_section import tools_section
from harmony_core.format._typescript import typescript_type
from harmony_core.format._typescript_full import FullWriter
from harmony_core.reference.serde_json import read_json
from harmony_core.tools import ToolNamespaceConfig

CASES = json.loads((Path(__file__).parents[1] / "data" / "typescript_full.json").read_text("utf-8"))
ROOM = 113


def written(schema: Any) -> tuple[str, list[str]]:
    writer = FullWriter(read_json(schema, ROOM), "f", {"f": 1})
    return writer.root_type(), list(writer.declarations())


@pytest.mark.parametrize("case", CASES, ids=[case["shows"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    assert written(case["schema"]) == (case["text"], case.get("declarations", []))


# What the reference loses nothing of.
_simple = st.one_of(
    st.sampled_from(["string", "number", "integer", "boolean", "array"]).map(
        lambda kind: {"type": kind}
    ),
    st.fixed_dictionaries(
        {"type": st.just("string"), "enum": st.lists(st.sampled_from("abc"), unique=True)},
        optional={"default": st.sampled_from("abc")},
    ),
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={
            "description": st.sampled_from(["An integer.", "x"]),
            "title": st.just("Title"),
            "examples": st.just(["a"]),
            "default": st.integers(),
        },
    ),
)
_plain_schemas = st.recursive(
    _simple,
    lambda inner: st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}).filter(
            lambda schema: len(schema["items"].get("enum", [])) < 2
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(st.sampled_from(["a", "b_c", "é"]), inner),
            },
            optional={"required": st.lists(st.sampled_from(["a", "é"]))},
        ),
    ),
    max_leaves=8,
)


@given(schema=_plain_schemas)
def test_what_the_reference_can_say_is_said_in_its_words(schema: dict[str, Any]) -> None:
    assert written(schema) == (typescript_type(read_json(schema, ROOM)), [])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schema=strategies.parameters)
def test_any_schema_can_be_written(schema: dict[str, Any]) -> None:
    text, _ = written(schema)
    assert text


def test_the_text_never_grows_beyond_the_schema() -> None:
    levels = 60  # inlined, the last would stand there 2**60 times
    defs: dict[str, Any] = {
        f"D{level}": {"items": [{"$ref": f"#/$defs/D{level + 1}"}] * 2} for level in range(levels)
    }
    text, declarations = written({"$ref": "#/$defs/D0", "$defs": defs})
    assert text == "D0"
    assert len(declarations) == levels


def test_many_definitions_of_one_name_are_numbered() -> None:
    count = 5_000  # each counted from the start, this would take minutes
    schema = {"allOf": [{"$ref": f"#/$defs/{n}/A"} for n in range(count)]}
    schema["$defs"] = {str(n): {"A": {"const": n}} for n in range(count)}  # type: ignore[assignment]
    text, declarations = written(schema)
    assert text.split(" & ") == ["A", *(f"A{n}" for n in range(2, count + 1))]
    assert declarations[-1] == f"type A{count} = {count - 1};\n"


def test_a_numbered_name_may_be_taken() -> None:
    schema = {
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ("A", "x/A", "A2", "y/A")],
        "$defs": {"A": True, "x": {"A": True}, "A2": True, "y": {"A": True}},
    }
    assert written(schema)[0] == "A | A2 | A22 | A3"


@pytest.mark.parametrize(
    "index", ["9" * 5_000, "\u0661", "\u00b2", "-1", "+1", "1_0", " 1", "2", ""]
)
def test_a_reference_to_no_item(index: str) -> None:
    schema = {"$ref": f"#/anyOf/{index}", "anyOf": [{"type": "string"}, {"type": "number"}]}
    assert written(schema) == ("string | number", [])


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"type": "array", "items": inner},
        lambda inner: {"anyOf": [inner, {"type": "null"}]},
        lambda inner: {"allOf": [inner]},
        lambda inner: {"type": "object", "properties": {"a": inner}},
        lambda inner: {"type": "object", "patternProperties": {"a": inner}},
    ],
)
def test_nesting_as_deep_as_a_message_may_have_it(wrap: Any) -> None:
    schema: dict[str, Any] = {"type": "string"}
    while accepted(wrap(schema)):
        schema = wrap(schema)
    assert "string" in written(schema)[0]


def accepted(schema: object) -> bool:
    try:
        read_json(schema, ROOM)
    except ChatError:
        return False
    return True


def test_definitions_stand_before_their_function_under_names_of_their_own() -> None:
    schema = {"$ref": "#/$defs/A", "$defs": {"A": {"type": "string"}}}
    tools = [ToolDescription.new(name, "Does it.", schema) for name in ("f", "A")]
    namespaces = {"n": ToolNamespaceConfig(name="n", tools=tools)}
    assert tools_section(namespaces, ROOM, notation="full").splitlines() == [
        *("# Tools", "", "## n", "", "namespace n {", ""),
        *("type A2 = string;", "", "// Does it.", "type f = (_: A2) => any;", ""),
        *("type A3 = string;", "", "// Does it.", "type A = (_: A3) => any;", ""),
        "} // namespace n",
    ]


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


TOOL = ToolDescription.new("f", "", {"properties": {"a": {"const": 1}}, "type": "object"})
MESSAGE = Message.from_role_and_content(
    Role.DEVELOPER, DeveloperContent.new().with_function_tools([TOOL])
)


def test_the_option_is_off_by_default(encoding: HarmonyEncoding) -> None:
    off, on = RenderOptions(), RenderOptions(schema="full")
    assert "a?: any," in encoding.decode(encoding.render(MESSAGE, off))
    assert encoding.render(MESSAGE, off) == encoding.render(MESSAGE)
    assert "a?: 1," in encoding.decode(encoding.render(MESSAGE, on))


def test_the_option_of_a_conversation(encoding: HarmonyEncoding) -> None:
    conversation = Conversation.from_messages([MESSAGE])
    config = RenderConversationConfig(schema="full")
    for render in (encoding.render_conversation, encoding.render_conversation_for_training):
        assert render(conversation, config) == encoding.render(
            MESSAGE, RenderOptions(schema="full")
        )
        assert render(conversation) == encoding.render(MESSAGE)
    prompt = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT, config)
    assert "a?: 1," in encoding.decode(prompt)


def test_another_value_is_refused() -> None:
    with pytest.raises(ChatError, match="'reference' or 'full' for `schema`") as caught:
        RenderOptions(schema="fuller")  # type: ignore[arg-type]
    assert caught.value.path == ("schema",)
