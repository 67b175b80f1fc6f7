"""Published vocabulary to packed vocabulary and back.

The package's modules ``_published`` and ``_vocabulary`` describe the two forms.
"""

from __future__ import annotations

from base64 import b64encode
from operator import add
from typing import TYPE_CHECKING

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer import _vocabulary
from harmony_core.tokenizer._bpe import SINGLES, merge
from harmony_core.tokenizer._encodings import O200K_VOCABULARY, PublishedVocabulary
from harmony_core.tokenizer._published import find_fault, parse
from harmony_core.tokenizer._segments import take_apart
from harmony_core.tokenizer._vocabulary import BYTE_TOKENS, Neighbours

if TYPE_CHECKING:
    from collections.abc import Iterable


def pack(data: bytes, published: PublishedVocabulary = O200K_VOCABULARY) -> bytes:
    """Pack a published vocabulary.

    Args:
        data: The content of a ``.tiktoken`` file.
        published: What it should be.

    Returns:
        The packed form, the same bytes on every machine.

    Raises:
        ValueError: The content is not the published one, or is no vocabulary.
    """
    fault = find_fault(data, published)
    if fault is not None:
        raise ValueError(fault)
    try:
        tokens = parse(data)
        return _vocabulary.pack(tokens, find_cuts(tokens), find_neighbours(tokens))
    except VocabularyError as error:
        raise ValueError(str(error)) from error


def expand(packed: bytes) -> bytes:
    """Give back the published form of a packed vocabulary."""
    tokens = _vocabulary.unpack(packed).tokens
    return b"".join(b"%b %d\n" % (b64encode(token), rank) for rank, token in enumerate(tokens))


def find_cuts(tokens: list[bytes]) -> bytes:
    """Find the length of the left one of the two older tokens that each token is merged from.

    Raises:
        ValueError: A token is not merged from two older ones.
    """
    ranks = {token: rank for rank, token in enumerate(tokens[:BYTE_TOKENS])}
    cuts = bytearray()
    for token in tokens[BYTE_TOKENS:]:
        left, *rights = map(ord, merge(list(map(SINGLES, token)), ranks))
        if len(rights) != 1:
            raise ValueError(f"{token!r} is not merged from two older tokens")
        cuts.append(len(tokens[left]))
        ranks[token] = len(ranks)
    return bytes(cuts)


def find_neighbours(tokens: Iterable[bytes]) -> Neighbours:
    """Find which characters tokens hold side by side."""
    pairs: set[str] = set()
    broken: list[bytes] = []
    for token in tokens:
        head, middle, tail = take_apart(token)
        pairs.update(map(add, middle, middle[1:]))
        if (head and (middle or tail)) or (middle and tail):
            broken.append(token)
    return Neighbours(pairs, broken)
