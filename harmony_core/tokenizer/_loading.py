"""Tokenizers by name: built once, each table in memory once, whichever thread asks first."""

from __future__ import annotations

from functools import cache
from os import environ, fspath
from threading import Lock
from typing import TYPE_CHECKING

from harmony_core.tokenizer._backends import make_encoder
from harmony_core.tokenizer._encodings import find_encoding
from harmony_core.tokenizer._tokenizer import Tokenizer
from harmony_core.tokenizer._vocabulary import load_packed

if TYPE_CHECKING:
    from os import PathLike

    from harmony_core.tokenizer._backends import BackendName, Encoder
    from harmony_core.tokenizer._encodings import PublishedVocabulary
    from harmony_core.tokenizer._pieces import Split
    from harmony_core.tokenizer._vocabulary import Vocabulary

ENCODINGS_BASE = "TIKTOKEN_ENCODINGS_BASE"
TIMEOUT = 60.0

_building = Lock()
# One for each vocabulary and place: who waits for a server keeps nobody else waiting.
_finding: dict[tuple[PublishedVocabulary, str | None], Lock] = {}


def load_tokenizer(
    name: str = "o200k_harmony",
    *,
    backend: BackendName = "auto",
    source: str | PathLike[str] | None = None,
    timeout: float = TIMEOUT,
) -> Tokenizer:
    """Load a tokenizer; the same one for the same arguments, whichever thread asks first.

    Args:
        name: The encoding: ``"o200k_harmony"``, ``"o200k_base"`` or ``"cl100k_base"``.
        backend: What encodes. ``"auto"`` is Python, and tiktoken, where it is installed,
            after so much text that building its tables pays. The tokens are the same.
        source: Where the published ``.tiktoken`` file is: a folder, or the ``http`` or
            ``https`` address of one. By default that which the environment variable
            ``TIKTOKEN_ENCODINGS_BASE`` names, in the same manner; if it names none, the
            vocabulary in this package, which has o200k_base, or else what an earlier
            download has left in the cache.
        timeout: Seconds that a download may take.

    Raises:
        ValueError: There is no encoding or no backend of that name.
        VocabularyError: The vocabulary cannot be had, or is not the published one.
        BackendError: tiktoken was asked for and cannot be used.
    """
    encoding = find_encoding(name)
    place = fspath(source) if source is not None else environ.get(ENCODINGS_BASE) or None
    with _finding.setdefault((encoding.vocabulary, place), Lock()):
        vocabulary = _find(encoding.vocabulary, place, timeout)
    with _building:
        return _tokenizer(name, backend, vocabulary)


@cache
def _tokenizer(name: str, backend: BackendName, vocabulary: Vocabulary) -> Tokenizer:
    encoding = find_encoding(name)
    encoder = _encoder(backend, encoding.split, vocabulary)
    return Tokenizer(encoding, vocabulary, encoder)


@cache
def _encoder(backend: BackendName, split: Split, vocabulary: Vocabulary) -> Encoder:
    return make_encoder(backend, split, vocabulary)


_found: dict[tuple[PublishedVocabulary, str | None], Vocabulary] = {}


def _find(published: PublishedVocabulary, place: str | None, timeout: float) -> Vocabulary:
    found = _found.get((published, place))
    if found is None:
        found = _found[published, place] = _load(published, place, timeout)
    return found


def _load(published: PublishedVocabulary, place: str | None, timeout: float) -> Vocabulary:
    if place is None and published.bundled:
        return _bundled(published.name)
    # What these need to reach a server takes longer to import than all else here.
    from harmony_core.tokenizer._published import unpack  # noqa: PLC0415
    from harmony_core.tokenizer._sources import read_published  # noqa: PLC0415

    data = read_published(published, place, timeout)
    # It has been checked to be the published one, hence to be what is bundled.
    return _bundled(published.name) if published.bundled else unpack(data)


def _bundled(name: str) -> Vocabulary:
    with _building:
        return _packed(name)


@cache
def _packed(name: str) -> Vocabulary:
    return load_packed(name)
