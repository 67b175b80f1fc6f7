"""Where the published file of a vocabulary comes from: a folder, a cache, a server.

Whatever its source, it is not used unless its hash is the published one. The errors begin
with the words of openai-harmony 0.0.8 for the same fault.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._published import find_fault, read_file, size_of

if TYPE_CHECKING:
    from harmony_core.tokenizer._encodings import PublishedVocabulary

_INVALID = "invalid tiktoken vocab file"
# Of one letter, it is a drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def read_published(published: PublishedVocabulary, place: str | None, timeout: float) -> bytes:
    """Read the published file of a vocabulary.

    Args:
        published: The vocabulary.
        place: A folder, or the ``http`` or ``https`` address of one. Without it, nothing
            but the cache is looked at.
        timeout: Seconds that a download may take.

    Returns:
        The file's content, with the published hash.

    Raises:
        VocabularyError: It cannot be had, or is not the published one.
    """
    scheme = _SCHEME.match(place or "")
    if scheme and scheme[1].lower() not in {"http", "https"}:
        raise VocabularyError(
            f"{_INVALID}: {place} is no address that is understood: found {scheme[0]}, expected "
            "http:// or https://; name a folder by its path alone"
        )
    if place is not None and not scheme:
        return _read_folder(published, Path(place, f"{published.name}.tiktoken"))
    # What it needs to reach a server takes longer to import than all else here.
    from harmony_core.tokenizer._remote import read_cached, read_remote  # noqa: PLC0415

    if place is None:
        return read_cached(published)
    return read_remote(published, place, timeout)


def _read_folder(published: PublishedVocabulary, path: Path) -> bytes:
    try:
        data = read_file(path, published)
    except OSError as error:
        raise VocabularyError(
            f"{_INVALID}: {error.strerror} (os error {error.errno}): {path}; put the published "
            "file there, or name another folder, or none, by TIKTOKEN_ENCODINGS_BASE"
        ) from error
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_INVALID}: {fault}; {path} has {size_of(data, published)}, expected the published "
            f"{published.size}: put the published file there"
        )
    return data
