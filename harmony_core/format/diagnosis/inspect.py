"""Any tokens at all -> messages, and what is wrong with them: whole, in pieces, one by one."""

from __future__ import annotations

from array import array
from codecs import getincrementaldecoder
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, HarmonyError
from harmony_core.format.diagnosis._content import REPLACEMENT
from harmony_core.format.diagnosis._events import State, events_by_token
from harmony_core.format.diagnosis._machine import Machine
from harmony_core.format.diagnosis.inspection import Inspection, InspectPolicy
from harmony_core.format.parse import StreamState, token_texts
from harmony_core.reference.crate_aliases import StreamableParserAliases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format._header import Header
    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis.inspection import Diagnostic, InspectedMessage
    from harmony_core.format.finish import Finish
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Inspector"]

_STREAM_STATES = {
    State.OUTSIDE: StreamState.EXPECT_START,
    State.HEADER: StreamState.HEADER,
    State.CONTENT: StreamState.CONTENT,
    State.DOUBT: StreamState.CONTENT,
}


class _Source(NamedTuple):
    """How a stream was inspected; see ``fixes.Source``."""

    tokenizer: Tokenizer
    markers: Markers
    role: Role | None
    policy: InspectPolicy
    end: Finish | None

    def inspect(self, tokens: list[int]) -> Inspection:
        inspector = Inspector(self.tokenizer, self.markers, self.role, self.policy)
        return inspector.feed(tokens).finish(self.end)


