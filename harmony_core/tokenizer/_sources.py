"""Where the published file of a vocabulary comes from: a folder, a cache, a server.

Whatever its source, it is not used unless its hash is the published one. The errors begin
with the words of openai-harmony 0.0.8 for the same fault.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._published import find_fault

if TYPE_CHECKING:
    from harmony_core.tokenizer._encodings import PublishedVocabulary

_INVALID = "invalid tiktoken vocab file"


def read_published(published: PublishedVocabulary, place: str | None, timeout: float) -> bytes:
    """Read the published file of a vocabulary.

    Args:
        published: The vocabulary.
        place: A folder, or the ``http`` or ``https`` address of one. Without it, nothing
            but the cache is looked at.
        timeout: Seconds to wait for a server at any one time.

    Returns:
        The file's content, with the published hash.

    Raises:
        VocabularyError: It cannot be had, or is not the published one.
    """
    if place is not None and not place.lower().startswith(("http://", "https://")):
        return _read_folder(published, Path(place, f"{published.name}.tiktoken"))
    # What it needs to reach a server takes longer to import than all else here.
    from harmony_core.tokenizer._remote import read_cached, read_remote  # noqa: PLC0415

    if place is None:
        return read_cached(published)
    return read_remote(published, place, timeout)


def _read_folder(published: PublishedVocabulary, path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VocabularyError(
            f"{_INVALID}: {error.strerror} (os error {error.errno}): {path}; put the published "
            "file there, or name another folder, or none, by TIKTOKEN_ENCODINGS_BASE"
        ) from error
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_INVALID}: {fault}; {path} has {len(data)} bytes, which are not the published ones: "
            "put the published file there"
        )
    return data
