"""What programs do with the chat model's objects beyond reading fields, beside the reference."""

from __future__ import annotations

import copy
import json
import pickle
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openai_harmony
import pytest

import harmony_core
from harmony_core import Author, ChatError, Conversation, Message, Role, SystemContent, TextContent

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH = pytest.mark.parametrize("module", [harmony_core, openai_harmony])
MAKERS: dict[str, Callable[[Any], Any]] = {
    "Author": lambda m: m.Author(role="tool", name="f"),
    "Message": lambda m: m.Message.from_role_and_content(m.Role.USER, "x").with_channel("c"),
    "Conversation": lambda m: m.Conversation.from_messages([]),
    "Content": lambda m: m.Content(),
    "TextContent": lambda m: m.TextContent(text="x"),
    "SystemContent": lambda m: m.SystemContent.new().with_python_tool(),
    "DeveloperContent": lambda m: m.DeveloperContent.new().with_instructions("i"),
    "ChannelConfig": lambda m: m.ChannelConfig.require_channels(["final"]),
    "ToolDescription": lambda m: m.ToolDescription.new("f", "d", {"type": "object"}),
    "ToolNamespaceConfig": lambda m: m.ToolNamespaceConfig.browser(),
}


@pytest.mark.parametrize("name", MAKERS)
def test_vars_weak_references_copies_and_pickles(name: str) -> None:
    ours, theirs = (MAKERS[name](module) for module in (harmony_core, openai_harmony))
    assert list(vars(ours)) == list(vars(theirs))
    assert repr(vars(ours)) == repr(vars(theirs))
    assert weakref.ref(ours)() is ours
    for again in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):  # noqa: S301 - our own
        assert again == ours
        assert again is not ours
        assert vars(again) == vars(ours)
    with pytest.raises(AttributeError):
        setattr(ours, "misspelt", 1)  # noqa: B010 - of an unknown class


def test_vars_are_for_reading() -> None:
    """They are a copy; in the reference, writing into them changes the object."""
    message = Message.from_role_and_content(Role.USER, "x")
    vars(message)["channel"] = "final"
    assert message.channel is None

    class Noted(Message):
        note: str = "none"

    noted = Noted(author=Author(role=Role.USER), note="n")  # type: ignore[call-arg]
    assert vars(noted) == {"note": "n"}


@BOTH
class TestSubclasses:
    """A subclass may declare fields, as a pydantic model's may."""

    def test_a_declared_field_is_set(self, module: Any) -> None:
        class Noted(module.Message):  # type: ignore[misc]
            note: str = "none"
            grade: int
            tags: list[str] = []  # noqa: RUF012 - as pydantic lets one write it

        author = module.Author(role=module.Role.USER)
        noted = Noted(author=author, channel="final", note="n", grade=5)
        assert (noted.note, noted.grade, noted.channel) == ("n", 5, "final")
        assert Noted(author=author, grade=5).note == "none"
        noted.tags.append("x")
        assert Noted(author=author, grade=5).tags == []
        assert "note='n', grade=5, tags=['x'])" in repr(noted)
        assert noted != Noted(author=author, channel="final", grade=5)
        assert noted.to_dict() == {
            "role": "user",
            "name": None,
            "content": [],
            "channel": "final",
        }
        with pytest.raises(ValueError, match="grade"):
            Noted(author=author)
        with pytest.raises(ValueError, match="author"):
            Noted(grade=5)

    def test_constructors_make_the_subclass(self, module: Any) -> None:
        class Noted(module.Message):  # type: ignore[misc]
            note: str = "none"

        made = [
            Noted.from_role_and_content(module.Role.USER, "x"),
            Noted.from_dict({"role": "user", "content": "x"}),
        ]
        for noted in made:
            assert type(noted) is Noted
            noted.note = "n"
            assert noted.note == "n"

    def test_a_field_of_a_content_is_read_from_its_dictionary(self, module: Any) -> None:
        class Dated(module.SystemContent):  # type: ignore[misc]
            zone: str = "UTC"

        assert Dated.from_dict({"zone": "CET"}).zone == "CET"

    def test_a_constructor_of_its_own(self, module: Any) -> None:
        class Shout(module.TextContent):  # type: ignore[misc]
            def __init__(self, text: str) -> None:
                super().__init__(text=text.upper())

        assert Shout("x").to_dict() == {"type": "text", "text": "X"}


def test_a_subclass_may_be_a_dataclass() -> None:
    @dataclass
    class Noted(Message):
        note: str = "none"

    noted = Noted(author=Author(role=Role.USER), channel="final", note="n")
    assert (noted.channel, noted.note) == ("final", "n")
    made: Any = Noted.from_role_and_content(Role.USER, "x")
    assert made.note == "none"
    with pytest.raises(ChatError):
        Noted(author=Author(role=Role.USER), channel=5)  # type: ignore[arg-type]


def test_objects_serve_a_json_encoder() -> None:
    message = Message.from_role_and_content(Role.SYSTEM, SystemContent.new())
    conversation = Conversation.from_messages([message])
    found = json.loads(json.dumps(conversation, default=vars))
    assert found["messages"][0]["content"][0]["knowledge_cutoff"] == "2024-06"
    assert found["messages"][0]["author"] == {"role": "system", "name": None}
    assert isinstance(TextContent(text="x"), harmony_core.Content)
