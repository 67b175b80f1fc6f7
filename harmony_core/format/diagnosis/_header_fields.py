"""Words of a header -> its fields, and what is wrong with it.

The words are dealt out one by one to the fields they may belong to; then each field is
settled from the words it got. A rule's docstring says which fault it repairs, and why that
is safe.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, RECIPIENT_PREFIX, ROLES, Header
from harmony_core.format.diagnosis._labels import label_words
from harmony_core.format.diagnosis._report import Finding, shorten
from harmony_core.format.diagnosis._words import Kind, Lexed, Word
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Fields", "HeaderReading"]

_USUAL_TYPES = frozenset(
    (
        "json",
        "code",
        "text",
        "python",
        "javascript",
        "typescript",
        "html",
        "xml",
        "yaml",
        "markdown",
    )
)
_LONGEST_SUGGESTED_FOR = 100


class HeaderReading(NamedTuple):
    """A header.

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


class Fields:
    """The words that each field got.

    ``read`` is all there is to call, once: dealing fills the lists of words, and each step of
    settling takes words out of one list or puts them into another. So the order matters. The
    recipient comes first, for it decides whether an unknown author is a tool, and what a type
    may be; the author before the channel, for a channel's name may stand in the author's
    place; and the junk last, for every field leaves to it what it cannot use.
    """

    def __init__(
        self,
        lexed: Lexed,
        role: Role | None,
        known_channels: frozenset[str],
        tools: frozenset[str] | None,
        *,
        is_open: bool,
    ) -> None:
        self._lexed = lexed
        self._role = role
        self._known_channels = known_channels
        self._tools = tools
        self._is_open = is_open
        self._findings = list(lexed.findings)
        free = [index for index, word in enumerate(lexed.words) if word.kind is Kind.FREE]
        self._last_free = free[-1] if free else -1
        self._authors: list[Word] = []
        self._repeated: list[Word] = []
        self._channels: list[Word] = []
        self._names_channel = any(word.kind is Kind.CHANNEL and word.text for word in lexed.words)
        self._recipients: list[Word] = []
        self._types: list[Word] = []
        self._bare_types: list[Word] = []
        self._tool_names: list[Word] = []
        self._junk: list[Word] = []
        self._body: Word | None = None
        self._behind_marker = {Kind.CHANNEL: self._channels, Kind.TYPE: self._types}

    def read(self) -> HeaderReading:
        for index, word in enumerate(self._lexed.words):
            if not self._deal(index, word):
                self._begin_body(word)
                break
        recipient = self._settle_recipient()
        role, name = self._settle_author()
        channel = self._settle_channel()
        content_type = self._settle_type(has_recipient=recipient is not None)
        for word in self._repeated:
            self._find("doubled-role", word, f"The role {word.text} stands here once more.")
        self._settle_junk()
        stated = (*self._channels, *self._recipients, *self._types, *self._bare_types)
        return HeaderReading(
            Header(role, name, recipient, channel, content_type),
            tuple(self._findings),
            self._label(),
            self._place_body(),
            self._author is not None,
            not (stated or self._tool_names or self._junk or self._body),
        )

    # Dealing the words out.

    def _deal(self, index: int, word: Word) -> bool:
        """Give a word to its field; ``False`` if it is the first of the content."""
        field = self._behind_marker.get(word.kind)
        if field is None and word.kind is Kind.FREE:
            field = self._field_of(index, word)
        if field is not None:
            field.append(word)
        return field is not None

    def _field_of(self, index: int, word: Word) -> list[Word] | None:
        """Find the field of a word that no marker precedes; ``None`` if it is content."""
        is_last = index == self._last_free and not self._is_open
        is_usual_type = word.text in _USUAL_TYPES
        if index == 0 and self._takes_author(word):
            return self._authors
        if self._repeats_role(word):
            return self._repeated
        if _is_recipient(word.text):
            return self._recipients
        if self._is_unmarked_channel(word):
            return self._channels
        if (is_last and is_usual_type) or (self._recipients and (is_usual_type or is_last)):
            return self._bare_types
        rest = None if self._is_open else self._junk
        return self._tool_names if self._is_tool(word.text) else rest

    def _takes_author(self, word: Word) -> bool:
        text = word.text
        if self._role is not None:
            return text in ROLES and not self._is_open
        if _is_recipient(text):
            return False
        is_role = text.partition(":")[0] in ROLES
        return is_role or not self._is_open or self._is_tool(text) or text in self._known_channels

    def _repeats_role(self, word: Word) -> bool:
        if self._channels or self._recipients or self._types or self._junk:
            return False
        role = self._author.text if self._author else self._role and self._role.value
        return word.text == role and role in ROLES

    def _is_unmarked_channel(self, word: Word) -> bool:
        """Whether to take a channel's name for the channel: missing-channel-marker.

        Else what was written as reasoning would be a message without channel, and shown. In
        a header without ``<|message|>`` the word may be content.
        """
        is_channel = word.text in self._known_channels and not self._is_open
        return is_channel and not self._names_channel and not self._channels

    @property
    def _author(self) -> Word | None:
        return self._authors[0] if self._authors else None

    def _is_tool(self, text: str) -> bool:
        if self._tools is not None and text in self._tools:
            return True
        return _tool_pattern().fullmatch(text) is not None

    def _begin_body(self, word: Word) -> None:
        """Leave the rest to the reading of the content, which finds the same faults anew."""
        self._body = word
        self._findings = [
            found
            for found in self._findings
            if found.start < word.first or found.code == "glued-content"
        ]

    # Settling the fields.

    def _settle_author(self) -> tuple[Role, str | None]:
        word = self._author
        if self._role is not None:
            return self._settle_given_role(self._role), None
        if word is None:
            self._find_missing("missing-role", "The header names no role.")
            return Role.ASSISTANT, None
        head, colon, name = word.text.partition(":")
        if head in ROLES:
            role = Role(head)
            if colon:
                self._find("named-author", word, f"The role {head} has the name {name!r}.")
                return role, name
            return role, head if role is Role.TOOL else None
        if self._recipients or self._is_tool(word.text):
            return self._settle_tool(word)
        return self._settle_unknown_role(word)

    def _settle_given_role(self, role: Role) -> Role:
        """Believe the stream if it names another role than the caller: conflicting-role.

        The caller's role says how the prompt ended, and is the easier to get wrong.
        """
        word = self._author
        if word is None:
            return role
        if word.text == role.value:
            self._find("restated-role", word, f"The role {role.value} was given, and stands here.")
            return role
        message = f"The role {role.value} was given, but the stream says {word.text}."
        self._find("conflicting-role", word, message)
        return Role(word.text)

    def _settle_tool(self, word: Word) -> tuple[Role, str]:
        """Take a tool's name for the author: tool-without-recipient, unknown-role.

        A tool's message is never a call, so nothing can be run by mistake.
        """
        if not self._recipients:
            message = f"The message of the tool {word.text} has no recipient."
            self._find("tool-without-recipient", word, message)
        elif not self._is_tool(word.text) and self._recipient_texts() - _ANSWERED:
            message = f"{shorten(word.text)} is no role, but the message has a recipient."
            self._find("unknown-role", word, message)
        return Role.TOOL, word.text

    def _settle_unknown_role(self, word: Word) -> tuple[Role, None]:
        """Take the assistant for the author: unknown-role. Completions are the assistant's."""
        self._find("unknown-role", word, f"{shorten(word.text)} is no role.")
        if word.text in self._known_channels and not any(word.text for word in self._channels):
            self._channels.insert(0, word)
        return Role.ASSISTANT, None

    def _settle_channel(self) -> str | None:
        """Choose the last channel: repeated-, doubled-, empty-channel, channel-after-recipient.

        The content was written under the last one. If it is not the only one, that is a
        guess, and the message counts as repaired.
        """
        named = [word for word in self._channels if word.text]
        for word in self._channels:
            if not word.text:
                self._find("empty-channel", word, "No channel's name stands here.")
        if not named:
            return None
        chosen = named[-1]
        before = {word.text for word in named[:-1]}
        if before - {chosen.text}:
            message = f"The channel {shorten(named[0].text)} before was another one."
            self._find("doubled-channel", chosen, message)
        elif chosen.kind is Kind.FREE and chosen is not self._author:
            message = f"The channel {shorten(chosen.text)} has no <|channel|> before it."
            self._find("missing-channel-marker", chosen, message)
        elif self._stands_late(chosen, was_stated=bool(before)):
            message = f"The channel {shorten(chosen.text)} stands behind what should follow it."
            self._find("channel-after-recipient", chosen, message)
        elif before:
            message = f"The channel {shorten(chosen.text)} stands here once more."
            self._find("repeated-channel", chosen, message)
        if chosen.text not in self._known_channels:
            self._find_unknown("unknown-channel", "channel", chosen, self._known_channels)
        return chosen.text

    def _stands_late(self, channel: Word, *, was_stated: bool) -> bool:
        fields = (*self._types, *self._bare_types, *(self._recipients if was_stated else ()))
        return any(word.start < channel.start for word in fields)

    def _settle_recipient(self) -> str | None:
        """Take the recipient that the header states: recipient-without-to, and its other faults.

        Two different ones give none. A name without ``to=`` makes a repaired message, which
        is no call unless the caller asks for it.
        """
        if not self._recipients:
            return self._settle_tool_name()
        self._junk += self._tool_names
        word = self._recipients[-1]
        texts = self._recipient_texts()
        if len(texts) > 1:
            shown = " and ".join(sorted(map(shorten, texts)))
            self._find("conflicting-recipient", word, f"The header names {shown}.")
            return None
        (recipient,) = texts
        if len(self._recipients) > 1:
            message = f"The recipient {shorten(recipient)} stands here once more."
            self._find("doubled-recipient", word, message)
        if not word.text.startswith(RECIPIENT_PREFIX + recipient):
            self._find("malformed-recipient", word, "There are spaces around the = of to=.")
        elif not recipient:
            self._find("malformed-recipient", word, "No name follows to=.")
        elif not _name_pattern().fullmatch(recipient):
            message = f"{shorten(recipient)} cannot be the name of a tool."
            self._find("malformed-recipient", word, message)
        self._check_tool(word, recipient)
        return recipient or None

    def _settle_tool_name(self) -> str | None:
        if not self._tool_names:
            return None
        word = self._tool_names.pop(0)
        self._junk += self._tool_names
        self._tool_names = [word]
        self._find("recipient-without-to", word, f"{shorten(word.text)} stands here without to=.")
        self._check_tool(word, word.text)
        return word.text

    def _check_tool(self, word: Word, recipient: str) -> None:
        if self._tools is None or recipient in _NOT_TOOLS:
            return
        if recipient not in self._tools and recipient.removeprefix("functions.") not in self._tools:
            self._find_unknown("unknown-tool", "tool", word, self._tools, recipient)

    def _recipient_texts(self) -> set[str]:
        return {word.text.partition("=")[2].strip(" \t\n\f\r") for word in self._recipients}

    def _settle_type(self, *, has_recipient: bool) -> str | None:
        """Choose the last type behind ``<|constrain|>``: doubled- and empty-content-type."""
        constrained = [word for word in self._types if word.text]
        if constrained:
            self._junk += [word for word in self._bare_types if word.text not in _USUAL_TYPES]
            self._bare_types = [word for word in self._bare_types if word.text in _USUAL_TYPES]
        for word in self._types:
            if not word.text:
                self._find("empty-content-type", word, "No content type stands here.")
        words = [*self._bare_types, *constrained]
        if not words:
            return None
        chosen = words[-1]
        if len(words) > 1:
            self._find("doubled-content-type", chosen, f"There are {len(words)} content types.")
        elif not constrained and chosen.text not in _USUAL_TYPES and "/" not in chosen.text:
            message = f"{shorten(chosen.text)} stands in the content type's place."
            self._find("unknown-content-type", chosen, message)
        if not has_recipient and not self._recipients:
            message = f"A content type, {shorten(chosen.text)}, but no recipient."
            self._find("content-type-without-recipient", chosen, message)
        return CONSTRAIN + chosen.text if constrained else chosen.text

    def _settle_junk(self) -> None:
        """Leave out what is no field: junk-in-header. A likely recipient is only hinted at."""
        for word in self._junk:
            hint = ""
            if not self._recipients and not self._tool_names:
                hint = f"If {shorten(word.text)} was meant as the recipient, write to= before it."
            message = f"{shorten(word.text)} is no field of a header."
            self._find("junk-in-header", word, message, hint)

    # Where words stand.

    def _find(self, code: str, word: Word, message: str, hint: str = "") -> None:
        self._findings.append(Finding(code, word.first, word.last, message, hint))

    def _find_missing(self, code: str, message: str) -> None:
        self._findings.append(Finding(code, 0, 0, message))

    def _find_unknown(
        self, code: str, what: str, word: Word, known: Collection[str], text: str | None = None
    ) -> None:
        text = word.text if text is None else text
        close = difflib.get_close_matches(text[:_LONGEST_SUGGESTED_FOR], known, n=1)
        hint = f"Did the model mean {close[0]}?" if close else ""
        self._find(code, word, f"There is no {what} {shorten(text)}.", hint)

    def _place_body(self) -> tuple[int, int] | None:
        word = self._body
        if word is None:
            return None
        begins = self._lexed.pieces.ends[word.first - 1] if word.first else 0
        return word.first, word.start - begins

    def _label(self) -> tuple[Part, ...]:
        fields = {
            Part.STRAY: self._junk,
            Part.CONTENT_TYPE: self._bare_types + self._types,
            Part.RECIPIENT: self._recipients + self._tool_names,
            Part.CHANNEL: self._channels,
            Part.ROLE: self._repeated,
        }
        content = len(self._lexed.pieces.ends) if self._body is None else self._body.first
        return label_words(self._lexed, fields, self._author, content)


_NOT_TOOLS = frozenset((*ROLES, "all", ""))
_ANSWERED = frozenset((*ROLES, "all"))


@cache
def _name_pattern() -> re.Pattern[str]:
    return re.compile(r"\w(?:[\w.:/@-]*\w)?")


@cache
def _tool_pattern() -> re.Pattern[str]:
    """Names in the namespaces that the published prompts and tools know."""
    spaces = "functions|browser|container|repo_browser|web|python|mcp"
    return re.compile(rf"python|(?:{spaces})\.\w[\w.-]*")


def _is_recipient(text: str) -> bool:
    return text.startswith("to") and text[2:].lstrip(" \t\n\f\r").startswith("=")
