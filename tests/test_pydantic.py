"""The chat model's classes inside pydantic models, as the reference's own pydantic models are.

Every class under every kind of parent, alone and in unions: the same choice is made, the same
fields are read and the same JSON is written. The one difference is that the reference loses
what is in a ``list[Content]``; ``without_contents`` sets that aside.
"""

from __future__ import annotations

import json
import re
import warnings
from typing import TYPE_CHECKING, Annotated, Any

import openai_harmony
import pydantic
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from typing_extensions import Required, TypedDict

import harmony_core
from harmony_core import Message, SystemContent, TextContent

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

PARENTS: dict[str, ConfigDict] = {
    "plain": {},
    "extra allowed": {"extra": "allow"},
    "extra forbidden": {"extra": "forbid"},
    "aliases": {"alias_generator": to_camel},
    "stripped": {"str_strip_whitespace": True},
    "lower case": {"str_to_lower": True},
    "short strings": {"str_max_length": 1},
    "frozen": {"frozen": True},
    "from attributes": {"from_attributes": True},
    "strict": {"strict": True},
    "enum values": {"use_enum_values": True},
    "validated again": {"revalidate_instances": "always"},
    "validated assignment": {"validate_assignment": True},
    "arbitrary types": {"arbitrary_types_allowed": True},
}
TEXT = {"type": "text", "text": " Hi "}
DATA: dict[str, Any] = {
    "Author": {"role": "user", "name": " N ", "x": 1},
    "TextContent": TEXT,
    "Message": {"author": {"role": "user", "x": 1}, "content": [TEXT], "channel": " final "},
    "Conversation": {"messages": [{"author": {"role": "user"}, "content": []}], "x": 1},
    "ToolDescription": {"name": " F", "description": "d", "parameters": {"A": [1]}, "x": 1},
    "ToolNamespaceConfig": {"name": "f", "tools": [{"name": "f", "description": "d"}]},
    "ChannelConfig": {"valid_channels": ["a "], "channel_required": "yes"},
    "SystemContent": {"tools": {"a": {"name": "a", "tools": []}}, "model_identity": " I "},
    "DeveloperContent": {"instructions": " X ", "x": 1},
    "Content": TEXT,
}
OTHER_DATA: list[Any] = [
    {"role": "user", "content": [{"type": "text", "text": "x"}]},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function"}]},
    {"role": "user", "name": None, "content": "x", "channel": "final"},
    {"messages": [{"author": {"role": "user"}}]},
    {"author": {"role": "bot"}},
    *({}, [], "x", 5, None),
]


class CustomParam(TypedDict, total=False):
    """The message that vLLM takes besides those of the ``openai`` package."""

    role: Required[str]
    content: str | list[dict[str, Any]]
    name: str


UNIONS: dict[str, Callable[[Any], Any]] = {
    "vLLM's messages": lambda m: ChatCompletionMessageParam | CustomParam | m.Message,
    "message or dictionary": lambda m: m.Message | dict[str, Any],
    "dictionary or message": lambda m: dict[str, Any] | m.Message,
    "message, conversation or text": lambda m: m.Message | m.Conversation | str,
    "contents": lambda m: m.TextContent | m.DeveloperContent | m.SystemContent,
    "tools": lambda m: m.ToolDescription | m.ToolNamespaceConfig,
    "author or message": lambda m: m.Author | m.Message,
    "optional": lambda m: m.Message | None,
}


def parent(kind: Any, config: ConfigDict) -> type[BaseModel]:
    body = {"__annotations__": {"x": list[kind]}, "model_config": config}
    return type("Parent", (BaseModel,), body)


def outcome(model: type[BaseModel], value: object, *, as_json: bool) -> Any:
    """What a field reads, and writes again, or that it refuses."""
    try:
        if as_json:
            found: Any = model.model_validate_json(json.dumps({"x": [value]}))
        else:
            found = model.model_validate({"x": [value]})
    except ValidationError:
        return "refused"
    (item,) = found.x
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the reference writes
        written = found.model_dump_json()
    # An iterable in a request is read on demand; pydantic shows it with all of its validator.
    shown = re.sub(r"ValidatorIterator\(.*", "ValidatorIterator", repr(item))
    return item is value, shown, written


def without_contents(seen: Any) -> Any:
    """Set aside what the reference loses: the items of a ``list[Content]``."""
    if isinstance(seen, str):
        return seen
    same, shown, written = seen
    shown = re.sub(r"(content=\[)[^\]]*\]", r"\1]", shown)
    return same, shown, re.sub(r'("content":\[)[^\]]*\]', r"\1]", written)


def built(module: ModuleType, name: str) -> Any:
    if name == "Content":
        return module.TextContent(text=" Hi ")
    if name == "Message":
        return module.Message.from_role_and_content(module.Role.USER, " Hi ")
    if name == "Conversation":
        return module.Conversation.from_messages([built(module, "Message")])
    fields = {key: value for key, value in DATA[name].items() if key not in {"x", "type"}}
    return getattr(module, name)(**fields)


