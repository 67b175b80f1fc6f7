"""One piece to tokens: byte pair encoding.

It starts from single bytes and keeps joining the adjacent pair whose join has the lowest
rank, the leftmost first, until no pair's join is a token. ``merge`` does just that.

Most pieces that are no token are two, which are found sooner than merged. Call tokens ``a``
and ``b`` *compatible* if encoding the bytes of ``a`` followed by those of ``b`` gives just
``[a, b]``: if the piece is ``a`` followed by ``b``, that is its encoding.

Whether they are can be told without encoding. A token is older than whatever it is merged
into (``buildlib.vocabulary`` checks that), so merges happen in order of rank. Run backwards
from ``a`` and ``b``, undoing the younger first, this shows every pair of tokens that ever
faced each other across the boundary. If one of them makes a token older than what was just
undone, that join would have come first. Of equal ranks the left one comes first, hence the
``+ 1``.
"""

from __future__ import annotations

from array import array
from heapq import heapify, heappop, heappush
from itertools import repeat
from operator import add
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harmony_core.tokenizer._vocabulary import Vocabulary

# Each join looks through all pairs that are left: beyond so many parts, a heap is faster.
_SHORT = 96
_NO_RANK = 1 << 30
SINGLES = [bytes([byte]) for byte in range(256)].__getitem__


class BytePairEncoder:
    """Byte pair encoding with one vocabulary. Tokens come as characters of the same numbers."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ranks = vocabulary.ranks
        self._cuts = vocabulary.cuts

    def encode(self, piece: bytes) -> str:
        """Encode one piece of at least two bytes that is no token."""
        if len(piece) > _SHORT:
            return merge_long(piece, self._ranks)
        return self._encode_as_two(piece) or merge(list(map(SINGLES, piece)), self._ranks)

    def _encode_as_two(self, piece: bytes) -> str:
        """Take the longest last token, and the rest if it is a token, if they are compatible.

        Returns:
            The two tokens; nothing if these two are not the encoding.
        """
        rank_of = self._ranks.get
        at = 1
        right = rank_of(piece[1:])
        while right is None:
            at += 1
            right = rank_of(piece[at:])
        left = rank_of(piece[:at])
        if left is None or not self._cuts:
            return ""
        compatible = are_compatible(piece[:at], piece[at:], self._ranks, self._cuts)
        return chr(left) + chr(right) if compatible else ""


def are_compatible(
    left: bytes, right: bytes, ranks: Mapping[bytes, int], cuts: Sequence[int]
) -> bool:
    """Whether encoding two tokens' bytes together gives the two.

    Args:
        left: The bytes of the one.
        right: The bytes of the other.
        ranks: Token bytes to token id, which is the rank.
        cuts: For each token the length of the left one of the two it is merged from; 0 for
            the single bytes.
    """
    limit = _NO_RANK
    left_rank, right_rank = ranks[left], ranks[right]
    while ranks.get(left + right, limit) >= limit:
        left_cut, right_cut = cuts[left_rank], cuts[right_rank]
        if left_cut and (left_rank > right_rank or not right_cut):
            limit = left_rank
            left = left[left_cut:]
            left_rank = ranks[left]
        elif right_cut:
            limit = right_rank + 1
            right = right[:right_cut]
            right_rank = ranks[right]
        else:
            return True
    return False


def merge(parts: list[bytes], ranks: Mapping[bytes, int]) -> str:
    """Do the merges.

    Args:
        parts: Tokens' bytes, such as the single bytes of a piece. They are used up.
        ranks: Token bytes to token id, which is the rank.

    Returns:
        The characters whose numbers are the token ids.
    """
    rank_of = ranks.get
    # For each part but the last, the rank of its join with the next.
    joins = list(map(rank_of, map(add, parts, parts[1:]), repeat(_NO_RANK)))
    while joins:
        lowest = min(joins)
        if lowest == _NO_RANK:
            break
        at = joins.index(lowest)
        del joins[at]
        parts[at] = joined = parts[at] + parts.pop(at + 1)
        if at:
            joins[at - 1] = rank_of(parts[at - 1] + joined, _NO_RANK)
        if at < len(joins):
            joins[at] = rank_of(joined + parts[at + 1], _NO_RANK)
    return "".join(map(chr, map(ranks.__getitem__, parts)))


def merge_long(piece: bytes, ranks: Mapping[bytes, int]) -> str:
    """Do the merges in a time that grows with the length of the piece, whatever it holds.

    All joins of one rank are done in one go, from left to right: none of them makes another
    of the same rank, for what it makes is longer.

    Args:
        piece: At least one byte.
        ranks: As for ``merge``.

    Returns:
        The same as ``merge``.
    """
    rank_of = ranks.get
    length = len(piece)
    # At each part's first position the part, elsewhere nothing; and nothing at either end,
    # which is found as [length] and [-1].
    parts = [*map(SINGLES, piece), b""]
    next_start = array("l", range(1, length + 1))
    previous_start = array("l", range(-1, length))
    waiting: dict[int, list[int]] = {}
    for start, join in enumerate(map(add, parts, parts[1:-1])):
        rank = rank_of(join)
        if rank is not None:
            waiting.setdefault(rank, []).append(start)
    heap = list(waiting)
    heapify(heap)
    while heap:
        rank = heappop(heap)
        for start in sorted(waiting.pop(rank)):
            left, absorbed = parts[start], next_start[start]
            right = parts[absorbed]
            joined = left + right
            # One of the two may have been joined with its other neighbour since.
            if not left or not right or rank_of(joined) != rank:
                continue
            following, previous = next_start[absorbed], previous_start[start]
            parts[start], parts[absorbed] = joined, b""
            next_start[start] = following
            previous_start[following] = start
            for at, join in (
                (previous, parts[previous] + joined),
                (start, joined + parts[following]),
            ):
                made = rank_of(join)
                if made is None or made == rank:  # joined with nothing
                    continue
                if made not in waiting:
                    waiting[made] = []
                    heappush(heap, made)
                waiting[made].append(at)
    return "".join(map(chr, map(ranks.__getitem__, filter(None, parts))))
