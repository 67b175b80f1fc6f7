"""The words of a header in their slots -> its fields, and what is wrong with it.

Each field is a function of the slots alone: what one decides is no business of the others.
"""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, RECIPIENT_PREFIX, ROLES, Header
from harmony_core.format.diagnosis._header_rules import (
    USUAL_TYPES,
    HeaderContext,
    Slot,
    assign_slots,
    recipient_of,
)
from harmony_core.format.diagnosis._report import Finding, shorten
from harmony_core.format.diagnosis._words import Kind, Lexed, Vocabulary, Word, lex_header
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._header_rules import Slotted
    from harmony_core.tokenizer import Tokenizer

__all__ = ["HeaderReader", "TolerantHeader", "header_reader"]

_LONGEST_SUGGESTED_FOR = 100
# Who a tool's message may be addressed to; as a recipient, these are no tools.
_NOT_TOOLS = frozenset((*ROLES, "all"))


class TolerantHeader(NamedTuple):
    """A header, as far as it can be read.

    Attributes:
        header: Its fields.
        findings: What is wrong with it; tokens count from the header's first.
        parts: The part of each token.
        body: For a header that never reached ``<|message|>``: the token where content
            begins, and how many of that token's bytes are not content. ``None`` if there is
            no content.
        states_role: Whether the header itself names a role.
        is_bare: Whether it tells nothing more than a role.
    """

    header: Header
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]
    body: tuple[int, int] | None
    states_role: bool
    is_bare: bool


class HeaderReader:
    """Reads headers by a policy, and remembers those that come often.

    Args:
        tokenizer: Decodes the tokens.
        markers: The formatting tokens.
        channels: The channels there are.
        tools: The recipients there are; ``None`` to accept any.
    """

    _LONGEST_KEPT = 32
    _MOST_KEPT = 1024

    def __init__(
        self,
        tokenizer: Tokenizer,
        markers: Markers,
        channels: frozenset[str],
        tools: frozenset[str] | None,
    ) -> None:
        self._tokenizer = tokenizer
        self._markers = markers
        self._vocabulary = Vocabulary(channels, tools)
        self._kept: dict[tuple[Role | None, bool, tuple[int, ...]], TolerantHeader] = {}

    def read(self, tokens: Sequence[int], role: Role | None, *, is_open: bool) -> TolerantHeader:
        """Read a header.

        Args:
            tokens: The tokens between ``<|start|>`` and what ended the header.
            role: The role, if the header need not name it.
            is_open: Whether the header never reached ``<|message|>``: what is no field of it
                is content.
        """
        if len(tokens) > self._LONGEST_KEPT:
            return self._read(tokens, role, is_open=is_open)
        key = (role, is_open, tuple(tokens))
        header = self._kept.get(key)
        if header is None:
            header = self._read(tokens, role, is_open=is_open)
            if len(self._kept) < self._MOST_KEPT:
                self._kept[key] = header
        return header

    def _read(self, tokens: Sequence[int], role: Role | None, *, is_open: bool) -> TolerantHeader:
        lexed = lex_header(
            tokens,
            self._tokenizer,
            self._markers,
            self._vocabulary,
            states_role=role is None,
            is_open=is_open,
        )
        context = HeaderContext(role, is_open, self._vocabulary)
        return _resolve(lexed, Slots(assign_slots(lexed.words, context)), context)


# One for each policy, with what it remembers.
header_reader = lru_cache(maxsize=16)(HeaderReader)


class Slots:
    """The words in their slots."""

    def __init__(self, words: Sequence[Slotted]) -> None:
        self._words: dict[Slot, list[Word]] = {slot: [] for slot in Slot}
        for word, slot in words:
            self._words[slot].append(word)
        self.in_order = words

    def of(self, *slots: Slot) -> list[Word]:
        """The words in any of the slots, those of the first slot first."""
        return [word for slot in slots for word in self._words[slot]]

    def first(self, slot: Slot) -> Word | None:
        """The first word in a slot."""
        words = self._words[slot]
        return words[0] if words else None


