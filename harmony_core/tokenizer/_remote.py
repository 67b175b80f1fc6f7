"""A published vocabulary from a server, downloaded once and then read from a cache.

The cache is the one of openai-harmony 0.0.8, file names and all: what either package has
downloaded serves both.
"""

from __future__ import annotations

import hashlib
import os
from functools import partial
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import NamedTemporaryFile, gettempdir
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer._published import find_fault, read_file, read_limit, size_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from harmony_core.tokenizer._encodings import PublishedVocabulary

CACHE_DIR = "TIKTOKEN_RS_CACHE_DIR"
PUBLISHED_AT = "https://openaipublic.blob.core.windows.net/encodings"

_FAILED = "error downloading or loading vocab file"


def read_remote(published: PublishedVocabulary, base: str, timeout: float) -> bytes:
    """Read a vocabulary from the cache, or else from a server into the cache.

    Args:
        published: The vocabulary.
        base: The address of the folder its file is in.
        timeout: Seconds that the whole download may take.

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
        data = read_file(path, published)
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


class _ClosedEarlyError(Exception):
    """The connection closed before the file was complete."""


def _download(published: PublishedVocabulary, url: str, timeout: float) -> bytes:
    data = _within(timeout, partial(_fetch, published, url, timeout))
    if isinstance(data, _ClosedEarlyError):
        raise VocabularyError(
            f"{_FAILED}: failed to download or load vocab file: {url}: {data}; try again"
        ) from data
    if isinstance(data, Exception):
        raise VocabularyError(
            f"{_FAILED}: failed to download or load vocab file: {url}: {_why(data, timeout)}; "
            "try again, or name another address or a folder by TIKTOKEN_ENCODINGS_BASE"
        ) from data
    fault = find_fault(data, published)
    if fault is not None:
        raise VocabularyError(
            f"{_FAILED}: hash mismatch for remote file {url}: {fault}; it has "
            f"{size_of(data, published)}, expected the published {published.size}: "
            "name another address by TIKTOKEN_ENCODINGS_BASE"
        )
    return data


def _within(timeout: float, fetch: Callable[[], bytes | Exception]) -> bytes | Exception:
    """Fetch in a thread, which is left to itself when the time is over.

    A socket bounds each wait alone, and a server can make any number of them, from the
    looking up of its name to the last header.
    """
    outcome: SimpleQueue[bytes | Exception] = SimpleQueue()
    Thread(target=lambda: outcome.put(fetch()), daemon=True).start()
    try:
        return outcome.get(timeout=timeout)
    except Empty:
        return TimeoutError()


def _fetch(published: PublishedVocabulary, url: str, timeout: float) -> bytes | Exception:
    """Fetch a file, up to the limit, or what went wrong."""
    deadline = monotonic() + timeout
    try:
        # An address is http or https, or it was taken for a folder.
        request = Request(url, headers={"User-Agent": "harmony-core"})  # noqa: S310
        with urlopen(request, timeout=timeout) as response:  # noqa: S310
            return _read_body(response, read_limit(published), deadline)
    except (OSError, HTTPException, ValueError, _ClosedEarlyError) as error:
        return error


def _read_body(response: HTTPResponse, limit: int, deadline: float) -> bytes:
    length = response.length
    wanted = limit if length is None else min(length, limit)
    data = bytearray()
    while len(data) < wanted:
        if monotonic() > deadline:
            raise TimeoutError
        piece = response.read1(wanted - len(data))
        if not piece:
            break
        data += piece
    if length is not None and len(data) < wanted:
        raise _ClosedEarlyError(f"the connection closed after {len(data)} of {length} bytes")
    return bytes(data)


def _why(error: Exception, timeout: float) -> str:
    if isinstance(error, HTTPError):
        error.close()
        return f"the server answered {error.code} {error.reason}"
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"not complete within {timeout:g} s"
    if isinstance(reason, IncompleteRead):
        return "the connection closed early"
    return f"{type(reason).__name__}: {' '.join(str(reason).split())}"
