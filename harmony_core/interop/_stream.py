"""Tokens -> what happens to the messages of a completion, for either API's stream to tell.

The parser behind it is the strict one. Whatever else reads tokens serves as well, if it makes the
same three events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, HarmonyError, ParseError
from harmony_core.format.parse import StreamableParser, StreamState
from harmony_core.interop._calls import Kind, kind_of
from harmony_core.interop._texts import message_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.chat import Message
    from harmony_core.format.parse import Encoding

__all__ = ["Begun", "Ended", "Event", "StreamError", "Text", "TokenReader"]


@dataclass(frozen=True, slots=True)
class Begun:
    """A message's header is read."""

    index: int
    kind: Kind
    channel: str | None
    recipient: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """Content of the message that was begun."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The message that was begun is complete."""

    message: Message


Event: TypeAlias = "Begun | Text | Ended"


class StreamError(HarmonyError):
    """The model's output does not follow the format.

    The stream can go on: the token counts as read, as it does for the parser.

    Attributes:
        kind: That of the ``ParseError`` which is the cause.
        emitted: The chunks or events made in this call before the fault.
        messages: The messages completed so far.
        rest: The tokens given in this call that were not read.
        token_index: Index of the faulty token in the completion.
    """

    def __init__(
        self,
        cause: ParseError,
        *,
        emitted: list[dict[str, Any]],
        messages: list[Message],
        rest: list[int],
    ) -> None:
        super().__init__(f"{cause}, at token {cause.token_index} of the completion")
        self.kind = cause.kind
        self.emitted = emitted
        self.messages = messages
        self.rest = rest
        self.token_index = cause.token_index


class TokenReader:
    """Reads a completion's tokens one by one.

    Args:
        encoding: The encoding of the tokens.
        strict: As for ``StreamableParser``.

    Attributes:
        tokens: How many tokens have been read.
        reasoning_tokens: How many of them are the content of reasoning.
    """

    def __init__(self, encoding: Encoding, *, strict: bool = True) -> None:
        self._parser = StreamableParser(encoding, Role.ASSISTANT, strict=strict)
        self._tokenizer = encoding.tokenizer
        self._state = self._parser.state
        self._count = 0  # messages completed
        self._told = 0  # characters of the content that have been told
        self._kind = Kind.FOREIGN
        self.tokens = 0
        self.reasoning_tokens = 0

    @property
    def messages(self) -> list[Message]:
        """Every message completed so far."""
        return self._parser.messages

    @property
    def unfinished_header(self) -> str | None:
        """The text of the header that is being read; ``None`` if none is, or nothing was read."""
        if self._parser.state is not StreamState.HEADER or not self.tokens:
            return None
        header: list[int] = self._parser.state_data["header_tokens"]
        try:
            return self._tokenizer.decode(header)
        except DecodeError:  # a token that is none: the header's ids are all there is to tell
            return " ".join(map(str, header))

    def feed(self, token: int) -> Iterator[Event]:
        """Read one token.

        Raises:
            ParseError: It does not follow the format.
            TypeError: It is not an integer.
            OverflowError: It does not fit in 32 bits without sign.
        """
        self.tokens += 1
        try:
            self._parser.process(token)
        except ParseError:
            self._state = self._parser.state
            raise
        yield from self._news()

    def finish(self) -> Iterator[Event]:
        """End the stream, and with it a message without a stop token.

        Raises:
            ParseError: It ends within a header.
        """
        self._parser.process_eos()
        yield from self._news()

    def _news(self) -> Iterator[Event]:
        parser, before = self._parser, self._state
        self._state = state = parser.state
        if state is StreamState.CONTENT:
            if before is not state:
                yield self._begun(parser.current_channel, parser.current_recipient)
            elif self._kind is Kind.REASONING:
                self.reasoning_tokens += 1
            delta = parser.last_content_delta
            if delta and before is state:
                self._told += len(delta)
                yield Text(delta)
        elif state is StreamState.EXPECT_START and before is not state:
            messages = parser.messages
            if len(messages) > self._count:
                yield from self._completed(messages[-1], begun=before is StreamState.CONTENT)

    def _completed(self, message: Message, *, begun: bool) -> Iterator[Event]:
        if not begun:  # a header that a stop token cut short, and that is a message all the same
            yield self._begun(message.channel, message.recipient, message.author.role)
        rest = message_text(message)[self._told :]
        if rest:
            yield Text(rest)
        self._count += 1
        self._told = 0
        yield Ended(message)

    def _begun(self, channel: str | None, recipient: str | None, role: Role | None = None) -> Begun:
        self._kind = kind_of(role or self._parser.current_role, channel, recipient)
        return Begun(self._count, self._kind, channel, recipient)
