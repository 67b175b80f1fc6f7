from __future__ import annotations

import copy
import json
import pickle
from collections import deque
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from support import strategies

from harmony_core import chat
from harmony_core.chat import (
    Author,
    Content,
    Conversation,
    DeveloperContent,
    Message,
    ReasoningEffort,
    Role,
    SystemContent,
    TextContent,
)
from harmony_core.tools import ToolDescription

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ignoring_unknown = pytest.mark.filterwarnings("ignore::harmony_core.UnknownFieldWarning")
slow_inputs = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TestAsTheReference:
    """The reference's models, given the same dictionary, give the same dictionary and JSON."""

    @slow_inputs
    @given(data=strategies.any_messages)
    def test_message(self, reference: ModuleType, data: dict[str, Any]) -> None:
        ours = Message.from_dict(data)
        theirs = reference.Message.from_dict(data)
        assert ours.to_dict() == theirs.to_dict()
        assert ours.to_json() == theirs.to_json()

    @slow_inputs
    @given(data=strategies.any_conversations)
    def test_conversation(self, reference: ModuleType, data: dict[str, Any]) -> None:
        ours = Conversation.from_dict(data)
        theirs = reference.Conversation.from_json(json.dumps(data))
        assert ours.to_json() == theirs.to_json()
        payload = ours.to_json()
        again = reference.Conversation.from_json(payload)
        assert Conversation.from_json(payload).to_json() == again.to_json()

    @slow_inputs
    @given(data=strategies.any_messages)
    def test_repr(self, reference: ModuleType, data: dict[str, Any]) -> None:
        assert repr(Message.from_dict(data)) == repr(reference.Message.from_dict(data))

    @pytest.mark.parametrize(
        "name",
        [
            *("Author", "ChannelConfig", "Content", "Conversation", "DeveloperContent"),
            *("Message", "ReasoningEffort", "Role", "SystemContent", "TextContent"),
        ],
    )
    def test_public_names(self, reference: ModuleType, name: str) -> None:
        theirs, ours = getattr(reference, name), getattr(chat, name)
        own = set(vars(theirs)) - set(vars(reference.Content.__base__)) - {"model_config"}
        public = {name for name in own if not name.startswith(("_", "model_"))}
        assert public <= set(dir(ours))
        assert (
            getattr(theirs, "model_fields", {}).keys()
            == getattr(ours, "__dataclass_fields__", {}).keys()
        )

    @pytest.mark.parametrize("name", ["SystemContent", "DeveloperContent", "Conversation"])
    def test_defaults(self, reference: ModuleType, name: str) -> None:
        assert repr(getattr(chat, name)()) == repr(getattr(reference, name)())

    def test_roles(self, reference: ModuleType) -> None:
        assert [(role.name, role.value) for role in Role] == [
            (role.name, role.value) for role in reference.Role
        ]
        assert [(effort.name, effort.value) for effort in ReasoningEffort] == [
            (effort.name, effort.value) for effort in reference.ReasoningEffort
        ]

    @pytest.mark.parametrize(
        "value",
        [
            *(True, False, 0, 1, 2, -1, 0.0, 1.0, 0.5, None, [], b"true", b"\xff"),
            *("yes", "Y", "on", "t", "TRUE", "1", "no", "N", "off", "F", "false", "0"),
            *("", "2", " true", "ja"),
        ],
    )
    def test_booleans(self, reference: ModuleType, value: object) -> None:
        agree(reference, lambda m: m.ChannelConfig(valid_channels=[], channel_required=value))

    @pytest.mark.parametrize(
        "value",
        [
            *([], ["a"], ("a",), {"a"}, frozenset("a"), deque("ab"), {"a": 1}.keys(), range(0)),
            *("ab", b"ab", {"a": 1}, None, 5, [1], [None], [b"a"], [Role.USER]),
        ],
    )
    def test_lists(self, reference: ModuleType, value: object) -> None:
        agree(reference, lambda m: m.ChannelConfig(valid_channels=value, channel_required=True))

    def test_generators(self, reference: ModuleType) -> None:
        agree(reference, lambda m: m.ChannelConfig.require_channels(c for c in "abc"))

    @pytest.mark.parametrize(
        "value", ["user", b"user", Role.TOOL, "User", "", None, 5, [], ReasoningEffort.LOW]
    )
    def test_enums(self, reference: ModuleType, value: object) -> None:
        agree(reference, lambda m: m.Author(role=value))

    @pytest.mark.parametrize("value", ["", "n", b"n", b"\xff", bytearray(b"n"), Role.USER, 5, []])
    def test_strings(self, reference: ModuleType, value: object) -> None:
        agree(reference, lambda m: m.Author(role="user", name=value))

    @ignoring_unknown
    @pytest.mark.parametrize(
        "value",
        [
            *({}, None, [], "x", 5, MappingProxyType({}), {"a": {"name": "n", "tools": []}}),
            *({"a": {"name": "n"}}, {"a": {"name": "n", "tools": [{}]}}, {1: {}}, {"a": None}),
            {b"a": {"name": "n", "tools": [{"name": "f", "description": "d", "x": 1}]}},
        ],
    )
    def test_tool_maps(self, reference: ModuleType, value: object) -> None:
        agree(reference, lambda m: m.SystemContent(tools=value))
        agree(reference, lambda m: m.DeveloperContent(tools=value))

    @ignoring_unknown
    def test_unknown_keywords_are_ignored(self, reference: ModuleType) -> None:
        agree(reference, lambda m: m.TextContent(type="text", text="x"))
        agree(reference, lambda m: m.TextContent(self=1, text="x"))
        agree(reference, lambda m: m.TextContent(type="text"))
        agree(reference, lambda m: m.Content(type="text"))
        agree(reference, lambda m: m.ToolDescription(name="n", description="d", x=1))
        agree(reference, lambda m: m.Message(author={"role": "user", "x": 1}, x=2))
        agree(reference, lambda m: m.SystemContent.from_dict({"type": "x", "x": 1}))

    def test_builders(self, reference: ModuleType) -> None:
        agree(reference, lambda m: m.Message.from_role_and_content("user", "x").with_channel("c"))
        agree(reference, lambda m: m.Message.from_role_and_content("user", "x").with_recipient("r"))
        agree(
            reference, lambda m: m.Message.from_role_and_content("user", "").with_content_type("t")
        )
        agree(reference, lambda m: m.Message.from_role_and_content("user", "x").adding_content("y"))
        agree(reference, lambda m: m.Message.from_author_and_content(m.Author.new("tool", "f"), ""))
        agree(reference, lambda m: m.Message.from_role_and_contents("user", []))
        agree(reference, lambda m: m.SystemContent.new().with_browser_tool().with_python_tool())
        agree(reference, lambda m: m.SystemContent.new().with_model_identity("i"))
        agree(reference, lambda m: m.SystemContent.new().with_conversation_start_date("d"))
        agree(reference, lambda m: m.SystemContent.new().with_knowledge_cutoff("k"))
        agree(reference, lambda m: m.SystemContent.new().with_required_channels(["x"]))
        agree(reference, lambda m: m.SystemContent.new().with_channel_config(None))
        agree(
            reference,
            lambda m: m.SystemContent.new().with_reasoning_effort(m.ReasoningEffort.HIGH),
        )
        agree(reference, lambda m: m.DeveloperContent.new().with_instructions("i"))
        agree(reference, lambda m: m.DeveloperContent.new().with_function_tools([]))


