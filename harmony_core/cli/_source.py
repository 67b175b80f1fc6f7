"""Files and the standard input, opened, decompressed and cut into documents."""

from __future__ import annotations

import codecs
import io
import os
import stat
import sys
from typing import IO, TYPE_CHECKING, Any, BinaryIO, final

from harmony_core.cli._faults import InputFault
from harmony_core.cli._input import STANDARD_STREAM, Document, Form
from harmony_core.cli._visible import one_line
from harmony_core.input import TokenInputError
from harmony_core.input.compression import decompressed
from harmony_core.input.logs import Records, looks_like_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

_JSONL_NAMES = (".jsonl", ".ndjson")
_BLOCK = 1 << 18
# So much is looked at to see whether a file is a log.
_SAMPLE = 1 << 16


@final
class Source:
    """A file to read, or the standard input. Use it as a context.

    Attributes:
        name: Its name, as shown.
        size: Its length in bytes; ``None`` if that is not known, or reading has not begun.
        position: How many bytes have been read.
    """

    def __init__(self, path: str, on_read: Callable[[Source], None]) -> None:
        self.name = "<stdin>" if path == STANDARD_STREAM else one_line(path)
        self.size: int | None = None
        self.position = 0
        self._path = path
        self._on_read = on_read
        self._stream: IO[bytes] | None = None
        self._closing: list[BinaryIO] = []

    def __enter__(self) -> Source:
        try:
            opened = self._open()
            self.size = _size(opened)
            self._stream = decompressed(opened)
        except TokenInputError as error:  # what decompresses it is not installed
            raise InputFault(f"{error} {error.hint}") from error
        except (OSError, ValueError) as error:  # ValueError: closed, or a NUL in the name
            raise _cannot_read(error) from error
        if self._stream is not opened:
            self.size = None  # of what comes out, it is not known
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for stream in self._closing:
            stream.close()

    def _open(self) -> BinaryIO:
        """Open the file as a stream that can be peeked into."""
        if self._path != STANDARD_STREAM:
            stream = open(self._path, "rb", buffering=_BLOCK)  # noqa: PTH123, SIM115 - any name, not a Path; see __exit__
            self._closing.append(stream)
            return stream
        if sys.stdin is None:
            raise InputFault("the standard input is closed")
        return io.BufferedReader(_Replayed(b"", sys.stdin.buffer), _BLOCK)

    def documents(self, form: Form | None, *, as_log: bool = False) -> Iterator[Document]:
        """Cut the file into documents.

        Args:
            form: How; ``None`` to go by the file's name.
            as_log: Whether lines of JSON may be the pieces of streams, which are joined; and
                whether to look into a file whose name does not tell.

        Raises:
            InputFault: The file cannot be read. What is wrong with a document alone is
                raised when that is read.
        """
        if form is None:
            name = self._path.lower().removesuffix(".gz").removesuffix(".zst")
            form = Form.JSONL if name.endswith(_JSONL_NAMES) else Form.WHOLE
            if form is Form.WHOLE and as_log and self._is_log():
                form = Form.LOG
        if form is Form.LOG or (form is Form.JSONL and as_log):
            yield from self._log(form)
            return
        if form is Form.WHOLE:
            yield Document(self.name, form, None, self._blocks(), 0)
            return
        for number, (offset, line) in enumerate(self._lines(), 1):
            if form is Form.LINES or line.strip():
                yield Document(self.name, form, number, [line], offset)

    def _log(self, form: Form) -> Iterator[Document]:
        """Cut a log into its records."""
        cutter = Records()
        for number, (offset, line) in enumerate(self._lines(), 1):
            text = line.removeprefix(codecs.BOM_UTF8 if offset == 0 else b"")
            try:
                records = cutter.feed(text.decode(), number)
            except UnicodeDecodeError:
                yield Document(self.name, form, number, [line], offset)  # which says so when read
                continue
            for record in records:
                yield Document.of_record(self.name, form, record)
        for record in cutter.finish():
            yield Document.of_record(self.name, form, record)

    def _is_log(self) -> bool:
        """Look ahead, as far as it takes to see whether the file is a log."""
        ahead = b""
        found = False
        while not found and len(ahead) < _SAMPLE:
            block = self._counted(lambda stream: stream.read1(_SAMPLE))
            ahead += block
            whole = ahead[: ahead.rfind(b"\n") + 1] if block else ahead
            found = looks_like_records(whole.decode("utf-8", "replace"))
            if not block:
                break
        if self._stream is not None:
            self.position -= len(ahead)
            self._stream = io.BufferedReader(_Replayed(ahead, self._stream), _BLOCK)
        return found

    def _blocks(self) -> Iterator[bytes]:
        while block := self._counted(lambda stream: stream.read(_BLOCK)):
            yield block

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines without their ends, and where they start."""
        offset = 0
        while line := self._counted(lambda stream: stream.readline()):
            yield offset, line.removesuffix(b"\n").removesuffix(b"\r")
            offset += len(line)

    def _counted(self, read: Callable[[Any], bytes]) -> bytes:
        if self._stream is None:
            return b""
        try:
            data = read(self._stream)
        except TokenInputError as error:  # compressed data at fault
            raise InputFault(f"{error} {error.hint}") from error
        except (OSError, ValueError) as error:
            raise _cannot_read(error) from error
        self.position += len(data)
        self._on_read(self)
        return data


class _Replayed(io.RawIOBase):
    """A stream that gives again what was read ahead of it, and never closes what it wraps."""

    def __init__(self, ahead: bytes, stream: IO[bytes]) -> None:
        super().__init__()
        self._ahead = memoryview(ahead)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        if self._ahead:
            data: Any = self._ahead[: len(buffer)]
            self._ahead = self._ahead[len(data) :]
        else:
            read = getattr(self._stream, "read1", self._stream.read)
            data = read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _size(stream: BinaryIO) -> int | None:
    try:
        status = os.fstat(stream.fileno())
    except OSError:  # no file behind it
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _cannot_read(error: OSError | ValueError) -> InputFault:
    reason = getattr(error, "strerror", None) or str(error)
    return InputFault(f"cannot be read: {reason}")
