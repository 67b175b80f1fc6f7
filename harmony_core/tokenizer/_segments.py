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

from harmony_core.tokenizer._bpe import SINGLES, merge, merge_long
from harmony_core.tokenizer._cache import LONGEST_KEY, BoundedCache

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.tokenizer._vocabulary import Neighbours

# Between two characters of a piece: that it can be cut there, and that a token holds one of
# them in part. No text has these characters: a lone surrogate has no bytes.
_CUT = "\ud800"
_BRIDGE = "\ud801"
_CONTINUATION = range(0x80, 0xC0)


class Segments(BoundedCache):
    """Segments to their tokens. One not met before is encoded on look-up.

    Merging begins with whole characters where it can. A character that is a token, and of
    which no token holds a part beside something else, is complete before it is merged with
    anything: a token is older than whatever it is merged into.
    """

    def __init__(self, ranks: Mapping[bytes, int], neighbours: Neighbours) -> None:
        super().__init__()
        self._ranks = ranks
        self._between = _Between(neighbours).__getitem__

    def encode(self, piece: str) -> str:
        """Encode a piece of at least one character, none of them a lone surrogate."""
        marked = "".join(map(self._between, map(add, piece, piece[1:]))) + piece[-1]
        return "".join(map(self.__getitem__, marked.split(_CUT)))

    def __missing__(self, segment: str) -> str:
        data = segment.replace(_BRIDGE, "").encode()
        token = self._ranks.get(data)
        return self.keep(segment, self._merge(segment, data) if token is None else chr(token))

    def _merge(self, segment: str, data: bytes) -> str:
        if len(segment) > LONGEST_KEY:
            return merge_long(data, self._ranks)
        parts: list[bytes] = []
        previous = ""
        for character, following in zip(segment, segment[1:] + segment[0], strict=True):
            if character != _BRIDGE:
                whole = character.encode()
                if whole not in self._ranks or _BRIDGE in (previous, following):
                    parts += map(SINGLES, whole)
                else:
                    parts.append(whole)
            previous = character
        return merge(parts, self._ranks)


class _Between(BoundedCache):
    """Two characters to the first of them, and a mark of what is between them, if anything."""

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

    def __missing__(self, pair: str) -> str:
        left = pair[0]
        if self._is_bridged(left, pair[1]):
            return self.keep(pair, left + _BRIDGE)
        return self.keep(pair, left if pair in self._pairs else left + _CUT)

    def _is_bridged(self, left: str, right: str) -> bool:
        """Whether a token holds bytes of both, but not all of them."""
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
