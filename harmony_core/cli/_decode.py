"""Tokens to text: ``decode``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from harmony_core.cli._command import Command, Example, read_tokens
from harmony_core.cli._faults import InputFault
from harmony_core.cli._input import Form
from harmony_core.cli._visible import to_json
from harmony_core.errors import DecodeError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from harmony_core.cli._input import Document


class Decode(Command):
    """Token ids to text."""

    name = "decode"
    summary = "token ids to text"
    details = (
        "Reads ids in any usual spelling: numbers, a JSON list, a debug print, or a JSON object "
        "with a list of ids in it. Writes the bytes they stand for, with nothing added; or a "
        "line for each line read; or JSON strings. On a terminal, what would control it is escaped."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("the text of some ids", "echo 13225 11 2375 | harmony-core decode"),
        Example(
            "of each line of a file, characters cut off replaced",
            "harmony-core decode --errors replace ids.jsonl",
        ),
    )
    forms: ClassVar[dict[Form, str]] = {
        Form.LINES: "a list of ids by itself",
        Form.JSONL: "a list of ids by itself, written as JSON",
    }

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add what to do with faulty bytes."""
        parser.add_argument(
            "--errors",
            choices=("keep", "strict", "replace"),
            help="write bytes that are not UTF-8 as they are, call them a fault, or write U+FFFD "
            "(default: keep; strict in JSON, which cannot hold them)",
        )

    def handle(self, document: Document) -> None:
        """Write the text of a document."""
        tokens = read_tokens(document, self.encoding, "tokens")
        as_json = self.writes_json(document)
        policy = self.options.errors or ("strict" if as_json else "keep")
        try:
            data = self.encoding.decode_bytes(tokens)
            if policy == "strict":
                self.encoding.decode_utf8(tokens)
        except DecodeError as error:
            raise InputFault(str(error), line=document.line) from error
        if as_json:
            self.output.write(to_json(data.decode(errors="replace")) + "\n")
            return
        errors = "surrogateescape" if policy == "keep" else "replace"
        self.output.write_raw(data.decode(errors=errors))
        if document.form is not Form.WHOLE:
            self.output.write("\n")
