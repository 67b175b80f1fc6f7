"""A table of tokens: ``tokens``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from harmony_core.chat import Role
from harmony_core.cli._colour import add_colour_option, painted, wants_colour
from harmony_core.cli._command import (
    Command,
    Example,
    add_render_options,
    read_conversation,
    read_tokens,
    render,
)
from harmony_core.cli._input import Form
from harmony_core.cli._parse import READINGS, add_reading_option, add_role_option
from harmony_core.cli._visible import quoted, to_json
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Iterator, Sequence

    from harmony_core.cli._input import Document
    from harmony_core.cli._output import Output
    from harmony_core.format.spans import Span

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
        tokens, spans = self._read(document)
        tokenizer = self.encoding.tokenizer
        for start, stop, part, message in spans:
            for index in range(start, stop):
                token = tokens[index]
                yield _Row(index, token, message, part, tokenizer.token_bytes(token))

    def _read(self, document: Document) -> tuple[list[int], Iterable[Span]]:
        """The tokens and their spans; the messages of a conversation have its numbers."""
        options = self.options
        if options.read == "conversation" or (
            options.read == "auto" and _holds_conversation(document)
        ):
            conversation = read_conversation(document, options, self.reported)
            tokens, ranges = render(conversation, document, options, self.encoding)
            spans = self.encoding.rendered_spans(conversation, tokens, ranges)
            numbers: dict[int | None, int] = {
                ordinal: index for ordinal, (index, _, _) in enumerate(ranges)
            }
            return tokens, (span._replace(message=numbers.get(span.message)) for span in spans)
        role = None if options.role is None else Role(options.role)
        tokens = read_tokens(document, self.encoding, READINGS[options.read])
        return tokens, self.encoding.inspect(tokens, role).spans

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
