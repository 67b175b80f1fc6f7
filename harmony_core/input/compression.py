"""Bytes, compressed or not -> bytes -> text.

Zstandard is in Python's library from 3.14 on; before that, the package ``backports.zstd`` is used
if it is installed.
"""

from __future__ import annotations

import gzip
import importlib
import io
import sys
import zlib
from typing import IO, TYPE_CHECKING, Any, cast

from harmony_core.input.faults import TokenInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Decompressed", "decompressed", "is_compressed", "to_text"]

_GZIP = b"\x1f\x8b"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_BLOCK = 1 << 20
# More in memory at once is refused: so much text takes several times as much to read.
_MOST_BYTES = 1 << 30


def is_compressed(begin: bytes) -> bool:
    """Whether bytes begin as a file compressed by gzip or Zstandard does."""
    return begin.startswith((_GZIP, _ZSTANDARD))


class Decompressed(io.RawIOBase):
    """A compressed stream, decompressed as it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Begin.

        Args:
            stream: Where to read; it can be peeked into, as a ``BufferedReader`` can.
        """
        super().__init__()
        begin = cast("Any", stream).peek(4)[:4]
        self._file: Any = (
            gzip.GzipFile(fileobj=stream) if begin[:2] == _GZIP else _zstandard().ZstdFile(stream)
        )
        self._faults: tuple[type[Exception], ...] = (
            OSError,
            EOFError,
            zlib.error,
            *_zstandard_faults(begin),
        )

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Read into a buffer; return how many bytes.

        Raises:
            TokenInputError: The compressed data is damaged or ends too early.
        """
        try:
            data = self._file.read(len(buffer))
        except self._faults as error:
            raise TokenInputError(
                f"This compressed file is damaged or ends too early: {error}.",
                kind="compressed",
                start=0,
                stop=0,
                hint="Copy the file again, or decompress what is left of it by hand.",
            ) from error
        buffer[: len(data)] = data
        return len(data)


def decompressed(stream: IO[bytes]) -> IO[bytes]:
    """Decompress a stream that is compressed; any other is returned as it is.

    Args:
        stream: Where to read; it can be peeked into.

    Raises:
        TokenInputError: What decompresses it is not installed.
    """
    if is_compressed(cast("Any", stream).peek(4)[:4]):
        return io.BufferedReader(Decompressed(stream), _BLOCK)
    return stream


def to_text(data: bytes) -> str:
    """Decompress and decode bytes.

    Raises:
        TokenInputError: They are damaged, too many, or not text.
    """
    if is_compressed(data):
        data = b"".join(_bounded(decompressed(io.BufferedReader(io.BytesIO(data)))))
    coding = next((coding for mark, coding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(coding)
    except UnicodeDecodeError as error:
        binary = b"\x00" in data[:1000]
        at = len(data[: error.start].decode(coding, "ignore"))
        what = "binary data" if binary else "not UTF-8"
        raise TokenInputError(
            f"This is {what}: byte 0x{data[error.start]:02x} at offset {error.start}.",
            kind="binary" if binary else "not-utf8",
            start=at,
            stop=at,
            hint="Give token ids as numbers, or text in UTF-8.",
        ) from error


def _bounded(stream: IO[bytes]) -> Iterator[bytes]:
    total = 0
    while block := stream.read(_BLOCK):
        total += len(block)
        if total > _MOST_BYTES:
            raise TokenInputError(
                f"This decompresses to more than {_MOST_BYTES >> 20} MiB.",
                kind="compressed",
                start=0,
                stop=0,
                hint="Read it line by line: harmony-core inspect --jsonl FILE.",
            )
        yield block


def _zstandard() -> Any:  # noqa: ANN401 - a module
    if sys.version_info >= (3, 14):
        return importlib.import_module("compression.zstd")
    try:
        return importlib.import_module("backports.zstd")
    except ImportError as error:
        raise TokenInputError(
            "This is compressed by Zstandard, which this Python cannot read by itself.",
            kind="compressed",
            start=0,
            stop=0,
            hint="Install harmony-core[zstd], or decompress it first: zstd -d FILE.",
        ) from error


def _zstandard_faults(begin: bytes) -> tuple[type[Exception], ...]:
    return (_zstandard().ZstdError,) if begin == _ZSTANDARD else ()
