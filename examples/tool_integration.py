"""Offer a tool to the model, run the call it makes, and let it answer.

The model's two completions were recorded; ``recorded_tool_call.json`` holds their tokens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harmony_core import (
    Author,
    Conversation,
    DeveloperContent,
    HarmonyEncoding,
    HarmonyEncodingName,
    Message,
    Role,
    SystemContent,
    TextContent,
    ToolDescription,
    load_harmony_encoding,
)

RECORDING = Path(__file__).with_name("recorded_tool_call.json")

WEATHER_TOOL = ToolDescription.new(
    "get_weather",
    "Tells the weather of a city.",
    parameters={
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "The city's name"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
        },
        "required": ["city"],
    },
)


def get_weather(city: str, unit: str = "celsius") -> dict[str, Any]:
    """Tell the weather; a real tool would ask a service."""
    return {"city": city, "temperature": 21 if unit == "celsius" else 70, "sky": "clear"}


TOOLS = {"functions.get_weather": get_weather}


def text_of(message: Message) -> str:
    """Join the texts of a message."""
    return "".join(part.text for part in message.content if isinstance(part, TextContent))


def run_call(call: Message) -> Message:
    """Run the tool that a message calls, and put its result into a message to the assistant."""
    name = call.recipient or ""
    result = TOOLS[name](**json.loads(text_of(call)))
    author = Author.new(Role.TOOL, name)
    message = Message.from_author_and_content(author, json.dumps(result))
    return message.with_recipient("assistant").with_channel("commentary")


def answer(encoding: HarmonyEncoding, conversation: Conversation, model: Any) -> str:  # noqa: ANN401 - anything to ask
    """Ask the model, running tools, until it says something final."""
    while True:
        prompt = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT)
        completion = model(prompt)
        messages = encoding.parse_messages_from_completion_tokens(completion, Role.ASSISTANT)
        conversation.messages += messages
        last = messages[-1]
        if last.recipient not in TOOLS:
            return text_of(last)
        reply = run_call(last)
        print(f"{last.recipient}({text_of(last)}) -> {text_of(reply)}")
        conversation.messages.append(reply)


def main() -> None:
    """Ask about the weather."""
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    developer = DeveloperContent.new().with_function_tools([WEATHER_TOOL])
    conversation = Conversation.from_messages(
        [
            Message.from_role_and_content(Role.SYSTEM, SystemContent.new()),
            Message.from_role_and_content(Role.DEVELOPER, developer),
            Message.from_role_and_content(Role.USER, "What is the weather in Tokyo?"),
        ]
    )
    completions = iter(json.loads(RECORDING.read_text())["completions"])
    print(answer(encoding, conversation, lambda _prompt: next(completions)))


if __name__ == "__main__":
    main()
