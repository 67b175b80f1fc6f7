"""Text to tokens in pure Python: split, look up, join.

Most of a text is pieces met before. To keep the work on those in C, tokens travel as text: the
character whose number is the token id stands for the token, and a piece's tokens are a string.
Joining strings is as fast as Python gets, and UTF-32 turns the result into numbers.
"""

from __future__ import annotations

import re
import sys
from array import array
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

from harmony_core.tokenizer import _classes
from harmony_core.tokenizer._bpe import BytePairEncoder
from harmony_core.tokenizer._cache import LONGEST_KEY, BoundedCache
from harmony_core.tokenizer._segments import Segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harmony_core.tokenizer._pieces import Split
    from harmony_core.tokenizer._vocabulary import Vocabulary

# A text is worked through in blocks of so many characters, which stay in the processor's cache.
# A block of ASCII alone is split by a smaller pattern.
_BLOCK = 1 << 15
_UTF_32 = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"


class PythonEncoder:
    """Encodes text in which nothing is special; several threads may do so at once."""

    backend: Literal["python"] = "python"

    def __init__(self, split: Split, vocabulary: Vocabulary) -> None:
        self._finder = split.finder
        self._cache = PieceCache(vocabulary)

    def encode(self, text: str) -> list[int]:
        """Encode text.

        Raises:
            UnicodeEncodeError: It holds a lone surrogate.
        """
        found: list[str] = []
        for block in _blocks(text):
            pieces = self._finder(block)(block)
            if not block.isascii():
                self._cache.learn(pieces)
            found.append("".join(map(self._cache.__getitem__, pieces)))
        return array("I", "".join(found).encode(_UTF_32, "surrogatepass")).tolist()


def _blocks(text: str) -> Iterator[str]:
    """Cut a long text before spaces that something other than a space follows.

    There a piece begins, in every encoding here: a space is the first character of a piece or
    among blanks, and the blanks before a piece's first character leave the last space to it.
    """
    start = 0
    while len(text) - start > 2 * _BLOCK:
        found = _boundary().search(text, start + _BLOCK)
        if found is None:
            break
        yield text[start : found.start()]
        start = found.start()
    yield text[start:]


@cache
def _boundary() -> re.Pattern[str]:
    return re.compile(f" (?=[^{_classes.SPACE}])")


class PieceCache(BoundedCache):
    """Pieces to their tokens. One not met before is encoded on look-up."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._rank_of = vocabulary.common_ranks.get
        self._knows_common_only = True

    def learn(self, pieces: Iterable[str]) -> None:
        """Encode new pieces together: those beyond ASCII are cut into segments in one go."""
        new = [piece for piece in self.missing(pieces) if len(piece) <= LONGEST_KEY]
        self.make_room(len(new))
        wide: list[str] = []
        for piece in new:
            tokens = self._encode(piece)
            if tokens:
                self[piece] = tokens
            else:
                wide.append(piece)
        if wide and self._segments is not None:
            self.update(zip(wide, self._segments.encode_all(wide), strict=True))

    def __missing__(self, piece: str) -> str:
        tokens = self._encode(piece)
        if not tokens and self._segments is not None:
            (tokens,) = self._segments.encode_all([piece])
        return self.keep(piece, tokens)

    def _encode(self, piece: str) -> str:
        """Encode a piece; nothing if it has to go through segments.

        One that is a token is never taken apart.
        """
        data = piece.encode()
        token = self._rank_of(data)
        if token is None and self._knows_common_only:
            self._rank_of = self._vocabulary.ranks.get
            self._knows_common_only = False
            token = self._rank_of(data)
        if token is not None:
            return chr(token)
        if piece.isascii() or self._segments is None:
            return self._encoder.encode(data)
        return ""

    @cached_property
    def _encoder(self) -> BytePairEncoder:
        return BytePairEncoder(self._vocabulary)

    @cached_property
    def _segments(self) -> Segments | None:
        neighbours = self._vocabulary.neighbours
        return neighbours and Segments(self._vocabulary.ranks, neighbours, self._encoder.encode)
