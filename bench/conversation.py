"""A conversation to render and parse: tools, calls and answers, filled with a text."""

from __future__ import annotations

import json
from itertools import cycle
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a turn consists of: the length of each content, and the rest of its message.
_TURN: tuple[tuple[int, dict[str, str]], ...] = (
    (250, {"role": "user"}),
    (1200, {"role": "assistant", "channel": "analysis"}),
    (
        120,
        {
            "role": "assistant",
            "channel": "commentary",
            "recipient": "functions.search",
            "content_type": "<|constrain|>json",
        },
    ),
    (
        1500,
        {
            "role": "tool",
            "name": "functions.search",
            "channel": "commentary",
            "recipient": "assistant",
        },
    ),
    (900, {"role": "assistant", "channel": "final"}),
)


def fill(text: str) -> str:
    """Make a conversation out of a text.

    Args:
        text: It is dealt out to the messages in order.

    Returns:
        The conversation as JSON.
    """
    return json.dumps({"messages": [*_opening(), *_turns(text)]}, ensure_ascii=False)


def _opening() -> list[dict[str, Any]]:
    system = {
        "type": "system_content",
        "model_identity": "You are ChatGPT, a large language model trained by OpenAI.",
        "reasoning_effort": "High",
        "conversation_start_date": "2025-06-28",
        "knowledge_cutoff": "2024-06",
        "channel_config": {
            "valid_channels": ["analysis", "commentary", "final"],
            "channel_required": True,
        },
    }
    functions = {
        "name": "functions",
        "tools": [
            _tool("search", query="string", limit="integer"),
            _tool("read_page", address="string", line="integer"),
            _tool("convert", amount="number", source="string", target="string"),
        ],
    }
    developer = {
        "type": "developer_content",
        "instructions": "Search before you answer, and name your sources.",
        "tools": {"functions": functions},
    }
    return [
        {"role": "system", "content": [system]},
        {"role": "developer", "content": [developer]},
    ]


def _tool(name: str, **parameters: str) -> dict[str, Any]:
    properties = {
        parameter: {"type": kind, "description": f"The {parameter} to use."}
        for parameter, kind in parameters.items()
    }
    return {
        "name": name,
        "description": f"Does what its name says: {name}.",
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties)[:1],
        },
    }


def _turns(text: str) -> Iterator[dict[str, Any]]:
    position = 0
    for length, message in cycle(_TURN):
        if position >= len(text):
            return
        content = text[position : position + length]
        if "content_type" in message:
            content = json.dumps({"query": content}, ensure_ascii=False)
        yield {**message, "content": content}
        position += length
