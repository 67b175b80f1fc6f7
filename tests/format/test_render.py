from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import strategies

from harmony_core.chat import Content, Conversation, Message, Role, SystemContent
from harmony_core.errors import ChatError, RenderError
from harmony_core.format import render
from harmony_core.format._markers import Markers
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    import openai_harmony

    from harmony_core.tokenizer import Tokenizer

slow_inputs = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module")
def markers(tokenizer: Tokenizer) -> Markers:
    return Markers.from_special_tokens(tokenizer.special_tokens)


# How a conversation may end, and the options for it.
ENDINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "completion": {"next_turn_role": Role.ASSISTANT},
    "training": {"training": True},
}


class Pair:
    """The same operations on both implementations, taking dictionaries."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        reference: ModuleType,
        encoding: openai_harmony.HarmonyEncoding,
    ) -> None:
        self.ours = (tokenizer, markers)
        self.theirs = encoding
        self.reference = reference

    def check_message(self, data: dict[str, Any], has_function_tools: bool) -> None:
        ours = outcome(
            lambda: render.render_message(
                Message.from_dict(data),
                *self.ours,
                conversation_has_function_tools=has_function_tools,
            )
        )
        options = self.reference.RenderOptions(conversation_has_function_tools=has_function_tools)
        theirs = outcome(
            lambda: self.theirs.render(self.reference.Message.from_dict(data), options)
        )
        assert ours == theirs

    def check_conversation(self, data: dict[str, Any], drop: bool) -> None:
        for mode in ENDINGS:
            ours = outcome(partial(self.render, data, mode, drop))
            assert ours == outcome(partial(self.reference_render, data, mode, drop))

    def render(self, data: dict[str, Any], mode: str, drop: bool) -> list[int]:
        conversation = Conversation.from_dict(data)
        options = {**ENDINGS[mode], "auto_drop_analysis": drop}
        tokens, _ = render.render_ranges(conversation, *self.ours, **options)
        return tokens

    def reference_render(self, data: dict[str, Any], mode: str, drop: bool) -> list[int]:
        messages = [self.reference.Message.from_dict(message) for message in data["messages"]]
        conversation = self.reference.Conversation.from_messages(messages)
        config = self.reference.RenderConversationConfig(auto_drop_analysis=drop)
        if mode == "completion":
            role = self.reference.Role.ASSISTANT
            return self.theirs.render_conversation_for_completion(conversation, role, config)
        if mode == "training":
            return self.theirs.render_conversation_for_training(conversation, config)
        return self.theirs.render_conversation(conversation, config)


def outcome(call: Callable[[], list[int]]) -> list[int] | str:
    """The tokens; the text of a rendering error; "refused" for data that is not valid."""
    try:
        return call()
    except ValueError:
        return "refused"
    except RuntimeError as error:
        return str(error)


@pytest.fixture(scope="module")
def pair(
    tokenizer: Tokenizer,
    markers: Markers,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> Pair:
    return Pair(tokenizer, markers, reference, reference_encoding)


@slow_inputs
@given(data=strategies.messages)
def test_message_as_the_reference(pair: Pair, data: dict[str, Any]) -> None:
    pair.check_message(data, has_function_tools=False)


@slow_inputs
@given(data=strategies.any_messages)
def test_message_with_any_content(pair: Pair, data: dict[str, Any]) -> None:
    pair.check_message(data, has_function_tools=True)


@slow_inputs
@given(data=strategies.conversations)
def test_conversation_as_the_reference(pair: Pair, data: dict[str, Any]) -> None:
    pair.check_conversation(data, drop=True)


@slow_inputs
@given(data=strategies.any_conversations)
def test_conversation_with_any_content(pair: Pair, data: dict[str, Any]) -> None:
    pair.check_conversation(data, drop=False)


@slow_inputs
@given(data=strategies.channel_conversations)
def test_dropped_analysis_as_the_reference(pair: Pair, data: dict[str, Any]) -> None:
    pair.check_conversation(data, drop=True)


CASES = json.loads((Path(__file__).parents[1] / "data" / "render.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["shows"] for case in CASES])
def test_case(pair: Pair, tokenizer: Tokenizer, case: dict[str, Any]) -> None:
    data = {"messages": case["messages"]}
    for text in case["texts"]:
        assert tokenizer.decode(pair.render(data, text["ending"], text["drop"])) == text["text"]
    pair.check_conversation(data, drop=True)
    pair.check_conversation(data, drop=False)


@slow_inputs
@given(data=strategies.channel_conversations, drop=st.booleans(), mode=st.sampled_from([*ENDINGS]))
def test_ranges_tile_the_tokens(
    pair: Pair, markers: Markers, data: dict[str, Any], drop: bool, mode: str
) -> None:
    messages = Conversation.from_dict(data).messages
    options = {**ENDINGS[mode], "auto_drop_analysis": drop}
    tokens, ranges = render.render_ranges(messages, *pair.ours, **options)
    stops = [stop for _, _, stop in ranges]
    assert [start for _, start, _ in ranges] == [0, *stops][: len(ranges)]
    assert len(tokens) - max(stops, default=0) == (2 if mode == "completion" else 0)
    indices = [index for index, _, _ in ranges]
    assert sorted(set(indices)) == indices
    for index, start, stop in ranges:
        alone = render.render_message(messages[index], *pair.ours)
        assert tokens[start : stop - 1] == alone[:-1]
        assert tokens[stop - 1] in markers.stop_tokens
    dropped = {*range(len(messages))} - {*indices}
    assert all(messages[index].channel == "analysis" for index in dropped)


def test_appending_to_a_list(pair: Pair) -> None:
    message = Message.from_role_and_content(Role.USER, "x")
    tokens = [7]
    assert render.render_message(message, *pair.ours, into=tokens) is tokens
    assert tokens == [7, *render.render_message(message, *pair.ours)]


@pytest.mark.parametrize("role", [*Role])
def test_role_of_the_next_turn(pair: Pair, role: Role) -> None:
    theirs = pair.theirs.render_conversation_for_completion(
        pair.reference.Conversation(), pair.reference.Role(role.value)
    )
    assert render.render_ranges([], *pair.ours, next_turn_role=role) == (theirs, [])


class TestFaults:
    """Faults found while rendering: in fields assigned later, or in what JSON cannot hold."""

    def test_a_tool_without_a_name(self, pair: Pair) -> None:
        message = Message.from_role_and_content(Role.TOOL, "x")
        with pytest.raises(RenderError, match=r"^Tools should have a name!$") as caught:
            render.render_message(message, *pair.ours)
        assert caught.value.message_index is None
        user = Message.from_role_and_content(Role.USER, "x")
        with pytest.raises(RenderError) as caught:
            render.render_ranges([user, user, message], *pair.ours)
        assert caught.value.message_index == 2

    @pytest.mark.parametrize("role", [*Role])
    @pytest.mark.parametrize("kind", ["SystemContent", "DeveloperContent"])
    def test_content_for_another_role(self, pair: Pair, role: Role, kind: str) -> None:
        snake = {"SystemContent": "system_content", "DeveloperContent": "developer_content"}
        data = {"role": role.value, "name": "n", "content": [{"type": snake[kind]}]}
        pair.check_message(data, has_function_tools=False)

    @pytest.mark.parametrize(
        ("change", "path", "text"),
        [
            (
                lambda m: m.with_channel(5),
                ("channel",),
                "Input should be a valid string for `channel`, found the integer 5",
            ),
            (
                lambda m: m.with_recipient([]),
                ("recipient",),
                "Input should be a valid string for `recipient`, found the list []",
            ),
            (
                lambda m: m.with_content_type("\ud800"),
                ("content_type",),
                "lone surrogate U+D800 at character 0: the text is not valid Unicode",
            ),
            (lambda m: setattr(m.author, "role", "bot"), ("role",), "Unknown role: 'bot'"),
            (
                lambda m: setattr(m.content[0], "reasoning_effort", "low"),
                ("content", 0, "reasoning_effort"),
                (
                    "Input should be 'Low', 'Medium' or 'High' for `reasoning_effort`, "
                    "found the string 'low'"
                ),
            ),
            (
                lambda m: setattr(m.content[0], "model_identity", b"x"),
                ("content", 0, "model_identity"),
                "Object of type bytes is not JSON serializable",
            ),
            (
                lambda m: m.content[0].with_tools(
                    ToolNamespaceConfig(
                        name="n", tools=[ToolDescription.new("f", "", {"a": [math.nan]})]
                    )
                ),
                ("content", 0, "tools", "n", "tools", 0, "parameters", "a", 0),
                "expected value, found nan: JSON has no such number",
            ),
            (
                lambda m: setattr(m, "content", [5]),
                (),
                "not a message: 'int' object has no attribute 'to_dict'",
            ),
        ],
    )
    def test_wrong_values(
        self,
        pair: Pair,
        change: Callable[[Message], Any],
        path: tuple[str | int, ...],
        text: str,
    ) -> None:
        message = Message.from_role_and_content(Role.SYSTEM, SystemContent.new())
        change(message)
        with pytest.raises(ChatError) as caught:
            render.render_message(message, *pair.ours)
        assert (caught.value.path, str(caught.value)) == (path, text)
        user = Message.from_role_and_content(Role.USER, "x")
        with pytest.raises(ChatError) as caught:
            render.render_ranges([user, message], *pair.ours)
        assert (caught.value.path, str(caught.value)) == (("messages", 1, *path), text)

    @pytest.mark.parametrize(
        ("given", "path", "text"),
        [
            ({}, (), "expected a Conversation, found dict; Conversation.from_dict reads one"),
            (
                {"messages": []},
                (),
                "expected a Conversation, found dict; Conversation.from_dict reads one",
            ),
            ("", (), "expected a Conversation, found str; Conversation.from_json reads one"),
            ("{}", (), "expected a Conversation, found str; Conversation.from_json reads one"),
            (None, (), "expected a Conversation, found NoneType"),
            (
                Message.from_role_and_content(Role.USER, "x"),
                (),
                (
                    "expected a Conversation, found Message; HarmonyEncoding.render renders a "
                    "single message"
                ),
            ),
            (
                [Message.from_role_and_content(Role.USER, "x"), {"role": "user"}],
                ("messages", 1),
                "expected a Message, found dict; Message.from_dict reads one",
            ),
            (
                iter([{"role": "user"}]),
                ("messages", 0),
                "expected a Message, found dict; Message.from_dict reads one",
            ),
        ],
    )
    def test_no_conversation(
        self,
        pair: Pair,
        given: Any,
        path: tuple[str | int, ...],
        text: str,
    ) -> None:
        with pytest.raises(ChatError) as caught:
            render.render_ranges(given, *pair.ours)
        assert (caught.value.path, str(caught.value)) == (path, text)

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ({"role": "user"}, "found dict; Message.from_dict reads one"),
            ("{}", "found str; Message.from_json reads one"),
            (None, "found NoneType"),
            (
                [Message.from_role_and_content(Role.USER, "x")],
                "found list; HarmonyEncoding.render_conversation renders several messages",
            ),
            (
                [],
                "found list; HarmonyEncoding.render_conversation renders several messages",
            ),
        ],
    )
    def test_no_message(self, pair: Pair, given: Any, text: str) -> None:
        with pytest.raises(ChatError) as caught:
            render.render_message(given, *pair.ours)
        assert str(caught.value) == f"expected a Message, {text}"

    def test_a_conversation_is_no_message(self, pair: Pair) -> None:
        with pytest.raises(ChatError, match="found Conversation; HarmonyEncoding"):
            render.render_message(Conversation(), *pair.ours)  # type: ignore[arg-type]

    def test_a_dropped_message_is_read_all_the_same(self, pair: Pair) -> None:
        thought = Message.from_role_and_content(Role.ASSISTANT, "\ud800").with_channel("analysis")
        answer = Message.from_role_and_content(Role.ASSISTANT, "x").with_channel("final")
        with pytest.raises(ChatError) as caught:
            render.render_ranges([thought, answer], *pair.ours)
        assert caught.value.path == ("messages", 0, "content", 0, "text")

    def test_but_it_need_not_be_renderable(self, pair: Pair) -> None:
        data = {"role": "tool", "content": "x", "channel": "analysis"}
        answer = {"role": "assistant", "content": "x", "channel": "final"}
        pair.check_conversation({"messages": [data, answer]}, drop=True)
        pair.check_conversation({"messages": [data, answer]}, drop=False)

    @pytest.mark.parametrize(("levels", "accepted"), [(118, True), (119, False)])
    def test_nesting_in_a_conversation(self, pair: Pair, levels: int, accepted: bool) -> None:
        data = {"messages": [nested(levels)]}
        conversation = Conversation.from_dict(data)
        assert accepts(lambda: render.render_ranges(conversation, *pair.ours)) is accepted
        pair.check_conversation(data, drop=True)

    @pytest.mark.parametrize(("levels", "accepted"), [(120, True), (121, False), (100_000, False)])
    def test_nesting_in_a_message(self, pair: Pair, levels: int, accepted: bool) -> None:
        message = Message.from_dict(nested(levels))
        assert accepts(lambda: render.render_message(message, *pair.ours)) is accepted
        if levels < 1000:  # the reference's models fail in ways of their own beyond
            pair.check_message(nested(levels), has_function_tools=False)


def nested(levels: int) -> dict[str, Any]:
    """A message with a schema of so many levels."""
    schema: dict[str, Any] = {}
    for _ in range(levels - 1):
        schema = {"type": "array", "items": schema}
    tool = {"name": "f", "description": "", "parameters": schema}
    content = {"type": "developer_content", "tools": {"n": {"name": "n", "tools": [tool]}}}
    return {"role": "developer", "content": [content]}


def accepts(call: Callable[[], object]) -> bool:
    try:
        call()
    except ChatError:
        return False
    return True


class TestLeniency:
    def test_plain_strings_in_place_of_enums(self, pair: Pair) -> None:
        message = Message.from_role_and_content(Role.SYSTEM, SystemContent.new())
        tokens = render.render_message(message, *pair.ours)
        message.author.role = "system"  # type: ignore[assignment]
        message.content[0].reasoning_effort = "Medium"  # type: ignore[attr-defined]
        assert render.render_message(message, *pair.ours) == tokens

    def test_surrogate_pairs_are_joined(self, pair: Pair) -> None:
        pair.check_message(
            {"role": "user", "name": "\ud83d\ude00", "content": "\ud83d\ude00"},
            has_function_tools=False,
        )

    def test_a_content_class_of_the_caller_s(self, pair: Pair) -> None:
        class Shout(Content):
            def to_dict(self) -> dict[str, Any]:
                return {"type": "text", "text": "HEY"}

        shout = Message.from_role_and_content(Role.USER, Shout())
        text = Message.from_role_and_content(Role.USER, "HEY")
        assert render.render_message(shout, *pair.ours) == render.render_message(text, *pair.ours)

    def test_any_iterable_is_a_conversation(self, pair: Pair) -> None:
        messages = [Message.from_role_and_content(Role.USER, text) for text in "ab"]
        whole = render.render_ranges(Conversation.from_messages(messages), *pair.ours)
        assert render.render_ranges(iter(messages), *pair.ours) == whole
