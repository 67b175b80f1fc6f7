"""Chat Completions -> Harmony: every shape that clients send, every loss, every refusal."""

from __future__ import annotations

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionMessage

from harmony_core import (
    ChatError,
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    Message,
    RenderConversationConfig,
    Role,
    SystemContent,
    TextContent,
    ToolNamespaceConfig,
    load_harmony_encoding,
)
from harmony_core.interop import Loss, LossyConversionError, MessageIds
from harmony_core.interop.chat_completions import to_conversation

CALL: dict[str, Any] = {
    "id": "c1",
    "type": "function",
    "function": {"name": "f", "arguments": "{}"},
}
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def rendered(encoding: HarmonyEncoding, messages: list[Message]) -> str:
    return encoding.decode(encoding.render_conversation(Conversation(messages=messages)))


def body(request: object, **options: Any) -> list[Message]:
    """The messages of a request, but those that begin every prompt."""
    converted = to_conversation(request, system=False, **options)
    assert converted.losses == []
    return converted.conversation.messages


def system_of(conversation: Conversation) -> SystemContent:
    [content] = conversation.messages[0].content
    assert isinstance(content, SystemContent)
    return content


def tools_of(conversation: Conversation) -> list[str]:
    [content] = conversation.messages[-1].content
    assert isinstance(content, DeveloperContent)
    return [tool.name for tool in (content.tools or {})["functions"].tools]


def losses(request: object, **options: Any) -> list[tuple[str, object]]:
    return [(loss.json_path, loss.value) for loss in to_conversation(request, **options).losses]


