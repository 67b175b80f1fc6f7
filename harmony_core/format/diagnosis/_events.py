"""What is told apart in a stream: special tokens by what they do, and where they may come."""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Event", "State", "events_by_token"]


class State(Enum):
    """Where the machine is in the stream."""

    OUTSIDE = "outside"  # between messages
    HEADER = "header"
    CONTENT = "content"
    DOUBT = "doubt"  # in a content, after a token that may have ended it


class Event(Enum):
    """A special token, or the end of the stream."""

    START = "start"
    CHANNEL = "channel"
    CONSTRAIN = "constrain"
    MESSAGE = "message"
    STOP = "stop"
    PADDING = "padding"
    OTHER = "other"
    EOS = "eos"


_PADDING = ("<|startoftext|>", "<|endoftext|>")


@cache  # one for each tokenizer
def events_by_token(tokenizer: Tokenizer, markers: Markers) -> dict[int, Event]:
    """Tell the event of each special token."""
    special = tokenizer.special_tokens
    events = dict.fromkeys(special.values(), Event.OTHER)
    events |= {special[text]: Event.PADDING for text in _PADDING if text in special}
    events |= dict.fromkeys(markers.stop_tokens, Event.STOP)
    events[markers.start] = Event.START
    events[markers.channel] = Event.CHANNEL
    events[markers.constrain] = Event.CONSTRAIN
    events[markers.message] = Event.MESSAGE
    return events
