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

**Finding it.** From the end of the piece to its start, take the longest token that
ends here and is compatible with the one after it; at a dead end go back and take a
shorter one. What follows a position is the encoding of those bytes whichever way one
came there, so a dead end is one for good, and no position is explored twice: the time
grows with the length of the piece. From the end, because English words then need
going back less often than from the start.

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

from typing import TYPE_CHECKING

from harmony_core.tokenizer._vocabulary import ID_BITS

if TYPE_CHECKING:
    from harmony_core.tokenizer._vocabulary import Vocabulary

# Tokens longer than this many bytes are looked for only where their last bytes occur.
_SUFFIX = 8
_NO_LIMIT = 1 << ID_BITS

# Bounds the memory of the cache: some 20 MB when full of long pieces.
_MAX_PIECES = 1 << 16
_MAX_PIECE_LENGTH = 64


class PieceCache(dict[str, tuple[int, ...]]):
    """Pieces to their tokens. A piece not met before is encoded on look-up.

    Several threads may look up at once: at worst one piece is encoded twice.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._ranks = vocabulary.ranks
        self._encode = BytePairEncoder(vocabulary).encode

    def __missing__(self, piece: str) -> tuple[int, ...]:
        """Encode a piece; one that is a token as a whole is never taken apart."""
        data = piece.encode()
        token = self._ranks.get(data)
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
        long_tokens = sorted((t for t in vocabulary.tokens if len(t) > _SUFFIX), key=len)
        self._longest = {token[-_SUFFIX:]: len(token) for token in long_tokens}

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
        tokens: list[int] = []  # from the end of the piece backwards
        ends: list[int] = []
        dead_ends: set[int] = set()
        following = None
        end = len(piece)
        start = max(0, end - longest(piece[-_SUFFIX:], _SUFFIX))
        while True:
            token = rank_of(piece[start:end])
            if (
                token is not None
                and start not in dead_ends
                and (following is None or compatible(token, following))
            ):
                tokens.append(token)
                if start == 0:
                    tokens.reverse()
                    return tokens
                ends.append(end)
                end = start
                following = token
                start = end - longest(piece[end - _SUFFIX : end], _SUFFIX) if end > _SUFFIX else 0
                if start < 0:  # max() would cost a call
                    start = 0
                continue
            start += 1
            while start == end:
                dead_ends.add(end)
                start = end + 1
                end = ends.pop()
                tokens.pop()
                following = tokens[-1] if tokens else None

    def _compatible(self, left: int, right: int) -> bool:
        merged = self._merges.get
        lefts = self._lefts
        rights = self._rights
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
