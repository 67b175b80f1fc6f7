"""Tokens of a content -> its text, and what is wrong within it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.errors import DecodeError
from harmony_core.format.diagnosis._report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = [
    "REPLACEMENT",
    "Content",
    "Pieces",
    "decode_content",
    "fault_ranges",
    "token_pieces",
    "unknown_token",
]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# One of these is in every text that has something to find.
_HINTS = ("<|", "|&gt;", "|\\u003", REPLACEMENT, "\uff5c", "| >")


class Content(NamedTuple):
    """A content.

    Attributes:
        text: Its text; U+FFFD in place of what is no text.
        findings: What is wrong within it.
    """

    text: str
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Pieces:
    """Tokens as bytes.

    Attributes:
        data: The bytes of all tokens.
        ends: Where each token's bytes end.
        special: The tokens that are special ones.
        unknown: The tokens that are none.
    """

    data: bytes
    ends: list[int]
    special: list[int]
    unknown: list[int]

    def tokens_of(self, start: int, stop: int) -> tuple[int, int]:
        """Find the tokens that hold a range of bytes."""
        first = bisect_right(self.ends, start)
        if start == stop:
            return first, first
        return first, bisect_left(self.ends, stop) + 1

    def without(self, left_out: frozenset[int]) -> Pieces:
        """Leave out the bytes of some tokens."""
        sizes = [end - begin for begin, end in pairwise([0, *self.ends])]
        kept = [0 if index in left_out else size for index, size in enumerate(sizes)]
        bounds = zip(self.ends, kept, strict=True)
        data = b"".join(self.data[end - size : end] for end, size in bounds)
        return Pieces(data, list(accumulate(kept)), self.special, self.unknown)


def token_pieces(tokens: Sequence[int], tokenizer: Tokenizer) -> Pieces:
    """Look up each token's bytes; those that are no token count as U+FFFD."""
    chunks: list[bytes] = []
    special: list[int] = []
    unknown: list[int] = []
    for index, token in enumerate(tokens):
        try:
            chunks.append(tokenizer.token_bytes(token))
        except (DecodeError, OverflowError):  # noqa: PERF203 - each token may be none
            chunks.append(REPLACEMENT.encode())
            unknown.append(index)
        else:
            if tokenizer.is_special_token(token):
                special.append(index)
    return Pieces(b"".join(chunks), list(accumulate(map(len, chunks))), special, unknown)


def decode_content(tokens: Sequence[int], tokenizer: Tokenizer, *, skip: int = 0) -> Content:
    """Decode a content.

    Args:
        tokens: Any integers.
        tokenizer: Decodes them.
        skip: How many bytes of the first token belong to something else.

    Returns:
        The text and the findings. Every token's bytes are in the text, except those that
        are not UTF-8.
    """
    if not skip:
        try:
            text = tokenizer.decode_utf8(tokens)
        except (DecodeError, OverflowError):
            pass
        else:
            if not any(hint in text for hint in _HINTS):
                return Content(text, ())
    pieces = token_pieces(tokens, tokenizer)
    findings = [*_unknown_tokens(pieces, tokens), *_faults(pieces)]
    findings += [*_literals(pieces, skip), *_replacements(pieces, skip)]
    return Content(pieces.data[skip:].decode("utf-8", "replace"), findings)


def _unknown_tokens(pieces: Pieces, tokens: Sequence[int]) -> Iterator[Finding]:
    for index in pieces.unknown:
        yield unknown_token(tokens[index], index)


def unknown_token(token: int, index: int) -> Finding:
    """Make the finding for an id that is no token."""
    shown = token if -(10**20) < token < 10**20 else "a number of more than 20 digits"
    return Finding("unknown-token", index, index + 1, f"{shown} is not a token of this vocabulary.")


def _faults(pieces: Pieces) -> Iterator[Finding]:
    for start, stop in fault_ranges(pieces.data):
        shown = pieces.data[start:stop][:8].hex(" ")
        yield Finding(
            "not-utf8", *pieces.tokens_of(start, stop), f"The bytes {shown} are not UTF-8."
        )


def fault_ranges(data: bytes) -> Iterator[tuple[int, int]]:
    """Find the bytes that are not UTF-8, runs of them together."""
    text = data.decode("utf-8", "surrogateescape")  # a faulty byte becomes a surrogate
    at = done = 0
    for found in _faulty_bytes().finditer(text):
        at += len(text[done : found.start()].encode())
        length = found.end() - found.start()
        yield at, at + length
        at += length
        done = found.end()


def _literals(pieces: Pieces, skip: int) -> Iterator[Finding]:
    special = set(pieces.special)
    for found in _special_looking().finditer(pieces.data, skip):
        start, stop = pieces.tokens_of(*found.span())
        if start in special and stop == start + 1:
            continue
        shown = found.group().decode("utf-8", "replace")
        code = "literal-special-token" if shown.startswith("<") else "escaped-markers"
        yield Finding(code, start, stop, f"{shown} is plain text here.")


@cache
def _faulty_bytes() -> re.Pattern[str]:
    return re.compile("[\udc80-\udcff]+")


@cache
def _special_looking() -> re.Pattern[bytes]:
    """Special tokens as plain text: as they are, escaped, spaced, or of another format."""
    name = rb"\|[A-Za-z0-9_]{1,40}\|"
    spaced = rb"< ?\| ?(?:start|end|message|channel|constrain|return|call) ?\| ?>"
    wide = rb"<\xef\xbd\x9c[^<>\n]{1,60}?\xef\xbd\x9c>"
    escaped = rb"&lt;%b&gt;|\\u003[cC]%b\\u003[eE]" % (name, name)
    return re.compile(rb"<%b>|%b|%b|%b" % (name, escaped, spaced, wide))


def _replacements(pieces: Pieces, skip: int) -> Iterator[Finding]:
    """Find U+FFFD that is itself in the text; a lone one is told of, more together once."""
    unknown = set(pieces.unknown)
    for found in re.finditer(b"(?:%b)+" % REPLACEMENT.encode(), pieces.data[skip:]):
        start, stop = pieces.tokens_of(found.start() + skip, found.end() + skip)
        if not unknown.intersection(range(start, stop)):
            yield Finding("replacement-character", start, stop, "Text was lost before this point.")
