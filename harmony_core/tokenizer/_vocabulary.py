"""A vocabulary: which byte string is which token.

The packed file is made to be read at the speed of C: the 256 single bytes in token order,
then all other tokens in order of rank, joined by a byte that none of them holds, so that one
``split`` makes the table; then what no quick look at the tokens tells, which makes encoding
faster. The wheel compresses it.
"""

from __future__ import annotations

import pkgutil
import struct
from binascii import crc32
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

MAGIC = b"bpe\x02"
# Magic, number of tokens beyond the single bytes, their joined bytes, CRC-32 of what follows.
HEADER = struct.Struct("<4sIII")
BYTE_TOKENS = 256
SEPARATOR = b"\x02"

# The most frequent tokens, which most short texts need no others than. Their table takes a
# twentieth of the time that the whole one takes.
_COMMON = 8192


class Neighbours(NamedTuple):
    """Which characters tokens hold side by side.

    Attributes:
        pairs: The pairs of characters that some token holds whole.
        broken: The tokens that hold bytes of two characters, and one of them in part.
    """

    pairs: AbstractSet[str]
    broken: Sequence[bytes]


class Vocabulary:
    """The tables of one vocabulary, each built when first asked for.

    Args:
        tokens: Each token's bytes; the index is the token id, which is also its rank. The
            first 256 are the single bytes.
    """

    # What is known of a vocabulary that ships with the package; all works without it.
    neighbours: Neighbours | None = None
    # For each token the length of the left one of the two it is merged from; 0 for a single byte.
    cuts: bytes = b""

    def __init__(self, tokens: list[bytes]) -> None:
        self.tokens = tokens

    def __len__(self) -> int:
        """Tell how many tokens there are."""
        return len(self.tokens)

    @cached_property
    def texts(self) -> list[str]:
        """Each token's text; bytes that are not UTF-8 by themselves are lone surrogates.

        They are those of the error handler ``surrogateescape``, which gives the bytes back.
        """
        return [token.decode("utf-8", "surrogateescape") for token in self.tokens]

    @cached_property
    def ranks(self) -> dict[bytes, int]:
        """Token bytes to token id."""
        return dict(zip(self.tokens, range(len(self.tokens)), strict=True))

    @property
    def common_ranks(self) -> dict[bytes, int]:
        """The beginning of ``ranks``, or all of it."""
        return self.ranks


class PackedVocabulary(Vocabulary):
    """A vocabulary in the packed form.

    Args:
        singles: The single bytes, in token order.
        joined: All other tokens' bytes in order of rank, joined by ``SEPARATOR``.
        cuts: For each of those the length of the left one of the two it is merged from.
        neighbours: What ``write_neighbours`` gives.
    """

    def __init__(self, singles: bytes, joined: bytes, cuts: bytes, neighbours: str) -> None:
        self._singles = singles
        self._joined = joined
        self._neighbours = neighbours
        self.cuts = bytes(len(singles)) + cuts

    def __len__(self) -> int:
        return len(self.cuts)

    @cached_property
    def tokens(self) -> list[bytes]:  # type: ignore[override] # it is built when asked for
        return [*_single_bytes(self._singles), *self._joined.split(SEPARATOR)]

    @cached_property
    def texts(self) -> list[str]:
        first = [
            single.decode("utf-8", "surrogateescape") for single in _single_bytes(self._singles)
        ]
        joined = self._joined.decode("utf-8", "surrogateescape")
        return [*first, *joined.split(SEPARATOR.decode())]

    @cached_property
    def common_ranks(self) -> dict[bytes, int]:  # likewise
        common = self._joined.split(SEPARATOR, _COMMON)[:_COMMON]
        tokens = [*_single_bytes(self._singles), *common]
        return dict(zip(tokens, range(len(tokens)), strict=True))

    @cached_property
    def neighbours(self) -> Neighbours:  # type: ignore[override] # likewise
        broken, *runs = self._neighbours.split(SEPARATOR.decode())
        pairs: set[str] = set()
        for run in runs:
            pairs.update(map(run[0].__add__, run[1:]))
        return Neighbours(pairs, [self.tokens[int(token)] for token in broken.split()])


def _single_bytes(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def load_packed(name: str) -> PackedVocabulary:
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


def pack(tokens: Sequence[bytes], cuts: bytes, neighbours: Neighbours) -> bytes:
    """Write the packed form, the same bytes on every machine.

    Args:
        tokens: Each token's bytes, in order of rank.
        cuts: As for ``PackedVocabulary``.
        neighbours: Which characters tokens hold side by side.

    Raises:
        VocabularyError: A token of several bytes holds ``SEPARATOR``.
    """
    joined = SEPARATOR.join(tokens[BYTE_TOKENS:])
    if joined.count(SEPARATOR) >= len(tokens) - BYTE_TOKENS:
        raise VocabularyError(f"a token of several bytes holds {SEPARATOR!r}, which separates them")
    body = b"".join(
        [*tokens[:BYTE_TOKENS], joined, cuts, write_neighbours(neighbours, tokens).encode()]
    )
    return HEADER.pack(MAGIC, len(cuts), len(joined), crc32(body)) + body


def unpack(packed: bytes) -> PackedVocabulary:
    """Read the packed form: a header, single bytes, joined tokens, cuts and neighbours.

    Raises:
        VocabularyError: The bytes are truncated, altered or something else altogether.
    """
    if len(packed) < HEADER.size:
        raise VocabularyError(f"vocabulary is truncated: {len(packed)} bytes hold no header")
    magic, count, joined_size, checksum = HEADER.unpack_from(packed)
    if magic != MAGIC:
        raise VocabularyError(f"not a packed vocabulary: starts with {magic!r}, not {MAGIC!r}")
    body = memoryview(packed)[HEADER.size :]
    if crc32(body) != checksum:
        raise VocabularyError("vocabulary is damaged or truncated: its checksum does not match")
    ends = [*accumulate((BYTE_TOKENS, joined_size, count))]
    singles, joined, cuts = (bytes(body[a:b]) for a, b in zip([0, *ends], ends, strict=False))
    return PackedVocabulary(singles, joined, cuts, str(body[ends[-1] :], "utf-8"))


def write_neighbours(neighbours: Neighbours, tokens: Sequence[bytes]) -> str:
    """Write the ids of the broken tokens, then for each character those that follow it.

    All are in order of their numbers, and separated by ``SEPARATOR``.
    """
    rights: dict[str, list[str]] = {}
    for pair in sorted(neighbours.pairs):
        rights.setdefault(pair[0], [pair[0]]).append(pair[1])
    broken = frozenset(neighbours.broken)
    ids = " ".join(str(rank) for rank, token in enumerate(tokens) if token in broken)
    return SEPARATOR.decode().join([ids, *map("".join, rights.values())])
