"""Small vocabularies: whole encodings that need no published file."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

import tiktoken

from harmony_core.tokenizer import Tokenizer
from harmony_core.tokenizer._backends import make_encoder
from harmony_core.tokenizer._encodings import EncodingSpec, PublishedVocabulary
from harmony_core.tokenizer._vocabulary import Vocabulary

if TYPE_CHECKING:
    from harmony_core.tokenizer import BackendName


def oldest_tokens(vocabulary: Vocabulary, size: int) -> Vocabulary:
    """The vocabulary as it was when its training had come as far as ``size`` tokens."""
    return Vocabulary(vocabulary.tokens[:size])


def as_file(tokens: list[bytes]) -> bytes:
    """The published form of a vocabulary."""
    return b"".join(b"%b %d\n" % (b64encode(token), rank) for rank, token in enumerate(tokens))


def describe(data: bytes, name: str = "small") -> PublishedVocabulary:
    """What publishing a file would say of it."""
    return PublishedVocabulary(name, hashlib.sha256(data).hexdigest(), len(data), bundled=False)


def make_tokenizer(spec: EncodingSpec, vocabulary: Vocabulary, backend: BackendName) -> Tokenizer:
    """An encoding's tokenizer with a vocabulary of our choice."""
    return Tokenizer(spec, vocabulary, make_encoder(backend, spec.split, vocabulary))


def make_oracle(spec: EncodingSpec, vocabulary: Vocabulary, pattern: str) -> tiktoken.Encoding:
    """tiktoken's tokenizer of the same."""
    return tiktoken.Encoding(
        spec.name,
        pat_str=pattern,
        mergeable_ranks={token: rank for rank, token in enumerate(vocabulary.tokens)},
        special_tokens=dict(spec.special_tokens),
    )
