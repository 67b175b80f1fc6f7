"""One piece to tokens: byte pair encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_core.tokenizer._vocabulary import Vocabulary


class PieceEncoder(dict[str, tuple[int, ...]]):
    """Pieces to their tokens; a piece not met before is encoded and remembered."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def __missing__(self, piece: str) -> tuple[int, ...]:
        data = piece.encode()
        ranks = self._vocabulary.ranks
        token = ranks.get(data)
        tokens = (token,) if token is not None else tuple(merge(data, ranks))
        if len(self) >= 1 << 16:
            self.clear()
        self[piece] = tokens
        return tokens


def merge(piece: bytes, ranks: dict[bytes, int]) -> list[int]:
    parts = [piece[i : i + 1] for i in range(len(piece))]
    none = len(ranks)
    while len(parts) > 1:
        joined = [ranks.get(a + b, none) for a, b in zip(parts, parts[1:])]
        lowest = min(joined)
        if lowest == none:
            break
        i = joined.index(lowest)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return [ranks[part] for part in parts]
