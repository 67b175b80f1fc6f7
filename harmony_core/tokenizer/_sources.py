"""Where the published file of a vocabulary comes from: a folder, a cache, a server.

Whatever its source, it is not used unless its hash is the published one. The cache is the
one of openai-harmony 0.0.8, file names and all: what either has downloaded serves both.
The errors begin with the words of that package for the same fault.
"""

from __future__ import annotations

import hashlib
import os
from http.client import HTTPException
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._published import find_fault

if TYPE_CHECKING:
    from harmony_core.tokenizer._encodings import PublishedVocabulary

CACHE_DIR = "TIKTOKEN_RS_CACHE_DIR"
PUBLISHED_AT = "https://openaipublic.blob.core.windows.net/encodings"

# More than any vocabulary: a server that never ends must not fill the memory.
_MAX_BYTES = 1 << 26

_INVALID = "invalid tiktoken vocab file"
_REMOTE = "error downloading or loading vocab file"


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
    file_name = f"{published.name}.tiktoken"
    if place is None:
        data = _read_cached(published, f"{PUBLISHED_AT}/{file_name}")
        if data is None:
            raise VocabularyError(
                f"{_REMOTE}: {file_name} is not part of this package, and nothing is downloaded "
                "unasked; set TIKTOKEN_ENCODINGS_BASE to a folder that holds it, or to "
                f"{PUBLISHED_AT} to download it once"
            )
        return data
    if not place.lower().startswith(("http://", "https://")):
        return _read_folder(published, Path(place) / file_name)
    url = f"{place.rstrip('/')}/{file_name}"
    data = _read_cached(published, url)
    if data is None:
        data = _download(published, url, timeout)
        _write_cached(url, data)
    return data


def _read_folder(published: PublishedVocabulary, path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VocabularyError(
            f"{_INVALID}: {_reason(error)}: {path}; put the published file there, or name another "
            "folder, or none, by TIKTOKEN_ENCODINGS_BASE"
        ) from error
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_INVALID}: {fault}; {path} has {len(data)} bytes, which are not the published ones: "
            "put the published file there"
        )
    return data


def _cache_path(url: str) -> Path:
    folder = os.environ.get(CACHE_DIR) or Path(gettempdir(), "tiktoken-rs-cache")
    # A name, not a secret.
    return Path(folder, hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest())


def _read_cached(published: PublishedVocabulary, url: str) -> bytes | None:
    """Read the cache; a file that is not there, or damaged, is one to download."""
    try:
        data = _cache_path(url).read_bytes()
    except OSError:
        return None
    return data if find_fault(data, published) is None else None


def _write_cached(url: str, data: bytes) -> None:
    """Write to the cache, so that nobody ever sees half a file there."""
    path = _cache_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError:
            temporary.unlink()
            raise
    except OSError as error:
        raise VocabularyError(
            f'{_REMOTE}: an underlying IO error occurred while creating file "{path}": '
            f"{_reason(error)}; set {CACHE_DIR} to a folder that can be written"
        ) from error


def _download(published: PublishedVocabulary, url: str, timeout: float) -> bytes:
    try:
        # An address is http or https, or it was taken for a folder.
        request = Request(url, headers={"User-Agent": "harmony-core"})  # noqa: S310
        with urlopen(request, timeout=timeout) as response:  # noqa: S310
            data: bytes = response.read(_MAX_BYTES)
            missing = response.length
    except (OSError, HTTPException, ValueError) as error:
        raise VocabularyError(
            f"{_REMOTE}: failed to download or load vocab file: {url}: {_why(error, timeout)}; "
            "try again, or name another address or a folder by TIKTOKEN_ENCODINGS_BASE"
        ) from error
    if missing:
        raise VocabularyError(
            f"{_REMOTE}: failed to download or load vocab file: {url}: the connection closed "
            f"after {len(data)} of {len(data) + missing} bytes; try again"
        )
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_REMOTE}: hash mismatch for remote file {url}: {fault}; its {len(data)} bytes are "
            "not the published ones: name another address by TIKTOKEN_ENCODINGS_BASE"
        )
    return data


def _why(error: Exception, timeout: float) -> str:
    if isinstance(error, HTTPError):
        error.close()
        return f"the server answered {error.code} {error.reason}"
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer within {timeout:g} s"
    return f"{type(reason).__name__}: {reason}"


def _reason(error: OSError) -> str:
    return f"{error.strerror} (os error {error.errno})"
