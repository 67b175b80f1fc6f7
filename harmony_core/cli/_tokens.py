"""A table of tokens: ``tokens``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from harmony_core.chat import Role
from harmony_core.cli._colour import add_colour_option, painted, wants_colour
from harmony_core.cli._command import Command, Example, add_render_options, read_tokens, render
from harmony_core.cli._input import Form
from harmony_core.cli._parse import READINGS, add_reading_option, add_role_option
from harmony_core.cli._visible import quoted, to_json
from harmony_core.format.spans import Part, label

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from harmony_core.cli._input import Document
    from harmony_core.cli._output import Output

# ANSI's SGR codes; content keeps the terminal's own colour.
_COLOURS = {
    Part.MARKER: "1;35",
    Part.ROLE: "36",
    Part.NAME: "36",
    Part.RECIPIENT: "33",
    Part.CHANNEL: "32",
    Part.CONTENT_TYPE: "34",
    Part.STRAY: "31",
}
_HEAD = f"{'index':>7}  {'id':>6}  {'message':>7}  {'part':12}  {'bytes':24}  text"
_BYTES_SHOWN = 8


class _Row(NamedTuple):
    """One token."""

    position: int
    token: int
    message: int | None
    part: Part
    data: bytes


class Tokens(Command):
    """A table of tokens."""

    name = "tokens"
    summary = "a table of a conversation's tokens"
    details = (
        "Reads a conversation as JSON, token ids in any spelling, or Harmony text, and shows "
        "each token on a line: its index, its id, the message and the part of it that it "
        "belongs to, its bytes and its text. Messages count from 0; a token outside of any has "
        r"none. In the text, \xNN is a byte of a character that others complete, \uNNNN a "
        "character that cannot be seen."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("of a conversation", "harmony-core tokens conversation.json"),
        Example(
            "of a completion, in colour through a pager",
            "harmony-core tokens --role assistant --color always completion.txt | less -R",
        ),
        Example("as JSON, a token a line", "harmony-core tokens --format json conversation.json"),
    )
    forms: ClassVar[dict[Form, str]] = {
        Form.LINES: "an output by itself: ids or Harmony text",
        Form.JSONL: "a conversation by itself, or an output: ids, a string, an object with either",
    }
    formats: ClassVar[Sequence[str]] = ("table", "json")

    def __init__(self, options: Namespace, output: Output) -> None:
        super().__init__(options, output)
        self._colours = _COLOURS if wants_colour(options.color, output) else {}

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add how to read, to render and to show."""
        add_reading_option(parser, "conversation")
        add_role_option(parser)
        add_render_options(parser)
        add_colour_option(parser, "parts")

    def handle(self, document: Document) -> None:
        """Write the table of a document."""
        rows = self._rows(document)
        if self.options.format == "json":
            place = {} if document.line is None else {"line": document.line}
            for row in rows:
                self.output.write(to_json({**place, **_record(row)}) + "\n")
            return
        if document.line is not None or len(self.options.files) > 1:
            place_shown = "" if document.line is None else f":{document.line}"
            self.output.write(f"{document.name}{place_shown}\n")
        self.output.write(_HEAD + "\n")
        for row in rows:
            self.output.write(self._line(row) + "\n")

    def _rows(self, document: Document) -> Iterator[_Row]:
        tokens, role, numbers = self._read(document)
        tokenizer = self.encoding.tokenizer
        spans = label(tokens, tokenizer, self.encoding.markers, role=role)
        for start, stop, part, ordinal in spans:
            message = ordinal if ordinal is None or numbers is None else numbers[ordinal]
            for index in range(start, stop):
                token = tokens[index]
                yield _Row(index, token, message, part, tokenizer.token_bytes(token))

    def _read(self, document: Document) -> tuple[list[int], Role | None, list[int] | None]:
        """The tokens, whose message they begin within, and the messages' numbers if not 0, 1 ..."""
        options = self.options
        if options.read == "conversation" or (
            options.read == "auto" and _holds_conversation(document)
        ):
            tokens, ranges = render(document.json(), document, options, self.encoding)
            numbers = [index for index, _, _ in ranges]
            begun = numbers[-1] + 1 if numbers else 0
            return tokens, None, [*numbers, begun]
        role = None if options.role is None else Role(options.role)
        return read_tokens(document, self.encoding, READINGS[options.read]), role, None

    def _line(self, row: _Row) -> str:
        message = "-" if row.message is None else row.message
        colour = self._colours.get(row.part)
        part = painted(f"{row.part.value:12}", colour)
        text = painted(quoted(row.data), colour)
        return f"{row.position:7}  {row.token:6}  {message:>7}  {part}  {_hex(row.data):24}  {text}"


def _holds_conversation(document: Document) -> bool:
    """Whether the document is JSON, and has messages."""
    if not re.match(r"\s*(\{|\[\s*\{)", document.text()):
        return False
    value: Any = document.json()
    return isinstance(value, list) or "messages" in value


def _hex(data: bytes) -> str:
    shown = data[:_BYTES_SHOWN].hex(" ")
    return shown if len(data) <= _BYTES_SHOWN else f"{data[: _BYTES_SHOWN - 1].hex(' ')} …"


def _record(row: _Row) -> dict[str, object]:
    return {
        "index": row.position,
        "id": row.token,
        "message": row.message,
        "part": row.part.value,
        "bytes": row.data.hex(),
        "text": row.data.decode("utf-8", "replace"),
    }
