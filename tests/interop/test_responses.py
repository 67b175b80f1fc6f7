"""Responses -> Harmony: every type of item, every loss, every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.responses import Response, ResponseFunctionToolCall

from harmony_core import ChatError, Conversation, Message, Role, SystemContent, TextContent
from harmony_core.interop import LossyConversionError, MessageIds
from harmony_core.interop.responses import from_messages, to_conversation

CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "r"}
FLAT = {"type": "function", "name": "f", "description": "Does.", "parameters": None}


def body(request: object, **options: Any) -> list[Message]:
    """The messages of a request, but those that begin every prompt."""
    converted = to_conversation(request, system=False, **options)
    assert converted.losses == []
    return converted.conversation.messages


def losses(request: object, **options: Any) -> list[tuple[str, object]]:
    return [(loss.json_path, loss.value) for loss in to_conversation(request, **options).losses]


def told(messages: list[Message]) -> list[tuple[str | None, ...]]:
    """Of each message who speaks, on which channel, to whom, and what."""
    return [
        (
            message.author.name or message.author.role.value,
            message.channel,
            message.recipient,
            "".join(content.to_dict()["text"] for content in message.content),
        )
        for message in messages
    ]


class TestItems:
    def test_a_call_and_its_output(self) -> None:
        call = ("assistant", "commentary", "functions.f", "{}")
        result = ("functions.f", "commentary", "assistant", "r")
        assert told(body([CALL, OUTPUT])) == [call, result]
        parts = [{"type": "input_text", "text": "r"}, {"type": "input_text", "text": "s"}]
        assert told(body([CALL, {**OUTPUT, "output": parts}]))[1][3] == "rs"
        known_by_name = {**OUTPUT, "call_id": "gone", "name": "f"}
        assert told(body([known_by_name])) == [result]

    def test_ids_are_kept_beside_the_conversation(self) -> None:
        output = {**OUTPUT, "id": "fco_1"}
        converted = to_conversation([CALL, output, {"role": "user", "content": ""}], system=False)
        assert converted.ids == {
            0: MessageIds(call="c1", item="fc_1"),
            1: MessageIds(call="c1", item="fco_1"),
        }

    @pytest.mark.parametrize(
        ("phase", "following", "channel"),
        [
            ("commentary", [], "commentary"),
            ("final_answer", [CALL], "final"),
            (None, [CALL], "commentary"),
            (None, [{"type": "reasoning", "summary": [{"text": "s"}]}, CALL], "commentary"),
            (None, [], "final"),
            (None, [{"role": "user", "content": "x"}, CALL], "final"),
            (None, [OUTPUT, CALL], "final"),
        ],
    )
    def test_the_channel_of_a_text(
        self, phase: str | None, following: list[Any], channel: str
    ) -> None:
        part = {"type": "output_text", "text": "a", "annotations": [], "logprobs": []}
        item = {"type": "message", "role": "assistant", "phase": phase, "content": [part]}
        assert body([CALL, OUTPUT, item, *following])[2].channel == channel

    def test_reasoning(self) -> None:
        content = [{"type": "reasoning_text", "text": text} for text in "ab"]
        summary = [{"type": "summary_text", "text": "s"}]
        item = {"type": "reasoning", "id": "rs_1", "content": content, "summary": []}
        assert told(body([item])) == [("assistant", "analysis", None, "a\nb")]
        only_summary = {**item, "content": None, "summary": summary}
        assert told(body([only_summary]))[0][3] == "s"
        assert losses([{**item, "summary": summary}]) == [("$[0].summary", summary)]
        secret = {**item, "content": [], "encrypted_content": "zz"}
        assert losses([secret]) == [("$[0].encrypted_content", "zz"), ("$[0]", secret)]

    def test_calls_of_the_models_own_tools(self) -> None:
        items = [
            {**CALL, "namespace": "browser", "name": "search"},
            OUTPUT,
            {"type": "custom_tool_call", "call_id": "c2", "name": "python", "input": "1+1"},
            {"type": "custom_tool_call_output", "call_id": "c2", "output": "2"},
        ]
        tools = [
            {"type": "web_search"},
            {"type": "code_interpreter", "container": {"type": "auto"}},
        ]
        converted = to_conversation({"input": items, "tools": tools})
        assert converted.losses == []
        assert told(converted.conversation.messages[1:]) == [
            ("assistant", "analysis", "browser.search", "{}"),
            ("browser.search", "analysis", "assistant", "r"),
            ("assistant", "analysis", "python", "1+1"),
            ("python", "analysis", "assistant", "2"),
        ]
        assert converted.conversation.messages[1].content_type == "code"

    def test_hosted_calls_that_have_their_results(self) -> None:
        items: list[dict[str, Any]] = [
            {
                "type": "code_interpreter_call",
                "id": "ci_1",
                "code": "1+1",
                "outputs": [{"type": "logs", "logs": "2"}],
            },
            {
                "type": "mcp_call",
                "id": "mcp_1",
                "server_label": "crm",
                "name": "find",
                "arguments": "{}",
                "output": "x",
            },
        ]
        system = SystemContent.new().with_python_tool()
        converted = to_conversation(items, system=system)
        assert converted.losses == []
        assert told(converted.conversation.messages[1:]) == [
            ("assistant", "analysis", "python", "1+1"),
            ("python", "analysis", "assistant", "2"),
            ("assistant", "commentary", "crm.find", "{}"),
            ("crm.find", "commentary", "assistant", "x"),
        ]
        failed = {**items[1], "output": None, "error": "Timed out."}
        assert told(body([failed]))[1][3] == "Timed out."
        both = {**items[1], "error": "Timed out."}
        assert losses([both]) == [("$[0].error", "Timed out.")]
        image = {**items[0], "container_id": "cnt", "outputs": [{"type": "image", "url": "u"}]}
        assert losses([image]) == [
            ("$[0].container_id", "cnt"),
            ("$[0].outputs[0]", {"type": "image", "url": "u"}),
        ]

    @pytest.mark.parametrize(
        "item",
        [
            {"type": "item_reference", "id": "msg_1"},
            {"id": "msg_1"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "computer_call_output", "call_id": "c", "output": {}},
            {"type": "image_generation_call", "id": "ig_1", "result": "zz"},
            {"type": "compaction", "id": "cmp_1", "encrypted_content": "zz"},
            {"type": "something_new"},
        ],
    )
    def test_items_without_a_place(self, item: dict[str, Any]) -> None:
        converted = to_conversation([{"role": "user", "content": "x"}, item], system=False)
        assert [(loss.json_path, loss.value) for loss in converted.losses] == [("$[1]", item)]
        assert len(converted.conversation.messages) == 1

    @pytest.mark.parametrize(
        ("item", "lost"),
        [
            (
                {"role": "user", "content": [{"type": "input_image", "image_url": "u"}]},
                "$[0].content[0]",
            ),
            (
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
                "$[0].content[0]",
            ),
            (
                {
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "a", "annotations": [1]}],
                },
                "$[0].content[0].annotations",
            ),
            ({"role": "assistant", "content": "a", "status": "incomplete"}, "$[0].status"),
            ({**CALL, "caller": {"type": "direct"}}, "$[0].caller"),
            ({"role": "assistant", "content": []}, "$[0]"),
            ({"role": "user", "content": "a", "phase": "commentary"}, "$[0].phase"),
        ],
    )
    def test_of_items(self, item: dict[str, Any], lost: str) -> None:
        assert [path for path, _ in losses([item])] == [lost]


class TestRequest:
    def test_texts_items_requests_and_responses(self) -> None:
        item = {"type": "message", "role": "user", "content": "Hi"}
        [message] = body("Hi")
        assert (message.author.role, message.content) == (Role.USER, [TextContent(text="Hi")])
        for request in ([item], (item,), item, {"input": "Hi"}, {"input": [item]}):
            assert body(request) == [message]
        call = ResponseFunctionToolCall.model_validate(CALL)
        assert body([call]) == body([CALL])

    def test_a_response(self) -> None:
        part = {"type": "output_text", "text": "a", "annotations": []}
        message = {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
        response = {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "model": "m",
            "status": "completed",
            "instructions": "Be brief.",
            "tools": [FLAT],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "reasoning": {"effort": "high"},
            "output": [message],
        }
        for given in (response, Response.model_validate(response)):
            converted = to_conversation(given)
            system, developer, answer = converted.conversation
            assert system.content[0].to_dict()["reasoning_effort"] == "High"
            assert developer.content[0].to_dict()["instructions"] == "Be brief."
            assert (answer.channel, answer.content) == ("final", [TextContent(text="a")])
            assert converted.losses == []
            assert converted.options["id"] == "resp_1"
        listed = {**response, "instructions": [{"role": "developer", "content": "Be brief."}]}
        assert to_conversation(listed).conversation == to_conversation(response).conversation

    def test_options_and_losses(self) -> None:
        options = {
            "model": "m",
            "max_output_tokens": 5,
            "tool_choice": "required",
            "include": ["reasoning.encrypted_content"],
            "store": False,
            "text": {"format": {"type": "text"}, "verbosity": "low"},
        }
        request = {
            "input": [],
            "previous_response_id": "resp_1",
            "reasoning": {"effort": "minimal", "summary": "auto"},
            "foo": 1,
            "conversation": None,
            **options,
        }
        converted = to_conversation(request)
        assert converted.options == {**options, "reasoning": {"summary": "auto"}}
        assert [loss.json_path for loss in converted.losses] == [
            "$.previous_response_id",
            "$.reasoning.effort",
            "$.foo",
            "$.text.verbosity",
        ]
        with pytest.raises(LossyConversionError) as caught:
            to_conversation(request, strict=True)
        assert caught.value.path == ("previous_response_id",)

    def test_tools(self) -> None:
        tools = [
            {**FLAT, "strict": True},
            {"type": "namespace", "name": "crm", "description": "CRM.", "tools": [FLAT]},
            {"type": "mcp", "server_label": "x"},
            {"type": "file_search", "vector_store_ids": ["v"]},
        ]
        converted = to_conversation({"input": [], "tools": tools}, system=False)
        [developer] = converted.conversation
        assert list(developer.content[0].to_dict()["tools"]) == ["functions", "crm"]
        assert converted.options == {"strict_tools": ["f"]}
        assert [loss.json_path for loss in converted.losses] == ["$.tools[2]", "$.tools[3]"]

    def test_a_namespace_with_what_is_no_function(self) -> None:
        custom = {"type": "custom", "name": "c"}
        tool = {"type": "namespace", "name": "crm", "description": "", "tools": [custom]}
        assert losses({"input": [], "tools": [tool]}) == [("$.tools[0].tools[0]", custom)]

    @pytest.mark.parametrize(
        ("request_", "path", "message"),
        [
            (None, (), "Expected a Responses request"),
            ({}, (), "Expected a Responses request"),
            ({"input": 1}, ("input",), "Expected text or a list of items at $.input"),
            ({"input": [1]}, ("input", 0), "Expected an item"),
            ([{"type": 1}], (0, "type"), "Expected a string"),
            ([{"role": "tool", "content": ""}], (0, "role"), "Unknown role 'tool' at $[0]"),
            (
                [{"role": "assistant", "content": "x", "phase": "odd"}],
                (0, "phase"),
                "Unknown phase 'odd' at $[0], expected 'commentary' or 'final_answer'",
            ),
            ([{**CALL, "name": ""}], (0, "name"), "Empty name of a tool"),
            ([{**CALL, "arguments": 1}], (0, "arguments"), "Expected a string or an object"),
            ([OUTPUT], (0, "call_id"), "has the `call_id` 'c1', the calls before it: none"),
            (
                {"input": "", "tools": [{"type": "function"}]},
                ("tools", 0, "name"),
                "Expected a str",
            ),
            (
                {"input": "", "text": {"format": {}}},
                ("text", "format", "type"),
                "Expected a string",
            ),
        ],
    )
    def test_a_fault_has_its_path(
        self, request_: object, path: tuple[object], message: str
    ) -> None:
        with pytest.raises(ChatError) as caught:
            to_conversation(request_)
        assert caught.value.path == path
        assert message in str(caught.value)


def test_ids_of_items_and_calls_made_anew() -> None:
    conversation = to_conversation([CALL, OUTPUT, {"role": "user", "content": "x"}]).conversation
    call, output, user = from_messages(conversation, new_id="{}-{}".format).items
    assert (call["id"], call["call_id"], output["call_id"]) == ("fc-1", "call-1", "call-1")
    assert "id" not in output
    assert "id" not in user


def test_a_result_without_its_call_names_its_tool() -> None:
    messages = body([CALL, OUTPUT])[1:]
    [output] = from_messages(Conversation(messages=messages)).items
    assert output["name"] == "f"
    assert told(body([output])) == told(messages)
