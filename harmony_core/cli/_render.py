"""Conversations to tokens: ``render``."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from harmony_core.cli._command import (
    Command,
    Example,
    add_render_options,
    read_conversation,
    render,
)
from harmony_core.cli._input import Form
from harmony_core.cli._visible import to_json

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from harmony_core.cli._input import Document


class Render(Command):
    """Conversations to token ids or Harmony text."""

    name = "render"
    summary = "a conversation to token ids or Harmony text"
    details = (
        'Reads {"messages": [...]} or the list of messages alone, as JSON. Writes ids with '
        "spaces between them or as a JSON list, on a line for each conversation; or Harmony text "
        "with nothing added; or that as a JSON string. In the text, a special token that a "
        "message spelled out can no longer be told from the format's own."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("a prompt's ids", "harmony-core render --mode completion conversation.json"),
        Example("as text", "harmony-core render --mode completion --text conversation.json"),
        Example(
            "training data, leaving out the lines at fault",
            "harmony-core render --mode training --on-error skip conversations.jsonl",
        ),
    )
    forms: ClassVar[dict[Form, str]] = {Form.JSONL: "a conversation by itself"}

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add how to render, and to what."""
        add_render_options(parser)
        parser.add_argument("--text", action="store_true", help="write Harmony text, not ids")

    def handle(self, document: Document) -> None:
        """Write the rendering of a document."""
        conversation = read_conversation(document, self.options, self.reported)
        tokens, _ = render(conversation, document, self.options, self.encoding)
        as_json = self.writes_json(document)
        if not self.options.text:
            self.output.write(f"{to_json(tokens) if as_json else ' '.join(map(str, tokens))}\n")
            return
        text = self.encoding.decode(tokens)
        if as_json:
            text = to_json(text)
        self.output.write_raw(text if document.form is Form.WHOLE and not as_json else text + "\n")
