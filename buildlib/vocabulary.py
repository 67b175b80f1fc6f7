"""Published vocabulary to packed vocabulary and back.

The package's modules ``_published`` and ``_vocabulary`` describe the two forms.
"""

from __future__ import annotations

from base64 import b64encode
from binascii import crc32

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._encodings import O200K_VOCABULARY, PublishedVocabulary
from harmony_core.tokenizer._published import find_fault, last_merges, parse
from harmony_core.tokenizer._vocabulary import BYTE_TOKENS, HEADER, MAGIC, PAIR_BYTES, unpack


def pack(data: bytes, published: PublishedVocabulary = O200K_VOCABULARY) -> bytes:
    """Pack a published vocabulary.

    Args:
        data: The content of a ``.tiktoken`` file.
        published: What it should be.

    Returns:
        The packed form, the same bytes on every machine.

    Raises:
        ValueError: The content is not the published one, or it is no vocabulary that
            byte pair encoding could have produced.
    """
    fault = find_fault(data, published)
    if fault is not None:
        raise ValueError(fault)
    try:
        tokens = parse(data)
        pairs = last_merges(tokens)
    except VocabularyError as error:
        raise ValueError(str(error)) from error
    planes = (bytes(pair >> 8 * plane & 0xFF for pair in pairs) for plane in range(PAIR_BYTES))
    body = b"".join([*tokens[:BYTE_TOKENS], *planes])
    return HEADER.pack(MAGIC, len(pairs), crc32(body)) + body


def expand(packed: bytes) -> bytes:
    """Give back the published form of a packed vocabulary."""
    tokens = unpack(packed).tokens
    return b"".join(b"%b %d\n" % (b64encode(token), rank) for rank, token in enumerate(tokens))
