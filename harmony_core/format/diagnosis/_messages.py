"""Header and content -> message, and whether it is a call that may be run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, Header
from harmony_core.format.diagnosis._arguments import Arguments, check_arguments
from harmony_core.format.diagnosis._content import decode_content, token_pieces
from harmony_core.format.diagnosis._meaning import ANY_CHECKS, COMPLETION_CHECKS, Written
from harmony_core.format.diagnosis._toolbox import calls_tool
from harmony_core.format.diagnosis.codes import CODES, Severity
from harmony_core.format.diagnosis.inspection import InspectedMessage, Region
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._header_fields import TolerantHeader
    from harmony_core.format.diagnosis._report import Report
    from harmony_core.format.diagnosis._toolbox import Toolbox
    from harmony_core.format.diagnosis._unmarked import Recovered
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
        header_start: The first token of its header after ``<|start|>``.
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
        toolbox: The tools of the policy.
        tokens: The stream, as far as it was fed.
        report: Takes what is wrong.

    Attributes:
        items: Every message so far.
        regions: Headers and contents, in order.
        is_completion: Whether the messages are what a model sampled in one go.
        cause: What the server says about an end that is none, to go with truncated-content.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what messages are read with
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        policy: InspectPolicy,
        toolbox: Toolbox,
        tokens: list[int],
        report: Report,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._policy = policy
        self._channels = frozenset(policy.channels)
        self._toolbox = toolbox
        self._tokens = tokens
        self._report = report
        self._is_trusted = True  # until the model writes a message of somebody else
        self._is_answered = False  # whether the model has given its final answer
        self.items: list[InspectedMessage] = []
        self.regions: list[Region] = []
        self.is_completion = False
        self.cause = ""

    def add_header(self, reading: TolerantHeader, start: int, stop: int) -> None:
        """Keep the parts of the header of the next message; what is beyond ``stop`` is not."""
        parts = reading.parts[: stop - start]
        self.regions.append(Region(start, stop, parts, len(self.items)))

    def discard_header(self, reading: TolerantHeader, start: int, stop: int) -> None:
        """Keep the parts of a header that led to no message."""
        self.regions.append(Region(start, stop, reading.parts, None))

    def add_recovered(self, found: Iterable[Recovered]) -> None:
        """Add messages made of plain text."""
        for ordinal, (item, content_start) in enumerate(found):
            self.items.append(item)
            self.regions.append(Region(item.start, content_start, Part.CHANNEL, ordinal))
            self.regions.append(Region(content_start, item.stop, Part.CONTENT, ordinal))

    def close(
        self, draft: Draft, content_stop: int, stop: int, *, stop_token: int | None = None
    ) -> InspectedMessage:
        """Make a message.

        Args:
            draft: What was read of it.
            content_stop: One past the last token of its content.
            stop: One past its last token.
            stop_token: The token that ended it, in the stream or implied by the server's
                word; ``None`` if none did.
        """
        tokens = self._tokens[draft.content_start : content_stop]
        content = decode_content(tokens, self._tokenizer, skip=draft.skip)
        self._report.add_all(content.findings, draft.content_start)
        message = draft.header.message(content.text)
        is_call = calls_tool(message)
        if is_call:
            self._check_arguments(message, content.text, tokens, draft)
        if self.is_completion:
            self._check_author(message, draft)
            self._check_turn(message, draft, stop_token)
        self._check_meaning(message, content.text, tokens, draft, stop_token)
        is_whole = self._check_end(message, draft, content_stop, stop, stop_token)
        own = self._report.diagnostics[draft.findings :]
        guesses = tuple(dict.fromkeys(found.code for found in own if CODES[found.code].guesses))
        is_faulty = any(found.severity is Severity.ERROR for found in own)
        is_stated = stop_token == self._markers.call or (
            self._policy.missing_call_is_call and is_whole
        )
        is_safe = self._is_trusted and not guesses and not is_faulty
        self.regions.append(
            Region(draft.content_start, content_stop, Part.CONTENT, len(self.items))
        )
        item = InspectedMessage(
            message,
            draft.start,
            stop,
            stop_token is not None,
            guesses,
            runnable=is_call and is_stated and is_safe,
        )
        self.items.append(item)
        return item

    def _own_codes(self, draft: Draft) -> frozenset[str]:
        return frozenset(found.code for found in self._report.diagnostics[draft.findings :])

    def _check_arguments(
        self, message: Message, text: str, tokens: list[int], draft: Draft
    ) -> None:
        is_json = draft.header.content_type in _JSON_TYPES
        arguments = Arguments(str(message.recipient), text, tokens, draft.skip, is_json)
        found = check_arguments(arguments, self._toolbox, self._tokenizer)
        self._report.add_all(found, draft.content_start)

    def _check_author(self, message: Message, draft: Draft) -> None:
        """Trust nothing from a message on that the model made up: foreign-author."""
        role = message.author.role
        if role is Role.ASSISTANT or "conflicting-role" in self._own_codes(draft):
            return
        self._is_trusted = False
        text = f"The model wrote a message of the role {role.value}."
        self._report.add("foreign-author", draft.start, draft.content_start, text)

    def _check_turn(self, message: Message, draft: Draft, stop_token: int | None) -> None:
        """Tell of what the assistant adds to its answer: message-after-final."""
        if message.author.role is not Role.ASSISTANT:
            return
        if self._is_answered and self._is_trusted:
            text = "The model had given its final answer before this message."
            self._report.add("message-after-final", draft.start, draft.content_start, text)
        is_final = message.channel == "final" and message.recipient is None
        # After <|return|> it is told already that tokens follow.
        self._is_answered = is_final and stop_token != self._markers.return_

    def _check_meaning(
        self, message: Message, text: str, tokens: list[int], draft: Draft, stop_token: int | None
    ) -> None:
        def locate(start: int, stop: int) -> tuple[int, int]:
            pieces = token_pieces(tokens, self._tokenizer)
            begin = draft.skip + len(text[:start].encode())
            return pieces.tokens_of(begin, begin + len(text[start:stop].encode()))

        written = Written(
            message,
            text,
            tokens,
            calls_tool(message),
            stop_token is not None,
            self._own_codes(draft),
            self._channels,
            self._toolbox,
            locate,
        )
        checks = (*ANY_CHECKS, *COMPLETION_CHECKS) if self.is_completion else ANY_CHECKS
        for check in checks:
            self._report.add_all(check(written), draft.content_start)

    def _check_end(
        self, message: Message, draft: Draft, at: int, stop: int, stop_token: int | None
    ) -> bool:
        """Compare the end with the header; whether the message is whole.

        Found are truncated-content, missing-call, unexpected-stop, call-without-recipient.
        """
        role, is_call = message.author.role, calls_tool(message)
        if stop_token is None:
            is_json = "arguments-not-json" not in self._own_codes(draft) and (
                draft.header.content_type in _JSON_TYPES
            )
            is_cut = stop == len(self._tokens)
            if is_cut and not (is_call and is_json and self._policy.missing_call_is_call):
                text = f"The stream ends within a content{self.cause}."
                self._report.add("truncated-content", stop, stop, text)
                return False
            if is_call:
                self._report.add("missing-call", stop, stop, "The call has no <|call|>.")
            return True
        name = self._tokenizer.token_bytes(stop_token).decode()
        if is_call:
            if stop_token != self._markers.call:
                text = f"{name} ends a call of {message.recipient}."
                self._report.add("missing-call", at, stop, text)
        elif role is not Role.ASSISTANT:
            if stop_token != self._markers.end:
                text = f"{name} ends a message of the role {role.value}."
                self._report.add("unexpected-stop", at, stop, text)
        elif stop_token == self._markers.call:
            whom = message.recipient
            text = "The call has no recipient." if whom is None else f"{whom} is not a tool."
            self._report.add("call-without-recipient", at, stop, text)
        return True