class TestMessages:
    def test_a_turn_with_tools(self, encoding: HarmonyEncoding) -> None:
        """As in the format's guide: thought, preamble, call, result."""
        messages = [
            {"role": "user", "content": "What is the weather like in SF?"},
            {
                "role": "assistant",
                "content": "I look.",
                "reasoning": "Need to use function get_weather.",
                "tool_calls": [
                    {
                        "id": "call_a",
                        "type": "function",
                        "function": {
                            "name": "get_weather",
                            "arguments": '{"location":"San Francisco"}',
                        },
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_a", "content": '{"sunny": true}'},
        ]
        assert rendered(encoding, body(messages)) == (
            "<|start|>user<|message|>What is the weather like in SF?<|end|>"
            "<|start|>assistant<|channel|>analysis<|message|>"
            "Need to use function get_weather.<|end|>"
            "<|start|>assistant<|channel|>commentary<|message|>I look.<|end|>"
            "<|start|>assistant to=functions.get_weather<|channel|>commentary <|constrain|>json"
            '<|message|>{"location":"San Francisco"}<|call|>'
            "<|start|>functions.get_weather to=assistant<|channel|>commentary"
            '<|message|>{"sunny": true}<|end|>'
        )

    def test_ids_are_kept_beside_the_conversation(self) -> None:
        given = [
            {"role": "user", "content": "x"},
            {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "c2"}]},
            {"role": "tool", "tool_call_id": "c2", "content": "2"},
            {"role": "tool", "tool_call_id": "c1", "content": "1"},
        ]
        converted = to_conversation(given, system=False)
        assert {index: ids.call for index, ids in converted.ids.items()} == {
            1: "c1",
            2: "c2",
            3: "c2",
            4: "c1",
        }
        assert converted.ids[1] == MessageIds(call="c1")

    @pytest.mark.parametrize("key", ["reasoning", "reasoning_content", "thinking"])
    def test_reasoning_under_any_of_its_keys(self, key: str) -> None:
        thought, answer = body([{"role": "assistant", "content": "a", key: "t"}])
        assert (thought.channel, thought.content) == ("analysis", [TextContent(text="t")])
        assert (answer.channel, answer.content) == ("final", [TextContent(text="a")])

    def test_reasoning_under_several_keys(self) -> None:
        same = {"role": "assistant", "content": "a", "reasoning": "t", "reasoning_content": "t"}
        assert len(body([same])) == 2
        other = {**same, "reasoning_content": "u"}
        assert losses([other]) == [("$[0].reasoning_content", "u")]

    def test_reasoning_details(self) -> None:
        text = {"type": "reasoning.text", "text": "t", "format": "x", "id": None, "index": 0}
        summary = {"type": "reasoning.summary", "summary": "s"}
        message = {"role": "assistant", "content": "a", "reasoning_details": [text]}
        assert body([message])[0].content == [TextContent(text="t")]
        assert len(body([{**message, "reasoning": "t"}])) == 2
        message["reasoning_details"] = [summary]
        assert body([message])[0].content == [TextContent(text="s")]
        secret = {"type": "reasoning.encrypted", "data": "zz"}
        signed = {**text, "signature": "yy"}
        message["reasoning_details"] = [secret, signed]
        assert losses([message]) == [
            ("$[0].reasoning_details[0]", secret),
            ("$[0].reasoning_details[1].signature", "yy"),
        ]
        other = {**message, "reasoning": "u", "reasoning_details": [text]}
        assert losses([other]) == [("$[0].reasoning_details", [text])]

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            ('{"a": 1}', '{"a": 1}'),
            ({"a": "ä", "b": [1, None]}, '{"a":"ä","b":[1,null]}'),
            ("", ""),
            (None, ""),
            ("no JSON", "no JSON"),
        ],
    )
    def test_arguments(self, arguments: object, text: str) -> None:
        function = {"name": "f", "arguments": arguments}
        calls = [{"id": "c", "type": "function", "function": function}]
        [call] = body([{"role": "assistant", "content": "", "tool_calls": calls}])
        assert call.content == [TextContent(text=text)]

    def test_the_content_type_of_calls_is_a_setting(self) -> None:
        message = {"role": "assistant", "tool_calls": [CALL]}
        [call] = body([message], call_content_type="json")
        assert call.content_type == "json"
        [call] = body([message], call_content_type=None)
        assert call.content_type is None

    def test_a_legacy_call_and_its_result(self) -> None:
        call, result = body(
            [
                {"role": "assistant", "content": None, "function_call": CALL["function"]},
                {"role": "function", "name": "f", "content": "r"},
            ]
        )
        assert (call.recipient, call.channel) == ("functions.f", "commentary")
        assert (result.author.name, result.recipient) == ("functions.f", "assistant")

    def test_a_custom_call(self) -> None:
        custom = {"id": "c", "type": "custom", "custom": {"name": "f", "input": "some text"}}
        [call] = body([{"role": "assistant", "tool_calls": [custom]}])
        assert (call.recipient, call.content_type) == ("functions.f", None)
        assert call.content == [TextContent(text="some text")]

    def test_calls_of_the_models_own_tools(self) -> None:
        """Named as in the system message, and as functions if that does not offer them."""
        names = ["browser.search", "python", "f"]
        calls = [{"id": n, "type": "function", "function": {"name": n}} for n in names]
        messages = [
            {"role": "assistant", "tool_calls": calls},
            {"role": "tool", "tool_call_id": "python", "content": "2"},
        ]
        request = {
            "messages": messages,
            "tools": [{"type": "web_search"}, {"type": "code_interpreter"}],
        }
        _, *found = to_conversation(request).conversation
        told = [(m.recipient, m.channel, m.content_type) for m in found]
        constrained = "<|constrain|>json"
        assert told == [
            ("browser.search", "analysis", "code"),
            ("python", "analysis", "code"),
            ("functions.f", "commentary", constrained),
            ("assistant", "analysis", None),
        ]
        assert found[-1].author.name == "python"
        assert [message.recipient for message in body(messages)[:2]] == [
            "functions.browser.search",
            "functions.python",
        ]

    def test_a_function_of_the_name_of_an_own_tool_is_a_function(self) -> None:
        tool = {"type": "function", "function": {"name": "python"}}
        calls = [{"id": "c", "type": "function", "function": {"name": "python"}}]
        system = SystemContent.new().with_python_tool()
        request = {"messages": [{"role": "assistant", "tool_calls": calls}], "tools": [tool]}
        converted = to_conversation(request, system=system)
        assert converted.conversation.messages[-1].recipient == "functions.python"

    def test_an_id_that_is_used_again_is_the_latest_calls(self) -> None:
        def turn(name: str) -> list[dict[str, Any]]:
            call = {"id": "call_0", "type": "function", "function": {"name": name}}
            return [
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "call_0", "content": ""},
            ]

        messages = body([*turn("f"), *turn("g")])
        assert [m.author.name for m in messages if m.author.role == Role.TOOL] == [
            "functions.f",
            "functions.g",
        ]

    @pytest.mark.parametrize("content", [None, "", []])
    def test_a_user_without_a_word(self, content: object) -> None:
        [message] = body([{"role": "user", "content": content}])
        assert message.content == [TextContent(text="")]

    def test_parts_of_a_users_message_stay_parts(self) -> None:
        parts = [{"type": "text", "text": "a"}, {"text": "b"}, "c"]
        [message] = body([{"role": "user", "content": parts}])
        assert message.content == [TextContent(text=text) for text in "abc"]

    def test_parts_of_a_tools_message_are_joined(self) -> None:
        parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        messages = [
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": parts},
        ]
        assert body(messages)[-1].content == [TextContent(text="ab")]

    def test_names_of_speakers(self) -> None:
        message = {"role": "user", "name": "ada", "content": "x"}
        assert losses([message]) == [("$[0].name", "ada")]
        [kept] = body([message], keep_names=True)
        assert (kept.author.role, kept.author.name) == (Role.USER, "ada")

    def test_later_instructions_are_developer_messages_of_their_own(self) -> None:
        messages = [
            {"role": "system", "content": "a"},
            {"role": "user", "content": "b"},
            {"role": "system", "content": [{"type": "text", "text": "c"}]},
        ]
        first, _, later = body(messages)
        for message, text in ((first, "a"), (later, "c")):
            assert message.author.role == Role.DEVELOPER
            assert message.content == [DeveloperContent(instructions=text)]


