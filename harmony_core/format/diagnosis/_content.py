"""Tokens of a content -> its text, and what is wrong within it."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from harmony_core.errors import DecodeError
from harmony_core.format.diagnosis._report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = [
    "Content",
    "Pieces",
    "fault_ranges",
    "read_content",
    "read_json_fault",
    "token_pieces",
    "unknown_token",
]

_HINTS_OF_LITERALS = ("<|", "|&gt;", "|\\u003")  # one of them is in each that there may be
REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


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


def token_pieces(tokens: Sequence[int], tokenizer: Tokenizer) -> Pieces:
    """Look up each token's bytes; those that are no token count as U+FFFD."""
    chunks: list[bytes] = []
    special: list[int] = []
    unknown: list[int] = []
    for index, token in enumerate(tokens):
        try:
            chunks.append(tokenizer.token_bytes(token))
        except (DecodeError, OverflowError):  # noqa: PERF203 - each token may be none
            chunks.append(REPLACEMENT)
            unknown.append(index)
        else:
            if tokenizer.is_special_token(token):
                special.append(index)
    return Pieces(b"".join(chunks), list(accumulate(map(len, chunks))), special, unknown)


def read_content(tokens: Sequence[int], tokenizer: Tokenizer, *, skip: int = 0) -> Content:
    """Read a content.

    Args:
        tokens: Any integers.
        tokenizer: Decodes them.
        skip: How many bytes of the first token belong to something else.

    Returns:
        The text and the findings. Every token's bytes are in the text, but for those that
        are no UTF-8.
    """
    if not skip:
        try:
            text = tokenizer.decode_utf8(tokens)
        except (DecodeError, OverflowError):
            pass
        else:
            if not any(hint in text for hint in _HINTS_OF_LITERALS):
                return Content(text, ())
    pieces = token_pieces(tokens, tokenizer)
    findings = [*_unknown_tokens(pieces, tokens), *_faults(pieces), *_literals(pieces, skip)]
    return Content(pieces.data[skip:].decode("utf-8", "replace"), findings)


def _unknown_tokens(pieces: Pieces, tokens: Sequence[int]) -> Iterator[Finding]:
    for index in pieces.unknown:
        yield unknown_token(tokens[index], index)


def unknown_token(token: int, index: int) -> Finding:
    """Make the finding for an id that is no token."""
    shown = token if -(10**20) < token < 10**20 else "a number of more than 20 digits"
    return Finding("unknown-token", index, index + 1, f"{shown} is no token of this vocabulary.")


def _faults(pieces: Pieces) -> Iterator[Finding]:
    for start, stop in fault_ranges(pieces.data):
        shown = pieces.data[start:stop][:8].hex(" ")
        yield Finding(
            "not-utf8", *pieces.tokens_of(start, stop), f"The bytes {shown} are no UTF-8."
        )


def fault_ranges(data: bytes) -> Iterator[tuple[int, int]]:
    """Find the bytes that are no UTF-8, runs of them together."""
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
        shown = found.group().decode()
        code = "literal-special-token" if shown.startswith("<") else "escaped-markers"
        yield Finding(code, start, stop, f"{shown} is plain text here.")


@cache
def _faulty_bytes() -> re.Pattern[str]:
    return re.compile("[\udc80-\udcff]+")


@cache
def _special_looking() -> re.Pattern[bytes]:
    name = rb"\|[A-Za-z0-9_]{1,40}\|"
    return re.compile(rb"<%b>|&lt;%b&gt;|\\u003[cC]%b\\u003[eE]" % (name, name, name))


class _NotJson(ValueError):  # noqa: N818 - never leaves this module
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJson(name)


def read_json_fault(
    text: str, tokens: Sequence[int], tokenizer: Tokenizer, *, skip: int = 0
) -> Finding | None:
    """Find out why a text is no JSON; ``None`` if it is.

    Args:
        text: The text.
        tokens: The tokens it was read from.
        tokenizer: Decodes them, to find the token at the fault.
        skip: As for ``read_content``.
    """
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except _NotJson as fault:
        position, message = _position_of_constant(text, str(fault)), f"{fault} is no JSON value"
    except json.JSONDecodeError as fault:
        position, message = fault.pos, fault.msg
    except RecursionError:
        position, message = 0, "nested too deeply"
    else:
        return None
    if position >= len(text):
        start, stop = len(tokens), len(tokens)
    else:
        pieces = token_pieces(tokens, tokenizer)
        at = _byte_position(pieces.data, skip, position)
        start, stop = pieces.tokens_of(at, at + 1)
    where = f"at character {position}"
    return Finding("arguments-not-json", start, stop, f"No JSON {where}: {message}.")


def _byte_position(data: bytes, skip: int, position: int) -> int:
    """Find the byte at which a character of the text begins, faults replaced or not."""
    low, high = skip, len(data)  # the text of a longer prefix is not shorter
    while low < high:
        middle = (low + high) // 2
        if len(data[skip:middle].decode("utf-8", "replace")) <= position:
            low = middle + 1
        else:
            high = middle
    return max(skip, low - 1)


def _position_of_constant(text: str, name: str) -> int:
    """Find NaN or Infinity outside of strings."""
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|' + name, text):
        if not found.group().startswith('"'):
            return int(found.start())
    return 0
