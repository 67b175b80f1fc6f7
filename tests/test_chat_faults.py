"""What the model says of data a person wrote: the exact place and text of each fault."""

from __future__ import annotations

import json
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from support import strategies

from harmony_core.chat import (
    Conversation,
    Message,
    Role,
    SystemContent,
    TextContent,
    UnknownField,
    unknown_fields,
)
from harmony_core.errors import (
    ChatError,
    HarmonyError,
    InvalidJsonError,
    UnknownFieldError,
    UnknownFieldWarning,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

CONFIG: dict[object, object] = {"valid_channels": [], "channel_required": True}
TOOL = {"name": "f", "description": "d"}
FAULTS: list[tuple[object, tuple[str | int, ...], str]] = [
    ([], (), "Input should be a valid dictionary, found the list []"),
    (None, (), "Input should be a valid dictionary, found null"),
    ({}, ("messages",), "Field required: `messages`"),
    (
        {"messages": "x"},
        ("messages",),
        "Input should be a valid list for `messages`, found the string 'x'",
    ),
    (
        {"messages": [{"role": "user", "content": ""}, 5]},
        ("messages", 1),
        "Input should be a valid dictionary, found the integer 5",
    ),
]
MESSAGE_FAULTS: list[tuple[dict[str, Any], tuple[str | int, ...], str]] = [
    ({"content": ""}, ("role",), "Field required: `role`"),
    ({"role": "user"}, ("content",), "Field required: `content`"),
    ({"role": "x", "content": ""}, ("role",), "Unknown role: 'x'"),
    ({"role": None, "content": ""}, ("role",), "Unknown role: None"),
    ({"role": [], "content": ""}, ("role",), "Unknown role: []"),
    (
        {"role": "user", "name": 5, "content": ""},
        ("name",),
        "Input should be a valid string for `name`, found the integer 5",
    ),
    (
        {"role": "user", "content": "", "channel": True},
        ("channel",),
        "Input should be a valid string for `channel`, found the boolean True",
    ),
    (
        {"role": "user", "content": "", "recipient": 0.5},
        ("recipient",),
        "Input should be a valid string for `recipient`, found the number 0.5",
    ),
    (
        {"role": "user", "content": "", "content_type": {}},
        ("content_type",),
        "Input should be a valid string for `content_type`, found the dictionary {}",
    ),
    (
        {"role": "user", "content": None},
        ("content",),
        "Input should be a valid list for `content`, found null",
    ),
    (
        {"role": "user", "content": ["x"]},
        ("content", 0),
        "Input should be a valid dictionary or instance of Content, found the string 'x'",
    ),
    (
        {"role": "user", "content": [{"type": "image"}]},
        ("content", 0, "type"),
        "Unknown content variant: {'type': 'image'}",
    ),
    (
        {"role": "user", "content": [{"type": []}]},
        ("content", 0, "type"),
        "Unknown content variant: {'type': []}",
    ),
    (
        {"role": "user", "content": [{"type": "text"}]},
        ("content", 0, "text"),
        "Field required: `text`",
    ),
]
CONTENT_FAULTS: list[tuple[dict[str, Any], tuple[str | int, ...], str]] = [
    (
        {"model_identity": 5},
        ("model_identity",),
        "Input should be a valid string for `model_identity`, found the integer 5",
    ),
    (
        {"reasoning_effort": "low"},
        ("reasoning_effort",),
        "Input should be 'Low', 'Medium' or 'High' for `reasoning_effort`, found the string 'low'",
    ),
    (
        {"channel_config": "x"},
        ("channel_config",),
        (
            "Input should be a valid dictionary or instance of ChannelConfig for "
            "`channel_config`, found the string 'x'"
        ),
    ),
    (
        {"channel_config": {"valid_channels": [1], "channel_required": True}},
        ("channel_config", "valid_channels", 0),
        "Input should be a valid string, found the integer 1",
    ),
    (
        {"channel_config": {"valid_channels": []}},
        ("channel_config", "channel_required"),
        "Field required: `channel_required`",
    ),
    (
        {"tools": []},
        ("tools",),
        "Input should be a valid dictionary for `tools`, found the list []",
    ),
    (
        {"tools": {"a": {"name": "a", "tools": [TOOL, {**TOOL, "parameters": "x"}]}}},
        ("tools", "a", "tools", 1, "parameters"),
        "Input should be a valid dictionary for `parameters`, found the string 'x'",
    ),
    (
        {"tools": {"a": {"name": "a", "tools": []}, "b": 5}},
        ("tools", "b"),
        (
            "Input should be a valid dictionary or instance of ToolNamespaceConfig, "
            "found the integer 5"
        ),
    ),
]


class TestFaults:
    @pytest.mark.parametrize(("data", "path", "text"), FAULTS)
    def test_conversation(
        self, data: dict[str, Any], path: tuple[str | int, ...], text: str
    ) -> None:
        with pytest.raises(ChatError) as caught:
            Conversation.from_dict(data)
        assert (caught.value.path, str(caught.value)) == (path, text)
        assert isinstance(caught.value, (ValueError, HarmonyError))

    @pytest.mark.parametrize(("data", "path", "text"), MESSAGE_FAULTS)
    def test_message(self, data: dict[str, Any], path: tuple[str | int, ...], text: str) -> None:
        with pytest.raises(ChatError) as caught:
            Message.from_dict(data)
        assert (caught.value.path, str(caught.value)) == (path, text)
        with pytest.raises(ChatError) as caught:
            Conversation.from_dict({"messages": [{"role": "user", "content": ""}, data]})
        assert (caught.value.path, str(caught.value)) == (("messages", 1, *path), text)

    @pytest.mark.parametrize(("data", "path", "text"), CONTENT_FAULTS)
    def test_system_content(
        self, data: dict[str, Any], path: tuple[str | int, ...], text: str
    ) -> None:
        with pytest.raises(ChatError) as caught:
            SystemContent(**data)
        assert (caught.value.path, str(caught.value)) == (path, text)
        message = {"role": "system", "content": [{"type": "system_content", **data}]}
        with pytest.raises(ChatError) as caught:
            Message.from_dict(message)
        assert (caught.value.path, str(caught.value)) == (("content", 0, *path), text)

    def test_an_unknown_role_has_the_text_of_the_reference(self, reference: ModuleType) -> None:
        with pytest.raises(ValueError, match="Unknown role") as theirs:
            reference.Role("x")
        with pytest.raises(ChatError) as ours:
            Role("x")
        assert str(ours.value) == str(theirs.value)

    def test_long_values_are_shortened(self) -> None:
        with pytest.raises(ChatError) as caught:
            Conversation.from_dict({"messages": "x" * 10_000})
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("payload", ["", "{", '{"messages": [}', "\ud800", "5 5"])
    def test_what_is_no_json(self, reference: ModuleType, payload: str) -> None:
        with pytest.raises(ValueError, match="line 1 column") as theirs:
            reference.Conversation.from_json(payload)
        for model in (Conversation, Message):
            with pytest.raises(ChatError) as ours:
                model.from_json(payload)
            assert str(ours.value) == str(theirs.value)

    def test_json_nested_too_deeply(self) -> None:
        for model in (Conversation, Message):
            with pytest.raises(ChatError, match="nested too deeply"):
                model.from_json("[" * 100_000)

    @pytest.mark.parametrize(
        ("payload", "position", "reason"),
        [
            ('{"messages": [}', 14, "Expecting value"),
            ("[" * 100_000, None, "The JSON is nested too deeply"),
            ("9" * 5_000, None, "A number has too many digits"),
        ],
    )
    def test_json_that_cannot_be_read_is_told_with_its_place(
        self, payload: str, position: int | None, reason: str
    ) -> None:
        for model in (Conversation, Message):
            with pytest.raises(InvalidJsonError) as caught:
                model.from_json(payload)
            assert (caught.value.position, caught.value.reason) == (position, reason)


# What a Chat Completions message has, and a Harmony message does not.
CALL = {
    "role": "assistant",
    "content": "",
    "refusal": None,
    "annotations": [],
    "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f"}}],
}


