"""Any tokens at all -> messages, and what is wrong with them.

The inspector cuts the stream at the special tokens, and makes one move at each: ``_MOVES``
is all of it. Whatever the stream is cut into when it is fed, the moves are the same.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from operator import index
from typing import TYPE_CHECKING, ClassVar

from harmony_core.chat import Role
from harmony_core.errors import HarmonyError
from harmony_core.format.diagnosis import _stripped
from harmony_core.format.diagnosis._content import read_content
from harmony_core.format.diagnosis._events import Event, State, events_by_token
from harmony_core.format.diagnosis._messages import Draft, Messages
from harmony_core.format.diagnosis._peek import find_header, find_role_tail, names_role, text_of
from harmony_core.format.diagnosis._report import Report, shorten
from harmony_core.format.diagnosis._tolerant_header import header_reader
from harmony_core.format.diagnosis.inspection import Inspection, InspectPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._tolerant_header import HeaderReading
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Inspector"]


class Inspector:
    """Inspects a stream that comes in pieces; the pieces make no difference.

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
        role: Role | None = None,
        policy: InspectPolicy | None = None,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._policy = policy or InspectPolicy()
        self._headers = header_reader(tokenizer, markers, self._policy)
        self._events = events_by_token(tokenizer, markers)
        self._given_role = None if role is None else Role(role)
        self._tokens: list[int] = []
        self._report = Report()
        self._messages = Messages(tokenizer, markers, self._policy, self._tokens, self._report)
        self._result: Inspection | None = None
        self._run = 0  # where the tokens behind the last special one begin
        self._returned: int | None = None  # the <|return|> that nothing has followed yet
        self._doubtful = 0  # the token that may have ended the content
        self._state = State.OUTSIDE if role is None else State.HEADER
        self._role = self._given_role  # of the message being read, if its header need not name it
        self._is_restated = False  # whether the stream begins with <|start|> all the same
        self._draft = Draft(0, 0, 0)

    def feed(self, tokens: Iterable[int]) -> Inspector:
        """Take the next tokens of the stream.

        Returns:
            The inspector itself.

        Raises:
            TypeError: A token is not an integer. None of ``tokens`` is taken.
            HarmonyError: The stream was finished.
        """
        if self._result is not None:
            raise HarmonyError("The stream was finished; inspect another one with a new inspector.")
        fed = _integers(list(tokens))
        begin = len(self._tokens)
        self._tokens += fed
        events = self._events
        for at, token in enumerate(fed, begin):
            if token in events:
                self._make_move(events[token], at)
                self._run = at + 1
        return self

    def finish(self) -> Inspection:
        """Take the end of the stream.

        Returns:
            The inspection; the same one if asked again.
        """
        if self._result is None:
            if not self._take_unmarked():
                self._make_move(Event.EOS, len(self._tokens))
            self._report.diagnostics.sort(key=lambda found: (found.start, found.stop))
            markers = frozenset(token for _, token in self._markers.tokens())
            self._result = Inspection(
                self._tokens,
                self._messages.items,
                self._report.diagnostics,
                self._messages.regions,
                markers,
            )
        return self._result

    def _make_move(self, event: Event, at: int) -> None:
        self._MOVES[self._state][event](self, event, at)

    # Between messages.

    def _begin(self, _event: Event, at: int) -> None:
        self._pass_over(at)
        self._open(at, at + 1)

    def _imply_start(self, event: Event, at: int) -> None:
        """Begin a message without ``<|start|>``: missing-start, completion-as-prompt.

        Only a header has these markers, and only the assistant's begins with one.
        """
        begin = find_header(self._tokens, self._run, at, self._tokenizer, self._policy.channels)
        self._pass_over(begin)
        if (
            self._given_role is None
            and begin == 0
            and not names_role(self._tokens, 0, self._tokenizer)
        ):
            self._open(begin, begin, Role.ASSISTANT)
            self._report.add("completion-as-prompt", 0, 0, "The stream begins within a header.")
        else:
            self._open(begin, begin)
            self._report.add("missing-start", begin, begin, "A header begins here.")
        self._make_move(event, at)

    def _pass_over(self, stop: int) -> None:
        """Report the text between messages: text-between-messages, space-between-messages."""
        start = self._run
        if start == stop:
            return
        content = read_content(self._tokens[start:stop], self._tokenizer)
        self._report.add_all(content.findings, start)
        is_blank = content.text.isspace()
        if not is_blank:
            self._note_return()
        code = "space-between-messages" if is_blank else "text-between-messages"
        self._report.add(code, start, stop, f"Found {shorten(content.text)}.")

    def _note_return(self) -> None:
        """Tell that something other than padding follows: tokens-after-return."""
        if self._returned is not None:
            at = self._returned
            self._report.add(
                "tokens-after-return", at, at + 1, "The stream goes on behind <|return|>."
            )
            self._returned = None

    def _drop_stop(self, _event: Event, at: int) -> None:
        """Leave out a stop token that ends nothing: doubled-stop, unexpected-stop."""
        self._pass_over(at)
        if at and self._run == at and self._tokens[at - 1] in self._markers.stop_tokens:
            self._report.add("doubled-stop", at, at + 1, "The message was ended before.")
        else:
            self._report.add("unexpected-stop", at, at + 1, "There is no message to end.")

    def _drop_padding(self, _event: Event, at: int) -> None:
        self._pass_over(at)
        self._report.add("padding", at, at + 1, f"{self._name(at)} stands between messages.")

    def _drop_special(self, _event: Event, at: int) -> None:
        self._pass_over(at)
        self._note_return()
        message = f"{self._name(at)} has no place between messages."
        self._report.add("special-token-between-messages", at, at + 1, message)

    def _end_outside(self, _event: Event, at: int) -> None:
        self._pass_over(at)

    # In a header.

    def _open(self, start: int, header_start: int, role: Role | None = None) -> None:
        self._note_return()
        self._state = State.HEADER
        self._role = role
        self._draft = Draft(start, header_start, len(self._report.diagnostics))

    def _stay(self, _event: Event, _at: int) -> None:
        pass

    def _begin_content(self, _event: Event, at: int) -> None:
        self._adopt(self._read_header(at, is_open=False), at, at + 1)

    def _read_header(self, at: int, *, is_open: bool) -> HeaderReading:
        header = self._tokens[self._draft.header_start : at]
        return self._headers.read(header, self._role, is_open=is_open)

    def _adopt(self, reading: HeaderReading, header_stop: int, content_start: int) -> None:
        """Go from header to content."""
        self._report.add_all(reading.findings, self._draft.header_start)
        self._draft.header = reading.header
        self._note_restated(reading.header.role)
        self._messages.add_header(reading, self._draft.header_start, header_stop)
        self._draft.content_start = content_start
        self._state = State.CONTENT

    def _note_restated(self, role: Role) -> None:
        """Tell whose beginning it was that a role was given for in vain."""
        if not self._is_restated:
            return
        self._is_restated = False
        given, start = self._given_role, self._draft.start
        if role is given or role is Role.ASSISTANT:
            message = "The stream begins with <|start|>, although a role was given."
            self._report.add("restated-start", start, start + 1, message)
        else:
            message = f"The stream begins with a message of the role {role.value}."
            self._report.add("prompt-as-completion", start, start + 1, message)

    def _end_header(self, event: Event, at: int) -> None:
        """End a header that never reached ``<|message|>``: missing-message, and the like.

        What is no field of it is taken for content: there is nothing else it could be.
        """
        reading = self._read_header(at, is_open=True)
        if reading.body is None:
            self._END_EMPTY[event](self, reading, at)
            return
        first, skip = reading.body
        begin = self._draft.header_start + first
        self._adopt(reading, begin, begin)
        self._draft.skip = skip
        if not any(found.code == "glued-content" for found in reading.findings):
            self._report.add("missing-message", begin, begin, "Content begins here.")
        self._make_move(event, at)

    def _stop_empty_header(self, reading: HeaderReading, at: int) -> None:
        message = f"{self._name(at)} ends the header."
        if reading.is_bare:
            self._report.add("header-closed-by-stop", self._draft.start, at + 1, message)
            self._discard(reading, at)
            self._leave(at)
            return
        self._adopt(reading, at, at)
        self._report.add("header-closed-by-stop", self._draft.start, at + 1, message)
        self._make_move(Event.STOP, at)

    def _restart_header(self, reading: HeaderReading, at: int) -> None:
        is_first = self._draft.header_start == 0 and self._given_role is not None
        if is_first and reading.is_bare and not reading.states_role:
            self._is_restated = True
            self._report.add_all(reading.findings, self._draft.header_start)
        elif reading.is_bare:
            message = "The message begins here, and once more behind it."
            self._report.add("doubled-start", self._draft.start, at, message)
        else:
            message = "The next message begins before this one's content."
            self._report.add("header-cut-by-start", self._draft.start, at, message)
        self._discard(reading, at)
        self._open(at, at + 1)

    def _truncate_header(self, reading: HeaderReading, at: int) -> None:
        began = self._draft.header_start > self._draft.start
        if began and reading.is_bare and reading.states_role:
            role = reading.header.role.value
            self._note_restated(reading.header.role)
            self._report.add(
                "open-turn", self._draft.start, at, f"A message of the role {role} begins here."
            )
        else:
            message = "The stream ends before the header does."
            self._report.add("truncated-header", self._draft.start, at, message)
        self._discard(reading, at)

    def _discard(self, reading: HeaderReading, at: int) -> None:
        self._messages.discard_header(reading, self._draft.header_start, at)

    # In a content.

    def _doubt(self, _event: Event, at: int) -> None:
        self._doubtful = at
        self._state = State.DOUBT

    def _resolve(self, event: Event, at: int) -> None:
        """Decide by what follows whether a token ended the content: missing-end.

        A channel does if a header follows; padding, if nothing or the next message does.
        Else the token is content, as it is for the strict parser.
        """
        doubtful = self._doubtful
        self._state = State.CONTENT
        if self._tokens[doubtful] == self._markers.channel:
            if self._is_header_at(event, at):
                self._split_at(doubtful)
        elif (
            event in _AFTER_PADDING
            and not text_of(self._tokens[self._run : at], self._tokenizer).strip()
        ):
            message = f"{self._name(doubtful)} is no stop token of a message."
            self._report.add("unexpected-stop", doubtful, doubtful + 1, message)
            self._close(doubtful, doubtful, is_complete=False)
        if self._state is State.CONTENT:
            self._report_in_content(doubtful)
        self._make_move(event, at)

    def _is_header_at(self, event: Event, at: int) -> bool:
        if event in {Event.MESSAGE, Event.CONSTRAIN}:
            return True
        text = text_of(self._tokens[self._run : min(at, self._run + 2)], self._tokenizer).lstrip()
        return text.startswith(tuple(self._policy.channels))

    def _split_at(self, at: int) -> None:
        """End the content before a channel, and before the role that stands there."""
        begin = find_role_tail(self._tokens, self._draft.content_start, at, self._tokenizer)
        self._report.add("missing-end", begin, at, "The next message begins in the content.")
        self._close(begin, begin, is_complete=False)
        self._report.add("missing-start", begin, begin, "A header begins here.")
        self._open(begin, begin)

    def _keep_special(self, _event: Event, at: int) -> None:
        self._report_in_content(at)

    def _take_message_marker(self, _event: Event, at: int) -> None:
        """Leave out a second ``<|message|>``: doubled-message. Behind a text it is content."""
        if self._draft.content_start == at and not self._draft.skip:
            self._report.add("doubled-message", at, at + 1, "The content begins once more.")
            self._draft.content_start = at + 1
        else:
            self._report_in_content(at)

    def _report_in_content(self, at: int) -> None:
        message = f"{self._name(at)} has no place in a content."
        self._report.add("special-token-in-content", at, at + 1, message)

    def _end_content(self, _event: Event, at: int) -> None:
        self._close(at, at + 1, is_complete=True)
        self._leave(at)

    def _leave(self, at: int) -> None:
        self._state = State.OUTSIDE
        self._returned = at if self._tokens[at] == self._markers.return_ else None

    def _cut_content(self, event: Event, at: int) -> None:
        """End a content where the next message begins: missing-end."""
        self._report.add("missing-end", at, at, "The next message begins, but this one has no end.")
        self._close(at, at, is_complete=False)
        self._run = at
        self._make_move(event, at)

    def _truncate_content(self, _event: Event, at: int) -> None:
        self._close(at, at, is_complete=False)

    def _close(self, content_stop: int, stop: int, *, is_complete: bool) -> None:
        self._messages.close(self._draft, content_stop, stop, is_complete=is_complete)
        self._state = State.OUTSIDE

    # A stream without any special token.

    def _take_unmarked(self) -> bool:
        """Deal with a stream that has none: markers-stripped, no-markers; whether it did.

        What is missing then tells nothing of its own.
        """
        if self._run or not self._tokens:  # a special token was seen, or nothing
            return False
        end = len(self._tokens)
        found = _stripped.find_messages(self._tokens, self._tokenizer, self._policy.channels)
        if found and self._policy.recover_stripped_markers:
            self._report.add("recovered-markers", 0, end, _STRIPPED)
            self._messages.add_recovered(found)
            return True
        self._make_move(Event.EOS, end)
        is_told = self._report.drop(_TOLD_BY_NO_MARKERS)
        if found:
            self._report.add("markers-stripped", 0, end, _STRIPPED)
        elif is_told:
            self._report.add("no-markers", 0, end, "There is no special token in the stream.")
        return True

    def _name(self, at: int) -> str:
        return self._tokenizer.token_bytes(self._tokens[at]).decode()

    # What each state does on each event. In a header, channel and type are read with the
    # rest of it; a token in doubt is decided on by the next event.
    _MOVES: ClassVar[dict[State, dict[Event, _Move]]] = {
        State.OUTSIDE: {
            Event.START: _begin,
            Event.CHANNEL: _imply_start,
            Event.CONSTRAIN: _imply_start,
            Event.MESSAGE: _imply_start,
            Event.STOP: _drop_stop,
            Event.PADDING: _drop_padding,
            Event.OTHER: _drop_special,
            Event.EOS: _end_outside,
        },
        State.HEADER: {
            Event.START: _end_header,
            Event.CHANNEL: _stay,
            Event.CONSTRAIN: _stay,
            Event.MESSAGE: _begin_content,
            Event.STOP: _end_header,
            Event.PADDING: _stay,
            Event.OTHER: _stay,
            Event.EOS: _end_header,
        },
        State.CONTENT: {
            Event.START: _cut_content,
            Event.CHANNEL: _doubt,
            Event.CONSTRAIN: _keep_special,
            Event.MESSAGE: _take_message_marker,
            Event.STOP: _end_content,
            Event.PADDING: _doubt,
            Event.OTHER: _keep_special,
            Event.EOS: _truncate_content,
        },
        State.DOUBT: dict.fromkeys(Event, _resolve),
    }
    # What becomes of a header without content, by what ended it.
    _END_EMPTY: ClassVar[dict[Event, Callable[[Inspector, HeaderReading, int], None]]] = {
        Event.STOP: _stop_empty_header,
        Event.START: _restart_header,
        Event.EOS: _truncate_header,
    }


_Move = Callable[[Inspector, Event, int], None]
_STRIPPED = "The text names channels as Harmony does, but no special token is there."
_TOLD_BY_NO_MARKERS = frozenset(("missing-message", "text-between-messages", "truncated-content"))
_AFTER_PADDING = frozenset((Event.START, Event.PADDING, Event.EOS))


def _integers(tokens: list[int]) -> list[int]:
    try:
        return array("q", tokens).tolist()  # as fast as a check can be
    except (OverflowError, TypeError):
        return [index(token) for token in tokens]
