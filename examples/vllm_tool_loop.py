"""A tool loop over a vLLM server's stream: one inspector a turn shows, recovers and finds calls.

``python vllm_tool_loop.py http://localhost:8000 "What is the weather in Tokyo?"``
"""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

from harmony_core import (
    Author,
    Conversation,
    DeveloperContent,
    Finish,
    InspectPolicy,
    Message,
    Role,
    SystemContent,
    TextContent,
    ToolDescription,
    load_harmony_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ENCODING = load_harmony_encoding("HarmonyGptOss")
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [ToolDescription.new("get_weather", "Tells the weather of a city.", CITY)]
POLICY = InspectPolicy(tools=TOOLS)


def get_weather(city: str) -> str:
    """Tell the weather; a real tool would ask a service."""
    return json.dumps({"city": city, "temperature": 21, "sky": "clear"})


def complete(server: str, prompt: list[int]) -> Iterator[dict[str, Any]]:
    """Stream the completion of a prompt: the first choice of each event."""
    body = {
        "model": "openai/gpt-oss-20b",
        "prompt": prompt,
        "stream": True,
        "return_token_ids": True,
        "stop_token_ids": ENCODING.stop_tokens_for_assistant_actions(),
        "max_tokens": 4096,
    }
    headers = {"Content-Type": "application/json"}
    url = f"{server}/v1/completions"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - the user's own server
    with urllib.request.urlopen(request) as response:  # noqa: S310 - the same
        for line in response:
            event = line.decode().removeprefix("data: ").strip()
            if event and event != "[DONE]":
                yield json.loads(event)["choices"][0]


def take_turn(server: str, conversation: Conversation) -> list[Message]:
    """Let the model go on; print what it says as it comes, and give the calls it makes."""
    prompt = ENCODING.render_conversation_for_completion(conversation, Role.ASSISTANT)
    inspector = ENCODING.inspector(Role.ASSISTANT, POLICY)
    finish = Finish()
    for choice in complete(server, prompt):
        for token in choice["token_ids"]:
            inspector.process(token)
            if inspector.current_channel == "final" and inspector.last_content_delta:
                print(inspector.last_content_delta, end="", flush=True)
        finish = Finish(choice["finish_reason"], choice.get("stop_reason"))
    inspection = inspector.finish(finish)
    if not inspection.ok:
        print(*inspection.diagnostics, sep="\n", file=sys.stderr)
    conversation.messages += inspection.messages
    return inspection.tool_calls()


def main(server: str, question: str) -> None:
    """Ask a question; run tools until there is an answer."""
    developer = DeveloperContent.new().with_function_tools(TOOLS)
    conversation = Conversation.from_messages(
        [
            Message.from_role_and_content(Role.SYSTEM, SystemContent.new()),
            Message.from_role_and_content(Role.DEVELOPER, developer),
            Message.from_role_and_content(Role.USER, question),
        ]
    )
    while calls := take_turn(server, conversation):
        for call in calls:
            text = "".join(part.text for part in call.content if isinstance(part, TextContent))
            print(f"{call.recipient}({text})")
            author = Author.new(Role.TOOL, call.recipient or "")
            result = Message.from_author_and_content(author, get_weather(**json.loads(text)))
            result = result.with_recipient("assistant").with_channel("commentary")
            conversation.messages.append(result)
    print()


if __name__ == "__main__":
    main(*sys.argv[1:3])