def _resolve(lexed: Lexed, slots: Slots, context: HeaderContext) -> TolerantHeader:
    """Read every field; the order of what is found is that of the fields."""
    vocabulary = context.vocabulary
    body = slots.first(Slot.BODY)
    findings = [
        found
        for found in lexed.findings
        # Within the content, reading it finds the same.
        if body is None or found.start < body.first + (found.code == "glued-content")
    ]
    recipient = _recipient(slots, vocabulary, findings)
    role, name = _author(slots, context, findings)
    channel = _channel(slots, vocabulary, findings)
    if body is not None and body.kind is Kind.CHANNEL:
        message = "<|channel|> has content after it, not a name."
        findings.append(Finding("empty-channel", body.first, body.first, message))
    content_type = _content_type(slots, channel, findings)
    findings += [
        _found("doubled-role", word, f"The role {word.text} is repeated.")
        for word in slots.of(Slot.ROLE_AGAIN)
    ]
    findings += _junk(slots)
    said_more = any(slot not in {Slot.AUTHOR, Slot.ROLE_AGAIN} for _, slot in slots.in_order)
    return TolerantHeader(
        Header(role, name, recipient, channel, content_type),
        tuple(findings),
        _label(lexed, slots, body),
        None if body is None else _place_of(body, lexed),
        slots.first(Slot.AUTHOR) is not None,
        not said_more,
    )


def _place_of(body: Word, lexed: Lexed) -> tuple[int, int]:
    begins = lexed.pieces.ends[body.first - 1] if body.first else 0
    return body.first, body.start - begins


def _found(code: str, word: Word, message: str, hint: str = "") -> Finding:
    return Finding(code, word.first, word.last, message, hint)


def _found_unknown(code: str, what: str, word: Word, text: str, known: Collection[str]) -> Finding:
    close = difflib.get_close_matches(text[:_LONGEST_SUGGESTED_FOR], known, n=1, cutoff=0.5)
    hint = f"Did the model mean {close[0]}?" if close else ""
    return _found(code, word, f"There is no {what} {shorten(text)}.", hint)


# Who wrote it.


def _author(
    slots: Slots, context: HeaderContext, findings: list[Finding]
) -> tuple[Role, str | None]:
    word = slots.first(Slot.AUTHOR)
    if context.role is not None:
        return _given_role(word, context.role, findings), None
    channel = slots.first(Slot.CHANNEL_AS_AUTHOR)
    if channel is not None:
        message = f"{shorten(channel.text)} is no role; it is taken for the channel."
        findings.append(_found("unknown-role", channel, message))
        return Role.ASSISTANT, None
    if word is None:
        findings.append(Finding("missing-role", 0, 0, "The header names no role."))
        return Role.ASSISTANT, None
    head, colon, name = word.text.partition(":")
    if head in ROLES:
        role = Role(head)
        if colon:
            message = f"The role {head} has the name {name!r}."
            findings.append(_found("named-author", word, message))
            return role, name
        return role, head if role is Role.TOOL else None
    return _author_without_role(word, slots, context.vocabulary, findings)


def _given_role(word: Word | None, role: Role, findings: list[Finding]) -> Role:
    """Believe the stream rather than the caller: the argument is the easier to get wrong."""
    if word is None:
        return role
    if word.text == role.value:
        message = f"The role {role.value} was given, and the stream names it too."
        findings.append(_found("restated-role", word, message))
        return role
    message = f"The role {role.value} was given, but the stream says {word.text}."
    findings.append(_found("conflicting-role", word, message))
    return Role(word.text)


def _author_without_role(
    word: Word, slots: Slots, vocabulary: Vocabulary, findings: list[Finding]
) -> tuple[Role, str | None]:
    """Tell a tool from a misspelt role: tools write to the assistant, never to tools."""
    recipients = set(map(_recipient_text, slots.of(Slot.RECIPIENT)))
    calls = recipients - _NOT_TOOLS - {""}
    if vocabulary.is_tool(word.text):
        if not recipients:
            message = f"The message of the tool {word.text} has no recipient."
            findings.append(_found("tool-without-recipient", word, message))
        return Role.TOOL, word.text
    if recipients and not calls:
        return Role.TOOL, word.text
    findings.append(_found("unknown-role", word, f"{shorten(word.text)} is no role."))
    return Role.ASSISTANT, None


# Whom it is for.


def _recipient_text(word: Word) -> str:
    return recipient_of(word.text) or ""


