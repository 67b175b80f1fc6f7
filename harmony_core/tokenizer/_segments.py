"""Pieces beyond ASCII cut into segments, which repeat far more often than the pieces.

Between two characters that no token holds side by side, nothing is ever merged: whatever is
merged is a token. So a piece may be cut there, and its tokens are those of its segments. In
Chinese, Japanese, Korean, Thai or emoji most segments are single characters and short words,
met before.

Tokens are made of bytes, and some begin or end within a character, such as a space with the
first byte of a Cyrillic letter. They hold two characters side by side as well: one of them
in part.
"""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.tokenizer._cache import BoundedCache

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from harmony_core.tokenizer._vocabulary import Neighbours

# No text has these characters, for lone surrogates have no bytes: where a piece can be cut, and
# where it ends. No token has the number of the last one, which stands for the end of a piece.
_CUT = "\ud800"
_END = "\ud801"
_END_CODE = "\U0010ffff"
# Pairs of characters are looked up so many at a time, so that the new ones have room.
_BLOCK = 1 << 15
_CONTINUATION = range(0x80, 0xC0)


class Segments(BoundedCache):
    """Segments to their tokens.

    Args:
        ranks: Token bytes to token id.
        neighbours: Which characters tokens hold side by side.
        encode: Encodes the bytes of a segment that is no token.
    """

    def __init__(
        self, ranks: Mapping[bytes, int], neighbours: Neighbours, encode: Callable[[bytes], str]
    ) -> None:
        super().__init__()
        self._rank_of = ranks.get
        self._encode = encode
        self._cuts = _Cuts(neighbours)

    def encode_all(self, pieces: Collection[str]) -> list[str]:
        """Encode pieces of at least one character each, none of them a lone surrogate.

        Returns:
            The tokens of each piece.
        """
        segments = self._cuts.make(_END.join(pieces)).split(_CUT)
        return "".join(map(self.__getitem__, segments)).split(_END_CODE)

    def __missing__(self, segment: str) -> str:
        if segment == _END:
            return self.keep(segment, _END_CODE)
        data = segment.encode()
        token = self._rank_of(data)
        return self.keep(segment, self._encode(data) if token is None else chr(token))


class _Cuts(BoundedCache):
    """Two characters to the first of them, and a mark if a piece can be cut between them."""

    def __init__(self, neighbours: Neighbours) -> None:
        super().__init__()
        self._pairs = neighbours.pairs
        ends: dict[str, list[bytes]] = {}
        starts: dict[str, list[bytes]] = {}
        self._within: list[tuple[bytes, bytes]] = []
        for token in neighbours.broken:
            head, middle, tail = take_apart(token)
            if tail and middle:
                ends.setdefault(middle[-1], []).append(tail)
            if head and middle:
                starts.setdefault(middle[0], []).append(head)
            if head and tail and not middle:
                self._within.append((head, tail))
        self._ends_after = {left: tuple(tails) for left, tails in ends.items()}
        self._starts_before = {right: tuple(heads) for right, heads in starts.items()}
        self._last_bytes = frozenset(head[-1] for head, _ in self._within)

    def make(self, text: str) -> str:
        """Put a mark wherever a text can be cut."""
        marked: list[str] = []
        for start in range(0, len(text), _BLOCK):
            pairs = list(
                map(add, text[start : start + _BLOCK], text[start + 1 : start + 1 + _BLOCK])
            )
            new = self.missing(pairs)
            self.make_room(len(new))
            self.update(zip(new, map(self.__getitem__, new), strict=True))
            marked += map(self.__getitem__, pairs)
        return "".join(marked) + text[-1]

    def __missing__(self, pair: str) -> str:
        left = pair[0]
        return left if pair in self._pairs or self._is_bridged(left, pair[1]) else left + _CUT

    def _is_bridged(self, left: str, right: str) -> bool:
        """Whether a token holds bytes of both, but not all of them."""
        if _END in (left, right):
            return False
        tails, heads = self._ends_after.get(left), self._starts_before.get(right)
        return (
            (tails is not None and right.encode().startswith(tails))
            or (heads is not None and left.encode().endswith(heads))
            or (
                left.encode()[-1] in self._last_bytes
                and any(
                    left.encode().endswith(head) and right.encode().startswith(tail)
                    for head, tail in self._within
                )
            )
        )


class BrokenToken(NamedTuple):
    """A token that begins or ends within a character.

    Attributes:
        head: The last bytes of a character.
        middle: Whole characters.
        tail: The first bytes of a character.
    """

    head: bytes
    middle: str
    tail: bytes


def take_apart(token: bytes) -> BrokenToken:
    """Take a token apart at its first and last whole characters."""
    start = next((i for i, byte in enumerate(token) if byte not in _CONTINUATION), len(token))
    rest = token[start:]
    middle = rest.decode(errors="ignore")
    return BrokenToken(token[:start], middle, rest[len(middle.encode()) :])
