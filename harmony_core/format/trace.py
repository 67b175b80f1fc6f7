"""The strict parser with its tracks: which tokens each message came from, and how it ended.

A program wants messages or an error; a person with a broken output wants both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harmony_core.errors import ParseError
from harmony_core.format.parse import Encoding, StreamableParser, StreamState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.chat import Message, Role


@dataclass(frozen=True)
class TracedMessage:
    """A message and where it came from.

    Attributes:
        message: The message.
        start: Its first token; that of the header, or of what the prompt left of it.
        stop: One past its last token.
        complete: Whether a stop token ended it. The stream may end or fail in a message.
    """

    message: Message
    start: int
    stop: int
    complete: bool


@dataclass(frozen=True)
class Trace:
    """What the parser made of a stream.

    Attributes:
        messages: Every message, complete or not, in order.
        state: The parser's state after the last token, or at the fault.
        fault: The first fault, or ``None``. No token behind it was read.
    """

    messages: list[TracedMessage]
    state: StreamState
    fault: ParseError | None


def trace(
    encoding: Encoding, tokens: Sequence[int], role: Role | None = None, *, strict: bool = True
) -> Trace:
    """Parse a stream and keep its tracks.

    Args:
        encoding: The encoding of the tokens.
        tokens: Token ids.
        role: As for ``StreamableParser``.
        strict: As for ``StreamableParser``.

    Returns:
        The messages and the first fault. The end of the stream counts as one only within a
        header, as it does for the parser.

    Raises:
        TypeError: A token is not an integer.
        OverflowError: A token does not fit in 32 bits without sign.
    """
    parser = StreamableParser(encoding, role, strict=strict)
    traced: list[TracedMessage] = []
    start = 0
    state = parser.state

    def take(stop: int, *, complete: bool) -> None:
        # A header that was cut short may leave no message.
        messages = parser._messages  # noqa: SLF001 - the public list is a copy, made each time
        traced.extend(
            TracedMessage(message, start, stop, complete) for message in messages[len(traced) :]
        )

    try:
        for position, token in enumerate(tokens):
            parser.process(token)
            if parser.state is state:
                continue
            if state is StreamState.EXPECT_START:
                start = position
            elif parser.state is StreamState.EXPECT_START:
                take(position + 1, complete=True)
            state = parser.state
        parser.process_eos()
        take(len(tokens), complete=False)
    except ParseError as fault:
        return Trace(traced, StreamState(fault.state), fault)
    return Trace(traced, state, None)