def _recipient(slots: Slots, vocabulary: Vocabulary, findings: list[Finding]) -> str | None:
    """Take the recipient that the header states; two different ones give none."""
    words = slots.of(Slot.RECIPIENT)
    if not words:
        return _tool_without_to(slots, vocabulary, findings)
    word, texts = words[-1], sorted(set(map(_recipient_text, words)))
    if len(texts) > 1:
        message = f"The header names {' and '.join(map(shorten, texts))}."
        findings.append(_found("conflicting-recipient", word, message))
        return None
    (recipient,) = texts
    if len(words) > 1:
        message = f"The recipient {shorten(recipient)} is repeated."
        findings.append(_found("doubled-recipient", word, message))
    findings += _misspelt_recipient(word, recipient)
    findings += _unknown_tool(word, recipient, vocabulary)
    return recipient or None


def _misspelt_recipient(word: Word, recipient: str) -> Iterator[Finding]:
    if word.text.startswith(RECIPIENT_PREFIX + recipient) and _is_name(recipient):
        return
    if "=" not in word.text:
        message = f"{shorten(word.text)} has no = after to."
        yield _found("recipient-without-to", word, message)
    elif not recipient:
        yield _found("malformed-recipient", word, "No name follows to=.")
    elif not word.text.startswith(RECIPIENT_PREFIX + recipient):
        yield _found("malformed-recipient", word, "There are spaces around the = of to=.")
    else:
        message = f"{shorten(recipient)} cannot be the name of a tool."
        yield _found("malformed-recipient", word, message)


def _tool_without_to(slots: Slots, vocabulary: Vocabulary, findings: list[Finding]) -> str | None:
    word = slots.first(Slot.TOOL)
    if word is not None:
        message = f"{shorten(word.text)} has no to= before it."
        findings.append(_found("recipient-without-to", word, message))
    else:
        word = slots.first(Slot.TOOL_AS_CHANNEL)
        if word is None:
            return None
        message = f"{shorten(word.text)} is a tool, not a channel."
        findings.append(_found("tool-as-channel", word, message))
    findings += _unknown_tool(word, word.text, vocabulary)
    return word.text


def _unknown_tool(word: Word, recipient: str, vocabulary: Vocabulary) -> Iterator[Finding]:
    tools = vocabulary.tools
    if tools is None or recipient in _NOT_TOOLS or not recipient:
        return
    if recipient not in tools and recipient.removeprefix("functions.") not in tools:
        yield _found_unknown("unknown-tool", "tool", word, recipient, tools)


@cache
def _name_pattern() -> re.Pattern[str]:
    return re.compile(r"\w(?:[\w.:/@-]*\w)?")


def _is_name(text: str) -> bool:
    return _name_pattern().fullmatch(text) is not None


# Its channel.


def _channel(slots: Slots, vocabulary: Vocabulary, findings: list[Finding]) -> str | None:
    """Take the last channel, for the content was written under that one."""
    words = slots.of(Slot.CHANNEL_AS_AUTHOR, Slot.CHANNEL)
    findings += [
        _found("empty-channel", word, "<|channel|> has no name after it.")
        for word in words
        if not word.text
    ]
    named = [word for word in words if word.text]
    if not named:
        return "commentary" if slots.first(Slot.TOOL_AS_CHANNEL) else None
    chosen, shown = named[-1], shorten(named[-1].text)
    before = {word.text for word in named[:-1]}
    if before - {chosen.text}:
        message = f"The header named the channel {shorten(named[0].text)} before."
        findings.append(_found("doubled-channel", chosen, message))
    elif chosen in slots.of(Slot.CHANNEL) and chosen.kind is Kind.FREE:
        message = f"The channel {shown} has no <|channel|> before it."
        findings.append(_found("missing-channel-marker", chosen, message))
    elif _is_late(chosen, slots, was_stated=bool(before)):
        message = f"The channel {shown} comes after what should follow it."
        findings.append(_found("channel-after-recipient", chosen, message))
    elif before:
        message = f"The channel {shown} is repeated."
        findings.append(_found("repeated-channel", chosen, message))
    if chosen.text not in vocabulary.channels:
        known = vocabulary.channels
        findings.append(_found_unknown("unknown-channel", "channel", chosen, chosen.text, known))
    return chosen.text