class TestRequest:
    def test_the_messages_that_begin_it(self, encoding: HarmonyEncoding) -> None:
        request = {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": ""},
            ],
            "tools": [WEATHER],
            "reasoning_effort": "high",
        }
        converted = to_conversation(request, date="2025-06-28")
        assert rendered(encoding, converted.conversation.messages) == (
            "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
            "Knowledge cutoff: 2024-06\nCurrent date: 2025-06-28\n\nReasoning: high\n\n"
            "# Valid channels: analysis, commentary, final. "
            "Channel must be included for every message.\n"
            "Calls to these tools must go to the commentary channel: 'functions'.<|end|>"
            "<|start|>developer<|message|># Instructions\n\nBe brief.\n\n"
            "# Tools\n\n## functions\n\nnamespace functions {\n\n"
            "// Tells the weather.\ntype get_weather = (_: {\n"
            "city?: string,\n}) => any;\n\n} // namespace functions<|end|>"
            "<|start|>user<|message|><|end|>"
        )
        assert converted.losses == []

    def test_a_date_only_if_asked_for(self) -> None:
        def date(**options: Any) -> str | None:
            return system_of(to_conversation([], **options).conversation).conversation_start_date

        assert date() is None
        assert date(date="2025-06-28") == "2025-06-28"
        assert date(date=dt.date(2025, 6, 28)) == "2025-06-28"
        assert date(date=dt.datetime(2025, 6, 28, 23, 59, tzinfo=dt.timezone.utc)) == "2025-06-28"
        given = SystemContent(conversation_start_date="2024-01-01")
        assert date(system=given) == "2024-01-01"
        assert date(system=given, date="2025-06-28") == "2025-06-28"
        assert given.conversation_start_date == "2024-01-01"  # the caller's own is not changed

    def test_no_developer_message_without_need(self) -> None:
        for messages in ([], [{"role": "system", "content": ""}]):
            assert len(to_conversation(messages).conversation.messages) == 1
            assert to_conversation(messages, system=False).conversation.messages == []

    def test_instructions_in_the_system_message(self) -> None:
        messages = [{"role": "system", "content": "Be brief."}]
        conversation = to_conversation(messages, developer_role="system").conversation
        assert system_of(conversation).model_identity == (
            "You are ChatGPT, a large language model trained by OpenAI.\nBe brief."
        )
        bare = SystemContent(model_identity=None)
        converted = to_conversation(messages, developer_role="system", system=bare)
        assert system_of(converted.conversation).model_identity == "Be brief."
        assert len(conversation.messages) == len(converted.conversation.messages) == 1

    @pytest.mark.parametrize(
        ("effort", "nearest", "lost"),
        [
            ("low", "Low", False),
            ("HIGH", "High", False),
            ("minimal", "Low", True),
            ("none", "Low", True),
            ("xhigh", "High", True),
            ("max", "High", True),
        ],
    )
    def test_reasoning_effort(self, effort: str, nearest: str, lost: bool) -> None:
        for request, path in (
            ({"reasoning_effort": effort}, "$.reasoning_effort"),
            ({"reasoning": {"effort": effort}}, "$.reasoning.effort"),
            (
                {"chat_template_kwargs": {"reasoning_effort": effort}},
                "$.chat_template_kwargs.reasoning_effort",
            ),
        ):
            converted = to_conversation({"messages": [], **request})
            assert system_of(converted.conversation).reasoning_effort == nearest
            assert [loss.json_path for loss in converted.losses] == [path] * lost

    def test_settings_of_the_template(self) -> None:
        settings = {"model_identity": "You are Ada.", "builtin_tools": ["python", "browser"]}
        converted = to_conversation({"messages": [], "chat_template_kwargs": settings})
        system = system_of(converted.conversation)
        assert system.model_identity == "You are Ada."
        assert list(system.tools or ()) == ["python", "browser"]
        assert converted.losses == []
        odd = {"builtin_tools": ["shell"], "enable_thinking": True}
        assert losses({"messages": [], "chat_template_kwargs": odd}) == [
            ("$.chat_template_kwargs.builtin_tools[0]", "shell"),
            ("$.chat_template_kwargs.enable_thinking", True),
        ]

    @pytest.mark.parametrize("kind", ["web_search", "web_search_preview", "web_search_2025_08_26"])
    def test_web_search_is_the_browser(self, kind: str) -> None:
        converted = to_conversation({"messages": [], "tools": [{"type": kind}]})
        system = system_of(converted.conversation)
        assert system.tools == {"browser": ToolNamespaceConfig.browser()}
        assert converted.losses == []

    def test_what_says_how_to_sample_is_an_option(self) -> None:
        options: dict[str, Any] = {
            "model": "openai/gpt-oss-20b",
            "temperature": 0.0,
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
            "parallel_tool_calls": False,
            "stop": ["x"],
            "stream": True,
        }
        strict = {**WEATHER, "function": {**WEATHER["function"], "strict": True}}
        request = {"messages": [], "tools": [strict], "logprobs": None, **options}
        converted = to_conversation(request, strict=True)
        assert converted.options == {**options, "strict_tools": ["get_weather"]}

    def test_tools_and_legacy_functions(self) -> None:
        function = WEATHER["function"]
        nested = to_conversation([], [WEATHER]).conversation
        for tools in ([{"type": "function", **function}], [function]):
            assert to_conversation([], tools).conversation == nested
        assert to_conversation({"messages": [], "functions": [function]}).conversation == nested
        as_text = {**function, "parameters": json.dumps(function["parameters"])}
        for column in (json.dumps([WEATHER]), [as_text]):  # as data sets have them
            assert to_conversation([], column).conversation == nested
        both = {"messages": [], "functions": [{"name": "g"}], "tools": [WEATHER]}
        assert tools_of(to_conversation(both).conversation) == ["get_weather", "g"]

    @pytest.mark.parametrize("instructions", ["Be brief.", "", None])
    @pytest.mark.parametrize("tools", [[WEATHER], None])
    def test_response_format(
        self, instructions: str | None, tools: object, encoding: HarmonyEncoding
    ) -> None:
        """At the end of the developer message, and its tokens are those of the whole text."""
        schema = {"type": "object", "properties": {"items": {"type": "array"}}}
        described = {"name": "list", "description": "Goods.\nOne each.", "schema": schema}
        request = {
            "messages": [{"role": "system", "content": instructions}],
            "tools": tools,
            "response_format": {"type": "json_schema", "json_schema": described},
        }
        messages = to_conversation(request, system=False).conversation.messages
        section = (
            "# Response Formats\n\n## list\n\n// Goods.\n// One each.\n"
            '{"type":"object","properties":{"items":{"type":"array"}}}'
        )
        tokens = encoding.render_conversation(Conversation(messages=messages))
        text = encoding.decode(tokens)
        assert text.endswith(f"{section}<|end|>")
        assert text.count("# Response Formats") == 1
        assert ("# Instructions\n\nBe brief.\n\n#" in text) == bool(instructions)
        assert ("} // namespace functions\n\n# Response" in text) == bool(tools)
        assert tokens == encoding.encode(text, allowed_special="all")

    def test_other_response_formats(self) -> None:
        def developer(given: dict[str, Any]) -> list[Message]:
            request = {"messages": [], "response_format": given}
            return to_conversation(request, system=False).conversation.messages

        assert developer({"type": "text"}) == []
        [message] = developer({"type": "json_object"})
        section = '# Response Formats\n\n## json_object\n\n{"type":"object"}'
        assert message.content == [TextContent(text=section)]
        grammar = {"type": "structural_tag", "structures": []}
        assert losses({"messages": [], "response_format": grammar}) == [
            ("$.response_format", grammar)
        ]

    def test_reasoning_of_finished_turns_is_left_to_the_renderer(
        self, encoding: HarmonyEncoding
    ) -> None:
        def turn(number: int) -> list[dict[str, Any]]:
            return [
                {"role": "user", "content": f"u{number}"},
                {"role": "assistant", "content": f"a{number}", "reasoning": f"t{number}"},
            ]

        call = {"role": "assistant", "reasoning": "t3", "tool_calls": [CALL]}
        result = {"role": "tool", "tool_call_id": "c1", "content": "r"}
        last = [{"role": "user", "content": "u3"}, call, result]
        messages = body([*turn(1), *turn(2), *last])
        assert sum(message.channel == "analysis" for message in messages) == 3
        config = RenderConversationConfig(drop="finished-turns")
        text = encoding.decode(
            encoding.render_conversation(Conversation(messages=messages), config)
        )
        assert ("t1" in text, "t2" in text, "t3" in text) == (False, False, True)


