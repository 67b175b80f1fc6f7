"""Tokens -> messages, exactly as the reference reads them.

The parser is a state machine that does no input or output: ``StreamableParser._TRANSITIONS``
says for every state and event what is done and which state follows, also after an error.
Content is decoded as it arrives and never encoded again.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, TypeAlias, cast

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, ParseError
from harmony_core.format._header import Header, HeaderFault, parse_header, salvage_header
from harmony_core.reference.crate_aliases import StreamableParserAliases
from harmony_core.reference.rust_text import decode_prefix
from harmony_core.reference.token_id import as_token_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.chat import Message
    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Encoding", "StreamState", "StreamableParser", "token_texts"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What an action gets as its token at the end of the stream.
_NO_TOKEN = -1


class Encoding(Protocol):
    """What the parser needs of an encoding."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Decodes the tokens."""

    @property
    def markers(self) -> Markers:
        """The formatting tokens."""


class StreamState(Enum):
    """Where in a message the parser is."""

    EXPECT_START = "ExpectStart"
    HEADER = "Header"
    CONTENT = "Content"


_EXPECT_START, _HEADER, _CONTENT = StreamState


class _Event(Enum):
    """What the parser distinguishes in its input."""

    START = "start"
    MESSAGE = "message"
    STOP = "stop"
    OTHER = "other"  # any token without a transition of its own in that state
    EOS = "eos"


_Action: TypeAlias = "Callable[[StreamableParser, int], None]"


class _Transition(NamedTuple):
    """What the parser does in a state on an event.

    Attributes:
        action: Called with the parser and the token. It never sets the state.
        next_state: The state after the action.
        error_state: The state after a ``ParseError`` in the action.
    """

    action: _Action
    next_state: StreamState
    error_state: StreamState


_Table = dict[StreamState, dict[_Event, _Transition]]
# One state's transitions: by token, on any other token, at the end of the stream.
_Steps: TypeAlias = "tuple[dict[int, _Action], _Action, _Action]"


