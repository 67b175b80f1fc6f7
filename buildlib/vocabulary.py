"""Published vocabulary to packed vocabulary and back.

The published ``.tiktoken`` form has one line a token: base64 of its bytes, a space,
its rank. The packed form is described in ``harmony_core.tokenizer._vocabulary``.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import crc32
from itertools import pairwise

from harmony_core.tokenizer._vocabulary import (
    BYTE_TOKENS,
    HEADER,
    ID_BITS,
    MAGIC,
    PAIR_BYTES,
    unpack,
)

# The hash tiktoken 0.14.0 and openai-harmony 0.0.8 both require of o200k_base.tiktoken.
O200K_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


def pack(published: bytes, *, sha256: str = O200K_SHA256) -> bytes:
    """Pack a published vocabulary.

    Args:
        published: The content of a ``.tiktoken`` file.
        sha256: What that content must hash to.

    Returns:
        The packed form, the same bytes on every machine.

    Raises:
        ValueError: The content is not the published one, or it is no vocabulary that
            byte pair encoding could have produced.
    """
    found = hashlib.sha256(published).hexdigest()
    if found != sha256:
        raise ValueError(f"sha256 of the vocabulary is {found}, expected {sha256}")
    tokens = parse(published)
    ranks = {token: rank for rank, token in enumerate(tokens)}
    pairs = [_last_merge(token, ranks) for token in tokens[BYTE_TOKENS:]]
    planes = (bytes(pair >> 8 * plane & 0xFF for pair in pairs) for plane in range(PAIR_BYTES))
    body = b"".join([*tokens[:BYTE_TOKENS], *planes])
    return HEADER.pack(MAGIC, len(pairs), crc32(body)) + body


def expand(packed: bytes) -> bytes:
    """Give back the published form of a packed vocabulary."""
    tokens = unpack(packed).tokens
    return b"".join(b"%b %d\n" % (b64encode(token), rank) for rank, token in enumerate(tokens))


def parse(published: bytes) -> list[bytes]:
    """Read the published form: the tokens' bytes in order of rank."""
    tokens = []
    for line in published.splitlines():
        encoded, rank = line.split()
        if int(rank) != len(tokens):
            raise ValueError(f"rank {rank.decode()} stands where {len(tokens)} belongs")
        tokens.append(b64decode(encoded))
    if sorted(tokens[:BYTE_TOKENS]) != [bytes([byte]) for byte in range(BYTE_TOKENS)]:
        raise ValueError(f"the first {BYTE_TOKENS} tokens are not the single bytes")
    return tokens


def _last_merge(token: bytes, ranks: dict[bytes, int]) -> int:
    """Byte pair encode the token's own bytes, plainly, and tell the merge that completes it.

    The fast merge in ``harmony_core.tokenizer._bpe`` relies on what is checked here:
    every token comes out of its own bytes, and is younger than both of its halves.
    """
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:  # noqa: PLR2004 - two halves
        joined = [ranks.get(a + b, len(ranks)) for a, b in pairwise(parts)]
        lowest = min(joined)
        if lowest == len(ranks):
            raise ValueError(f"{token!r} cannot be merged from its own bytes")
        i = joined.index(lowest)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    left, right = (ranks[part] for part in parts)
    if max(left, right) >= ranks[token]:
        raise ValueError(f"{token!r} is older than a token it is made of")
    return left << ID_BITS | right
