"""Tokens to messages: ``parse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harmony_core.chat import Role
from harmony_core.cli._command import Command, Example, Wanted, read_tokens
from harmony_core.cli._faults import ContentFault
from harmony_core.cli._input import Form
from harmony_core.cli._visible import to_json
from harmony_core.errors import ParseError
from harmony_core.format._header import ROLES

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from harmony_core.chat import Message
    from harmony_core.cli._input import Document

# What --read calls it -> what the reader does.
READINGS: dict[str, Wanted] = {"auto": "auto", "ids": "tokens", "text": "text"}


def add_reading_option(parser: ArgumentParser, *more: str) -> None:
    """Add how to read the input, with readings that only one command has."""
    parser.add_argument(
        "--read",
        choices=(*READINGS, *more),
        default="auto",
        help="what the input is (default: find out)",
    )


def add_role_option(parser: ArgumentParser) -> None:
    """Add whose message is begun."""
    parser.add_argument(
        "--role",
        choices=ROLES,
        metavar="ROLE",
        help="whose message it is, if the output begins within its header, as a completion does: "
        "the role that the prompt ended with (default: it begins with <|start|>)",
    )


class Parse(Command):
    """Token ids or Harmony text to messages."""

    name = "parse"
    summary = "token ids or Harmony text to messages"
    details = (
        'Writes {"messages": [...]} for each output read, which render takes back; or each '
        "message on a line. Of an output at fault, the messages before the fault are written, "
        'with an "error" beside them that says what is wrong and at which token.'
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("a completion", "harmony-core parse --role assistant completion.txt"),
        Example(
            "the completions of a log, a message a line",
            "harmony-core parse --role assistant --format jsonl completions.jsonl",
        ),
        Example(
            "there and back",
            "harmony-core render conversation.json | harmony-core parse",
        ),
    )
    forms: ClassVar[dict[Form, str]] = {
        Form.LINES: "an output by itself: ids or Harmony text",
        Form.JSONL: "an output by itself: a list of ids, a string, or an object with either",
    }
    formats: ClassVar[Sequence[str]] = ("json", "jsonl")

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add how to parse."""
        add_role_option(parser)
        add_reading_option(parser)
        parser.add_argument(
            "--non-strict",
            action="store_true",
            help="let a stop token end a message within its header",
        )

    def handle(self, document: Document) -> None:
        """Write the messages of a document."""
        options = self.options
        role = None if options.role is None else Role(options.role)
        strict = not options.non_strict
        tokens = read_tokens(document, self.encoding, READINGS[options.read])
        messages: Sequence[Message]
        fault: ParseError | None = None
        try:
            messages = self.encoding.parse_messages_from_completion_tokens(
                tokens, role, strict=strict
            )
        except ParseError as error:
            messages, fault = error.messages, error
        self._write(messages, fault)
        if fault is not None:
            message = f"token {fault.token_index}: {fault}"
            if role is None and tokens[:1] != [self.encoding.markers.start]:
                message += (
                    "; this begins within a header, as a completion does: add --role assistant"
                )
            raise ContentFault(message, line=document.line) from fault

    def _write(self, messages: Sequence[Message], fault: ParseError | None) -> None:
        records = [message.to_dict() for message in messages]
        error = None if fault is None else _describe(fault)
        if self.options.format == "jsonl":
            for record in records:
                self.output.write(to_json(record) + "\n")
        else:
            result: dict[str, Any] = {"messages": records}
            if error is not None:
                result["error"] = error
            self.output.write(to_json(result) + "\n")


def _describe(fault: ParseError) -> dict[str, object]:
    return {
        "kind": fault.kind,
        "message": str(fault),
        "token_index": fault.token_index,
        "token": fault.token,
    }
