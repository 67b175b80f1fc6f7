"""Where each token of a stream belongs: a state machine that never fails.

Only special tokens and the end of the stream make moves: all of them are in ``Machine.TABLE``.
Tokens in between are read in runs, when the move after them is made, so that a stream cut into
pieces makes the same moves as a whole one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from harmony_core.chat import Role
from harmony_core.format.diagnosis._content import REPLACEMENT, decode_content
from harmony_core.format.diagnosis._events import Event, State
from harmony_core.format.diagnosis._header_fields import header_reader
from harmony_core.format.diagnosis._meaning import last_turn, thoughts_alone
from harmony_core.format.diagnosis._messages import Draft, Messages
from harmony_core.format.diagnosis._report import Report, shorten
from harmony_core.format.diagnosis._toolbox import Toolbox, calls_tool
from harmony_core.format.diagnosis._unmarked import (
    find_header,
    find_messages,
    find_role_tail,
    names_role,
    text_of,
)
from harmony_core.format.diagnosis.codes import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._header_fields import TolerantHeader
    from harmony_core.format.diagnosis.inspection import InspectPolicy
    from harmony_core.format.finish import Finish
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Machine"]

# What servers call an end that the model chose.
_STOPPED = frozenset(
    (
        "stop",
        "eos",
        "eos_token",
        "end_turn",
        "stop_sequence",
        "complete",
        "completed",
        "tool_calls",
        "function_call",
        "tool_use",
    )
)
_AFTER_PADDING = frozenset((Event.START, Event.PADDING, Event.EOS))


class Move(NamedTuple):
    """A move of the machine.

    Attributes:
        handler: Makes it, and gives the next state.
        next_states: Those that it may give.
    """

    handler: Callable[[Machine, Event, int], State]
    next_states: frozenset[State]


def _move(handler: Callable[[Machine, Event, int], State], *next_states: State) -> Move:
    return Move(handler, frozenset(next_states))


_OUT, _HEADER, _CONTENT, _DOUBT = State


class Machine:
    """Reads a stream.

    Args:
        tokenizer: Decodes the tokens.
        markers: The formatting tokens.
        role: The role of the first message, if the stream begins within its header.
        policy: What is up to the caller.

    Attributes:
        tokens: The stream, as far as it was fed. The caller appends a token, then moves.
        report: What is wrong.
        messages: The messages.
        state: Where it is.
        draft: The message being read.
        run: Where the tokens after the last special one begin.
        role: The role of the message being read, if its header need not name it.
        doubtful: In doubt, the token that may have ended the content.
    """

    def __init__(
        self, tokenizer: Tokenizer, markers: Markers, role: Role | None, policy: InspectPolicy
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._policy = policy
        self._channels = frozenset(policy.channels)
        self._given_role = role
        toolbox = Toolbox(policy.tools)
        self._headers = header_reader(tokenizer, markers, self._channels, toolbox.names)
        self.tokens: list[int] = []
        self.report = Report()
        self.messages = Messages(tokenizer, markers, policy, toolbox, self.tokens, self.report)
        is_assistants = role is Role.ASSISTANT
        self.messages.is_completion = (
            is_assistants if policy.completion is None else policy.completion
        )
        self.state = State.OUTSIDE if role is None else State.HEADER
        self.draft = Draft(0, 0, 0)
        self.run = 0
        self.role = role
        self._is_restated = False  # whether the stream begins with <|start|> all the same
        self.doubtful = 0
        self._last_stop: int | None = None  # the token that ended the message before
        self._ended: tuple[str, int] | None = None  # what to tell if anything follows, and where
        self._finish: Finish | None = None

    def move(self, event: Event, at: int) -> None:
        """Make the move for the special token at an index, or for the end of the stream."""
        self.state = self.TABLE[self.state][event].handler(self, event, at)

    def header_so_far(self) -> TolerantHeader:
        """Read what there is of the header being read."""
        header = self.tokens[self.draft.header_start : self.draft.header_start + 64]
        return self._headers.read(header, self.role, is_open=False)

    def finish(self, finish: Finish | None) -> None:
        """Take the end of the stream, and what the server says about it."""
        self._finish = finish
        is_stopped = finish is not None and finish.reason in _STOPPED
        if finish is not None and finish.reason is not None and not is_stopped:
            self.messages.cause = f": the server says {finish.reason!r}"
        end = len(self.tokens)
        if not self._take_unmarked(end):
            self.move(Event.EOS, end)
            self._check_completion(end)

    def _again(self, state: State, event: Event, at: int) -> State:
        """Make the move of another state on the same event."""
        self.state = state
        self.move(event, at)
        return self.state

    # Between messages.

    def _begin(self, _event: Event, at: int) -> State:
        self._pass_over(at)
        return self._open(at, at + 1)

    def _imply_start(self, event: Event, at: int) -> State:
        """Begin a message without ``<|start|>``: missing-start, completion-as-prompt.

        Only a header has these markers, and only the assistant's begins with one.
        """
        begin = find_header(self.tokens, self.run, at, self._tokenizer, self._channels)
        self._pass_over(begin)
        is_first = self._given_role is None and begin == 0
        if is_first and not names_role(self.tokens, 0, self._tokenizer):
            self._open(begin, begin, Role.ASSISTANT)
            self.report.add("completion-as-prompt", 0, 0, "The stream begins within a header.")
        else:
            self._open(begin, begin)
            self.report.add("missing-start", begin, begin, "A header begins here.")
        return self._again(State.HEADER, event, at)

    def _pass_over(self, stop: int) -> None:
        """Report the text between messages: text-between-messages, space-between-messages."""
        start = self.run
        if start == stop:
            return
        content = decode_content(self.tokens[start:stop], self._tokenizer)
        self.report.add_all(content.findings, start)
        is_blank = content.text.isspace()
        if not is_blank:
            self._note_ended()
        code = "space-between-messages" if is_blank else "text-between-messages"
        self.report.add(code, start, stop, f"Found {shorten(content.text)}.")

    def _note_ended(self) -> None:
        """Tell that something other than padding follows: tokens-after-return, -after-call."""
        if self._ended is not None:
            code, at = self._ended
            name = self._name(at)
            self.report.add(code, at, at + 1, f"Tokens follow {name}.")
            self._ended = None

    def _drop_stop(self, event: Event, at: int) -> State:
        """Leave out a stop token that ends nothing: doubled-stop, unexpected-stop."""
        if self._is_headless(at):
            return self._open_headless(event, at)
        self._pass_over(at)
        if at and self.run == at and self.tokens[at - 1] in self._markers.stop_tokens:
            self.report.add("doubled-stop", at, at + 1, "The message has ended already.")
        else:
            self.report.add("unexpected-stop", at, at + 1, "There is no message to end.")
        self._last_stop = self.tokens[at]
        return State.OUTSIDE

    def _drop_padding(self, _event: Event, at: int) -> State:
        self._pass_over(at)
        self.report.add("padding", at, at + 1, f"Found {self._name(at)} between messages.")
        return State.OUTSIDE

    def _drop_special(self, _event: Event, at: int) -> State:
        self._pass_over(at)
        self._note_ended()
        message = f"{self._name(at)} does not belong between messages."
        self.report.add("special-token-between-messages", at, at + 1, message)
        return State.OUTSIDE

    def _end_outside(self, event: Event, at: int) -> State:
        if self._is_headless(at):
            return self._open_headless(event, at)
        self._pass_over(at)
        return State.OUTSIDE

    # A message without any header.

    def _is_headless(self, at: int) -> bool:
        """Whether the text since the last message is one: after ``<|end|>``, and no final one."""
        if self.run == at or self._last_stop not in {None, self._markers.end}:
            return False
        before = self.messages.items[-1].message if self.messages.items else None
        if before is not None and before.channel == "final":
            return False
        text = text_of(self.tokens[self.run : at], self._tokenizer)
        return bool(text.strip().strip(REPLACEMENT))

    def _open_headless(self, event: Event, at: int) -> State:
        """Read the text as the assistant's message: missing-header."""
        begin = self.run
        self._open(begin, begin)
        reading = self._read_header(at, is_open=True)
        first, skip = reading.body or (at - begin, 0)
        self.report.add_all(
            (found for found in reading.findings if found.code not in _TOLD_BY_MISSING_HEADER),
            begin,
        )
        header = reading.header
        if header.channel is None and header.recipient is None:
            header = replace(header, channel="final")
        self.report.add("missing-header", begin, begin + first, _NO_HEADER)
        self._adopt(reading._replace(header=header, findings=()), begin + first, begin + first)
        self.draft.skip = skip
        return self._again(State.CONTENT, event, at)

    # In a header.

    def _open(self, start: int, header_start: int, role: Role | None = None) -> State:
        self._note_ended()
        self.role = role
        self.draft = Draft(start, header_start, len(self.report.diagnostics))
        return State.HEADER

    def _stay(self, _event: Event, _at: int) -> State:
        return self.state

    def _begin_content(self, _event: Event, at: int) -> State:
        return self._adopt(self._read_header(at, is_open=False), at, at + 1)

    def _read_header(self, at: int, *, is_open: bool) -> TolerantHeader:
        header = self.tokens[self.draft.header_start : at]
        return self._headers.read(header, self.role, is_open=is_open)

    def _adopt(self, reading: TolerantHeader, header_stop: int, content_start: int) -> State:
        """Go from header to content."""
        self.report.add_all(reading.findings, self.draft.header_start)
        self.draft.header = reading.header
        self._note_restated(reading.header.role)
        self.messages.add_header(reading, self.draft.header_start, header_stop)
        self.draft.content_start = content_start
        return State.CONTENT

    def _note_restated(self, role: Role) -> None:
        """Tell whose beginning it was that a role was given for in vain."""
        if not self._is_restated:
            return
        self._is_restated = False
        given, start = self._given_role, self.draft.start
        if role is given or role is Role.ASSISTANT:
            message = "The stream begins with <|start|>, although a role was given."
            self.report.add("restated-start", start, start + 1, message)
        else:
            message = f"The stream begins with a message of the role {role.value}."
            self.report.add("prompt-as-completion", start, start + 1, message)
            self.messages.is_completion = bool(self._policy.completion)

    def _end_header(self, event: Event, at: int) -> State:
        """End a header that never reached ``<|message|>``: missing-message, and the like.

        What is no field of it is taken for content: there is nothing else it could be.
        """
        reading = self._read_header(at, is_open=True)
        if reading.body is None:
            return self._END_EMPTY[event](self, reading, at)
        first, skip = reading.body
        begin = self.draft.header_start + first
        if event is Event.STOP and first == 0 and reading.header.role is Role.ASSISTANT:
            # All of it is content: reasoning if <|end|> ends it, for that is what goes on.
            channel = "analysis" if self.tokens[at] == self._markers.end else "final"
            reading = reading._replace(header=replace(reading.header, channel=channel))
            self.report.add("missing-header", begin, begin, _NO_HEADER)
        elif not any(found.code == "glued-content" for found in reading.findings):
            self.report.add("missing-message", begin, begin, "Content begins here.")
        self._adopt(reading, begin, begin)
        self.draft.skip = skip
        return self._again(State.CONTENT, event, at)

    def _stop_empty_header(self, reading: TolerantHeader, at: int) -> State:
        message = f"{self._name(at)} ends the header."
        if reading.is_bare:
            self.report.add("header-closed-by-stop", self.draft.start, at + 1, message)
            self._discard(reading, at)
            return self._leave(at)
        self._adopt(reading, at, at)
        self.report.add("header-closed-by-stop", self.draft.start, at + 1, message)
        return self._again(State.CONTENT, Event.STOP, at)

    def _restart_header(self, reading: TolerantHeader, at: int) -> State:
        is_first = self.draft.header_start == 0 and self._given_role is not None
        if is_first and reading.is_bare and not reading.states_role:
            self._is_restated = True
            self.report.add_all(reading.findings, self.draft.header_start)
        elif reading.is_bare:
            message = "The message begins here, and once more after it."
            self.report.add("doubled-start", self.draft.start, at, message)
        else:
            message = "The next message begins before this one has content."
            self.report.add("header-cut-by-start", self.draft.start, at, message)
        self._discard(reading, at)
        return self._open(at, at + 1)

    def _truncate_header(self, reading: TolerantHeader, at: int) -> State:
        began = self.draft.header_start > self.draft.start
        if began and reading.is_bare and reading.states_role:
            role = reading.header.role.value
            self._note_restated(reading.header.role)
            message = f"A message of the role {role} begins here."
            self.report.add("open-turn", self.draft.start, at, message)
        else:
            message = f"The stream ends before the header does{self.messages.cause}."
            self.report.add("truncated-header", self.draft.start, at, message)
        self._discard(reading, at)
        return State.OUTSIDE

    def _discard(self, reading: TolerantHeader, at: int) -> None:
        self.messages.discard_header(reading, self.draft.header_start, at)

    # In a content.

    def _doubt(self, _event: Event, at: int) -> State:
        self.doubtful = at
        return State.DOUBT

    def _resolve(self, event: Event, at: int) -> State:
        """Decide by what follows whether a token ended the content: missing-end.

        A channel does if a header follows; padding, if nothing or the next message does.
        Else the token is content, as it is for the strict parser.
        """
        doubtful = self.doubtful
        if self.tokens[doubtful] == self._markers.channel:
            if self._is_header_at(event, at):
                return self._again(self._split_at(doubtful), event, at)
        elif (
            event in _AFTER_PADDING
            and not text_of(self.tokens[self.run : at], self._tokenizer).strip()
        ):
            message = f"{self._name(doubtful)} is not a stop token of messages."
            self.report.add("unexpected-stop", doubtful, doubtful + 1, message)
            return self._again(self._close(doubtful, doubtful), event, at)
        self._report_in_content(doubtful)
        return self._again(State.CONTENT, event, at)

    def _is_header_at(self, event: Event, at: int) -> bool:
        if event in {Event.MESSAGE, Event.CONSTRAIN}:
            return True
        text = text_of(self.tokens[self.run : min(at, self.run + 2)], self._tokenizer).lstrip()
        return text.startswith(tuple(self._policy.channels))

    def _split_at(self, at: int) -> State:
        """End the content before a channel, and before the role before that."""
        begin = find_role_tail(self.tokens, self.draft.content_start, at, self._tokenizer)
        self.report.add("missing-end", begin, at, "The next message begins in the content.")
        self._close(begin, begin)
        self.report.add("missing-start", begin, begin, "A header begins here.")
        return self._open(begin, begin)

    def _keep_special(self, _event: Event, at: int) -> State:
        self._report_in_content(at)
        return State.CONTENT

    def _take_message_marker(self, _event: Event, at: int) -> State:
        """Leave out a second ``<|message|>``: doubled-message. After text it is content."""
        if self.draft.content_start == at and not self.draft.skip:
            self.report.add("doubled-message", at, at + 1, "The content begins once more.")
            self.draft.content_start = at + 1
        else:
            self._report_in_content(at)
        return State.CONTENT

    def _report_in_content(self, at: int) -> None:
        message = f"{self._name(at)} does not belong in a content."
        self.report.add("special-token-in-content", at, at + 1, message)

    def _end_content(self, _event: Event, at: int) -> State:
        self._close(at, at + 1, self.tokens[at])
        return self._leave(at)

    def _leave(self, at: int) -> State:
        token = self.tokens[at]
        self._last_stop = token
        self._ended = None
        if token == self._markers.return_:
            self._ended = "tokens-after-return", at
        elif token == self._markers.call and self.messages.is_completion:
            self._ended = "tokens-after-call", at
        return State.OUTSIDE

    def _cut_content(self, event: Event, at: int) -> State:
        """End a content where the next message begins: missing-end."""
        self.report.add("missing-end", at, at, "The next message begins, but this one has no end.")
        self._close(at, at)
        self.run = at
        return self._again(State.OUTSIDE, event, at)

    def _end_stream_in_content(self, _event: Event, at: int) -> State:
        """End the last message by the server's word, or not at all: implied-stop."""
        token = self._implied_stop()
        if token is not None:
            reason = self._finish and self._finish.reason
            name = self._tokenizer.token_bytes(token).decode()
            known = bool(self._finish and self._finish.stop_token == token)
            api = f"the server says {reason!r}, and <|return|> and <|call|> are its stop tokens"
            told = "the server names it" if known else api
            self.report.add("implied-stop", at, at, f"{name} ended the message: {told}.")
        return self._close(at, at, token)

    def _implied_stop(self) -> int | None:
        """Find the stop token that the server left out; ``None`` if it did not stop at one.

        Where it does not name the token, it is the one of the API's stop tokens that goes
        with the message: ``<|call|>`` for a call, else ``<|return|>``.
        """
        if self._finish is None:
            return None
        if self._finish.stop_token in self._markers.stop_tokens:
            return self._finish.stop_token
        if self._finish.stop_token is not None or self._finish.reason not in _STOPPED:
            return None
        is_call = calls_tool(self.draft.header.message(""))
        return self._markers.call if is_call else self._markers.return_

    def _close(self, content_stop: int, stop: int, stop_token: int | None = None) -> State:
        self.messages.close(self.draft, content_stop, stop, stop_token=stop_token)
        self._last_stop = stop_token
        return State.OUTSIDE

    # The whole stream.

    def _take_unmarked(self, end: int) -> bool:
        """Read a stream without any special token; whether it is one.

        Found are recovered-markers, markers-stripped or no-markers: what else is missing
        then says nothing of its own.
        """
        if self.run or not end:  # a special token was seen, or nothing
            return False
        found = find_messages(self.tokens, self._tokenizer, self._channels)
        if found and self._policy.recover_stripped_markers:
            self.report.add("recovered-markers", 0, end, _STRIPPED)
            self.messages.add_recovered(found)
            self.state = State.OUTSIDE
            return True
        self._last_stop = self._markers.return_  # no header is missing: all of them are
        self.move(Event.EOS, end)
        is_told = self.report.drop(_TOLD_BY_NO_MARKERS)
        if found:
            self.report.add("markers-stripped", 0, end, _STRIPPED)
        elif is_told:
            self.report.add("no-markers", 0, end, "There is no special token in the stream.")
        return True

    def _check_completion(self, end: int) -> None:
        """Find out whether anybody gets an answer: no-final.

        In a conversation, that is about its last turn, if the model has ended it.
        """
        whole = self.messages.is_completion
        is_ended = whole or (self._policy.completion is None and self._is_returned(end))
        is_told = any(found.severity is Severity.ERROR for found in self.report.diagnostics)
        if is_ended and not is_told and "final" in self._channels:
            messages = [item.message for item in self.messages.items]
            channels = thoughts_alone(messages if whole else last_turn(messages))
            if channels:
                names = " and ".join(channels)
                message = (
                    f"The model stopped after {names}: there is no final message, and no call."
                )
                self.report.add("no-final", end, end, message)

    def _is_returned(self, end: int) -> bool:
        return bool(end) and (
            self.tokens[-1] == self._markers.return_
            or (self._finish is not None and self._finish.reason in _STOPPED)
        )

    def _name(self, at: int) -> str:
        return self._tokenizer.token_bytes(self.tokens[at]).decode()

    # What each state does on each event, and where that leads. In a header, channel and type are
    # read with the rest of it; a token in doubt is decided on by the next event.
    TABLE: ClassVar[dict[State, dict[Event, Move]]] = {
        State.OUTSIDE: {
            Event.START: _move(_begin, _HEADER),
            Event.CHANNEL: _move(_imply_start, _HEADER),
            Event.CONSTRAIN: _move(_imply_start, _HEADER),
            Event.MESSAGE: _move(_imply_start, _CONTENT),
            Event.STOP: _move(_drop_stop, _OUT),
            Event.PADDING: _move(_drop_padding, _OUT),
            Event.OTHER: _move(_drop_special, _OUT),
            Event.EOS: _move(_end_outside, _OUT),
        },
        State.HEADER: {
            Event.START: _move(_end_header, _HEADER),
            Event.CHANNEL: _move(_stay, _HEADER),
            Event.CONSTRAIN: _move(_stay, _HEADER),
            Event.MESSAGE: _move(_begin_content, _CONTENT),
            Event.STOP: _move(_end_header, _OUT),
            Event.PADDING: _move(_stay, _HEADER),
            Event.OTHER: _move(_stay, _HEADER),
            Event.EOS: _move(_end_header, _OUT),
        },
        State.CONTENT: {
            Event.START: _move(_cut_content, _HEADER),
            Event.CHANNEL: _move(_doubt, _DOUBT),
            Event.CONSTRAIN: _move(_keep_special, _CONTENT),
            Event.MESSAGE: _move(_take_message_marker, _CONTENT),
            Event.STOP: _move(_end_content, _OUT),
            Event.PADDING: _move(_doubt, _DOUBT),
            Event.OTHER: _move(_keep_special, _CONTENT),
            Event.EOS: _move(_end_stream_in_content, _OUT),
        },
        State.DOUBT: {
            Event.START: _move(_resolve, _HEADER),
            Event.CHANNEL: _move(_resolve, _DOUBT, _HEADER),
            Event.CONSTRAIN: _move(_resolve, _CONTENT, _HEADER),
            Event.MESSAGE: _move(_resolve, _CONTENT),
            Event.STOP: _move(_resolve, _OUT),
            Event.PADDING: _move(_resolve, _DOUBT, _HEADER, _OUT),
            Event.OTHER: _move(_resolve, _CONTENT, _HEADER),
            Event.EOS: _move(_resolve, _OUT),
        },
    }
    # What becomes of a header without content, by what ended it.
    _END_EMPTY: ClassVar[dict[Event, Callable[[Machine, TolerantHeader, int], State]]] = {
        Event.STOP: _stop_empty_header,
        Event.START: _restart_header,
        Event.EOS: _truncate_header,
    }


_NO_HEADER = "The message has no header; it is read as the assistant's."
_STRIPPED = "The text names channels as Harmony does, but no special token is there."
_TOLD_BY_NO_MARKERS = frozenset(
    (
        "missing-message",
        "text-between-messages",
        "truncated-content",
        "implied-stop",
        "stripped-header",
    )
)
_TOLD_BY_MISSING_HEADER = frozenset(
    ("missing-role", "unknown-role", "glued-content", "missing-channel-marker")
)
