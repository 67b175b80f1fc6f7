"""The whole public API of the reference, walked name by name."""

from __future__ import annotations

import builtins
import doctest
import inspect
import pydoc
import re
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import openai_harmony
import pydantic
import pytest

import harmony_core
from harmony_core import HarmonyError, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What only explains itself by pydantic, or is an accident of an import.
NOT_OURS = {"T", "raise_disallowed_special_token"}

THEIRS = {
    name: value
    for name, value in vars(openai_harmony).items()
    if not name.startswith("_")
    and getattr(value, "__module__", None) == "openai_harmony"
    and name not in NOT_OURS
}
CLASSES = {name: value for name, value in THEIRS.items() if inspect.isclass(value)}
MODELS = {name: c for name, c in CLASSES.items() if issubclass(c, pydantic.BaseModel)}
ENUMS = {name: c for name, c in CLASSES.items() if issubclass(c, Enum)}
OTHERS = {name: c for name, c in CLASSES.items() if name not in MODELS and name not in ENUMS}


def own_attributes(theirs: type) -> Iterator[str]:
    """The public attributes that are not pydantic's or the enumeration's."""
    for base in theirs.__mro__:
        if base.__module__ == "openai_harmony":
            own = (name for name in vars(base) if not name.startswith("_"))
            yield from (name for name in own if name != "model_config")


def parameters(function: Callable[..., object]) -> list[tuple[str, Any, object]]:
    """The parameters as name, kind and default, with equal defaults of equal looks."""
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, _default(p.default)) for p in found]


def _default(value: object) -> object:
    if isinstance(value, (set, frozenset)):
        return set(value)
    if isinstance(value, Enum):
        return value.value
    return repr(value) if "factory" in repr(value) else value


METHODS = [
    (name, method)
    for name, theirs in CLASSES.items()
    for method in own_attributes(theirs)
    if callable(getattr(theirs, method, None)) and name not in ENUMS
]


def test_there_is_something_to_walk() -> None:
    assert [len(MODELS), len(ENUMS), len(OTHERS)] == [12, 4, 3]
    assert len(METHODS) > 40


def test_all_names() -> None:
    assert set(openai_harmony.__all__) <= set(harmony_core.__all__)
    assert set(THEIRS) <= set(harmony_core.__all__)
    star: dict[str, object] = {}
    exec("from harmony_core import *", star)  # noqa: S102 - what a program would do
    assert set(harmony_core.__all__) <= set(star)


@pytest.mark.parametrize("name", CLASSES)
def test_attributes(name: str) -> None:
    ours = getattr(harmony_core, name)
    found = {*dir(ours), *getattr(ours, "__dataclass_fields__", ())}
    assert set(own_attributes(CLASSES[name])) <= found


@pytest.mark.parametrize("name", MODELS)
def test_constructor_of_a_model(name: str) -> None:
    added = {"RenderConversationConfig": {"drop", "schema"}, "RenderOptions": {"schema"}}
    ours = [
        parameter
        for parameter in parameters(getattr(harmony_core, name))
        if parameter[0] not in added.get(name, set())
    ]
    assert ours == parameters(MODELS[name])


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_parameters_of_a_method(name: str, method: str) -> None:
    theirs = inspect.getattr_static(CLASSES[name], method)
    ours = inspect.getattr_static(getattr(harmony_core, name), method)
    kinds = (classmethod, staticmethod)
    for kind in kinds:
        assert isinstance(ours, kind) == isinstance(theirs, kind)
    added = {"strict"} if method in {"from_dict", "from_json"} else set()
    found = parameters(getattr(getattr(harmony_core, name), method))
    assert [p for p in found if p[0] not in added] == parameters(getattr(CLASSES[name], method))


def test_constructor_of_the_parser() -> None:
    ours = parameters(harmony_core.StreamableParser)
    assert ours == parameters(openai_harmony.StreamableParser)


def test_functions() -> None:
    *ours, (name, kind, default) = parameters(harmony_core.load_harmony_encoding)
    assert ours == parameters(openai_harmony.load_harmony_encoding)
    assert (name, kind, default) == ("backend", inspect.Parameter.KEYWORD_ONLY, "auto")


@pytest.mark.parametrize("name", ENUMS)
def test_members_of_an_enumeration(name: str) -> None:
    theirs, ours = ENUMS[name], getattr(harmony_core, name)
    assert issubclass(ours, str) == issubclass(theirs, str)
    members = list(zip(ours, theirs, strict=True))
    for mine, other in members:
        assert (mine.name, mine.value) == (other.name, other.value)
        assert (str(mine), repr(mine), f"{mine}") == (str(other), repr(other), f"{other}")
        assert ours(other.value) is mine
        assert ours[other.name] is mine
    for wrong in ("", "x", None, 5):
        assert refusal(ours, wrong) == refusal(theirs, wrong)
    with pytest.raises(KeyError):
        ours["x"]


def refusal(enum: type[Enum], value: object) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        enum(value)
    return str(caught.value)


PROPERTIES = [
    (name, attribute)
    for name, theirs in OTHERS.items()
    for attribute in own_attributes(theirs)
    if not callable(getattr(theirs, attribute))
]


