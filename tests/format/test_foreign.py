"""Objects of a program's own classes are rendered as the reference renders their JSON."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openai_harmony
import pytest

import harmony_core
from harmony_core import (
    ChatError,
    HarmonyEncoding,
    Message,
    RenderConversationConfig,
    Role,
    StreamableParser,
    load_harmony_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def message_dict(text: str, **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "text", "text": text}], **more}


class OnlyJson:
    """All that the reference needs of a message or conversation."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def to_json(self) -> str:
        return json.dumps(self._data)


def shouting(module: Any) -> Any:
    class Shouting(module.TextContent):  # type: ignore[misc]
        def to_dict(self) -> dict[str, Any]:
            return {"type": "text", "text": self.text.upper()}

    return module.Message.from_role_and_content(module.Role.USER, Shouting(text="loud"))


def with_more_tools(module: Any) -> Any:
    class Tooled(module.DeveloperContent):  # type: ignore[misc]
        def to_dict(self) -> dict[str, Any]:
            tools = [{"name": "f", "description": "d"}]
            return {
                **super().to_dict(),
                "tools": {"functions": {"name": "functions", "tools": tools}},
            }

    return module.Message.from_role_and_content(module.Role.DEVELOPER, Tooled.new())


def masked(module: Any) -> Any:
    class Masked(module.Message):  # type: ignore[misc]
        def to_dict(self) -> dict[str, Any]:
            return {**super().to_dict(), "content": "***"}

    return Masked.from_role_and_content(module.Role.USER, "secret")


def own_json(module: Any) -> Any:
    class OwnJson(module.Message):  # type: ignore[misc]
        def to_json(self) -> str:
            return json.dumps(message_dict("own"))

    return OwnJson.from_role_and_content(module.Role.USER, "x")


def subclassed(module: Any) -> Any:
    class Noted(module.Message):  # type: ignore[misc]
        note: str = ""

    return Noted.from_role_and_content(module.Role.USER, "x")


MESSAGES: dict[str, Callable[[Any], Any]] = {
    "an overridden content": shouting,
    "overridden tools": with_more_tools,
    "an overridden message": masked,
    "a subclass": subclassed,
}


@pytest.mark.parametrize("make", MESSAGES.values(), ids=MESSAGES)
def test_what_an_object_writes_is_rendered(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    make: Callable[[Any], Any],
) -> None:
    ours, theirs = make(harmony_core), make(openai_harmony)
    assert encoding.render(ours) == reference_encoding.render(theirs)
    system = [
        module.Message.from_role_and_content(module.Role.SYSTEM, module.SystemContent.new())
        for module in (harmony_core, openai_harmony)
    ]  # it shows whether there are function tools
    mine = harmony_core.Conversation.from_messages([system[0], ours])
    other = openai_harmony.Conversation.from_messages([system[1], theirs])
    tokens = encoding.render_conversation(mine)
    assert tokens == reference_encoding.render_conversation(other)
    ranges = encoding.render_ranges(mine)[1]
    assert encoding.rendered_spans(mine, tokens, ranges)[-1].stop == len(tokens)


@pytest.mark.parametrize(
    "make",
    [own_json, lambda _: OnlyJson(message_dict("x", channel="final"))],
    ids=["overridden JSON", "only JSON"],
)
def test_a_message_that_writes_json(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    make: Callable[[Any], Any],
) -> None:
    theirs = reference_encoding.render(make(openai_harmony))
    assert encoding.render(make(harmony_core)) == theirs


