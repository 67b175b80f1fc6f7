"""Files and the standard input as documents, read piece by piece."""

from __future__ import annotations

import codecs
import json
import os
import stat
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, final

from harmony_core.cli._faults import InputFault
from harmony_core.cli._visible import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedIOBase
    from types import TracebackType

STANDARD_STREAM = "-"
_JSONL_NAMES = (".jsonl", ".ndjson")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BYTE_ORDER_MARK = "\ufeff"
_BLOCK = 1 << 18


class Form(Enum):
    """What of a file is one document."""

    WHOLE = "whole"
    LINES = "lines"
    JSONL = "jsonl"


class Chunk(NamedTuple):
    """A part of a text that encodes as it does within the whole.

    Attributes:
        text: The part; it begins a line.
        line: That line's number in the file, from 1.
    """

    text: str
    line: int


class Document:
    """What is answered at once: a file or one line of it.

    It is read as one text, then kept; or in chunks, once.

    Attributes:
        name: The file's name, as shown.
        form: How the file is cut into documents.
        line: The document's line in the file, from 1; ``None`` if it is the whole file.
    """

    def __init__(
        self, name: str, form: Form, line: int | None, blocks: Iterable[bytes], offset: int
    ) -> None:
        self.name = name
        self.form = form
        self.line = line
        self._blocks = blocks
        self._offset = offset
        self._text: str | None = None

    def part(self, text: str) -> Document:
        """Make a document of a part of this one."""
        part = Document(self.name, self.form, self.line, (), 0)
        part._text = text
        return part

    def text(self) -> str:
        """Read the text.

        Raises:
            InputFault: The file cannot be read, or is not UTF-8.
        """
        if self._text is None:
            self._text = "".join(self._decoded())
        return self._text

    def chunks(self, size: int = _BLOCK) -> Iterator[Chunk]:
        """Read the text in chunks of at least ``size`` characters, as far as it lets itself cut.

        Raises:
            InputFault: The file cannot be read, or is not UTF-8.
        """
        line = self.line or 1
        waiting: list[str] = []
        length, wanted = 0, size
        for piece in self._decoded():
            waiting.append(piece)
            length += len(piece)
            if length < wanted:
                continue
            text = "".join(waiting)
            cut = _last_cut(text)
            if cut:
                yield Chunk(text[:cut], line)
                line += text.count("\n", 0, cut)
            waiting, length = [text[cut:]], len(text) - cut
            wanted = size if cut else 2 * length  # look again, but not at every block
        yield Chunk("".join(waiting), line)

    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Read the document as JSON.

        Raises:
            InputFault: The file cannot be read, or is neither UTF-8 nor JSON.
        """
        text = self.text()
        if not text.strip():
            raise InputFault("nothing here, where JSON was expected", line=self.line)
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            problem = error.msg[:1].lower() + error.msg[1:]
            raise self.fault_at(text, error.pos, f"not JSON: {problem}") from error
        except ValueError as error:  # a number of too many digits
            raise InputFault(f"not JSON that can be read: {error}", line=self.line) from error
        except RecursionError as error:
            raise InputFault("this JSON is nested too deeply", line=self.line) from error

    def fault_at(self, text: str, position: int, message: str, *, line: int = 1) -> InputFault:
        """Tell of a fault at a place.

        Args:
            text: The document's text, or a part of it that begins a line.
            position: Where the fault is in it, in characters.
            message: What is wrong.
            line: The line in the file that the text begins, if the document is a whole file.
        """
        first = line if self.line is None else self.line
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        return InputFault(f"column {column}: {message}", line=first + text.count("\n", 0, position))

    def _decoded(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        offset, line = self._offset, self.line or 1
        block = b""
        try:
            for block in self._blocks:
                text = decoder.decode(block)
                if offset == 0:
                    text = text.removeprefix(_BYTE_ORDER_MARK)
                offset += len(block)
                line += text.count("\n")
                yield text
            block = b""
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            data = error.object
            line += data.count(b"\n", 0, error.start)
            # The decoder had kept the beginning of a character from the block before.
            place = offset - (len(data) - len(block)) + error.start
            message = f"byte 0x{data[error.start]:02x} at offset {place} is not UTF-8"
            if place == 0 and data.startswith(_UTF16_MARKS):
                message += "; this looks like UTF-16, so convert it first"
            raise InputFault(message, line=line) from error


def _last_cut(text: str) -> int:
    r"""Find the last place where text may be cut and its parts encode as the whole does.

    No piece of the split patterns goes on behind a line's end, except into white space or,
    after punctuation, a slash. (``str.isspace`` knows a little more than their ``\s``.)
    """
    end = len(text) - 1
    while (end := text.rfind("\n", 0, end)) >= 0:
        follower = text[end + 1]
        if follower != "/" and not follower.isspace():
            return end + 1
    return 0


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
        self._stream: BufferedIOBase | None = None

    def __enter__(self) -> Source:
        try:
            self._stream = self._open()
            self.size = _size(self._stream)
        except (OSError, ValueError) as error:  # ValueError: closed, or a NUL in the name
            raise _cannot_read(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None and self._path != STANDARD_STREAM:
            self._stream.close()

    def _open(self) -> BufferedIOBase:
        if self._path != STANDARD_STREAM:
            return open(self._path, "rb")  # noqa: PTH123 - any name, not a Path
        if sys.stdin is None:
            raise InputFault("the standard input is closed")
        return sys.stdin.buffer  # type: ignore[return-value] # typeshed knows only BinaryIO

    def documents(self, form: Form | None) -> Iterator[Document]:
        """Cut the file into documents.

        Args:
            form: How; ``None`` to go by the file's name.

        Raises:
            InputFault: The file cannot be read. What is wrong with a document alone is
                raised when that is read.
        """
        if form is None:
            named_so = self._path.lower().endswith(_JSONL_NAMES)
            form = Form.JSONL if named_so else Form.WHOLE
        if form is Form.WHOLE:
            yield Document(self.name, form, None, self._blocks(), 0)
            return
        for number, (offset, line) in enumerate(self._lines(), 1):
            if form is Form.LINES or line.strip():
                yield Document(self.name, form, number, [line], offset)

    def _blocks(self) -> Iterator[bytes]:
        while block := self._counted(lambda stream: stream.read(_BLOCK)):
            yield block

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines without their ends, and where they start."""
        offset = 0
        while line := self._counted(lambda stream: stream.readline()):
            yield offset, line.removesuffix(b"\n").removesuffix(b"\r")
            offset += len(line)

    def _counted(self, read: Callable[[BufferedIOBase], bytes]) -> bytes:
        if self._stream is None:
            return b""
        try:
            data = read(self._stream)
        except (OSError, ValueError) as error:
            raise _cannot_read(error) from error
        self.position += len(data)
        self._on_read(self)
        return data


def _size(stream: BufferedIOBase) -> int | None:
    try:
        status = os.fstat(stream.fileno())
    except OSError:  # no file behind it
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _cannot_read(error: OSError | ValueError) -> InputFault:
    reason = getattr(error, "strerror", None) or str(error)
    return InputFault(f"cannot be read: {reason}")
