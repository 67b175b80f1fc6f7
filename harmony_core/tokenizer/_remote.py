"""A published vocabulary from a server, downloaded once and then read from a cache.

The cache is the one of openai-harmony 0.0.8, file names and all: what either package has
downloaded serves both.
"""

from __future__ import annotations

import hashlib
import os
from http.client import HTTPException, IncompleteRead
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

_FAILED = "error downloading or loading vocab file"


def read_remote(published: PublishedVocabulary, base: str, timeout: float) -> bytes:
    """Read a vocabulary from the cache, or else from a server into the cache.

    Args:
        published: The vocabulary.
        base: The address of the folder its file is in.
        timeout: Seconds to wait for the server at any one time.

    Raises:
        VocabularyError: The server does not give it, gives another file, or the cache
            cannot be written.
    """
    url = f"{base.rstrip('/')}/{published.name}.tiktoken"
    path = _cache_path(url)
    data = _read_sound(published, path)
    if data is None:
        data = _download(published, url, timeout)
        _write(path, data)
    return data


def read_cached(published: PublishedVocabulary) -> bytes:
    """Read a vocabulary from the cache, if it has ever been downloaded whence it is published.

    Raises:
        VocabularyError: It has not, or not to this cache.
    """
    file_name = f"{published.name}.tiktoken"
    data = _read_sound(published, _cache_path(f"{PUBLISHED_AT}/{file_name}"))
    if data is None:
        raise VocabularyError(
            f"{_FAILED}: {file_name} is neither in this package nor in the cache, and nothing is "
            "downloaded unasked; set TIKTOKEN_ENCODINGS_BASE to a folder that holds it, or to "
            f"{PUBLISHED_AT} to download it once"
        )
    return data


def _cache_path(url: str) -> Path:
    folder = os.environ.get(CACHE_DIR) or Path(gettempdir(), "tiktoken-rs-cache")
    # A name, not a secret.
    return Path(folder, hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest())


def _read_sound(published: PublishedVocabulary, path: Path) -> bytes | None:
    """Read a file of the cache; one that is damaged is as good as none."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if find_fault(data, published) is None else None


def _write(path: Path, data: bytes) -> None:
    """Write a file of the cache such that nobody ever sees half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise VocabularyError(
            f'{_FAILED}: an underlying IO error occurred while creating file "{path}": '
            f"{error.strerror} (os error {error.errno}); "
            f"set {CACHE_DIR} to a folder that can be written"
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
            f"{_FAILED}: failed to download or load vocab file: {url}: {_why(error, timeout)}; "
            "try again, or name another address or a folder by TIKTOKEN_ENCODINGS_BASE"
        ) from error
    if missing and len(data) < _MAX_BYTES:
        raise VocabularyError(
            f"{_FAILED}: failed to download or load vocab file: {url}: the connection closed "
            f"after {len(data)} of {len(data) + missing} bytes; try again"
        )
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_FAILED}: hash mismatch for remote file {url}: {fault}; its {len(data)} bytes are "
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
    if isinstance(reason, IncompleteRead):
        return "the connection closed early"
    return f"{type(reason).__name__}: {' '.join(str(reason).split())}"