class TestInputs:
    def test_objects_of_the_openai_package(self) -> None:
        message = ChatCompletionMessage.model_validate(
            {"role": "assistant", "content": "a", "tool_calls": [CALL], "reasoning": "t"}
        )
        for given in ([message], message, {"messages": (message,)}):
            assert [m.channel for m in body(given)] == ["analysis", "commentary", "commentary"]
        tool = SimpleNamespace(model_dump=lambda **_: WEATHER)
        assert len(to_conversation([], [tool]).conversation.messages) == 2

    def test_a_response(self) -> None:
        other = {
            "index": 1,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "b"},
        }
        response: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{**other, "index": 0, "message": {"role": "assistant", "content": "a"}}],
        }
        for given in (response, ChatCompletion.model_validate(response)):
            converted = to_conversation(given, system=False)
            [answer] = converted.conversation
            assert (answer.channel, answer.content) == ("final", [TextContent(text="a")])
            assert (converted.losses, converted.options["id"]) == ([], "chatcmpl-1")
            assert converted.options["choice"]["finish_reason"] == "stop"
        response["choices"].append(other)
        assert losses(response) == [("$.choices[1]", other)]
        response["choices"][0]["message"]["name"] = "x"
        assert losses(response)[1:] == [("$.choices[0].message.name", "x")]

    def test_lazy_iterables(self) -> None:
        message = {"role": "assistant", "content": None, "tool_calls": iter([CALL])}
        assert len(body({"messages": iter([message])})) == 1


