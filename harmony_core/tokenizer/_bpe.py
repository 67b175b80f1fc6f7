"""One piece to tokens: byte pair encoding without doing the merges.

Byte pair encoding starts from single bytes and keeps joining the adjacent pair whose
join has the lowest rank, the leftmost first, until no pair's join is a token. Done
literally that is slow, so the result is searched for instead.

**What makes a result right.** Call tokens ``a`` and ``b`` *compatible* if encoding the
bytes of ``a`` followed by those of ``b`` gives just ``[a, b]``. A list of tokens is the
encoding of its bytes if and only if all its neighbours are compatible. For merges are
local: as long as nothing has been joined across a boundary, either side goes through
the very steps it would go through alone. So in a right list no pair of neighbours
would have joined across when alone; and in a wrong one, the first join across a
boundary would happen just as well between those two neighbours alone. Hence any list
of compatible neighbours will do, in whatever way it is found: there is only one.

**Finding it.** Take the longest token that starts here and is compatible with the
one before it; at a dead end go back and take a shorter one. What precedes a position
is the encoding of those bytes whichever way one came there, so a dead end is one for
good, and no position is explored twice. Left to right, because the leftmost of equal
pairs is merged first: the remainder of a long run of one character is at its end.
Text has few dead ends. Where they outnumber the tokens found, as in some long runs of
dashes, the merges are done after all, all those of one rank in one go.

**Compatible or not,** without encoding: a token is older than whatever it is merged
into (``buildlib.vocabulary`` checks that), so merges happen in order of rank. Run
backwards from ``a`` and ``b``, undoing the younger first, this shows every pair of
tokens that ever faced each other across the boundary. If one of them makes a token
older than what was just undone, that join would have come first. Of equal ranks the
left one comes first, hence the ``+ 1``. Looking up the pair a token was built from is
enough, although any two tokens whose bytes join to a token may merge: on the way to
a token every encoding takes the same last step.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING

from harmony_core.tokenizer._vocabulary import ID_BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from harmony_core.tokenizer._vocabulary import Vocabulary

# Tokens longer than this many bytes are looked for only where their first bytes occur.
_PREFIX = 8
# So many dead ends more than tokens, and merging is the shorter way.
_DEAD_ENDS = 4
_ABSORBED = -1
_NO_LIMIT = 1 << ID_BITS

# Bounds the memory of the cache: some 20 MB when full of long pieces.
_MAX_PIECES = 1 << 16
_MAX_PIECE_LENGTH = 64


class PieceCache(dict[str, tuple[int, ...]]):
    """Pieces to their tokens. A piece not met before is encoded on look-up.

    Several threads may look up at once: at worst one piece is encoded twice.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    # Built when first asked for: both take a while.

    @cached_property
    def _rank_of(self) -> Callable[[bytes], int | None]:
        return self._vocabulary.ranks.get

    @cached_property
    def _encode(self) -> Callable[[bytes], list[int]]:
        return BytePairEncoder(self._vocabulary).encode

    def __missing__(self, piece: str) -> tuple[int, ...]:
        """Encode a piece; one that is a token as a whole is never taken apart."""
        data = piece.encode()
        token = self._rank_of(data)
        tokens = tuple(self._encode(data)) if token is None else (token,)
        if len(piece) <= _MAX_PIECE_LENGTH:
            if len(self) >= _MAX_PIECES:
                self.clear()
            self[piece] = tokens
        return tokens


