"""Conversations of turns, as agents and data sets have them, for training and extension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from support.strategies import texts

from harmony_core import Conversation

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOOL = {"name": "f", "description": "", "parameters": {"type": "object"}}
_NAMESPACE = {"name": "functions", "tools": [_TOOL]}

# One letter a kind of message.
KINDS: dict[str, dict[str, Any]] = {
    "s": {"role": "system", "content": [{"type": "system_content"}]},
    "o": {"role": "system", "content": [{"type": "system_content", "channel_config": None}]},
    "d": {"role": "developer", "content": [{"type": "developer_content", "instructions": "x"}]},
    "D": {
        "role": "developer",
        "content": [{"type": "developer_content", "tools": {"functions": _NAMESPACE}}],
    },
    "u": {"role": "user"},
    "a": {"role": "assistant", "channel": "analysis"},
    "p": {"role": "assistant", "channel": "commentary"},
    "c": {
        "role": "assistant",
        "channel": "commentary",
        "recipient": "functions.f",
        "content_type": "<|constrain|>json",
    },
    "b": {"role": "assistant", "channel": "analysis", "recipient": "python"},
    "t": {
        "role": "tool",
        "name": "functions.f",
        "recipient": "assistant",
        "channel": "commentary",
    },
    "f": {"role": "assistant", "channel": "final"},
}
LETTERS = "sodDuuaaappccbtttff"


def conversation(letters: str, contents: Sequence[str] = ()) -> Conversation:
    """A conversation of one message a letter; those without a content of their own get one."""
    padded = [*contents, *("hello" for _ in letters)]
    messages = [
        {"content": content, **KINDS[letter]}
        for letter, content in zip(letters, padded, strict=False)
    ]
    return Conversation.from_dict({"messages": messages})


lettered = st.text(LETTERS, min_size=1, max_size=14)
conversations = st.builds(conversation, lettered, st.lists(texts, max_size=14))
