"""Tokens -> what happens to the messages of a completion, for either API's stream to tell.

A strict parser reads them, or an inspector, which reads anything. With an inspector, calls are told
when they have ended and proved sound, and are withheld if not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, HarmonyError, ParseError
from harmony_core.format.diagnosis.inspect import Inspector
from harmony_core.format.parse import StreamableParser, StreamState
from harmony_core.interop._calls import Kind, kind_of
from harmony_core.interop._texts import message_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.chat import Message
    from harmony_core.format.diagnosis.inspection import InspectedMessage
    from harmony_core.format.finish import Finish
    from harmony_core.format.parse import Encoding

__all__ = ["Begun", "Ended", "Event", "StreamError", "Text", "TokenReader", "Withheld"]


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

    index: int
    message: Message


@dataclass(frozen=True, slots=True)
class Withheld:
    """A call that nobody should run, of which nothing was told."""

    index: int
    message: Message
    reason: str


Event: TypeAlias = "Begun | Text | Ended | Withheld"


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
        parser: What reads them; a strict ``StreamableParser`` if ``None``.

    Attributes:
        tokens: How many tokens have been read.
        reasoning_tokens: How many of them are the content of reasoning.
    """

    def __init__(self, encoding: Encoding, parser: StreamableParser | Inspector | None) -> None:
        self._parser = StreamableParser(encoding, Role.ASSISTANT) if parser is None else parser
        self._tokenizer = encoding.tokenizer
        self._state = self._parser.state
        self._ended = len(self._parser.messages)
        self._begun: Begun | None = None
        self._told = 0  # characters of the content that have been told
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
            ParseError: It does not follow the format, and the parser is strict.
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

    def finish(self, finish: Finish) -> Iterator[Event]:
        """End the stream, and with it a message without a stop token.

        Raises:
            ParseError: It ends within a header, and the parser is strict.
        """
        if isinstance(self._parser, Inspector):
            self._parser.finish(finish)
        else:
            self._parser.process_eos()
        yield from self._news()

    def _news(self) -> Iterator[Event]:
        parser, before = self._parser, self._state
        self._state = state = parser.state
        if isinstance(parser, Inspector):
            for item in parser.new_items:
                yield from self._end(item.message, item)
        elif state is StreamState.EXPECT_START and before is not state:
            for message in parser.messages[self._ended :]:
                yield from self._end(message, None)
        if state is not StreamState.CONTENT:
            return
        if self._begun is None:
            self._begun = self._begin(
                parser.current_role, parser.current_channel, parser.current_recipient
            )
            if not self._holds_back(self._begun):
                yield self._begun
        elif self._begun.kind is Kind.REASONING:
            self.reasoning_tokens += 1
        delta = parser.last_content_delta
        if delta and not self._holds_back(self._begun):
            self._told += len(delta)
            yield Text(delta)

    def _begin(self, role: Role | None, channel: str | None, recipient: str | None) -> Begun:
        return Begun(self._ended, kind_of(role, channel, recipient), channel, recipient)

    def _holds_back(self, begun: Begun) -> bool:
        """Whether a message is only told when it has ended: a call that may prove unsound."""
        return begun.kind is Kind.CALL and isinstance(self._parser, Inspector)

    def _end(self, message: Message, item: InspectedMessage | None) -> Iterator[Event]:
        # A header that a stop token cut short can be a message that never began.
        told = self._begun is not None and not self._holds_back(self._begun)
        begun = self._begun or self._begin(message.author.role, message.channel, message.recipient)
        if item is not None and item.withheld:
            guessed = f" (guessed: {', '.join(item.guesses)})" if item.guesses else ""
            yield Withheld(begun.index, message, f"Withheld: not a sound call{guessed}")
        else:
            if not told:
                yield begun
            rest = message_text(message)[self._told :]
            if rest:
                yield Text(rest)
            yield Ended(begun.index, message)
        self._ended += 1
        self._begun, self._told = None, 0