class BytePairEncoder:
    """Byte pair encoding with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ranks = vocabulary.ranks
        self._merges = vocabulary.merges
        self._lefts = vocabulary.lefts
        self._rights = vocabulary.rights
        self._compatible = compatibility(self._merges, self._lefts, self._rights)
        self._longest = _longest_by_prefix(vocabulary.tokens)

    def encode(self, piece: bytes) -> list[int]:
        """Encode one piece.

        Args:
            piece: At least one byte.

        Returns:
            Its token ids. Even if the piece is a token, it is put together by merges.
        """
        rank_of = self._ranks.get
        longest = self._longest.get
        compatible = self._compatible
        tokens: list[int] = []
        starts: list[int] = []
        dead_ends: set[int] = set()
        preceding = None
        length = len(piece)
        start = 0
        end = min(length, longest(piece[:_PREFIX], _PREFIX))
        while True:
            token = rank_of(piece[start:end])
            if (
                token is not None
                and end not in dead_ends
                and (preceding is None or compatible(preceding, token))
            ):
                tokens.append(token)
                if end == length:
                    return tokens
                starts.append(start)
                start = end
                preceding = token
                end = start + longest(piece[start : start + _PREFIX], _PREFIX)
                if end > length:  # noqa: PLR1730 - min() would cost a call for every token
                    end = length
                continue
            end -= 1
            while end == start:
                dead_ends.add(start)
                if len(dead_ends) > len(tokens) + _DEAD_ENDS:
                    return self.merge(piece)
                end = start - 1
                start = starts.pop()
                tokens.pop()
                preceding = tokens[-1] if tokens else None

    def merge(self, piece: bytes) -> list[int]:
        """Encode one piece by doing the merges, lowest rank first and from left to right.

        The time grows with the length of the piece, whatever it holds.

        Args:
            piece: At least one byte.

        Returns:
            Its token ids, the same as from ``encode``.
        """
        length = len(piece)
        merged = self._merges.get
        token_at = [self._ranks[piece[i : i + 1]] for i in range(length)]
        token_at.append(_ABSORBED)  # found on either side of the piece, as [length] and [-1]
        # Next to each token's first position: where the next and the previous one start.
        next_start = array("l", range(1, length + 1))
        previous_start = array("l", range(-1, length))
        waiting: dict[int, list[int]] = {}
        for start, (left, right) in enumerate(pairwise(token_at[:-1])):
            made = merged(left << ID_BITS | right)
            if made is not None:
                waiting.setdefault(made, []).append(start)
        ranks = list(waiting)
        heapify(ranks)
        while ranks:
            token = heappop(ranks)
            left, right = self._lefts[token], self._rights[token]
            for start in sorted(waiting.pop(token)):
                absorbed = next_start[start]
                if token_at[start] != left or token_at[absorbed] != right:
                    continue  # one of the two has been merged with its other neighbour
                following = next_start[absorbed]
                previous = previous_start[start]
                token_at[start] = token
                token_at[absorbed] = _ABSORBED
                next_start[start] = following
                previous_start[following] = start
                for at, pair in (
                    (previous, token_at[previous] << ID_BITS | token),
                    (start, token << ID_BITS | token_at[following]),
                ):
                    made = merged(pair)
                    if made is None:
                        continue
                    if made not in waiting:
                        waiting[made] = []
                        heappush(ranks, made)
                    waiting[made].append(at)
        return [token for token in token_at if token != _ABSORBED]


def compatibility(
    merges: Mapping[int, int], lefts: Sequence[int], rights: Sequence[int]
) -> Callable[[int, int], bool]:
    """Make the test whether two tokens are compatible, for the tables of a vocabulary."""
    merged = merges.get

    def compatible(left: int, right: int) -> bool:
        limit = _NO_LIMIT
        while merged(left << ID_BITS | right, limit) >= limit:
            undo_left = left > right
            if undo_left and rights[left] < 0:
                undo_left = False
            elif not undo_left and lefts[right] < 0:
                undo_left = True
            if undo_left:
                limit = left
                left = rights[left]
            else:
                limit = right + 1
                right = lefts[right]
            if left < 0 or right < 0:
                return True
        return False

    return compatible


def _longest_by_prefix(tokens: Iterable[bytes]) -> dict[bytes, int]:
    """Tell for the first bytes of long tokens how long the longest that begins so is."""
    longest: dict[bytes, int] = {}
    for token in tokens:
        length = len(token)
        if length > _PREFIX:
            prefix = token[:_PREFIX]
            if longest.get(prefix, 0) < length:
                longest[prefix] = length
    return longest