class TestLosses:
    @pytest.mark.parametrize(
        ("message", "lost"),
        [
            (
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
                {"$[0].content[0]": {"type": "image_url", "image_url": {"url": "u"}}},
            ),
            (
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "t", "cache_control": {"type": "ephemeral"}}
                    ],
                },
                {"$[0].content[0].cache_control": {"type": "ephemeral"}},
            ),
            ({"role": "assistant", "content": None, "refusal": "No."}, {"$[0].refusal": "No."}),
            (
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
                {"$[0].content[0]": {"type": "refusal", "refusal": "No."}},
            ),
            (
                {"role": "assistant", "content": "a", "audio": {"id": "x"}},
                {"$[0].audio": {"id": "x"}},
            ),
            (
                {"role": "assistant", "content": "a", "annotations": [1]},
                {"$[0].annotations": [1]},
            ),
            (
                {"role": "assistant", "tool_calls": [{**CALL, "extra_content": {"s": 1}}]},
                {"$[0].tool_calls[0].extra_content": {"s": 1}},
            ),
            (
                {"role": "assistant", "content": "a", "prefix": True},
                {"$[0].prefix": True},
            ),
            (
                {"role": "assistant", "content": ""},
                {"$[0]": {"role": "assistant", "content": ""}},
            ),
            ({"role": "system", "content": "a", "name": "n"}, {"$[0].name": "n"}),
        ],
    )
    def test_of_messages(self, message: dict[str, Any], lost: dict[str, object]) -> None:
        assert dict(losses([message])) == lost

    def test_the_words_of_a_refusal_are_kept(self) -> None:
        message = {"role": "assistant", "content": None, "refusal": "No."}
        [answer] = to_conversation([message], system=False).conversation
        assert (answer.channel, answer.content) == ("final", [TextContent(text="No.")])

    def test_a_tools_name_that_is_not_its_calls(self) -> None:
        messages = [
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "name": "g", "content": ""},
        ]
        assert losses(messages) == [("$[1].name", "g")]

    @pytest.mark.parametrize(
        ("request_", "lost"),
        [
            ({"foo": 1}, ["$.foo"]),
            ({"verbosity": "low"}, ["$.verbosity"]),
            ({"web_search_options": {"x": 1}}, ["$.web_search_options"]),
            ({"continue_final_message": True}, ["$.continue_final_message"]),
            ({"documents": [{"text": "d"}]}, ["$.documents"]),
            ({"foo": None, "bar": [], "baz": {}}, []),
            ({"tools": [{"type": "file_search", "vector_store_ids": []}]}, ["$.tools[0]"]),
            ({"tools": [{"type": "custom", "custom": {"name": "c"}}]}, ["$.tools[0]"]),
            (
                {"tools": [{"type": "web_search", "search_context_size": "low"}]},
                ["$.tools[0].search_context_size"],
            ),
            (
                {"tools": [{**WEATHER, "defer_loading": True}]},
                ["$.tools[0].defer_loading"],
            ),
            (
                {"tools": [{"type": "function", "function": {"name": "f", "examples": [1]}}]},
                ["$.tools[0].function.examples"],
            ),
            (
                {
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "n", "schema": {}, "odd": 1},
                    }
                },
                ["$.response_format.json_schema.odd"],
            ),
        ],
    )
    def test_of_requests(self, request_: dict[str, Any], lost: list[str]) -> None:
        assert [path for path, _ in losses({"messages": [], **request_})] == lost

    def test_without_a_system_message(self) -> None:
        request = {
            "messages": [],
            "tools": [{"type": "web_search"}],
            "reasoning_effort": "low",
            "chat_template_kwargs": {"model_identity": "x"},
        }
        assert losses(request, system=False) == [
            ("$.tools", ["browser"]),
            ("$.reasoning_effort", "low"),
            ("$.chat_template_kwargs.model_identity", "x"),
        ]

    def test_strict_refuses_what_would_be_lost(self) -> None:
        request = {"messages": [{"role": "user", "content": "x", "name": "n"}], "foo": 1}
        with pytest.raises(
            LossyConversionError, match=r"2 things would be lost; the first is \$"
        ) as e:
            to_conversation(request, strict=True)
        assert e.value.path == ("foo",)
        assert isinstance(e.value, ChatError)
        assert e.value.losses == tuple(to_conversation(request).losses)

    def test_a_loss_as_json(self) -> None:
        [loss] = to_conversation({"messages": [], "foo": 1}).losses
        assert isinstance(loss, Loss)
        assert loss.to_dict() == {"path": ["foo"], "value": 1, "reason": loss.reason}