def test_a_conversation_that_writes_json(
    encoding: HarmonyEncoding, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    class Reversed(harmony_core.Conversation):
        def to_dict(self) -> dict[str, Any]:
            return {"messages": super().to_dict()["messages"][::-1]}

    data = {"messages": [message_dict("a"), message_dict("b")]}
    theirs = reference_encoding.render_conversation(OnlyJson(data))  # type: ignore[arg-type]
    assert encoding.render_conversation(OnlyJson(data)) == theirs  # type: ignore[arg-type]
    turned = Reversed.from_dict({"messages": data["messages"][::-1]})
    assert encoding.render_conversation(turned) == theirs
    other: Any = openai_harmony.Conversation.from_json(json.dumps(data))
    assert encoding.render_conversation(other) == theirs


def test_a_fault_in_what_an_object_writes_is_placed(encoding: HarmonyEncoding) -> None:
    with pytest.raises(ChatError) as caught:
        encoding.render(OnlyJson(message_dict("x", channel=5)))  # type: ignore[arg-type]
    assert caught.value.path == ("channel",)
    bad: Any = [Message.from_role_and_content(Role.USER, "x"), OnlyJson({"role": "user"})]
    with pytest.raises(ChatError) as caught:
        encoding.render_conversation(bad)
    assert caught.value.path == ("messages", 1, "content")
    with pytest.raises(ChatError, match="Expecting property name"):
        encoding.render_conversation(type("Bad", (), {"to_json": lambda _: "{"})())


@pytest.mark.parametrize("keep", [True, False])
def test_options_may_be_any_object_with_the_references_attribute(
    encoding: HarmonyEncoding,
    reference_encoding: openai_harmony.HarmonyEncoding,
    keep: bool,
) -> None:
    def conversation(module: Any) -> Any:
        say = module.Message.from_role_and_content
        thought = say(module.Role.ASSISTANT, "hm").with_channel("analysis")
        return module.Conversation.from_messages(
            [thought, say(module.Role.ASSISTANT, "x").with_channel("final")]
        )

    config: Any = SimpleNamespace(auto_drop_analysis=not keep)
    ours = encoding.render_conversation(conversation(harmony_core), config)
    assert ours == reference_encoding.render_conversation(conversation(openai_harmony), config)
    theirs: Any = openai_harmony.RenderConversationConfig(auto_drop_analysis=not keep)
    assert encoding.render_conversation(conversation(harmony_core), theirs) == ours
    own = RenderConversationConfig(auto_drop_analysis=not keep)
    assert encoding.render_conversation(conversation(harmony_core), own) == ours
    options: Any = SimpleNamespace(conversation_has_function_tools=True)
    system = [
        module.Message.from_role_and_content(module.Role.SYSTEM, module.SystemContent.new())
        for module in (harmony_core, openai_harmony)
    ]
    assert encoding.render(system[0], options) == reference_encoding.render(system[1], options)


def test_a_changed_message_of_the_parser_does_not_change_the_parser(
    encoding: HarmonyEncoding, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    text = "<|start|>assistant to=functions.f<|channel|>commentary<|message|>{}<|call|>"
    for module, own in ((harmony_core, encoding), (openai_harmony, reference_encoding)):
        parser: Any = module.StreamableParser(own, None)
        for token in own.encode(text, allowed_special="all"):
            parser.process(token)
        (message,) = parser.messages
        message.recipient = "f"
        message.author.role = module.Role.USER
        message.content[0].text = "changed"
        (again,) = parser.messages
        assert again.to_dict() == {
            "role": "assistant",
            "name": None,
            "channel": "commentary",
            "content": [{"type": "text", "text": "{}"}],
            "recipient": "functions.f",
        }


SPAWNING = """
import multiprocessing
from harmony_core import HarmonyEncoding, Message, Role, load_harmony_encoding

if __name__ == "__main__":
    encoding = load_harmony_encoding("HarmonyGptOss", backend="python")
    message = Message.from_role_and_content(Role.USER, "Hello, world")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply_async(HarmonyEncoding.render, (encoding, message)).get(timeout=60)
    assert found == encoding.render(message)
"""


class TestEncoding:
    """What programs do with the encoding itself."""

    def test_an_encoding_can_be_pickled(
        self, encoding: HarmonyEncoding, reference_encoding: openai_harmony.HarmonyEncoding
    ) -> None:
        python = load_harmony_encoding("HarmonyGptOss", backend="python")
        for one in (encoding, python):
            assert pickle.loads(pickle.dumps(one)) is one  # noqa: S301 - our own
        with pytest.raises(TypeError):
            pickle.dumps(reference_encoding)

    def test_an_encoding_crosses_to_a_spawned_process(self, tmp_path: Path) -> None:
        program = tmp_path / "spawning.py"
        program.write_text(SPAWNING)
        subprocess.run([sys.executable, program], check=True, timeout=120)

    def test_a_method_of_one_encoding_can_be_replaced(
        self, encoding: HarmonyEncoding, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(encoding, "render", lambda _: [1, 2])
        assert encoding.render(Message.from_role_and_content(Role.USER, "x")) == [1, 2]

    def test_a_parser_takes_what_encodes_like_one(self, encoding: HarmonyEncoding) -> None:
        like: Any = SimpleNamespace(tokenizer=encoding.tokenizer, markers=encoding.markers)
        assert StreamableParser(like, Role.USER).state.value == "Header"
