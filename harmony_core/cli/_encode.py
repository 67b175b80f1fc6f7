"""Text to tokens: ``encode`` and ``count``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harmony_core.cli._command import (
    FIELD_NEEDS_JSONL,
    Command,
    Example,
    field_of,
    wrong_kind,
)
from harmony_core.cli._faults import InputFault, UsageFault
from harmony_core.cli._input import Form
from harmony_core.cli._visible import to_json
from harmony_core.errors import SpecialTokenError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence

    from harmony_core.cli._input import Document
    from harmony_core.cli._output import Output
    from harmony_core.encoding import HarmonyEncoding


class _TextCommand(Command):
    """A command that encodes text."""

    forms: ClassVar[dict[Form, str]] = {
        Form.LINES: "a text by itself, without the line's end",
        Form.JSONL: "a text by itself, written as a JSON string or, with --field, in an object",
    }

    def __init__(self, options: Namespace, output: Output) -> None:
        super().__init__(options, output)
        self._encode = _encoder(options, self.encoding)

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add what is to happen to special tokens."""
        parser.add_argument(
            "--field", metavar="NAME", help="the field of each line's object that holds the text"
        )
        special = parser.add_mutually_exclusive_group()
        special.add_argument(
            "--special",
            action="store_true",
            help="read special tokens in the text as such (default: refuse text with any)",
        )
        special.add_argument(
            "--allowed-special",
            action="append",
            metavar="NAME",
            help="read this special token as such and refuse the others; may be repeated; "
            "start means <|start|>, all means --special",
        )
        special.add_argument(
            "--ordinary",
            action="store_true",
            help="read special tokens in the text as ordinary text",
        )

    def encoded(self, document: Document) -> Iterator[list[int]]:
        """Encode a document chunk by chunk.

        Raises:
            InputFault: It is not text, or holds a special token that is not allowed.
        """
        if document.form is Form.JSONL:
            try:
                yield self._encode(_text(document, self.options.field))
            except SpecialTokenError as error:
                message = f"character {error.position + 1} of the text: {_advice(error)}"
                raise InputFault(message, line=document.line) from error
            return
        if self.options.field is not None:
            raise UsageFault(FIELD_NEEDS_JSONL)
        for text, line in document.chunks():
            try:
                yield self._encode(text)
            except SpecialTokenError as error:  # noqa: PERF203 - once for many kilobytes
                message = _advice(error)
                raise document.fault_at(text, error.position, message, line=line) from error


def _encoder(options: Namespace, encoding: HarmonyEncoding) -> Callable[[str], list[int]]:
    if options.ordinary:
        return encoding.encode_ordinary
    names = options.allowed_special or []
    if options.special or "all" in names:
        return lambda text: encoding.encode(text, allowed_special="all")
    allowed = {name if name.startswith("<|") else f"<|{name}|>" for name in names}
    for name in sorted(allowed - encoding.special_tokens_set):
        raise UsageFault(f"there is no special token {name}")
    return lambda text: encoding.encode(text, allowed_special=allowed)


def _advice(error: SpecialTokenError) -> str:
    return (
        f"special token {error.token!r}; --special reads it as a token, --ordinary as ordinary text"
    )


def _text(document: Document, field: str | None) -> str:
    if field is not None:
        document = field_of(document, field)
    value: Any = document.json()
    if not isinstance(value, str):
        raise wrong_kind(document, "a JSON string", value)
    return value


class Encode(_TextCommand):
    """Text to token ids."""

    name = "encode"
    summary = "text to token ids"
    details = (
        "Writes the ids of each text on a line: with spaces between them, or as a JSON list. "
        "A file is read and written chunk by chunk, so it may be of any size."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("the ids of a file, its last newline included", "harmony-core encode notes.txt"),
        Example("of a prompt in Harmony text", "harmony-core encode --special prompt.txt"),
        Example(
            "of a field of each line, leaving out the lines at fault",
            "harmony-core encode --field text --on-error skip --output ids.jsonl texts.jsonl",
        ),
    )

    def handle(self, document: Document) -> None:
        """Write the ids of a document."""
        opening, separator, closing = ("[", ", ", "]\n") if self.writes_json(document) else _PLAIN
        begun = False
        try:
            for tokens in self.encoded(document):
                if not begun:
                    self.output.write(opening)
                elif tokens:
                    self.output.write(separator)
                self.output.write(separator.join(map(str, tokens)))
                begun = True
        finally:
            if begun:  # also before a fault in a later chunk is told
                self.output.write(closing)


_PLAIN = ("", " ", "\n")


class Count(_TextCommand):
    """How many tokens a text has."""

    name = "count"
    summary = "how many tokens texts have"
    details = (
        "Writes the number of tokens, a tab and the name of each text, and a total if there is "
        "more than one; or the same as JSON. Files may be of any size."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("of several files", "harmony-core count notes.txt prompt.txt --ordinary"),
        Example("a bare number, for a script", "harmony-core count --total notes.txt"),
        Example(
            "of a prompt",
            "harmony-core render --text conversation.json | harmony-core count --special",
        ),
    )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add what to count."""
        super().add_options(parser)
        parser.add_argument("--total", action="store_true", help="write the total only, no names")

    def __init__(self, options: Namespace, output: Output) -> None:
        super().__init__(options, output)
        self._total = 0
        self._documents = 0
        self._json = options.format == "json"

    @classmethod
    def writes_at_end(cls, options: Namespace) -> bool:
        """Whether only the total is asked for."""
        return bool(options.total)

    def handle(self, document: Document) -> None:
        """Write the count of a document."""
        count = sum(map(len, self.encoded(document)))
        self._total += count
        self._documents += 1
        if self.options.total:
            return
        if self.writes_json(document):
            self._json = True
            line = {} if document.line is None else {"line": document.line}
            self._write({"file": document.name, **line, "tokens": count})
        else:
            place = "" if document.line is None else f":{document.line}"
            self.output.write(f"{count}\t{document.name}{place}\n")

    def finish(self) -> None:
        """Write the total."""
        if self.options.total and not self._json:
            self.output.write(f"{self._total}\n")
        elif self.options.total or self._documents != 1:
            if self._json:
                self._write({"total": self._total, "texts": self._documents})
            else:
                self.output.write(f"{self._total}\ttotal\n")

    def _write(self, record: dict[str, object]) -> None:
        self.output.write(to_json(record) + "\n")