class TestUnknownFields:
    def test_a_field_that_is_ignored_is_warned_of_where_it_was_given(self) -> None:
        for read in (
            lambda: Message.from_dict(CALL),
            lambda: Message.from_json(json.dumps(CALL)),
            lambda: Conversation.from_dict({"messages": [CALL]}),
        ):
            with pytest.warns(UnknownFieldWarning) as caught:
                read()
            (warning,) = caught
            assert str(warning.message) == "Message ignores the unknown `tool_calls`"
            assert warning.filename == __file__

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (
                lambda: TextContent.from_dict({"text": "", "txt": "x"}),
                "TextContent ignores the unknown `txt`",
            ),
            (
                lambda: Message.from_dict(
                    {"role": "user", "content": [{"type": "text", "text": "", "cache_control": 5}]}
                ),
                "TextContent ignores the unknown `cache_control`",
            ),
            (
                lambda: Conversation.from_dict({"messages": [], "tools": [1]}),
                "Conversation ignores the unknown `tools`",
            ),
            (
                lambda: SystemContent.from_dict({"channel_config": {**CONFIG, 1: 2}}),
                "ChannelConfig ignores the unknown `1`",
            ),
        ],
    )
    def test_at_every_level(self, make: Callable[[], object], message: str) -> None:
        with pytest.warns(UnknownFieldWarning, match=f"^{message}$"):
            make()

    def test_what_holds_nothing_is_no_loss(self) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            Message.from_dict({**CALL, "tool_calls": None})
            Message.from_dict({**CALL, "tool_calls": [], "audio": {}, "refusal": ""})
        assert caught == []

    def test_strict_reading_refuses_the_first_unknown_field(self) -> None:
        misspelt = {"role": "user", "content": "x", "chanel": "final"}
        with pytest.raises(UnknownFieldError) as caught:
            Conversation.from_dict({"messages": [misspelt]}, strict=True)
        assert str(caught.value) == "Unknown field `chanel`; did you mean `channel`?"
        assert (caught.value.kind, caught.value.suggestion) == ("unknown-field", "channel")
        assert caught.value.path == ("messages", 0, "chanel")
        for read in (
            lambda: Message.from_dict({**CALL, "tool_calls": None}, strict=True),
            lambda: Message.from_json(json.dumps(CALL), strict=True),
            lambda: Conversation.from_json(json.dumps({"messages": [CALL]}), strict=True),
        ):
            with pytest.raises(UnknownFieldError, match=r"^Unknown field `refusal`$"):
                read()
        again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
        assert (again.path, str(again)) == (caught.value.path, str(caught.value))

    def test_every_level(self) -> None:
        tool = {"name": "f", "description": "d", "parameter": {}, "parameters": {"free": 1}}
        namespace = {"name": "n", "desc": "d", "tools": [tool]}
        system = {"type": "system_content", "identity": "x", "tools": {"any name": namespace}}
        system["channel_config"] = {"validChannels": [], "valid_channels": []}
        data = {
            "mesages": [],
            "messages": [
                {"role": "user", "content": "x", "chanel": "final", "author": {}},
                {"role": "system", "content": [{"type": "text", "txt": ""}, system], "zzz": 1},
            ],
        }
        content = ("messages", 1, "content")
        assert unknown_fields(data) == [
            UnknownField(("mesages",), "messages"),
            UnknownField(("messages", 0, "chanel"), "channel"),
            UnknownField(("messages", 0, "author"), None),
            UnknownField((*content, 0, "txt"), "text"),
            UnknownField((*content, 1, "identity"), "model_identity"),
            UnknownField((*content, 1, "tools", "any name", "desc"), None),
            UnknownField((*content, 1, "tools", "any name", "tools", 0, "parameter"), "parameters"),
            UnknownField((*content, 1, "channel_config", "validChannels"), "valid_channels"),
            UnknownField(("messages", 1, "zzz"), None),
        ]

    @pytest.mark.parametrize(
        "data",
        [
            *(None, 5, [], {}, {"messages": None}, {"messages": [5, None, {"content": 5}]}),
            {"messages": [{"content": [{"type": "image", "x": 1}, {"y": 1}, "z"]}]},
        ],
    )
    def test_what_the_reader_refuses_is_passed_over(self, data: object) -> None:
        assert unknown_fields(data) == []

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=strategies.any_conversations)
    def test_what_the_model_writes_is_known(self, data: dict[str, Any]) -> None:
        assert unknown_fields(data) == []
        assert unknown_fields(Conversation.from_dict(data).to_dict()) == []