def _is_late(channel: Word, slots: Slots, *, was_stated: bool) -> bool:
    later = slots.of(Slot.TYPE, Slot.BARE_TYPE, *((Slot.RECIPIENT,) if was_stated else ()))
    return any(word.start < channel.start for word in later)


# The type of its content.


def _content_type(slots: Slots, channel: str | None, findings: list[Finding]) -> str | None:
    """Take the last type after ``<|constrain|>``, else the last one without."""
    types = slots.of(Slot.TYPE)
    findings += [
        _found("empty-content-type", word, "<|constrain|> has no type after it.")
        for word in types
        if not word.text
    ]
    stated = [word for word in types if word.text]
    words = [*slots.of(Slot.BARE_TYPE), *stated]
    if not words:
        return None
    chosen, shown = words[-1], shorten(words[-1].text)
    if len(words) > 1:
        message = f"The header names {len(words)} content types."
        findings.append(_found("doubled-content-type", chosen, message))
    elif not stated and chosen.text not in USUAL_TYPES and "/" not in chosen.text:
        message = f"{shown} is in the place of the content type."
        findings.append(_found("unknown-content-type", chosen, message))
    if not slots.of(Slot.RECIPIENT, Slot.TOOL, Slot.TOOL_AS_CHANNEL):
        message = f"The header has a content type, {shown}, but no recipient."
        code = "typed-final" if channel == "final" else "content-type-without-recipient"
        findings.append(_found(code, chosen, message))
    return CONSTRAIN + chosen.text if stated else chosen.text


# What is left.


def _junk(slots: Slots) -> Iterator[Finding]:
    """A word that may be a recipient is only hinted at: a call must not go to the wrong tool."""
    has_recipient = bool(slots.of(Slot.RECIPIENT, Slot.TOOL, Slot.TOOL_AS_CHANNEL))
    for word in slots.of(Slot.JUNK):
        shown = shorten(word.text)
        hint = "" if has_recipient else f"If {shown} was meant as the recipient, put to= before it."
        yield _found("junk-in-header", word, f"{shown} is no field of a header.", hint)


_PARTS = {
    Slot.ROLE_AGAIN: Part.ROLE,
    Slot.CHANNEL: Part.CHANNEL,
    Slot.CHANNEL_AS_AUTHOR: Part.CHANNEL,
    Slot.RECIPIENT: Part.RECIPIENT,
    Slot.TOOL: Part.RECIPIENT,
    Slot.TOOL_AS_CHANNEL: Part.RECIPIENT,
    Slot.TYPE: Part.CONTENT_TYPE,
    Slot.BARE_TYPE: Part.CONTENT_TYPE,
    Slot.JUNK: Part.STRAY,
}


def _label(lexed: Lexed, slots: Slots, body: Word | None) -> tuple[Part, ...]:
    """Give each token a part; one between two words goes with the word after it."""
    size = len(lexed.pieces.ends)
    parts: list[Part | None] = [None] * size
    for word, slot in slots.in_order:
        if slot is Slot.AUTHOR:
            _label_author(parts, word, lexed)
        elif slot is not Slot.BODY:
            parts[word.first : word.last] = [_PARTS[slot]] * (word.last - word.first)
    for index in lexed.dropped:
        parts[index] = Part.STRAY
    for index in lexed.markers:
        parts[index] = Part.MARKER
    if body is not None:
        parts[body.first :] = [Part.CONTENT] * (size - body.first)
    return _filled(parts)


def _filled(parts: list[Part | None]) -> tuple[Part, ...]:
    size = len(parts)
    for order in (range(size - 1, -1, -1), range(size)):
        near = None
        for index in order:
            if parts[index] is None:
                parts[index] = near
            elif parts[index] is not Part.MARKER:
                near = parts[index]
    return tuple(part or Part.STRAY for part in parts)


def _label_author(parts: list[Part | None], word: Word, lexed: Lexed) -> None:
    """Tell a role from the name after its colon; a word that is no role is a name."""
    head, colon, _ = word.text.partition(":")
    part = Part.ROLE if head in ROLES else Part.NAME
    parts[word.first : word.last] = [part] * (word.last - word.first)
    if head in ROLES and colon:
        end = word.start + len(word.text.encode())
        first, last = lexed.pieces.tokens_of(word.start + len(head), end)
        parts[first:last] = [Part.NAME] * (last - first)
