"""A vocabulary: which byte string is which token, and which two tokens make each token.

The packed file holds no text at all. Its first 256 tokens are single bytes, and
every later one is the join of two earlier tokens, the pair that byte pair encoding
merges last when it builds that token. So a vocabulary is one list of pairs; token
bytes follow by joining, ranks by counting. Pairs are fixed-width integers cut into
byte planes, which needs no decompressor: reading is a few bulk copies, and the
file is the same on every machine that packs it.
"""

from __future__ import annotations

import pkgutil
import struct
import sys
from array import array
from binascii import crc32
from functools import cached_property

from harmony_core.errors import VocabularyError

MAGIC = b"bpe\x01"
HEADER = struct.Struct("<4sII")  # magic, number of pairs, CRC-32 of all that follows
BYTE_TOKENS = 256
PAIR_BYTES = 5  # a pair is left << ID_BITS | right, little endian
ID_BITS = 20
ID_MASK = (1 << ID_BITS) - 1


class Vocabulary:
    """The tables of one vocabulary.

    Attributes:
        tokens: Each token's bytes; the index is the token id, which is also its rank.
        lefts: For each token the left one of the two it is merged from; -1 for the
            single bytes.
        rights: The right one, likewise.
    """

    def __init__(self, singles: bytes, pairs: list[int]) -> None:
        """Join the tokens.

        Args:
            singles: The single bytes, in token order.
            pairs: For each later token the two it is merged from, both of them older, as
                ``left << ID_BITS | right``.
        """
        lefts = [pair >> ID_BITS for pair in pairs]
        rights = [pair & ID_MASK for pair in pairs]
        tokens = [singles[i : i + 1] for i in range(len(singles))]
        append = tokens.append
        for left, right in zip(lefts, rights, strict=True):
            append(tokens[left] + tokens[right])
        bottom = [-1] * len(singles)
        self.tokens = tokens
        self.lefts = bottom + lefts
        self.rights = bottom + rights
        self._pairs = pairs

    # To decode takes neither of these, to encode natively only the first: built when asked for.

    @cached_property
    def ranks(self) -> dict[bytes, int]:
        """Token bytes to token id."""
        return dict(zip(self.tokens, range(len(self.tokens)), strict=True))

    @cached_property
    def merges(self) -> dict[int, int]:
        """A pair, as ``left << ID_BITS | right``, to the token it makes."""
        first = len(self.tokens) - len(self._pairs)
        return dict(zip(self._pairs, range(first, len(self.tokens)), strict=True))


def load_packed(name: str) -> Vocabulary:
    """Load a vocabulary that ships with the package.

    Args:
        name: Its file's stem in the package's ``data`` directory.

    Raises:
        VocabularyError: The file is missing or damaged.
    """
    resource = f"data/{name}.bpe"
    try:
        packed = pkgutil.get_data(__package__, resource)
    except OSError as error:
        raise VocabularyError(f"{resource} cannot be read: {error}; reinstall it") from error
    if packed is None:
        raise VocabularyError(f"{resource} cannot be read: this loader offers no data files")
    return unpack(packed)


def unpack(packed: bytes) -> Vocabulary:
    """Rebuild the tables from the packed form.

    Args:
        packed: A header, the 256 single bytes in token order, then ``PAIR_BYTES``
            planes of one byte a pair, lowest byte first.

    Raises:
        VocabularyError: The bytes are truncated, altered or something else altogether.
    """
    count = _checked_count(packed)
    singles = packed[HEADER.size : HEADER.size + BYTE_TOKENS]
    return Vocabulary(singles, _pairs(packed, HEADER.size + BYTE_TOKENS, count))


def _checked_count(packed: bytes) -> int:
    if len(packed) < HEADER.size:
        raise VocabularyError(f"vocabulary is truncated: {len(packed)} bytes hold no header")
    magic, count, checksum = HEADER.unpack_from(packed)
    if magic != MAGIC:
        raise VocabularyError(f"not a packed vocabulary: starts with {magic!r}, not {MAGIC!r}")
    expected = HEADER.size + BYTE_TOKENS + PAIR_BYTES * count
    if len(packed) != expected:
        raise VocabularyError(f"vocabulary has {len(packed)} bytes instead of {expected}")
    if crc32(memoryview(packed)[HEADER.size :]) != checksum:
        raise VocabularyError("vocabulary is damaged: its checksum does not match")
    return int(count)


def _pairs(packed: bytes, start: int, count: int) -> list[int]:
    words = bytearray(8 * count)
    for plane in range(PAIR_BYTES):
        words[plane::8] = packed[start + plane * count : start + (plane + 1) * count]
    pairs = array("Q", bytes(words))
    if sys.byteorder == "big":
        pairs.byteswap()
    return pairs.tolist()