def agree(reference: ModuleType, make: Callable[[Any], Any]) -> None:
    """Both models accept or refuse; what they make looks the same."""
    assert outcome(lambda: make(chat)) == outcome(lambda: make(reference))


def outcome(call: Callable[[], Any]) -> str:
    try:
        return repr(call())
    except ValueError:
        return "refused"


class TestModel:
    def test_builders_return_the_object_they_changed(self) -> None:
        message = Message.from_role_and_content(Role.USER, "x")
        assert message.with_channel("c") is message
        assert message.adding_content("y") is message
        assert message.with_recipient("r") is message
        assert message.with_content_type("t") is message
        system = SystemContent.new()
        assert system.with_browser_tool() is system
        assert system.with_reasoning_effort(ReasoningEffort.LOW) is system
        developer = DeveloperContent.new()
        assert developer.with_function_tools([]) is developer
        assert developer.with_instructions("") is developer

    def test_lists_are_copied_and_objects_kept(self) -> None:
        author = Author(role=Role.USER)
        content: list[Content] = [TextContent(text="x")]
        message = Message(author=author, content=content)
        assert message.author is author
        assert message.content == content
        assert message.content is not content
        assert message.content[0] is content[0]

    def test_defaults_are_not_shared(self) -> None:
        changed, other = SystemContent().channel_config, SystemContent().channel_config
        assert changed is not None
        assert other is not None
        changed.valid_channels.append("x")
        assert "x" not in other.valid_channels
        Message(author=Author(role=Role.USER)).content.append(TextContent(text=""))
        assert Message(author=Author(role=Role.USER)).content == []

    def test_dictionaries_share_nothing_with_the_message(self) -> None:
        tool = ToolDescription.new("f", "", {"properties": {"a": [1]}})
        content = DeveloperContent.new().with_function_tools([tool])
        content.to_dict()["tools"]["functions"]["tools"][0]["parameters"]["properties"].clear()
        assert tool.parameters == {"properties": {"a": [1]}}

    def test_equality_is_by_type_and_fields(self) -> None:
        assert Author(role=Role.USER) == Author(role=Role.USER, name=None)
        assert Author(role=Role.USER) != Author(role=Role.TOOL)
        assert Content() != TextContent(text="")
        assert isinstance(TextContent(text=""), Content)

    def test_a_conversation_iterates_over_its_messages(self) -> None:
        messages = [Message.from_role_and_content(Role.USER, text) for text in "ab"]
        assert list(Conversation.from_messages(messages)) == messages

    def test_objects_can_be_copied_and_pickled(self) -> None:
        message = Message.from_role_and_content(Role.SYSTEM, SystemContent.new().with_python_tool())
        assert copy.deepcopy(message) == message
        assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 - our own bytes

    def test_a_misspelt_attribute_is_an_error(self) -> None:
        message = Message.from_role_and_content(Role.USER, "x")
        with pytest.raises(AttributeError):
            message.chanel = "final"  # type: ignore[attr-defined]

    def test_arguments_are_named(self) -> None:
        with pytest.raises(TypeError, match="positional"):
            Author(Role.USER)  # type: ignore[call-arg]

    def test_a_string_stands_for_one_text(self) -> None:
        message = Message.from_dict({"role": "user", "content": "x"})
        assert message.content == [TextContent(text="x")]

    def test_contents_may_be_dictionaries(self) -> None:
        content = [{"type": "text", "text": "x"}]
        message = Message(author=Author(role=Role.USER), content=content)  # type: ignore[arg-type]
        assert message.content == [TextContent(text="x")]

    def test_content_itself_has_no_dictionary(self) -> None:
        with pytest.raises(NotImplementedError):
            Content().to_dict()

    def test_none_is_left_out_and_so_read_back_as_the_default(self) -> None:
        content = SystemContent(model_identity=None)
        assert "model_identity" not in content.to_dict()
        assert SystemContent.from_dict(content.to_dict()) == SystemContent()
