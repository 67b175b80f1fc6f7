"""Labels for runs of tokens: which part of which message they are."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from harmony_core.format.wire import WireSpan

__all__ = ["Part", "Span"]


class Part(str, Enum):
    """What a token belongs to."""

    MARKER = "marker"
    ROLE = "role"
    NAME = "name"
    RECIPIENT = "recipient"
    CHANNEL = "channel"
    CONTENT_TYPE = "content_type"
    CONTENT = "content"
    STRAY = "stray"  # in no message, or in a header and no field of it


class Span(NamedTuple):
    """A marker, or neighbouring tokens that belong to the same part of the same message.

    Attributes:
        start: Index of the first token.
        stop: Index after the last token.
        part: What the tokens belong to.
        message: The ordinal of the message, ``None`` for tokens that are in none.
    """

    start: int
    stop: int
    part: Part
    message: int | None

    def to_dict(self) -> WireSpan:
        """Return the JSON form."""
        return {
            "start": self.start,
            "stop": self.stop,
            "part": self.part.value,
            "message": self.message,
        }
