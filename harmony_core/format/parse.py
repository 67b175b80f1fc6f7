"""Tokens -> messages, exactly as the reference reads them.

The parser is a state machine without input or output of its own; ``_MOVES`` is all of it.
Content is decoded as it arrives and never encoded again.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Callable
from enum import Enum
from operator import index
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from harmony_core.chat import Author, Message, Role, TextContent
from harmony_core.errors import DecodeError, ParseError
from harmony_core.format._header import Header, HeaderFault, parse_header, salvage_header

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["StreamState", "StreamableParser", "parse_messages"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Encoding(Protocol):
    """What the parser needs of an encoding."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Decodes the tokens."""

    @property
    def markers(self) -> Markers:
        """The formatting tokens."""


class StreamState(Enum):
    """Where in a message the parser stands."""

    EXPECT_START = "ExpectStart"
    HEADER = "Header"
    CONTENT = "Content"


class _Event(Enum):
    """What the parser distinguishes in its input."""

    START = "start"
    MESSAGE = "message"
    STOP = "stop"
    TEXT = "text"  # any token that the state has no move of its own for
    EOS = "eos"


class StreamableParser:
    """Reads the tokens of a completion one by one.

    After an error the parser goes on as the reference does: the token counts as seen, a
    faulty header is dropped, and ``state`` tells what is expected next.

    Args:
        encoding: The encoding of the tokens.
        role: The role of the first message, if the stream begins within its header; ``None``
            if it begins with ``<|start|>``.
        strict: Whether a stop token within a header is header text. If not, it ends the
            message: what the header holds beyond role and channel becomes the content.
    """

    def __init__(self, encoding: Encoding, role: Role | None, *, strict: bool = True) -> None:
        self._tokenizer = encoding.tokenizer
        self._markers = encoding.markers
        self._token_bytes = encoding.tokenizer.token_bytes
        self._moves = self._compile_moves(strict=strict)
        self._next_role = None if role is None else Role(role)
        self._tokens: list[int] = []
        self._messages: list[Message] = []
        self._header_tokens: list[int] = []
        self._forget_content()
        self._enter(StreamState.EXPECT_START if role is None else StreamState.HEADER)

    def process(self, token: int) -> StreamableParser:
        """Read one token.

        Returns:
            The parser itself.

        Raises:
            ParseError: The token does not follow the format.
            TypeError: The token is not an integer.
            OverflowError: The token does not fit in 32 bits without sign.
        """
        if type(token) is not int or token >> 32:
            token = _u32(token, "token")
        self._tokens.append(token)
        self._move_of.get(token, self._text_move)(self, token)
        return self

    def process_eos(self) -> StreamableParser:
        """Read the end of the stream, which ends a message without a stop token.

        Returns:
            The parser itself.

        Raises:
            ParseError: The stream ends within a header.
        """
        self._eos_move(self, None)
        return self

    # The moves. Each gets the token it is made on, None at the end of the stream.

    def _stay(self, token: int | None) -> None:
        pass

    def _refuse_token(self, token: int | None) -> None:
        expected = self._markers.start
        raise self._error(
            f"Unexpected token {token} while expecting start token {expected}", "unexpected-token"
        )

    def _refuse_eos(self, _token: int | None) -> None:
        raise ParseError(
            "Unexpected EOS while waiting for message header to complete",
            kind="unexpected-eos",
            token_index=len(self._tokens),
            token=None,
            state=self._state.value,
        )

    def _begin_header(self, _token: int | None) -> None:
        self._header_tokens = []
        self._enter(StreamState.HEADER)

    def _take_header_token(self, token: int | None) -> None:
        self._header_tokens.append(token)

    def _begin_content(self, _token: int | None) -> None:
        try:
            text = self._tokenizer.decode_utf8(self._header_tokens)
            self._header = parse_header(text, self._next_role)
        except DecodeError as error:
            fault = self._error("could not decode header", "undecodable-header")
            self._enter(StreamState.EXPECT_START)
            raise fault from error
        except HeaderFault as error:
            fault = self._error(str(error), error.kind)
            self._enter(StreamState.EXPECT_START)
            raise fault from error
        self._next_role = None
        self._enter(StreamState.CONTENT)

    def _abandon_header(self, _token: int | None) -> None:
        if self._next_role is not None and self._header_tokens:
            try:
                text = self._tokenizer.decode_utf8(self._header_tokens)
                header, content = salvage_header(text, self._next_role)
            except DecodeError as error:
                raise self._error(str(error), "undecodable-header") from error
            except HeaderFault as error:
                raise self._error(str(error), error.kind) from error
            self._messages.append(_message(header, content))
        self._next_role = None
        self._enter(StreamState.EXPECT_START)

    def _take_content_token(self, token: int) -> None:
        try:
            data = self._token_bytes(token)
        except DecodeError:
            self._lost = True
        if self._lost:
            self._delta = None
            return
        if self._pending:
            data = self._pending + data
        text, used, fault_stop = _decode_prefix(data)
        if fault_stop:
            # One fault a token is replaced; the bytes behind it wait for the next token.
            self._pieces += (text, REPLACEMENT)
            self._delta = text + REPLACEMENT
            self._pending = data[fault_stop:]
        else:
            self._pieces.append(text)
            self._delta = text or None
            self._pending = data[used:]

    def _end_content(self, _token: int | None) -> None:
        lost = REPLACEMENT if self._lost else ""
        text = self.current_content + lost + self._pending.decode("utf-8", "replace")
        self._messages.append(_message(self._header, text))
        self._forget_content()
        self._enter(StreamState.EXPECT_START)

    # The legal moves: what each state does on each event.
    _MOVES: ClassVar = {
        StreamState.EXPECT_START: {
            _Event.START: _begin_header,
            _Event.TEXT: _refuse_token,
            _Event.EOS: _stay,
        },
        StreamState.HEADER: {
            _Event.MESSAGE: _begin_content,
            _Event.TEXT: _take_header_token,
            _Event.EOS: _refuse_eos,
        },
        StreamState.CONTENT: {
            _Event.STOP: _end_content,
            _Event.TEXT: _take_content_token,
            _Event.EOS: _end_content,
        },
    }
    _LENIENT_MOVES: ClassVar = {
        **_MOVES,
        StreamState.HEADER: {**_MOVES[StreamState.HEADER], _Event.STOP: _abandon_header},
    }

    def _compile_moves(self, *, strict: bool) -> dict[StreamState, _Moves]:
        """Key the moves by token id."""
        markers = self._markers
        events = {markers.start: _Event.START, markers.message: _Event.MESSAGE}
        events |= dict.fromkeys(markers.stop_tokens, _Event.STOP)
        table = self._MOVES if strict else self._LENIENT_MOVES
        return {
            state: (
                {token: moves[event] for token, event in events.items() if event in moves},
                moves[_Event.TEXT],
                moves[_Event.EOS],
            )
            for state, moves in table.items()
        }

    def _enter(self, state: StreamState) -> None:
        self._state = state
        self._move_of, self._text_move, self._eos_move = self._moves[state]

    def _forget_content(self) -> None:
        self._header: Header | None = None
        self._pieces: list[str] = []  # as the reference encodes them: each on its own
        self._pending = b""  # the beginning of a character, or what follows a fault
        self._lost = False  # after an unknown token the reference decodes no more
        self._delta: str | None = None

    def _error(self, message: str, kind: str) -> ParseError:
        """Lay the fault on the last token seen."""
        return ParseError(
            message,
            kind=kind,
            token_index=len(self._tokens) - 1,
            token=self._tokens[-1],
            state=self._state.value,
        )

    @property
    def tokens(self) -> list[int]:
        """Every token seen so far."""
        return self._tokens.copy()

    @property
    def messages(self) -> list[Message]:
        """Every message completed so far."""
        return self._messages.copy()

    @property
    def state(self) -> StreamState:
        """Where in a message the parser stands."""
        return self._state

    @property
    def current_role(self) -> Role | None:
        """The role of the message being read, as far as it is known."""
        return self._next_role if self._header is None else self._header.role

    @property
    def current_recipient(self) -> str | None:
        """The recipient of the message whose content is being read."""
        return None if self._header is None else self._header.recipient

    @property
    def current_channel(self) -> str | None:
        """The channel of the message whose content is being read."""
        return None if self._header is None else self._header.channel

    @property
    def current_content_type(self) -> str | None:
        """The content type of the message whose content is being read."""
        return None if self._header is None else self._header.content_type

    @property
    def current_content(self) -> str:
        """The content read so far, as far as it is complete characters."""
        return "".join(self._pieces)

    @property
    def last_content_delta(self) -> str | None:
        """What the last token added to the content; ``None`` if nothing."""
        return self._delta

    @property
    def state_data(self) -> dict[str, Any]:
        """The state in the reference's JSON form.

        ``content_tokens`` are not the tokens seen, but those of each delta encoded anew.
        """
        data: dict[str, Any] = {"state": self._state.value}
        if self._state is StreamState.HEADER:
            data["header_tokens"] = self._header_tokens.copy()
        elif self._header is not None:
            encode = self._tokenizer.encode_ordinary
            data["header"] = _header_data(self._header)
            data["content_tokens"] = [token for piece in self._pieces for token in encode(piece)]
        return data


