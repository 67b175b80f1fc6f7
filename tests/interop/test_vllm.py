"""The prompts that vLLM's server makes, and where ours are others.

The expectations follow from vLLM's code: ``parse_chat_inputs_to_harmony_messages``,
``extract_instructions_from_messages``, ``build_harmony_preamble`` and
``auto_drop_analysis_messages`` in ``vllm/entrypoints/openai/parser/harmony_utils.py``, and
``response_input_to_harmony`` in ``vllm/entrypoints/openai/responses/harmony.py``. It renders what
they make with openai-harmony.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harmony_core import HarmonyEncoding, RenderConversationConfig, Role, load_harmony_encoding
from harmony_core.interop import chat_completions, responses

if TYPE_CHECKING:
    from harmony_core.interop import Converted

# What vLLM writes where this package's defaults are others, and that can be chosen.
AS_VLLM: dict[str, Any] = {"date": "2025-06-28", "call_content_type": "json"}
# vLLM leaves out the reasoning before the last final message, wherever that is.
DROP = RenderConversationConfig(drop="finished-turns")

SYSTEM = (
    "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
    "Knowledge cutoff: 2024-06\nCurrent date: 2025-06-28\n\nReasoning: {effort}\n\n"
    "# Valid channels: analysis, commentary, final. Channel must be included for every message."
    "{calls}<|end|>"
)
TO_FUNCTIONS = "\nCalls to these tools must go to the commentary channel: 'functions'."
TOOLS = (
    "# Tools\n\n## functions\n\nnamespace functions {\n\n// Adds.\ntype add = (_: {\n"
    "a?: number,\n}) => any;\n\ntype now = () => any;\n\n} // namespace functions"
)
ADD = {
    "name": "add",
    "description": "Adds.",
    "parameters": {"type": "object", "properties": {"a": {"type": "number"}}},
}
NESTED = [{"type": "function", "function": ADD}, {"type": "function", "function": {"name": "now"}}]
FLAT = [{"type": "function", **ADD}, {"type": "function", "name": "now"}]
PLAIN = SYSTEM.format(effort="medium", calls="")
WITH_TOOLS = SYSTEM.format(effort="medium", calls=TO_FUNCTIONS)


def call(call_id: str, arguments: str = "{}", name: str = "add") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def prompt(converted: Converted) -> str:
    encoding: HarmonyEncoding = load_harmony_encoding("HarmonyGptOss")
    tokens = encoding.render_conversation_for_completion(
        converted.conversation, Role.ASSISTANT, DROP
    )
    return encoding.decode(tokens).removesuffix("<|start|>assistant")


CHAT = {
    "a question": (
        {"messages": [{"role": "user", "content": "Hi"}]},
        PLAIN + "<|start|>user<|message|>Hi<|end|>",
    ),
    "instructions and effort": (
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
            ],
            "reasoning_effort": "high",
        },
        SYSTEM.format(effort="high", calls="")
        + "<|start|>developer<|message|># Instructions\n\nBe brief.<|end|>"
        + "<|start|>user<|message|>Hi<|end|>",
    ),
    "tools and later instructions": (
        {
            "messages": [
                {"role": "developer", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
                {"role": "system", "content": "Be long."},
            ],
            "tools": NESTED,
        },
        WITH_TOOLS
        + f"<|start|>developer<|message|># Instructions\n\nBe brief.\n\n{TOOLS}<|end|>"
        + "<|start|>user<|message|>Hi<|end|>"
        + "<|start|>developer<|message|># Instructions\n\nBe long.<|end|>",
    ),
    "parallel calls, results in another order": (
        {
            "messages": [
                {"role": "user", "content": "?"},
                {
                    "role": "assistant",
                    "content": None,
                    "reasoning_content": "Both.",
                    "tool_calls": [call("a", '{"a": 1}'), call("b", name="now")],
                },
                {"role": "tool", "tool_call_id": "b", "content": "noon"},
                {
                    "role": "tool",
                    "tool_call_id": "a",
                    "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "0"}],
                },
            ],
            "tools": NESTED,
        },
        WITH_TOOLS
        + f"<|start|>developer<|message|>{TOOLS}<|end|>"
        + "<|start|>user<|message|>?<|end|>"
        + "<|start|>assistant<|channel|>analysis<|message|>Both.<|end|>"
        + '<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{"a": 1}<|call|>'
        + "<|start|>assistant to=functions.now<|channel|>commentary json<|message|>{}<|call|>"
        + "<|start|>functions.now to=assistant<|channel|>commentary<|message|>noon<|end|>"
        + "<|start|>functions.add to=assistant<|channel|>commentary<|message|>10<|end|>",
    ),
    "a preamble": (
        {
            "messages": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": "I add.", "tool_calls": [call("a")]},
            ]
        },
        PLAIN
        + "<|start|>user<|message|>?<|end|>"
        + "<|start|>assistant<|channel|>commentary<|message|>I add.<|end|>"
        + "<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{}<|call|>",
    ),
    "reasoning of finished turns": (
        {
            "messages": [
                {"role": "user", "content": "1?"},
                {"role": "assistant", "content": "1!", "reasoning": "one"},
                {"role": "user", "content": "2?"},
                {"role": "assistant", "content": "2!", "reasoning": "two"},
                {"role": "user", "content": "3?"},
                {"role": "assistant", "reasoning": "three", "tool_calls": [call("a")]},
                {"role": "tool", "tool_call_id": "a", "content": "3"},
            ]
        },
        PLAIN
        + "<|start|>user<|message|>1?<|end|>"
        + "<|start|>assistant<|channel|>final<|message|>1!<|end|>"
        + "<|start|>user<|message|>2?<|end|>"
        + "<|start|>assistant<|channel|>final<|message|>2!<|end|>"
        + "<|start|>user<|message|>3?<|end|>"
        + "<|start|>assistant<|channel|>analysis<|message|>three<|end|>"
        + "<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{}<|call|>"
        + "<|start|>functions.add to=assistant<|channel|>commentary<|message|>3<|end|>",
    ),
    "nothing said": (
        {
            "messages": [
                {"role": "user", "content": None},
                {"role": "assistant", "content": ""},
                {"role": "assistant", "content": "", "reasoning": "Hm."},
            ]
        },
        PLAIN
        + "<|start|>user<|message|><|end|>"
        + "<|start|>assistant<|channel|>analysis<|message|>Hm.<|end|>",
    ),
}


@pytest.mark.parametrize("name", CHAT)
def test_chat_completions(name: str) -> None:
    request, expected = CHAT[name]
    assert prompt(chat_completions.to_conversation(request, **AS_VLLM)) == expected


RESPONSES = {
    "text": ({"input": "Hi"}, PLAIN + "<|start|>user<|message|>Hi<|end|>"),
    "a turn with a call": (
        {
            "instructions": "Be brief.",
            "reasoning": {"effort": "low"},
            "tools": FLAT,
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "?"}]},
                {
                    "type": "reasoning",
                    "id": "rs_1",
                    "summary": [],
                    "content": [
                        {"type": "reasoning_text", "text": "a"},
                        {"type": "reasoning_text", "text": "b"},
                    ],
                },
                {
                    "type": "function_call",
                    "call_id": "c",
                    "name": "add",
                    "arguments": '{"a": 1}',
                },
                {"type": "function_call_output", "call_id": "c", "output": "1"},
            ],
        },
        SYSTEM.format(effort="low", calls=TO_FUNCTIONS)
        + f"<|start|>developer<|message|># Instructions\n\nBe brief.\n\n{TOOLS}<|end|>"
        + "<|start|>user<|message|>?<|end|>"
        + "<|start|>assistant<|channel|>analysis<|message|>a\nb<|end|>"
        + '<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{"a": 1}<|call|>'
        + "<|start|>functions.add to=assistant<|channel|>commentary<|message|>1<|end|>",
    ),
    "instructions as the first item": (
        {
            "input": [
                {"role": "developer", "content": "Be brief."},
                {"type": "message", "role": "user", "content": "Hi"},
                {"type": "message", "role": "assistant", "content": "Ho"},
                {"role": "user", "content": "Hi"},
            ]
        },
        PLAIN
        + "<|start|>developer<|message|># Instructions\n\nBe brief.<|end|>"
        + "<|start|>user<|message|>Hi<|end|>"
        + "<|start|>assistant<|channel|>final<|message|>Ho<|end|>"
        + "<|start|>user<|message|>Hi<|end|>",
    ),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_responses(name: str) -> None:
    request, expected = RESPONSES[name]
    assert prompt(responses.to_conversation(request, **AS_VLLM)) == expected


class TestDifferences:
    """Each is in docs/interop.md, with the reason."""

    def test_reasoning_comes_before_the_preamble(self) -> None:
        """vLLM writes the preamble first; the models reason first."""
        message = {
            "role": "assistant",
            "content": "I add.",
            "reasoning": "Hm.",
            "tool_calls": [call("a")],
        }
        text = prompt(chat_completions.to_conversation([message]))
        assert text.index("Hm.") < text.index("I add.")

    def test_arguments_are_constrained_to_json(self) -> None:
        """vLLM writes the content type "json", without the token that the guide has."""
        message = {"role": "assistant", "tool_calls": [call("a")]}
        text = prompt(chat_completions.to_conversation([message]))
        assert "<|channel|>commentary <|constrain|>json<|message|>" in text

    def test_no_date_unless_given(self) -> None:
        """vLLM writes the date of the day."""
        assert "Current date" not in prompt(chat_completions.to_conversation([]))

    def test_response_formats_are_described(self) -> None:
        """vLLM constrains sampling to them, and tells the model nothing."""
        request = {"messages": [], "response_format": {"type": "json_object"}}
        assert "# Response Formats" in prompt(chat_completions.to_conversation(request))

    def test_a_call_that_is_not_there_is_refused(self) -> None:
        """vLLM writes the tool's name as "functions."."""
        message = {"role": "tool", "tool_call_id": "gone", "content": "1"}
        with pytest.raises(ValueError, match="gone"):
            chat_completions.to_conversation([message])

    def test_images_and_refusals_are_told(self) -> None:
        """vLLM writes an empty text for an image, and nothing for a refusal."""
        image = {"type": "image_url", "image_url": {"url": "u"}}
        user = {"role": "user", "content": [image, {"type": "text", "text": "Hi"}]}
        no = {"role": "assistant", "content": None, "refusal": "No."}
        converted = chat_completions.to_conversation([user, no])
        assert "<|channel|>final<|message|>No.<|end|>" in prompt(converted)
        assert [loss.json_path for loss in converted.losses] == ["$[0].content[0]", "$[1].refusal"]

    def test_efforts_that_the_models_do_not_know_are_told(self) -> None:
        """vLLM refuses them; SGLang writes the nearest without a word."""
        converted = chat_completions.to_conversation({"messages": [], "reasoning_effort": "none"})
        assert "Reasoning: low" in prompt(converted)
        assert len(converted.losses) == 1

    def test_texts_before_a_call_are_preambles(self) -> None:
        """vLLM writes every message of the assistant as a final one."""
        items = [
            {"role": "assistant", "content": "I add."},
            {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
        ]
        text = prompt(responses.to_conversation(items))
        assert "<|channel|>commentary<|message|>I add.<|end|>" in text

    def test_summaries_of_reasoning_are_kept(self) -> None:
        """vLLM leaves out a reasoning item that has nothing else."""
        summary = [{"type": "summary_text", "text": "Hm."}]
        item = {"type": "reasoning", "id": "rs_1", "summary": summary}
        text = prompt(responses.to_conversation([item]))
        assert "<|channel|>analysis<|message|>Hm.<|end|>" in text

    def test_namespaces_are_namespaces(self) -> None:
        """vLLM writes their functions as functions of long names."""
        tools = [{"type": "namespace", "name": "crm", "description": "CRM.", "tools": FLAT}]
        item = {
            "type": "function_call",
            "call_id": "c",
            "namespace": "crm",
            "name": "add",
            "arguments": "{}",
        }
        text = prompt(responses.to_conversation({"input": [item], "tools": tools}))
        assert "## crm\n\n// CRM.\nnamespace crm {\n\n// Adds.\ntype add = (_: {" in text
        assert "<|start|>assistant to=crm.add<|channel|>commentary" in text

    def test_calls_of_own_tools_are_calls(self) -> None:
        """vLLM tells of a web search that was made, and of Python as reasoning."""
        encoding = load_harmony_encoding("HarmonyGptOss")
        search, python = (
            responses.from_messages(
                encoding.parse_messages_from_completion_tokens(
                    encoding.encode(
                        f"<|channel|>analysis to={name} code<|message|>x<|call|>",
                        allowed_special="all",
                    ),
                    Role.ASSISTANT,
                )
            ).items[0]
            for name in ("browser.search", "python")
        )
        assert (search["type"], search["namespace"], search["name"]) == (
            "function_call",
            "browser",
            "search",
        )
        assert (python["type"], python["name"]) == ("custom_tool_call", "python")