class Inspector(StreamableParserAliases):
    """Inspects a stream that comes in pieces, and says after each token what is known.

    It has every property of ``StreamableParser``, and never raises for what a stream holds.
    Where the two differ there is a diagnostic.

    Args:
        tokenizer: Decodes the tokens.
        markers: The formatting tokens.
        role: The role of the first message, if the stream begins within its header, as a
            completion's does; ``None`` if it begins with ``<|start|>``.
        policy: ``InspectPolicy()`` if ``None``.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        role: Role | str | None = None,
        policy: InspectPolicy | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._role = None if role is None else Role(role)
        self._policy = policy or InspectPolicy()
        self._machine = Machine(tokenizer, markers, self._role, self._policy)
        self._events = events_by_token(tokenizer, markers)
        self._tokens = self._machine.tokens
        self._result: Inspection | None = None
        self._texts = token_texts(tokenizer)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._shown = 0  # the tokens before this one are in the content shown, or not content
        self._shown_draft = self._machine.draft
        self._pieces: list[str] = []  # the content shown
        self._before = 0  # how many of the pieces there were before the last step
        self._is_live = False  # whether all is shown, and a plain token is shown as it comes
        self._delta: str | None = None  # the text of the last token, if it was shown so
        self._text, self._joined = "", 0  # the first pieces together, and how many they are
        self._found = self._finished = 0  # diagnostics and messages before the last step

    def __repr__(self) -> str:
        found = len(self.diagnostics)
        counts = f"{len(self._machine.messages.items)} messages, {found} diagnostics"
        return f"<Inspector: {len(self._tokens)} tokens, {self.state.value}; {counts}>"

    # Reading.

    def process(self, token: int) -> Inspector:
        """Take one token, in constant time but for those that end a header or a message.

        Returns:
            The inspector itself.

        Raises:
            TypeError: The token is not an integer.
            HarmonyError: The stream was finished.
        """
        if self._is_live and type(token) is int and token not in self._events:
            try:
                text = self._texts[token]
            except (DecodeError, OverflowError, UnicodeDecodeError):
                pass
            else:
                self._tokens.append(token)
                self._pieces.append(text)
                self._delta = text
                return self
        return self.feed((token,))

    def feed(self, tokens: Iterable[int]) -> Inspector:
        """Take the next tokens of the stream: the same as ``process`` for each, but faster.

        Returns:
            The inspector itself.

        Raises:
            TypeError: A token is not an integer. None of ``tokens`` is taken.
            HarmonyError: The stream was finished.
        """
        if self._result is not None:
            raise _finished_error()
        fed = _integers(list(tokens))
        self._begin_step()
        machine, events = self._machine, self._events
        begin = len(self._tokens)
        self._tokens += fed
        for at in [at for at, token in enumerate(fed, begin) if token in events]:
            machine.move(events[self._tokens[at]], at)
            machine.run = at + 1
        if len(fed) == 1:
            self._go_live()
        return self

    def finish(self, finish: Finish | None = None) -> Inspection:
        """Take the end of the stream.

        Args:
            finish: What the server said about it, for outputs without their stop token.

        Returns:
            The inspection; the same one if asked again.
        """
        if self._result is None:
            self._begin_step()
            self._machine.finish(finish)
            found = sorted(self.diagnostics, key=lambda found: (found.start, found.stop))
            messages = self._machine.messages
            source = _Source(self._tokenizer, self._markers, self._role, self._policy, finish)
            markers = frozenset(token for _, token in self._markers.tokens())
            self._result = Inspection(
                self._tokens, messages.items, found, messages.regions, markers, source
            )
        return self._result

    def process_eos(self) -> Inspector:
        """Take the end of the stream, as ``StreamableParser`` does; ``finish`` gives the result.

        Returns:
            The inspector itself.
        """
        self.finish()
        return self

    def _begin_step(self) -> None:
        self._sync()
        self._before = len(self._pieces)
        self._found = len(self._machine.report.diagnostics)
        self._finished = len(self._machine.messages.items)
        self._delta = None

    def _sync(self) -> None:
        """Show what the content has got since; what may yet turn out to be none is held back."""
        machine, tokens = self._machine, self._tokens
        if self._is_live:
            self._shown = len(tokens)
            self._is_live = False
        if machine.state not in _IN_CONTENT or self._result is not None:
            self._clear()
            return
        if machine.draft is not self._shown_draft:
            self._clear()
            self._shown_draft, self._shown = machine.draft, machine.draft.content_start
        start = max(self._shown, machine.draft.content_start)
        stop = machine.doubtful if machine.state is State.DOUBT else len(tokens)
        if start < stop:
            data = b"".join(map(self._piece_of, tokens[start:stop]))
            text = self._decoder.decode(data)
            if text:
                self._pieces.append(text)
            self._shown = stop

    def _clear(self) -> None:
        self._pieces, self._before = [], 0
        self._text, self._joined = "", 0
        self._decoder.reset()

    def _go_live(self) -> None:
        """Let ``process`` show plain tokens itself, from here on."""
        self._sync()
        is_clean = not self._decoder.getstate()[0]
        self._is_live = self._machine.state is State.CONTENT and is_clean

    def _piece_of(self, token: int) -> bytes:
        try:
            return self._tokenizer.token_bytes(token)
        except (DecodeError, OverflowError):
            return REPLACEMENT.encode()

    # What is known, as StreamableParser says it.

    @property
    def tokens(self) -> list[int]:
        """Every token taken so far."""
        return self._tokens.copy()

    @property
    def messages(self) -> list[Message]:
        """Every message that has ended so far."""
        return [item.message for item in self._machine.messages.items]

    @property
    def state(self) -> StreamState:
        """Where in a message the inspector is."""
        return _STREAM_STATES[self._machine.state]

    @property
    def _header(self) -> Header | None:
        """The header of the content being read."""
        return self._machine.draft.header if self.state is StreamState.CONTENT else None

    @property
    def current_role(self) -> Role | None:
        """The role of the message being read, as far as it is known."""
        if self.state is StreamState.HEADER:
            return self._machine.role
        return None if self._header is None else self._header.role

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
        if not self._is_live:
            self._sync()
        if self._joined < len(self._pieces):
            self._text += "".join(self._pieces[self._joined :])
            self._joined = len(self._pieces)
        return self._text

    @property
    def last_content_delta(self) -> str | None:
        """What the last ``process`` or ``feed`` added to the content; ``None`` if nothing.

        A ``<|channel|>`` within a content is held back until it is known whether the next
        message begins there.
        """
        if self._delta is not None:
            return self._delta or None
        if not self._is_live:
            self._sync()
        return "".join(self._pieces[self._before :]) or None

    @property
    def state_data(self) -> dict[str, Any]:
        """The state in the reference's JSON form."""
        data: dict[str, Any] = {"state": self.state.value}
        if self.state is StreamState.HEADER:
            data["header_tokens"] = self._tokens[self._machine.draft.header_start :]
        elif self._header is not None:
            encode = self._tokenizer.encode_ordinary
            _ = self.current_content
            data["header"] = self._header.to_dict()
            data["content_tokens"] = [token for piece in self._pieces for token in encode(piece)]
        return data

    # What is known beyond that.

    @property
    def items(self) -> list[InspectedMessage]:
        """Every message that has ended so far, with its tokens."""
        return self._machine.messages.items.copy()

    @property
    def new_items(self) -> list[InspectedMessage]:
        """The messages that the last ``process``, ``feed`` or ``finish`` ended."""
        return [] if self._delta is not None else self._machine.messages.items[self._finished :]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything found so far, in the order it was found."""
        return self._machine.report.diagnostics.copy()

    @property
    def new_diagnostics(self) -> list[Diagnostic]:
        """What the last ``process``, ``feed`` or ``finish`` found."""
        return [] if self._delta is not None else self._machine.report.diagnostics[self._found :]

    @property
    def header_so_far(self) -> Header | None:
        """The header being read or last read, as it would be if it ended here.

        ``None`` between messages. Of a header that goes on and on, the first 64 tokens count.
        """
        if self.state is StreamState.HEADER:
            return self._machine.header_so_far().header
        return self._header


_IN_CONTENT = frozenset((State.CONTENT, State.DOUBT))


def _finished_error() -> HarmonyError:
    return HarmonyError("The stream was finished; inspect another one with a new inspector.")


def _integers(tokens: list[int]) -> list[int]:
    try:
        return array("q", tokens).tolist()  # as fast as a check can be
    except (OverflowError, TypeError):
        return [index(token) for token in tokens]
