"""Header text <-> fields.

A header is ``role[:name] [to=recipient][<|channel|>channel] [[<|constrain|>]type]``, but the
reference accepts far more. It cuts the channel out first, splits the rest at ASCII whitespace,
and takes the role from the front, content type and recipient from the end. Each step is one
function here, with the reference's quirks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harmony_core.chat import ROLES, Message, Role, text_message
from harmony_core.format._markers import MARKER_TEXTS
from harmony_core.reference.debug_text import debug_text
from harmony_core.reference.rust_text import WHITESPACE, split_ascii_whitespace, trim

__all__ = [
    "CHANNEL",
    "CONSTRAIN",
    "RECIPIENT_PREFIX",
    "ROLES",
    "Header",
    "HeaderFault",
    "parse_header",
    "salvage_header",
]

CHANNEL = MARKER_TEXTS["channel"]
CONSTRAIN = MARKER_TEXTS["constrain"]
RECIPIENT_PREFIX = "to="

# What ends a channel's name.
_CHANNEL_ENDS = frozenset(WHITESPACE + "<")


@dataclass(frozen=True)
class Header:
    """The fields of a message header."""

    role: Role
    name: str | None = None
    recipient: str | None = None
    channel: str | None = None
    content_type: str | None = None

    def message(self, text: str) -> Message:
        """Make the message of this header and the content's text."""
        return text_message(
            self.role,
            self.name,
            text,
            channel=self.channel,
            recipient=self.recipient,
            content_type=self.content_type,
        )

    def to_dict(self) -> dict[str, Any]:
        """The header in the reference's JSON form, which leaves out a missing name only."""
        author = {"role": self.role.value}
        if self.name is not None:
            author["name"] = self.name
        return {
            "author": author,
            "recipient": self.recipient,
            "channel": self.channel,
            "content_type": self.content_type,
        }


class HeaderFault(Exception):  # noqa: N818 - never leaves this package: the parser turns it into a ParseError
    """A header that the reference refuses.

    Attributes:
        kind: A name as in ``ParseError.kind``.
    """

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


def parse_header(text: str, role: Role | None) -> Header:
    """Read the text between the start of a message and its ``<|message|>``.

    Args:
        text: The decoded header, special tokens as their text.
        role: The role that the stream began with, or ``None`` if the header names it.

    Raises:
        HeaderFault: The role is missing, the channel is empty, or something is left over.
    """
    text, channel = _cut_channel(text)
    role, name, parts = _take_role(_parts(text), role)
    recipient, content_type = _take_recipient_and_type(parts)
    if parts:
        raise HeaderFault(
            f"unexpected tokens remaining in message header: Some({debug_text(' '.join(parts))})",
            kind="junk-in-header",
        )
    return Header(role, name, recipient, channel, content_type)


def salvage_header(text: str, role: Role) -> tuple[Header, str]:
    """Read a header that a stop token ended: channel, role, and the rest as content.

    Args:
        text: The decoded header, special tokens as their text.
        role: The role that the stream began with.

    Returns:
        The header, and the message's content.

    Raises:
        HeaderFault: The channel is empty.
    """
    text, channel = _cut_channel(text)
    role, name, parts = _take_role(_parts(text), role)
    return Header(role, name, channel=channel), " ".join(parts)


def _cut_channel(text: str) -> tuple[str, str | None]:
    before, marker, after = text.partition(CHANNEL)
    if not marker:
        return text, None
    length = next((i for i, char in enumerate(after) if char in _CHANNEL_ENDS), len(after))
    if length == 0:
        raise HeaderFault(
            "channel marker present but no channel value found in header", kind="empty-channel"
        )
    return before + after[length:], after[:length]


def _parts(text: str) -> list[str]:
    text = trim(text)
    if CONSTRAIN in text:  # "to=x<|constrain|>json" is two parts
        text = trim(text.replace(CONSTRAIN, " " + CONSTRAIN))
    return split_ascii_whitespace(text)


def _take_role(parts: list[str], role: Role | None) -> tuple[Role, str | None, list[str]]:
    name = None
    if role is None:
        if not parts:
            raise HeaderFault("message header did not contain a role", kind="missing-role")
        first = parts[0]
        role = ROLES.get(first)
        if role is None:
            # A tool's messages begin with its name; it has to have a recipient to be one.
            if len(parts) == 1 and not first.startswith(RECIPIENT_PREFIX):
                raise HeaderFault(f"Unknown role: {first}", kind="unknown-role")
            role = Role.TOOL
            parts = parts[1:]
        name = first if role is Role.TOOL else None
    if parts and parts[0] == role.value:
        parts = parts[1:]
    return role, name, parts


def _take_recipient_and_type(parts: list[str]) -> tuple[str | None, str | None]:
    """Take both off the end of ``parts``. A single part is always a recipient."""
    if not parts:
        return None, None
    last = parts.pop()
    if not parts or last.startswith(RECIPIENT_PREFIX):
        return last.removeprefix(RECIPIENT_PREFIX), None
    return parts.pop().removeprefix(RECIPIENT_PREFIX), last