@pytest.mark.parametrize("config", PARENTS.values(), ids=PARENTS)
@pytest.mark.parametrize("name", [name for name in DATA if name != "Content"])
def test_every_class_under_every_parent(name: str, config: ConfigDict) -> None:
    ours = parent(getattr(harmony_core, name), config)
    theirs = parent(getattr(openai_harmony, name), config)
    for value in (DATA[name], *OTHER_DATA):
        for as_json in (False, True):
            seen = outcome(ours, value, as_json=as_json)
            expected = outcome(theirs, value, as_json=as_json)
            assert without_contents(seen) == without_contents(expected), value
    mine = outcome(ours, built(harmony_core, name), as_json=False)
    other = outcome(theirs, built(openai_harmony, name), as_json=False)
    assert without_contents(mine) == without_contents(other)
    assert set(ours.model_json_schema()["$defs"]) >= {name}


@pytest.mark.parametrize("config", list(PARENTS.values())[:3], ids=list(PARENTS)[:3])
@pytest.mark.parametrize("union", UNIONS.values(), ids=UNIONS)
def test_unions_choose_as_with_the_reference(
    union: Callable[[Any], Any], config: ConfigDict
) -> None:
    ours, theirs = parent(union(harmony_core), config), parent(union(openai_harmony), config)
    for value in (*DATA.values(), *OTHER_DATA):
        for as_json in (False, True):
            seen = outcome(ours, value, as_json=as_json)
            expected = outcome(theirs, value, as_json=as_json)
            assert without_contents(seen) == without_contents(expected), value
    for name in DATA:
        mine = outcome(ours, built(harmony_core, name), as_json=False)
        other = outcome(theirs, built(openai_harmony, name), as_json=False)
        assert without_contents(mine) == without_contents(other)


@pytest.mark.parametrize("config", PARENTS.values(), ids=PARENTS)
def test_contents_keep_what_they_hold(config: ConfigDict) -> None:
    """The reference reads and writes a content that is declared as ``Content`` as ``{}``."""
    system = SystemContent.new().with_python_tool()
    message = Message.from_role_and_contents(
        harmony_core.Role.SYSTEM, [TextContent(text=" Hi "), system]
    )
    model = parent(Message, config)
    written = model.model_validate({"x": [message]}).model_dump(mode="json")
    assert written["x"][0]["content"] == [content.to_dict() for content in message.content]
    again: Any = model.model_validate_json(json.dumps(written))
    assert again.x == [message]


def test_a_content_of_an_unknown_kind_is_refused_with_its_place() -> None:
    data = {"author": {"role": "user"}, "content": [TEXT, {"type": "image"}]}
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Message).validate_python(data)
    (error,) = caught.value.errors()
    assert error["loc"] == ("content", 1)
    assert "Unknown content variant" in error["msg"]


def test_a_type_adapter_reads_and_writes() -> None:
    adapter = TypeAdapter(list[Message])
    messages = [built(harmony_core, "Message")]
    assert adapter.validate_json(adapter.dump_json(messages)) == messages
    schema = adapter.json_schema()
    assert schema["$defs"]["Message"]["required"] == ["author"]


def test_a_field_of_an_encoding_takes_the_encoding_itself() -> None:
    encoding = harmony_core.load_harmony_encoding("HarmonyGptOss")
    annotations = {"encoding": harmony_core.HarmonyEncoding}
    body = {"__annotations__": annotations, "model_config": {"arbitrary_types_allowed": True}}
    model: Any = type("Holder", (BaseModel,), body)
    assert model(encoding=encoding).encoding is encoding
    with pytest.raises(ValidationError):
        model(encoding="HarmonyGptOss")
    with pytest.raises(pydantic.errors.PydanticSchemaGenerationError):
        type("Holder", (BaseModel,), {"__annotations__": annotations})


WRONG: dict[str, Callable[[Any], object]] = {
    "a role": lambda m: m.Author(role="bot"),
    "a missing field": lambda m: m.TextContent(),
    "a type": lambda m: m.Message(author=m.Author(role="user"), channel=5),
    "nested": lambda m: m.Conversation(messages=[{"author": {"role": "user", "name": 5}}]),
    "a tool": lambda m: m.ToolNamespaceConfig(name="x", tools=[{"name": "f"}]),
}


@pytest.mark.parametrize("make", WRONG.values(), ids=WRONG)
def test_a_wrong_argument_is_a_value_error_as_the_references_is(
    make: Callable[[Any], object],
) -> None:
    """Not a ``ValidationError``: one of our own class would reach pydantic without its text."""
    with pytest.raises(ValidationError) as theirs:
        make(openai_harmony)
    with pytest.raises(harmony_core.ChatError) as ours:
        make(harmony_core)
    assert isinstance(theirs.value, ValueError)
    assert isinstance(ours.value, ValueError)
    assert ours.value.path == theirs.value.errors()[0]["loc"]

    def fail(_: object) -> object:
        return make(harmony_core)

    with pytest.raises(ValidationError) as wrapped:  # in a validator of the program's own
        TypeAdapter(Annotated[Any, pydantic.BeforeValidator(fail)]).validate_python(None)
    assert wrapped.value.errors()[0]["msg"] == f"Value error, {ours.value}"