_Move = Callable[[StreamableParser, int], None]
_Moves = tuple[dict[int, _Move], _Move, _Move]  # by token, for other tokens, at the end


def parse_messages(
    encoding: Encoding, tokens: Iterable[int], role: Role | None = None, *, strict: bool = True
) -> list[Message]:
    """Read the messages of a whole completion.

    Args:
        encoding: The encoding of the tokens.
        tokens: Token ids.
        role: As for ``StreamableParser``.
        strict: As for ``StreamableParser``.

    Raises:
        ParseError: The tokens do not follow the format.
        TypeError: A token is not an integer.
        OverflowError: A token does not fit in 32 bits without sign.
    """
    checked = [
        token if type(token) is int and not token >> 32 else _u32(token, "tokens")
        for token in tokens
    ]
    messages = _parse_sliced(encoding, checked, role, strict=strict)
    if messages is None:
        messages = _parse_stepping(encoding, checked, role, strict=strict)
    return messages


def _parse_stepping(
    encoding: Encoding, tokens: list[int], role: Role | None, *, strict: bool
) -> list[Message]:
    parser = StreamableParser(encoding, role, strict=strict)
    for token in tokens:
        parser.process(token)
    return parser.process_eos().messages


def _parse_sliced(
    encoding: Encoding, tokens: list[int], role: Role | None, *, strict: bool
) -> list[Message] | None:
    """Parse by cutting at the formatting tokens; ``None`` if something is out of the ordinary.

    Bytes that are UTF-8 as a whole give the same text however they are cut, so only faults
    need the parser that goes token by token.
    """
    markers, decode = encoding.markers, encoding.tokenizer.decode_utf8
    stops = markers.stop_tokens
    bounds = stops | {markers.message}
    cuts = (i for i, token in enumerate(tokens) if token in bounds)
    messages: list[Message] = []
    at = 0
    try:
        while role is not None or at < len(tokens):
            if role is None:
                if tokens[at] != markers.start:
                    return None
                at += 1
            cut = next(cuts)
            while tokens[cut] != markers.message:
                if not strict:
                    return None
                cut = next(cuts)
            header = parse_header(decode(tokens[at:cut]), role)
            role = None
            stop = next((i for i in cuts if tokens[i] in stops), len(tokens))
            messages.append(_message(header, decode(tokens[cut + 1 : stop])))
            at = stop + 1
    except (StopIteration, DecodeError, HeaderFault):
        return None
    return messages


