"""The published form of a vocabulary: a ``.tiktoken`` file.

It has one line a token: base64 of the token's bytes, a space, its rank. Errors begin with
the words of openai-harmony 0.0.8 for the same fault.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from binascii import a2b_base64
from stat import S_ISREG
from typing import TYPE_CHECKING

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._vocabulary import BYTE_TOKENS, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from harmony_core.tokenizer._encodings import PublishedVocabulary

NEWLINE = b"\n"
# What else base64 is, is told by its length: a repeated group would cost memory by the byte.
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_BASE64_GROUP = 4
_RANK = re.compile(rb"[0-9]+")


def find_fault(data: bytes, published: PublishedVocabulary) -> str | None:
    """Tell why a file is not the published one.

    Args:
        data: The file's content, or the beginning of it that ``read_limit`` allows.
        published: What it should be.

    Returns:
        The first line that is none, or else the hashes, or that it is longer; ``None`` if it
        is the published one.
    """
    found = hashlib.sha256(data).hexdigest()
    if found == published.sha256:
        return None
    too_long = len(data) > published.size
    fault = _find_faulty_line(data)
    if fault is None and too_long:
        return f"hash mismatch: it is longer, expected={published.sha256}"
    if fault is None:
        fault = f"hash mismatch: computed={found}, expected={published.sha256}"
    whole = too_long or not data or data.endswith(b"\n")
    return fault if whole else f"{fault} (it ends within line {data.count(NEWLINE) + 1})"


def read_limit(published: PublishedVocabulary) -> int:
    """How many bytes of a file to read: enough to see that it is longer than the published one."""
    return published.size + 1


def size_of(data: bytes, published: PublishedVocabulary) -> str:
    """Tell the size of a file of which no more than ``read_limit`` was read."""
    if len(data) > published.size:
        return f"more than {published.size} bytes"
    return f"{len(data)} bytes"


def read_file(path: Path, published: PublishedVocabulary) -> bytes:
    """Read a file up to the limit, if it is a regular one: another might have no end.

    Raises:
        OSError: It cannot be read, or is not a regular file.
    """
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return file.read(read_limit(published))


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a FIFO does not wait for its writer, where the system has any."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def unpack(data: bytes) -> Vocabulary:
    """Build the tables of a vocabulary.

    Args:
        data: The content of its published file.

    Raises:
        VocabularyError: It is no vocabulary.
    """
    return Vocabulary(parse(data))


def parse(data: bytes) -> list[bytes]:
    """Read the tokens' bytes, in order of rank.

    Raises:
        VocabularyError: A line is none, the ranks are not 0, 1, 2 and so on, or the first
            256 tokens are not the single bytes.
    """
    fault = _find_faulty_line(data)
    if fault is not None:
        raise VocabularyError(fault)
    lines = [line.split(b" ") for line in data.splitlines()]
    for position, (_, rank) in enumerate(lines):
        if int(rank) != position:
            raise VocabularyError(f"rank {int(rank)} stands where {position} belongs")
    tokens = [a2b_base64(encoded) for encoded, _ in lines]
    if sorted(tokens[:BYTE_TOKENS]) != [bytes([byte]) for byte in range(BYTE_TOKENS)]:
        raise VocabularyError(f"the first {BYTE_TOKENS} tokens are not the single bytes")
    return tokens


def _find_faulty_line(data: bytes) -> str | None:
    for number, line in enumerate(data.splitlines(), 1):
        encoded, space, rank = line.partition(b" ")
        if not space:
            return f"expected token and rank, could not split on ' ' at line {number}"
        if len(encoded) % _BASE64_GROUP or not _BASE64.fullmatch(encoded):
            return f"failed to decode base64 token at line {number}: found {encoded[:40]!r}"
        if not _RANK.fullmatch(rank):
            return f"failed to parse rank at line {number}: found {rank[:40]!r}, expected a number"
    return None