class TestFaults:
    @pytest.mark.parametrize(
        ("request_", "path", "message"),
        [
            (None, (), "Expected a Chat Completions request"),
            ("hi", (), "Expected a Chat Completions request"),
            ({}, (), "Expected a Chat Completions request"),
            (
                {"messages": None},
                ("messages",),
                "Expected a list of messages at $.messages, found null",
            ),
            ({"messages": ["x"]}, ("messages", 0), "Expected a message"),
            ([{"content": "x"}], (0, "role"), "Expected a string at $[0].role, found null"),
            ([{"role": "bot"}], (0, "role"), "Unknown role 'bot' at $[0]"),
            (
                [{"role": "user", "content": 1}],
                (0, "content"),
                "Expected a string or a list of parts",
            ),
            ([{"role": "user", "content": [1]}], (0, "content", 0), "Expected a part of a message"),
            (
                [{"role": "user", "content": [{"type": "text"}]}],
                (0, "content", 0, "text"),
                "Expected a string at $[0].content[0].text, found null",
            ),
            (
                [{"role": "assistant", "reasoning": ["x"]}],
                (0, "reasoning"),
                "Expected a string",
            ),
            (
                [{"role": "assistant", "tool_calls": [{"id": "c"}]}],
                (0, "tool_calls", 0, "function"),
                "Expected an object",
            ),
            (
                [{"role": "assistant", "tool_calls": [{"function": {"name": ""}}]}],
                (0, "tool_calls", 0, "function", "name"),
                "Empty name of a function",
            ),
            (
                [
                    {
                        "role": "assistant",
                        "tool_calls": [{"function": {"name": "f", "arguments": 3}}],
                    }
                ],
                (0, "tool_calls", 0, "function", "arguments"),
                "Expected a string or an object",
            ),
            (
                [
                    {
                        "role": "assistant",
                        "tool_calls": [{"function": {"name": "f", "arguments": {"x": {1}}}}],
                    }
                ],
                (0, "tool_calls", 0, "function", "arguments"),
                "Expected a JSON value",
            ),
            (
                [{"role": "tool", "content": "r"}],
                (0, "tool_call_id"),
                "has no `tool_call_id`, the calls before it: none",
            ),
            (
                [
                    {"role": "assistant", "tool_calls": [CALL]},
                    {"role": "tool", "tool_call_id": "c9", "content": "r"},
                ],
                (1, "tool_call_id"),
                "has `tool_call_id` 'c9', the calls before it: 'c1'",
            ),
            ({"choices": []}, ("choices",), "Expected a choice"),
            ({"choices": [{"delta": {}}]}, ("choices", 0, "message"), "Expected a message"),
            (
                {"messages": [], "reasoning_effort": "lots"},
                ("reasoning_effort",),
                "Unknown reasoning",
            ),
            (
                {"messages": [], "tools": [{"function": {}}]},
                ("tools", 0, "function", "name"),
                "Expec",
            ),
            (
                {"messages": [], "tools": [{"name": "f", "parameters": "[]"}]},
                ("tools", 0, "parameters"),
                "Expected a JSON Schema",
            ),
            ({"messages": [], "tools": "no JSON"}, ("tools",), "Expected JSON at $.tools"),
            (
                {"messages": [], "response_format": {"type": "json_schema", "json_schema": {}}},
                ("response_format", "json_schema", "name"),
                "Expected a string",
            ),
            (
                {
                    "messages": [],
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": "a\nb", "schema": {}},
                    },
                },
                ("response_format", "json_schema", "name"),
                "Expected a name of one line",
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

    def test_wrong_arguments(self) -> None:
        with pytest.raises(ChatError, match="Tools are given twice"):
            to_conversation({"messages": [], "tools": []}, [])
        with pytest.raises(ChatError, match="SystemContent, None or False"):
            to_conversation([], system="x")  # type: ignore[arg-type]
        with pytest.raises(ChatError, match="'developer' or 'system'"):
            to_conversation([], developer_role="user")  # type: ignore[arg-type]
        faults: tuple[dict[str, Any], ...] = ({"date": "2025-06-28"}, {"developer_role": "system"})
        for options in faults:
            with pytest.raises(ChatError, match="need a system message"):
                to_conversation([], system=False, **options)