def _decode_prefix(data: bytes) -> tuple[str, int, int]:
    """Decode UTF-8 up to the first fault, or up to a character that has yet to end.

    Returns:
        The text, how many bytes it takes, and where the fault behind it ends: 0 if none.
    """
    try:
        text, used = utf_8_decode(data)
    except UnicodeDecodeError as fault:
        return data[: fault.start].decode(), fault.start, fault.end
    # Half a surrogate is a fault for Rust at its second byte; Python waits for the third.
    if len(data) - used == 2 and data[used] == 0xED and data[used + 1] >= 0xA0:
        return text, used, used + 1
    return text, used, 0


def _message(header: Header, text: str) -> Message:
    return Message(
        author=Author(role=header.role, name=header.name),
        content=[TextContent(text=text)],
        channel=header.channel,
        recipient=header.recipient,
        content_type=header.content_type,
    )


def _header_data(header: Header) -> dict[str, Any]:
    author = {"role": header.role.value}
    if header.name is not None:
        author["name"] = header.name
    return {
        "author": author,
        "recipient": header.recipient,
        "channel": header.channel,
        "content_type": header.content_type,
    }


def _u32(token: object, argument: str) -> int:
    """Convert as the reference's bindings do, with their errors."""
    try:
        value = index(token)
    except TypeError as error:
        raise TypeError(f"argument '{argument}': {error}") from None
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError("Python int too large to convert to C long")
    if value >> 32:
        raise OverflowError("out of range integral type conversion attempted")
    return int(value)
