"""The formatting tokens: the special tokens that frame a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Field of Markers -> the text of its special token.
MARKER_TEXTS = {
    "start": "<|start|>",
    "message": "<|message|>",
    "end": "<|end|>",
    "return_": "<|return|>",
    "call": "<|call|>",
    "channel": "<|channel|>",
    "constrain": "<|constrain|>",
}


@dataclass(frozen=True, slots=True)
class Markers:
    """The ids of the formatting tokens.

    Attributes:
        start: Begins a message; the header follows.
        message: Ends the header; the content follows.
        end: Ends a message.
        return_: Ends the last message of a turn.
        call: Ends a message that calls a tool.
        channel: Introduces the channel in the header.
        constrain: Introduces a content type that the content must follow.
        stop_tokens: The tokens that end a message.
        stop_tokens_for_assistant_actions: The tokens that end the assistant's turn.
    """

    start: int
    message: int
    end: int
    return_: int
    call: int
    channel: int
    constrain: int
    stop_tokens: frozenset[int] = field(init=False)
    stop_tokens_for_assistant_actions: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        actions = frozenset((self.return_, self.call))
        object.__setattr__(self, "stop_tokens_for_assistant_actions", actions)
        object.__setattr__(self, "stop_tokens", actions | {self.end})

    @classmethod
    def from_special_tokens(cls, special_tokens: Mapping[str, int]) -> Markers:
        """Look the markers up in a tokenizer's special tokens.

        Args:
            special_tokens: Special token text to id.

        Raises:
            KeyError: A formatting token is missing.
        """
        return cls(**{name: special_tokens[text] for name, text in MARKER_TEXTS.items()})

    def tokens(self) -> list[tuple[str, int]]:
        """Every marker as its text and id, in the order of the ids."""
        pairs = [(text, getattr(self, name)) for name, text in MARKER_TEXTS.items()]
        return sorted(pairs, key=lambda pair: pair[1])
