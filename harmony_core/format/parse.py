"""Tokens -> messages, exactly as the reference reads them.

The parser is a state machine without input or output of its own; ``_MOVES`` is all of it.
Content is decoded as it arrives and never encoded again.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, ParseError
from harmony_core.format._header import Header, HeaderFault, parse_header, salvage_header
from harmony_core.reference.crate_aliases import StreamableParserAliases
from harmony_core.reference.token_id import as_token_id

if TYPE_CHECKING:
    from harmony_core.chat import Message
    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Encoding", "StreamState", "StreamableParser"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What a move made at the end of the stream gets for a token.
_NO_TOKEN = -1

# After these bytes Rust has found a fault; Python waits for the third byte of the surrogate.
_HALF_SURROGATES = b"\xed\xa0", b"\xed\xbf"

# Faults behind faults are looked for in so many bytes at first: a long backlog is not copied.
_HEAD = 64


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


class StreamableParser(StreamableParserAliases):
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

    # Of the content being read:
    _header: Header | None
    _pieces: list[str]  # as the reference encodes them, each on its own
    _text: str  # the first _joined pieces together
    _joined: int
    _pending: bytearray  # the beginning of a character, or what came behind a fault
    _lost: bool  # an unknown token came: after it, the reference decodes no more
    _delta: str | None

    def __init__(self, encoding: Encoding, role: Role | None, *, strict: bool = True) -> None:
        self._tokenizer = encoding.tokenizer
        self._texts = _texts(encoding.tokenizer)
        self._markers = encoding.markers
        self._moves = _moves_by_token(self._markers, self._MOVES if strict else self._LENIENT_MOVES)
        self._next_role = None if role is None else Role(role)
        self._tokens: list[int] = []
        self._messages: list[Message] = []
        self._header_tokens: list[int] = []
        self._clear_content()
        self._enter(StreamState.EXPECT_START if role is None else StreamState.HEADER)

    def _clear_content(self) -> None:
        self._header = None
        self._pieces = []
        self._text = ""
        self._joined = 0
        self._pending = bytearray()
        self._lost = False
        self._delta = None

    def _enter(self, state: StreamState) -> None:
        self._state = state
        self._move_of, self._text_move, self._eos_move = self._moves[state]

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
            token = as_token_id(token, "token")
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
        self._eos_move(self, _NO_TOKEN)
        return self

    # The moves. Each gets the token it is made on.

    def _stay(self, _token: int) -> None:
        pass

    def _refuse_token(self, token: int) -> None:
        expected = self._markers.start
        raise self._error(
            f"Unexpected token {token} while expecting start token {expected}", "unexpected-token"
        )

    def _refuse_eos(self, _token: int) -> None:
        raise ParseError(
            "Unexpected EOS while waiting for message header to complete",
            kind="unexpected-eos",
            token_index=len(self._tokens),
            token=None,
            state=self._state.value,
        )

    def _begin_header(self, _token: int) -> None:
        self._header_tokens = []
        self._enter(StreamState.HEADER)

    def _take_header_token(self, token: int) -> None:
        self._header_tokens.append(token)

    def _begin_content(self, _token: int) -> None:
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

    def _abandon_header(self, _token: int) -> None:
        if self._next_role is not None and self._header_tokens:
            try:
                text = self._tokenizer.decode_utf8(self._header_tokens)
                header, content = salvage_header(text, self._next_role)
            except DecodeError as error:
                raise self._error(str(error), "undecodable-header") from error
            except HeaderFault as error:
                raise self._error(str(error), error.kind) from error
            self._messages.append(header.message(content))
        self._next_role = None
        self._enter(StreamState.EXPECT_START)

    def _take_content_token(self, token: int) -> None:
        if not self._pending and not self._lost:
            try:
                self._delta = text = self._texts[token]
            except (DecodeError, UnicodeDecodeError):
                pass
            else:
                self._pieces.append(text)
                return
        self._take_bytes(token)

    def _take_bytes(self, token: int) -> None:
        """Take a token that is not text by itself, or has bytes waiting before it."""
        self._delta = None
        if self._lost:
            return
        try:
            self._pending += self._tokenizer.token_bytes(token)
        except DecodeError:
            self._lost = True
        else:
            self._emit_pending()

    def _emit_pending(self) -> None:
        """Emit what is complete; replace one fault at most, as the reference does a token."""
        text, length, fault_length = _decode_prefix(self._pending)
        del self._pending[: length + fault_length]
        if text:
            self._pieces.append(text)
        if fault_length:
            self._pieces.append(REPLACEMENT)
            text += REPLACEMENT
        self._delta = text or None

    def _end_content(self, _token: int) -> None:
        lost = REPLACEMENT if self._lost else ""
        text = self.current_content + lost + self._pending.decode("utf-8", "replace")
        self._messages.append(cast("Header", self._header).message(text))
        self._clear_content()
        self._enter(StreamState.EXPECT_START)

    # The legal moves: what each state does on each event.
    _MOVES: ClassVar[_MoveTable] = {
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
    _LENIENT_MOVES: ClassVar[_MoveTable] = {
        **_MOVES,
        StreamState.HEADER: {**_MOVES[StreamState.HEADER], _Event.STOP: _abandon_header},
    }

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
        if self._joined < len(self._pieces):
            self._text += "".join(self._pieces[self._joined :])
            self._joined = len(self._pieces)
        return self._text

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
            data["header"] = self._header.to_dict()
            data["content_tokens"] = [token for piece in self._pieces for token in encode(piece)]
        return data


_Move = Callable[[StreamableParser, int], None]
_MoveTable = dict[StreamState, dict[_Event, _Move]]
# The moves of a state: by token, for any other token, at the end of the stream.
_Moves = tuple[dict[int, _Move], _Move, _Move]


def _moves_by_token(markers: Markers, table: _MoveTable) -> dict[StreamState, _Moves]:
    events = {markers.start: _Event.START, markers.message: _Event.MESSAGE}
    events |= dict.fromkeys(markers.stop_tokens, _Event.STOP)
    return {
        state: (
            {token: moves[event] for token, event in events.items() if event in moves},
            moves[_Event.TEXT],
            moves[_Event.EOS],
        )
        for state, moves in table.items()
    }


class _Texts(dict[int, str]):
    """The text of each token that is text by itself, filled in as tokens come."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._token_bytes = tokenizer.token_bytes

    def __missing__(self, token: int) -> str:
        """Raise ``DecodeError`` or ``UnicodeDecodeError`` if the token is no text."""
        text = self[token] = self._token_bytes(token).decode()
        return text


_texts = cache(_Texts)  # one for each tokenizer


def _decode_prefix(data: bytearray) -> tuple[str, int, int]:
    """Decode UTF-8 up to the first fault, or up to a character that has yet to end.

    Returns:
        The text, how many bytes it took, and how many bytes the fault behind it has, or 0.
    """
    if len(data) > _HEAD:
        text, length, fault_length = _decode_prefix(data[:_HEAD])
        if fault_length:
            return text, length, fault_length
    try:
        text, length = utf_8_decode(data)
    except UnicodeDecodeError as fault:
        return data[: fault.start].decode(), fault.start, fault.end - fault.start
    first, last = _HALF_SURROGATES
    return text, length, int(first <= data[length:] <= last)
