"""What each token of a stream is there for, whatever the stream looks like.

The labeller goes by structure alone: ``<|start|>`` begins a message, ``<|message|>`` its
content, a stop token ends it. As for the parser, everything up to the stop token is content,
even ``<|start|>``; unlike the parser, it takes a header that breaks off for a message of its
own, and goes on.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harmony_core.format._markers import Markers
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Part", "Span", "label"]

_ROLES = frozenset(role.value.encode() for role in Role)
_RECIPIENT_PREFIX = b"to="


class Part(str, Enum):
    """What a token belongs to."""

    MARKER = "marker"
    ROLE = "role"
    NAME = "name"
    RECIPIENT = "recipient"
    CHANNEL = "channel"
    CONTENT_TYPE = "content_type"
    CONTENT = "content"
    STRAY = "stray"  # in no message, or in a header and no field of it


class Span(NamedTuple):
    """A marker, or neighbouring tokens that belong to the same part of the same message.

    Attributes:
        start: Index of the first token.
        stop: Index after the last token.
        part: What the tokens belong to.
        message: The ordinal of the message in the stream, counting incomplete ones; ``None``
            for stray tokens.
    """

    start: int
    stop: int
    part: Part
    message: int | None


class _Area(Enum):
    OUTSIDE = "outside"
    HEADER = "header"
    CONTENT = "content"
    BOUND = "bound"


def label(
    tokens: Sequence[int], tokenizer: Tokenizer, markers: Markers, *, role: Role | None = None
) -> list[Span]:
    """Label every token of a stream.

    A token in a header goes to the field that its first byte other than a space belongs to;
    a token of nothing but spaces, to the field that follows.

    Args:
        tokens: Any integers; those that are no token count as content or stray.
        tokenizer: Decodes the headers.
        markers: The formatting tokens.
        role: The role of the first message, if the stream begins within its header.

    Returns:
        Spans that follow one another without gap, from the first token to the last.
    """
    if tokens and tokens[0] == markers.start:
        role = None  # the stream names the role after all
    spans: list[Span] = []
    for start, stop, part, message in _parts(tokens, tokenizer, markers, role):
        span = Span(start, stop, part, None if part is Part.STRAY else message)
        if spans and part is not Part.MARKER and spans[-1][2:] == span[2:]:
            span = span._replace(start=spans.pop().start)
        spans.append(span)
    return spans


_PART_OF_AREA = {
    _Area.OUTSIDE: Part.STRAY,
    _Area.CONTENT: Part.CONTENT,
    _Area.BOUND: Part.MARKER,
}


def _parts(
    tokens: Sequence[int], tokenizer: Tokenizer, markers: Markers, role: Role | None
) -> Iterator[tuple[int, int, Part, int]]:
    for start, stop, area, message in _areas(tokens, markers, in_header=role is not None):
        if start == stop:
            continue
        if area is _Area.HEADER:
            implied = role if message == 0 else None
            parts = _header_parts(tokens[start:stop], tokenizer, markers, implied)
            for index, part in enumerate(parts, start):
                yield index, index + 1, part, message
        else:
            yield start, stop, _PART_OF_AREA[area], message


def _areas(
    tokens: Sequence[int], markers: Markers, *, in_header: bool
) -> Iterator[tuple[int, int, _Area, int]]:
    """Cut the stream at the tokens that bound headers and contents."""
    after = {markers.start: _Area.HEADER, markers.message: _Area.CONTENT}
    after |= dict.fromkeys(markers.stop_tokens, _Area.OUTSIDE)
    bounds = {
        _Area.OUTSIDE: {markers.start},
        _Area.HEADER: set(after),
        _Area.CONTENT: markers.stop_tokens,
    }
    area, message = (_Area.HEADER, 0) if in_header else (_Area.OUTSIDE, -1)
    begin = 0
    for index, token in enumerate(tokens):
        if token in after and token in bounds[area]:
            yield begin, index, area, message
            message += token == markers.start
            yield index, index + 1, _Area.BOUND, message
            area = after[token]
            begin = index + 1
    yield begin, len(tokens), area, message


class _Word(NamedTuple):
    """A run of a header's bytes that belong to one part."""

    start: int
    stop: int
    part: Part