class StreamableParser(StreamableParserAliases):
    """Reads the tokens of a completion one by one.

    A parser can be used after an error and then does what the reference does: the token
    counts as seen, a faulty header is dropped, and ``state`` says what is expected next.

    Args:
        encoding: The encoding of the tokens.
        role: The role of the first message, if the stream begins within its header; ``None``
            if it begins with ``<|start|>``.
        strict: Whether a stop token within a header is header text. If not, it ends the
            message: what the header holds besides role and channel becomes the content.
    """

    # Of the content being read:
    _header: Header | None
    _pieces: list[str]  # as the reference encodes them, each on its own
    _text: str  # the first _joined pieces together
    _joined: int
    _content_tokens: list[int]  # the first _encoded pieces, each encoded on its own
    _encoded: int
    _pending: bytearray  # an incomplete character, or what came after a fault
    _lost: bool  # after an unknown token: the reference decodes nothing more
    _delta: str | None

    def __init__(self, encoding: Encoding, role: Role | None, *, strict: bool = True) -> None:
        self._tokenizer = encoding.tokenizer
        self._texts = token_texts(encoding.tokenizer)
        self._markers = encoding.markers
        self._steps = self._steps_of(encoding.markers, strict=bool(strict))
        self._next_role = None if role is None else Role(role)
        self._tokens: list[int] = []
        self._messages: list[tuple[Header, str]] = []  # a new Message is made for each caller
        self._header_tokens: list[int] = []
        self._clear_content()
        self._enter(_EXPECT_START if role is None else _HEADER)

    def _clear_content(self) -> None:
        self._header = None
        self._pieces = []
        self._text = ""
        self._joined = 0
        self._content_tokens = []
        self._encoded = 0
        self._pending = bytearray()
        self._lost = False
        self._delta = None

    def _enter(self, state: StreamState) -> None:
        self._state = state
        self._on_token, self._on_other, self._on_eos = self._steps[state]

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
        self._on_token.get(token, self._on_other)(self, token)
        return self

    def process_eos(self) -> StreamableParser:
        """Read the end of the stream, which ends a message without a stop token.

        Returns:
            The parser itself.

        Raises:
            ParseError: The stream ends within a header.
        """
        self._on_eos(self, _NO_TOKEN)
        return self

    def _make(self, token: int, transition: _Transition) -> None:
        try:
            transition.action(self, token)
        except ParseError:
            self._enter(transition.error_state)
            raise
        self._enter(transition.next_state)

    # The actions. Each gets the token that caused it.

    def _ignore(self, _token: int) -> None:
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

    def _take_header_token(self, token: int) -> None:
        self._header_tokens.append(token)

    def _begin_content(self, _token: int) -> None:
        try:
            text = self._tokenizer.decode_utf8(self._header_tokens)
            self._header = parse_header(text, self._next_role)
        except DecodeError as error:
            raise self._error("could not decode header", "undecodable-header") from error
        except HeaderFault as error:
            raise self._error(str(error), error.kind) from error
        self._next_role = None

    def _abandon_header(self, _token: int) -> None:
        if self._next_role is not None and self._header_tokens:
            try:
                text = self._tokenizer.decode_utf8(self._header_tokens)
                header, content = salvage_header(text, self._next_role)
            except DecodeError as error:
                raise self._error(str(error), "undecodable-header") from error
            except HeaderFault as error:
                raise self._error(str(error), error.kind) from error
            self._messages.append((header, content))
        self._next_role = None

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
        """Take a token that is not text by itself, or that follows pending bytes."""
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
        """Emit complete characters, and replace at most one fault: the reference's pace."""
        text, length, fault_length = decode_prefix(self._pending)
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
        self._messages.append((cast("Header", self._header), text))
        self._clear_content()

    # The machine: state -> event -> action, next state, state after an error in the action.
    # OTHER is any token that its state does not list; it never changes the state.
    _TRANSITIONS: ClassVar[_Table] = {
        _EXPECT_START: {
            _Event.START: _Transition(_begin_header, _HEADER, _EXPECT_START),
            _Event.OTHER: _Transition(_refuse_token, _EXPECT_START, _EXPECT_START),
            _Event.EOS: _Transition(_ignore, _EXPECT_START, _EXPECT_START),
        },
        _HEADER: {
            _Event.MESSAGE: _Transition(_begin_content, _CONTENT, _EXPECT_START),
            _Event.OTHER: _Transition(_take_header_token, _HEADER, _HEADER),
            _Event.EOS: _Transition(_refuse_eos, _HEADER, _HEADER),
        },
        _CONTENT: {
            _Event.STOP: _Transition(_end_content, _EXPECT_START, _CONTENT),
            _Event.OTHER: _Transition(_take_content_token, _CONTENT, _CONTENT),
            _Event.EOS: _Transition(_end_content, _EXPECT_START, _CONTENT),
        },
    }
    _LENIENT_TRANSITIONS: ClassVar[_Table] = {
        **_TRANSITIONS,
        _HEADER: {
            **_TRANSITIONS[_HEADER],
            _Event.STOP: _Transition(_abandon_header, _EXPECT_START, _HEADER),
        },
    }

    @staticmethod
    @cache
    def _steps_of(markers: Markers, *, strict: bool) -> dict[StreamState, _Steps]:
        """Make the table callable by token."""
        table = StreamableParser._TRANSITIONS if strict else StreamableParser._LENIENT_TRANSITIONS
        events = {markers.start: _Event.START, markers.message: _Event.MESSAGE}
        events |= dict.fromkeys(markers.stop_tokens, _Event.STOP)
        steps: dict[StreamState, _Steps] = {}
        for state, row in table.items():
            make: dict[_Event, _Action] = {
                event: partial(StreamableParser._make, transition=row[event]) for event in row
            }
            by_token = {token: make[event] for token, event in events.items() if event in row}
            # Most tokens are OTHER, which changes no state: its action alone will do.
            steps[state] = by_token, row[_Event.OTHER].action, make[_Event.EOS]
        return steps

    def _error(self, message: str, kind: str) -> ParseError:
        """The error for the last token seen."""
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
        """Every message completed so far, as new objects that the caller may change."""
        return [header.message(text) for header, text in self._messages]

    @property
    def state(self) -> StreamState:
        """Where in a message the parser is."""
        return self._state

    @property
    def current_role(self) -> Role | None:
        """The role of the message being read, if it is known yet."""
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
        """The content read so far, up to the last complete character."""
        if self._joined < len(self._pieces):
            self._text += "".join(self._pieces[self._joined :])
            self._joined = len(self._pieces)
        return self._text

    @property
    def last_content_delta(self) -> str | None:
        """The text the last token added to the content, or ``None``."""
        return self._delta

    @property
    def state_data(self) -> dict[str, Any]:
        """The state in the reference's JSON form.

        ``content_tokens`` are not the tokens seen: each delta is encoded again.
        """
        data: dict[str, Any] = {"state": self._state.value}
        if self._state is _HEADER:
            data["header_tokens"] = self._header_tokens.copy()
        elif self._header is not None:
            for piece in self._pieces[self._encoded :]:
                self._content_tokens += self._tokenizer.encode_ordinary(piece)
            self._encoded = len(self._pieces)
            data["header"] = self._header.to_dict()
            data["content_tokens"] = self._content_tokens.copy()
        return data


class _Texts(dict[int, str]):
    """The text of each token that is text by itself, filled in as tokens come."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._token_bytes = tokenizer.token_bytes

    def __missing__(self, token: int) -> str:
        """Raise ``DecodeError`` or ``UnicodeDecodeError`` if the token is not text."""
        text = self[token] = self._token_bytes(token).decode()
        return text


token_texts = cache(_Texts)  # one for each tokenizer
