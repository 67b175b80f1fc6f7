"""Files and the standard input as documents, read piece by piece."""

from __future__ import annotations

import codecs
import json
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.cli._faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harmony_core.input.logs import Record

STANDARD_STREAM = "-"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BYTE_ORDER_MARK = "\ufeff"
_BLOCK = 1 << 18


class Form(Enum):
    """What of a file is one document."""

    WHOLE = "whole"
    LINES = "lines"
    JSONL = "jsonl"
    LOG = "log"  # lines, of which several may make a record; found out, never asked for


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
        record: What of a log it is, if the file is read as one.
    """

    record: Record | None = None

    def __init__(
        self, name: str, form: Form, line: int | None, blocks: Iterable[bytes], offset: int
    ) -> None:
        self.name = name
        self.form = form
        self.line = line
        self._blocks = blocks
        self._offset = offset
        self._text: str | None = None

    @property
    def size(self) -> int:
        """How long the text is, as far as it has been read."""
        if self._text is not None:
            return len(self._text)
        return sum(map(len, self._blocks)) if isinstance(self._blocks, list) else 0

    def part(self, text: str) -> Document:
        """Make a document of a part of this one."""
        part = Document(self.name, self.form, self.line, (), 0)
        part._text = text
        return part

    @classmethod
    def of_record(cls, name: str, form: Form, record: Record) -> Document:
        """Make a document of a record of a log."""
        document = cls(name, form, record.line, (), 0)
        document._text = record.text
        document.record = record
        return document

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