@cache
def _word_pattern() -> re.Pattern[bytes]:
    return re.compile(rb"[^ \t\n\f\r]+")  # split where Rust sees ASCII whitespace


def _header_parts(
    tokens: Sequence[int], tokenizer: Tokenizer, markers: Markers, role: Role | None
) -> list[Part]:
    """Tell the part of each token of one header."""
    values = {markers.channel: Part.CHANNEL, markers.constrain: Part.CONTENT_TYPE}
    data = bytearray()
    places: list[tuple[int, int]] = []
    parts: list[Part | None] = []
    value_of: dict[int, Part] = {}
    for token in tokens:
        begin = len(data)
        part = None
        if token in values:
            part = Part.MARKER
            data += b" "  # parts the words before and after
            value_of[len(data)] = values[token]
        else:
            try:
                data += tokenizer.token_bytes(token)
            except (DecodeError, OverflowError):
                part = Part.STRAY
                data += b" "
        parts.append(part)
        places.append((begin, len(data)))
    words = iter(_words(bytes(data), value_of, role))
    word = _Word(0, 0, Part.STRAY)
    for index, (begin, stop) in enumerate(places):
        found = _word_pattern().search(data, begin, stop)
        if parts[index] is None and found:
            while word.stop <= found.start():
                word = next(words)
            parts[index] = word.part
    return _fill(parts)


def _fill(parts: list[Part | None]) -> list[Part]:
    """Give the tokens without a part that of the field that follows, or else precedes."""
    for order in (range(len(parts) - 1, -1, -1), range(len(parts))):
        field = None
        for index in order:
            if parts[index] is None:
                parts[index] = field
            elif parts[index] is not Part.MARKER:
                field = parts[index]
    return [part or Part.STRAY for part in parts]


def _words(data: bytes, value_of: dict[int, Part], role: Role | None) -> list[_Word]:
    """Cut a header into words, each with its part, in order.

    Args:
        data: The header's bytes; a space in place of each marker.
        value_of: Where the value behind a marker would stand -> the field.
        role: The role, if it is implied.
    """
    words: list[_Word] = []
    free: list[tuple[int, int]] = []
    for found in _word_pattern().finditer(data):
        start, stop = found.span()
        part = value_of.get(start)
        if part is None:
            free.append((start, stop))
            continue
        if part is Part.CHANNEL and b"<" in data[start:stop]:
            end = data.index(b"<", start)  # as the reference ends a channel
            free.append((end, stop))
            stop = end
        words.append(_Word(start, stop, part))
    constrained = any(word.part is Part.CONTENT_TYPE for word in words)
    words += _role_words(data, free, role)
    words += _other_words(data, free, constrained=constrained)
    return sorted(words)


def _role_words(data: bytes, free: list[tuple[int, int]], role: Role | None) -> list[_Word]:
    """Take role and name off the front of the words that no marker precedes."""
    if not free:
        return []
    start, stop = free[0]
    text = data[start:stop]
    if role is not None:
        if text != role.value.encode():
            return []
        return [_Word(*free.pop(0), Part.ROLE)]
    if text.startswith(_RECIPIENT_PREFIX):
        return []
    del free[0]
    head, colon, _ = text.partition(b":")
    if head not in _ROLES:
        return [_Word(start, stop, Part.NAME)]  # a tool's header has a name for a role
    end = start + len(head)
    name = [_Word(end, stop, Part.NAME)] if colon else []
    return [_Word(start, end, Part.ROLE), *name]


def _other_words(data: bytes, free: list[tuple[int, int]], *, constrained: bool) -> Iterator[_Word]:
    """Tell recipient and content type as the reference does, from the end."""
    named = [data.startswith(_RECIPIENT_PREFIX, start) for start, _ in free]
    plain = [_Word(*place, Part.STRAY) for place, to in zip(free, named, strict=True) if not to]
    if plain and len(free) > 1 and not constrained and not named[-1]:
        yield plain.pop()._replace(part=Part.CONTENT_TYPE)
    if plain and not any(named):
        yield plain.pop()._replace(part=Part.RECIPIENT)
    yield from plain
    for place, to in zip(free, named, strict=True):
        if to:
            yield _Word(*place, Part.RECIPIENT)
