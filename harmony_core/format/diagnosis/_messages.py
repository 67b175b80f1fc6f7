"""Header and content -> message, and whether it is a call that may be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, Header
from harmony_core.format.diagnosis._content import read_content, read_json_fault
from harmony_core.format.diagnosis.codes import CODES, Severity
from harmony_core.format.diagnosis.inspection import InspectedMessage, Region, calls_tool
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._header_fields import HeaderReading
    from harmony_core.format.diagnosis._report import Report
    from harmony_core.format.diagnosis._stripped import Recovered
    from harmony_core.format.diagnosis.inspection import InspectPolicy
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Draft", "Messages"]

_JSON_TYPES = ("json", CONSTRAIN + "json")
_NOBODY = Header(Role.ASSISTANT)


@dataclass(slots=True)
class Draft:
    """The message being read.

    Attributes:
        start: Its first token.
        header_start: The first token of its header behind ``<|start|>``.
        findings: How many diagnostics there were before it.
        header: Its header, once that is read.
        content_start: The first token of its content.
        skip: How many bytes of that token belong to the header.
    """

    start: int
    header_start: int
    findings: int
    header: Header = _NOBODY
    content_start: int = 0
    skip: int = 0


class Messages:
    """The messages of a stream.

    Args:
        tokenizer: Decodes the tokens.
        markers: The formatting tokens.
        policy: Says what a call is.
        tokens: The stream, as far as it was fed.
        report: Takes what is wrong.

    Attributes:
        items: Every message so far.
        regions: Headers and contents, in order.
    """

    def __init__(
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        policy: InspectPolicy,
        tokens: list[int],
        report: Report,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._policy = policy
        self._tokens = tokens
        self._report = report
        self.items: list[InspectedMessage] = []
        self.regions: list[Region] = []

    def add_header(self, reading: HeaderReading, start: int, stop: int) -> None:
        """Keep the parts of the header of the next message; what is beyond ``stop`` is not."""
        parts = reading.parts[: stop - start]
        self.regions.append(Region(start, stop, parts, len(self.items)))

    def discard_header(self, reading: HeaderReading, start: int, stop: int) -> None:
        """Keep the parts of a header that led to no message."""
        self.regions.append(Region(start, stop, reading.parts, None))

    def add_recovered(self, found: Iterable[Recovered]) -> None:
        """Add messages made of plain text."""
        for ordinal, (item, content_start) in enumerate(found):
            self.items.append(item)
            self.regions.append(Region(item.start, content_start, Part.CHANNEL, ordinal))
            self.regions.append(Region(content_start, item.stop, Part.CONTENT, ordinal))

    def close(self, draft: Draft, content_stop: int, stop: int, *, is_complete: bool) -> None:
        """Make a message.

        Args:
            draft: What was read of it.
            content_stop: One past the last token of its content.
            stop: One past its last token.
            is_complete: Whether a stop token ended it.
        """
        tokens = self._tokens[draft.content_start : content_stop]
        content = read_content(tokens, self._tokenizer, skip=draft.skip)
        self._report.add_all(content.findings, draft.content_start)
        message = draft.header.message(content.text)
        is_call = calls_tool(message)
        is_json = is_call and self._check_json(content.text, tokens, draft)
        if is_complete:
            self._check_stop(message, content_stop, is_call=is_call)
        ended = is_complete or stop < len(self._tokens)
        is_whole = ended or (is_json and self._policy.missing_call_is_call)
        if not is_whole:
            self._report.add("truncated-content", stop, stop, "The stream ends within a content.")
        elif is_call and not is_complete:
            self._report.add("missing-call", stop, stop, "The call has no <|call|>.")
        own = self._report.diagnostics[draft.findings :]
        guesses = tuple(dict.fromkeys(found.code for found in own if CODES[found.code].guesses))
        faulty = any(found.severity is Severity.ERROR for found in own)
        has_call = is_complete and self._tokens[content_stop] == self._markers.call
        is_stated = has_call or (self._policy.missing_call_is_call and is_whole)
        runnable = is_call and is_stated and not guesses and not faulty
        self.regions.append(
            Region(draft.content_start, content_stop, Part.CONTENT, len(self.items))
        )
        self.items.append(
            InspectedMessage(message, draft.start, stop, is_complete, guesses, runnable)
        )

    def _check_json(self, text: str, tokens: list[int], draft: Draft) -> bool:
        """Whether a call promises JSON and holds it; reports arguments-not-json."""
        if draft.header.content_type not in _JSON_TYPES:
            return False
        fault = read_json_fault(text, tokens, self._tokenizer, skip=draft.skip)
        if fault is not None:
            self._report.add_all([fault], draft.content_start)
        return fault is None

    def _check_stop(self, message: Message, at: int, *, is_call: bool) -> None:
        """Compare the stop token with the header: missing-call, call-without-recipient."""
        token, role = self._tokens[at], message.author.role
        name = self._tokenizer.token_bytes(token).decode()
        if is_call:
            if token != self._markers.call:
                message_text = f"{name} ends a call to {message.recipient}."
                self._report.add("missing-call", at, at + 1, message_text)
        elif role is not Role.ASSISTANT:
            if token != self._markers.end:
                message_text = f"{name} ends a message of the role {role.value}."
                self._report.add("unexpected-stop", at, at + 1, message_text)
        elif token == self._markers.call and message.recipient is None:
            self._report.add("call-without-recipient", at, at + 1, "A call, but to nobody.")