@pytest.mark.parametrize(("name", "attribute"), PROPERTIES)
def test_properties_are_read_only_values(name: str, attribute: str) -> None:
    """Each is read without a call, and is of the type that the reference's is."""
    ours, theirs = instance(harmony_core, name), instance(openai_harmony, name)
    mine, other = getattr(ours, attribute), getattr(theirs, attribute)
    assert type(mine).__name__ == type(other).__name__
    if attribute == "special_tokens_set":  # cached in both, and so can be replaced
        assert mine is getattr(ours, attribute)
        assert other is getattr(theirs, attribute)
        return
    for instance_of in (ours, theirs):
        with pytest.raises(AttributeError):
            setattr(instance_of, attribute, None)


@pytest.fixture(scope="module", autouse=True)
def encodings(
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> dict[Any, Any]:
    _ENCODINGS[openai_harmony] = reference_encoding
    _ENCODINGS[harmony_core] = load_harmony_encoding("HarmonyGptOss")
    return _ENCODINGS


_ENCODINGS: dict[Any, Any] = {}


def instance(module: Any, name: str) -> Any:
    encoding = _ENCODINGS[module]
    if name == "HarmonyEncoding":
        return encoding
    parser = module.StreamableParser(encoding, None)
    text = "<|start|>assistant to=functions.f<|channel|>commentary <|constrain|>json<|message|>{}"
    for token in encoding.encode(text, allowed_special="all"):
        parser.process(token)
    return parser


BUILDERS: list[tuple[str, Callable[[Any, Any], object]]] = [
    ("Message", lambda _, o: o.adding_content("x")),
    ("Message", lambda _, o: o.with_channel("c")),
    ("Message", lambda _, o: o.with_recipient("r")),
    ("Message", lambda _, o: o.with_content_type("t")),
    ("SystemContent", lambda _, o: o.with_model_identity("i")),
    ("SystemContent", lambda m, o: o.with_reasoning_effort(m.ReasoningEffort.LOW)),
    ("SystemContent", lambda _, o: o.with_conversation_start_date("d")),
    ("SystemContent", lambda _, o: o.with_knowledge_cutoff("k")),
    ("SystemContent", lambda m, o: o.with_channel_config(m.ChannelConfig.require_channels([]))),
    ("SystemContent", lambda _, o: o.with_required_channels(["x"])),
    ("SystemContent", lambda m, o: o.with_tools(m.ToolNamespaceConfig.python())),
    ("SystemContent", lambda _, o: o.with_browser_tool()),
    ("SystemContent", lambda _, o: o.with_python_tool()),
    ("DeveloperContent", lambda _, o: o.with_instructions("i")),
    ("DeveloperContent", lambda m, o: o.with_tools(m.ToolNamespaceConfig.browser())),
    ("DeveloperContent", lambda m, o: o.with_function_tools([m.ToolDescription.new("f", "")])),
    ("StreamableParser", lambda m, o: o.process(_ENCODINGS[m].stop_tokens()[0])),
    ("StreamableParser", lambda _, o: o.process_eos()),
]


@pytest.mark.parametrize(("name", "build"), BUILDERS)
def test_builders_return_what_they_changed(name: str, build: Callable[[Any, Any], object]) -> None:
    for module in (harmony_core, openai_harmony):
        thing = built(module, name)
        assert build(module, thing) is thing


def built(module: Any, name: str) -> Any:
    if name == "Message":
        return module.Message.from_role_and_content(module.Role.USER, "")
    if name == "StreamableParser":
        return instance(module, name)
    return getattr(module, name).new()


def test_every_builder_is_tried() -> None:
    expected = {
        (name, method)
        for name, method in METHODS
        if method.startswith(("with_", "adding_", "process"))
    }
    assert len(BUILDERS) == len(expected)


def test_an_error_of_the_reference_is_caught_alike() -> None:
    assert issubclass(HarmonyError, openai_harmony.HarmonyError.__bases__)


def test_every_error_that_is_documented_can_be_imported() -> None:
    documented = {
        error
        for name in harmony_core.__all__
        for error in re.findall(
            r"\b[A-Z]\w+Error\b", pydoc.plain(pydoc.render_doc(getattr(harmony_core, name)))
        )
    }
    assert {"BackendError", "UnknownEncodingError", "VocabularyError"} <= documented
    assert {name for name in documented if not hasattr(builtins, name)} <= set(harmony_core.__all__)


# What help() shows.


def test_the_example_of_the_package() -> None:
    results = doctest.testmod(harmony_core, raise_on_error=True)
    assert (results.attempted, results.failed) == (8, 0)


@pytest.mark.parametrize("name", harmony_core.__all__)
def test_help_of_a_public_name(name: str) -> None:
    thing = getattr(harmony_core, name)
    assert thing.__doc__
    assert thing.__module__.startswith("harmony_core.")
    shown = pydoc.plain(pydoc.render_doc(thing))
    assert "**given" not in shown  # the constructor's keywords, not their reader's
    if not inspect.isclass(thing):
        return
    attributes = {a for a in dir(thing) if not a.startswith("_") and is_ours(thing, a)}
    values = {field.name for field in fields(thing)} if is_dataclass(thing) else set()
    for attribute in attributes - values:
        assert inspect.getdoc(getattr(thing, attribute)), attribute
    # A field's own words stand in the class's.
    for value in (name for name in values if not name.startswith("_")):
        assert f"{value}:" in (inspect.getdoc(thing) or ""), value


def is_ours(cls: type, attribute: str) -> bool:
    """Whether this package defines a class's attribute, other than as an enumeration's member."""
    owner = next(base for base in cls.__mro__ if attribute in vars(base))
    member = isinstance(vars(owner)[attribute], (Enum, str))
    return owner.__module__.startswith("harmony_core") and not member
