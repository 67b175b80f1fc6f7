"""Serve Chat Completions: request to prompt, completion to message or chunks, with a tool call.

There is no model here: ``COMPLETIONS`` are what one would sample.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harmony_core import HarmonyEncoding, Role, load_harmony_encoding
from harmony_core.interop import chat_completions

if TYPE_CHECKING:
    from collections.abc import Iterator

CALL = (
    "<|channel|>analysis<|message|>I need the weather.<|end|><|start|>assistant"
    "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>"
    '{"city":"Tokyo"}<|call|>'
)
COMPLETIONS = iter([CALL, "<|channel|>final<|message|>It is sunny in Tokyo.<|return|>"])
REQUEST: dict[str, Any] = {
    "model": "openai/gpt-oss-20b",
    "temperature": 0.5,
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "name": "ada", "content": "What is the weather in Tokyo?"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "description": "Tells the weather of a city.",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
        }
    ],
}


def prompt_for(encoding: HarmonyEncoding, request: dict[str, Any]) -> list[int]:
    """Render the prompt of a request, and say what it cannot contain."""
    converted = chat_completions.to_conversation(request, date="2025-06-28")
    for loss in converted.losses:
        print(f"Lost {loss.json_path}: {loss.reason}")
    print(f"Sampling options: {converted.options}")
    return encoding.render_conversation_for_completion(converted.conversation, Role.ASSISTANT)


def answer(encoding: HarmonyEncoding, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with one message."""
    print(f"{len(prompt_for(encoding, request))} tokens of prompt")
    tokens = encoding.encode(next(COMPLETIONS), allowed_special="all")
    messages = encoding.parse_messages_from_completion_tokens(tokens, Role.ASSISTANT)
    answer = chat_completions.from_completion(messages, finish_reason="stop")
    print(f"{answer.finish_reason}: {json.dumps(answer.message)}")
    return answer.message


def stream(encoding: HarmonyEncoding, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer with chunks, each as soon as its token is there."""
    prompt = prompt_for(encoding, request)
    tokens = encoding.encode(next(COMPLETIONS), allowed_special="all")
    chunks = chat_completions.ChatCompletionStream(encoding, prompt_tokens=len(prompt))
    for token in tokens:
        yield from chunks.process(token)
    yield from chunks.finish("stop")


def main() -> None:
    """Ask, run the call, and ask again with its result."""
    encoding = load_harmony_encoding("HarmonyGptOss")
    message = answer(encoding, REQUEST)
    [call] = message["tool_calls"]
    result = {"role": "tool", "tool_call_id": call["id"], "content": '{"sky": "clear"}'}
    again = {**REQUEST, "messages": [*REQUEST["messages"], message, result]}
    for chunk in stream(encoding, again):
        print(json.dumps([choice["delta"] for choice in chunk["choices"]] or chunk["usage"]))


if __name__ == "__main__":
    main()
