"""Harmony -> the two APIs: what their clients can read, and what is told of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from openai.types.chat import ChatCompletionMessage
from openai.types.responses import ResponseOutputItem
from pydantic import TypeAdapter
from support.chat_requests import completions

from harmony_core import (
    Author,
    ChatError,
    DeveloperContent,
    Message,
    Role,
    SystemContent,
    TextContent,
    ToolDescription,
    ToolNamespaceConfig,
    load_harmony_encoding,
)
from harmony_core.interop import chat_completions, responses

if TYPE_CHECKING:
    from harmony_core.interop import Loss

ITEMS: TypeAdapter[Any] = TypeAdapter(ResponseOutputItem)
JSON = "<|constrain|>json"


def said(text: str, channel: str | None, recipient: str | None = None, **fields: Any) -> Message:
    return Message(
        author=Author(role=Role.ASSISTANT),
        content=[TextContent(text=text)],
        channel=channel,
        recipient=recipient,
        **fields,
    )


def paths(losses: list[Loss]) -> list[str]:
    return [loss.json_path for loss in losses]


@given(completions)
def test_clients_can_read_what_is_written(text: str) -> None:
    encoding = load_harmony_encoding("HarmonyGptOss")
    tokens = encoding.encode(text, allowed_special="all")
    messages = encoding.parse_messages_from_completion_tokens(tokens, Role.ASSISTANT)
    ChatCompletionMessage.model_validate(chat_completions.from_completion(messages).message)
    for item in responses.from_messages(messages).items:
        ITEMS.validate_python(item)


class TestCompletion:
    def test_what_is_joined_is_told(self) -> None:
        answer = chat_completions.from_completion(
            [
                said("t", "analysis"),
                said("p", "commentary"),
                said("u", "analysis"),
                said("a", "final"),
            ]
        )
        assert answer.message == {
            "role": "assistant",
            "reasoning": "t\nu",
            "content": "p\na",
        }
        assert answer.finish_reason == "stop"
        assert paths(answer.losses) == ["$[2]", "$[1].channel"]

    @pytest.mark.parametrize(
        ("message", "text", "lost"),
        [
            (said("a", "final", JSON), "a", ["$[0].recipient"]),
            (said("a", "final", "user"), "a", ["$[0].recipient"]),
            (said("a", "final", "json"), "a", ["$[0].recipient"]),
            (said("a", "final", "functions.f"), "a", ["$[0].recipient"]),
            (said("a", "final", content_type="text"), "a", ["$[0].content_type"]),
            (said("a", None), "a", ["$[0].channel", "$[0].channel"]),
            (said("", "final"), "", ["$[0]"]),
            (said("a", "odd"), None, ["$[0].channel"]),
        ],
    )
    def test_headers_without_a_place(
        self, message: Message, text: str | None, lost: list[str]
    ) -> None:
        answer = chat_completions.from_completion([message])
        assert answer.message["content"] == text
        assert "tool_calls" not in answer.message
        assert paths(answer.losses) == lost

    @pytest.mark.parametrize(
        ("call", "name", "lost"),
        [
            (said("{}", "commentary", "functions.f", content_type=JSON), "f", []),
            (
                said("{}", "commentary", "functions.f", content_type="json"),
                "f",
                ["$[0].content_type"],
            ),
            (said("{}", "analysis", "functions.f", content_type=JSON), "f", ["$[0].channel"]),
            (said("{}", "commentary", "f", content_type=JSON), "f", ["$[0].recipient"]),
            (said("1", "analysis", "python", content_type="code"), "python", []),
            (
                said("{}", "analysis", "browser.find", content_type="code"),
                "browser.find",
                [],
            ),
            (
                said("{}", "commentary", "crm.find", content_type=JSON),
                "crm.find",
                ["$[0].recipient"],
            ),
        ],
    )
    def test_calls(self, call: Message, name: str, lost: list[str]) -> None:
        answer = chat_completions.from_completion([call])
        [written] = answer.message["tool_calls"]
        assert written["function"] == {
            "name": name,
            "arguments": call.content[0].to_dict()["text"],
        }
        assert (answer.message["content"], answer.finish_reason) == (None, "tool_calls")
        assert paths(answer.losses) == lost

    def test_a_recipient_without_a_name_is_none(self) -> None:
        for recipient in ("functions.", "", "all", "assistant"):
            answer = chat_completions.from_completion([said("x", "analysis", recipient)])
            assert answer.message["reasoning"] == "x"
            assert answer.finish_reason == "length"

    def test_an_empty_completion(self) -> None:
        answer = chat_completions.from_completion([])
        assert answer.message == {"role": "assistant", "content": None}
        assert answer.finish_reason == "length"
        assert chat_completions.from_completion([], finish_reason="stop").finish_reason == "stop"


FUNCTION = ToolDescription.new("f", "Does.")
FUNCTIONS = ToolNamespaceConfig(name="functions", tools=[FUNCTION])
CRM = ToolNamespaceConfig(name="crm", tools=[FUNCTION])
USER = Message.from_role_and_content(Role.USER, "x")


def developer(*contents: Any) -> Message:
    return Message.from_role_and_contents(Role.DEVELOPER, contents)


class TestConversation:
    @pytest.mark.parametrize("api", [chat_completions, responses])
    @pytest.mark.parametrize(
        ("messages", "lost"),
        [
            (
                [USER, Message.from_role_and_content(Role.SYSTEM, SystemContent())],
                "$[1].content[0]",
            ),
            (
                [Message.from_role_and_contents(Role.SYSTEM, [SystemContent(), SystemContent()])],
                "$[0].content[1]",
            ),
            ([Message.from_role_and_content(Role.SYSTEM, "text")], "$[0].content[0]"),
            ([Message(author=Author(role=Role.SYSTEM))], "$[0]"),
            ([developer(DeveloperContent())], "$[0]"),
            ([developer(DeveloperContent(instructions=""))], "$[0]"),
            ([developer(TextContent(text="raw"))], "$[0].content"),
            (
                [developer(DeveloperContent(instructions="a"), DeveloperContent(instructions="b"))],
                "$[0].content[1]",
            ),
            ([USER, developer(DeveloperContent(tools={"functions": FUNCTIONS}))], "$[1]"),
            (
                [developer(DeveloperContent(tools={"x": FUNCTIONS}))],
                "$[0].content[0].tools.x",
            ),
            (
                [
                    developer(
                        DeveloperContent(
                            tools={"functions": ToolNamespaceConfig(name="functions", tools=[])}
                        )
                    )
                ],
                "$[0].content[0].tools.functions",
            ),
            ([Message(author=Author(role=Role.TOOL, name="functions."))], "$[0]"),
            ([Message.from_role_and_content(Role.USER, "x").with_channel("c")], "$[0].channel"),
        ],
    )
    def test_what_has_no_place_is_told(
        self,
        api: Any,
        messages: list[Message],
        lost: str,
    ) -> None:
        assert paths(api.from_messages(messages).losses) == [lost]

    def test_namespaces(self) -> None:
        message = developer(DeveloperContent(tools={"functions": FUNCTIONS, "crm": CRM}))
        chat = chat_completions.from_messages([message])
        assert [tool["function"]["name"] for tool in chat.request["tools"]] == ["f"]
        assert paths(chat.losses) == ["$[0].content[0].tools.crm"]
        written = responses.from_messages([message])
        assert [tool["type"] for tool in written.request["tools"]] == ["function", "namespace"]
        assert written.losses == []

    @pytest.mark.parametrize("api", [chat_completions, responses])
    @pytest.mark.parametrize(
        ("instructions", "is_format"),
        [
            ('Be brief.\n\n# Response Formats\n\n## a\n\n{"type":"object"}', True),
            ('Be brief.\n\n# Response Formats\n\n## a\n\n{"type": "object"}', False),  # a blank
            ("Be brief.\n\n# Response Formats\n\n## a\n\n{no JSON}", False),
            ('# Response Formats\n\n## a\n\n{"type":"object"}', False),  # nothing before it
        ],
    )
    def test_only_what_reads_back_is_a_response_format(
        self, api: Any, instructions: str, is_format: bool
    ) -> None:
        messages = [developer(DeveloperContent(instructions=instructions))]
        written = api.from_messages(messages)
        assert written.losses == []
        assert ("response_format" in written.request or "text" in written.request) == is_format
        key = "messages" if api is chat_completions else "input"
        items = written.messages if api is chat_completions else written.items
        request = {key: items, **written.request}
        assert api.to_conversation(request, system=False).conversation.messages == messages

    def test_the_system_message_is_given_back(self) -> None:
        system = SystemContent(conversation_start_date="2025-06-28").with_browser_tool()
        messages = [Message.from_role_and_content(Role.SYSTEM, system)]
        assert chat_completions.from_messages(messages).system is system
        assert chat_completions.from_messages(messages).request == {"reasoning_effort": "medium"}
        assert responses.from_messages(messages).request == {"reasoning": {"effort": "medium"}}

    def test_a_result_finds_the_first_call_of_its_tool_without_one(self) -> None:
        call = said("{}", "commentary", "functions.f", content_type=JSON)
        other = said("{}", "commentary", "functions.g", content_type=JSON)
        result = Message.from_author_and_content(Author.new(Role.TOOL, "functions.f"), "r")
        result = result.with_recipient("assistant").with_channel("commentary")
        written = chat_completions.from_messages([call, other, call, result, result, result])
        assert [message.get("tool_call_id") for message in written.messages[1:]] == [
            "call_0",
            "call_2",
            None,
        ]
        assert written.messages[-1]["name"] == "f"

    def test_content_that_is_no_text(self) -> None:
        message = Message.from_role_and_content(Role.USER, SystemContent())
        for api in (chat_completions, responses):
            with pytest.raises(ChatError, match="Expected text"):
                api.from_messages([message])
