"""What every command has: its options, its way with documents, and the readers they share."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeAlias

from harmony_core.chat import Conversation, Role, unknown_fields
from harmony_core.cli._faults import ExitCode, InputFault, UsageFault, say
from harmony_core.cli._input import Document, Form
from harmony_core.encoding import RenderConversationConfig
from harmony_core.errors import ChatError, RenderError, UnknownFieldWarning
from harmony_core.format._header import ROLES
from harmony_core.input import AlreadyParsedError, TokenInputError, read_outputs
from harmony_core.input.logs import Record
from harmony_core.input.paths import at
from harmony_core.input.read import read_record
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from harmony_core.cli._output import Output
    from harmony_core.encoding import HarmonyEncoding
    from harmony_core.input import Outputs

Wanted: TypeAlias = Literal["auto", "tokens", "text"]

FIELD_NEEDS_JSONL = "--field is for lines of JSON: add --jsonl"


class Example(NamedTuple):
    """A use of a command, for its help."""

    purpose: str
    line: str


class Command:
    """A command: made once in a run, then given every document of the input.

    A class attribute that a child must set is only declared here.

    Args:
        options: The command line, read.
        output: Where the results go.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    details: ClassVar[str]
    examples: ClassVar[Sequence[Example]]
    forms: ClassVar[dict[Form, str]]  # beside whole files -> what a line then is
    formats: ClassVar[Sequence[str]] = ("plain", "json")
    reads_logs: ClassVar[bool] = False  # whether a file that holds a log is read as one
    on_error: ClassVar[str] = "stop"  # what an input at fault does to the run, if not said

    def __init__(self, options: Namespace, output: Output) -> None:
        self.options = options
        self.output = output
        self.reported: set[str | int] = set()  # unknown keys, each said once in a run
        self.encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add the options that only this command has."""

    def handle(self, document: Document) -> None:
        """Answer one document.

        Raises:
            InputFault: The document cannot be answered.
        """
        raise NotImplementedError

    def miss(self) -> None:
        """Count a document that could not be read."""

    def take_state(self) -> Any:  # noqa: ANN401 - whatever the command counts
        """Give what was counted so far to the process that began this one, and begin anew."""

    def add_state(self, state: Any) -> None:  # noqa: ANN401 - see take_state
        """Add what another process has counted."""

    def finish(self) -> None:
        """Write what comes after the last document."""

    @classmethod
    def writes_at_end(cls, _options: Namespace) -> bool:
        """Whether nothing is written before ``finish``."""
        return False

    @property
    def code(self) -> ExitCode:
        """What to tell the shell if every document could be answered."""
        return ExitCode.OK

    def writes_json(self, document: Document) -> bool:
        """Whether a document's result is to be JSON: as asked, or as the document is."""
        if self.options.format is None:
            return document.form is Form.JSONL
        return bool(self.options.format == "json")


def field_of(document: Document, path: str) -> Document:
    """Give a field of a line's object as a document by itself.

    Args:
        document: The line.
        path: The field's name; or a path such as ``response.choices[0].text``, in which ``[]``
            stands for every item.

    Raises:
        InputFault: The line is no such object.
        UsageFault: The documents are not lines of JSON.
    """
    if document.form not in (Form.JSONL, Form.LOG):
        raise UsageFault(FIELD_NEEDS_JSONL)
    value: Any = document.json()
    if not isinstance(value, dict):
        raise wrong_kind(document, f'an object with the field "{path}"', value)
    found = value[path] if path in value else at(value, path.replace("[]", "[*]"))
    if found is None and path not in value:
        raise InputFault(f'there is no field "{path}"', line=document.line)
    return document.part(json.dumps(found))


_KINDS = {
    dict: "an object (name its field with --field)",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    type(None): "null",
}


def wrong_kind(document: Document, expected: str, value: object) -> InputFault:
    """Tell that a document is another kind of JSON value."""
    found = _KINDS.get(type(value), "a number")
    return InputFault(f"expected {expected}, found {found}", line=document.line)


def read_tokens(document: Document, encoding: HarmonyEncoding, wanted: Wanted) -> list[int]:
    """Read a document's one output: ids in any notation, Harmony text, or an engine's answer.

    Args:
        document: The document.
        encoding: The encoding of the tokens.
        wanted: What the document must hold; ``"auto"`` to find out.

    Raises:
        InputFault: It cannot be read, or holds several outputs.
    """
    outputs = read_document(document, encoding, wanted).outputs
    if len(outputs) > 1:
        places = ", ".join(output.path for output in outputs[:2])
        raise InputFault(
            f"{len(outputs)} outputs where one was expected ({places}...): inspect reads them all",
            line=document.line,
        )
    return outputs[0].tokens if outputs else []


def read_document(
    document: Document, encoding: HarmonyEncoding, wanted: Wanted, *, check: bool = True
) -> Outputs:
    """Read all outputs of a document.

    Args:
        document: The document.
        encoding: The encoding of the tokens.
        wanted: What the document must hold; ``"auto"`` to find out.
        check: Whether ids must be in the vocabulary.

    Raises:
        InputFault: It cannot be read.
    """
    source = document.text()
    try:
        if document.form is Form.LOG:
            record = document.record or Record(source, document.line or 1, "value")
            return read_record(record, encoding.tokenizer, kind=wanted, check=check)
        if document.form is not Form.JSONL:
            return read_outputs(source, encoding.tokenizer, kind=wanted, check=check)
        if document.record is None or document.record.kind == "value":
            value = document.json()
            if isinstance(value, str):
                kind: Wanted = "text" if wanted == "auto" else wanted
                return read_outputs(value, encoding.tokenizer, kind=kind, check=check)
        record = document.record or Record(source, document.line or 1, "value")
        found = read_record(record, encoding.tokenizer, check=check)
    except TokenInputError as error:
        brief = isinstance(error, AlreadyParsedError) and document.line is not None
        hint = "See docs/input.md for what to ask for." if brief else error.hint
        message = " ".join(f"{error} {hint}".split())
        if document.form in (Form.JSONL, Form.LOG):
            raise InputFault(message, line=document.line) from error
        raise document.fault_at(source, error.start, message) from error
    if wanted != "auto" and any(output.kind != wanted for output in found.outputs):
        kind_name = "list of token ids" if wanted == "tokens" else "Harmony text"
        raise InputFault(f"this object holds no {kind_name}", line=document.line)
    return found


def add_render_options(parser: ArgumentParser) -> None:
    """Add the options that say how to render a conversation."""
    parser.add_argument(
        "--mode",
        choices=("conversation", "completion", "training"),
        default="conversation",
        help="the messages alone; a prompt, which ends with the beginning of the next message; "
        "or an example to learn from, which ends with <|return|> (default: conversation)",
    )
    parser.add_argument(
        "--next-role",
        choices=ROLES,
        default=Role.ASSISTANT.value,
        metavar="ROLE",
        help="who writes the next message, for --mode completion (default: assistant)",
    )
    parser.add_argument(
        "--keep-analysis",
        action="store_true",
        help="keep the analysis of turns that have come to a final message",
    )
    parser.add_argument(
        "--refuse-unknown",
        action="store_true",
        help="refuse a conversation with a field that rendering would ignore",
    )


def read_conversation(
    document: Document, options: Namespace, reported: set[str | int]
) -> Conversation:
    """Read a conversation's dictionary, or a list of its messages.

    Args:
        document: The document.
        options: The command line, read.
        reported: The unknown keys that this run has already warned of; new ones are added.

    Raises:
        InputFault: This is no conversation.
    """
    data: Any = document.json()
    if isinstance(data, list):
        data = {"messages": data}
    try:
        with warnings.catch_warnings(record=True) as ignored:
            warnings.simplefilter("always", UnknownFieldWarning)
            conversation = Conversation.from_dict(data, strict=options.refuse_unknown)
    except ChatError as error:
        raise InputFault(_at(error.path, str(error)), line=document.line) from error
    for unknown in unknown_fields(data) if ignored else ():
        if unknown.path[-1] not in reported:
            reported.add(unknown.path[-1])
            place = document.name if document.line is None else f"{document.name}:{document.line}"
            say(f"{place}: warning: {_at(unknown.path, 'unknown field, ignored')}")
    return conversation


def render(
    conversation: Conversation, document: Document, options: Namespace, encoding: HarmonyEncoding
) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Render a document's conversation.

    Returns:
        What ``HarmonyEncoding.render_ranges`` does.

    Raises:
        InputFault: It cannot be rendered.
    """
    try:
        return encoding.render_ranges(
            conversation,
            RenderConversationConfig(auto_drop_analysis=not options.keep_analysis),
            next_turn_role=Role(options.next_role) if options.mode == "completion" else None,
            training=options.mode == "training",
        )
    except ChatError as error:
        raise InputFault(_at(error.path, str(error)), line=document.line) from error
    except RenderError as error:
        path = () if error.message_index is None else ("messages", error.message_index)
        raise InputFault(_at(path, str(error)), line=document.line) from error


def _at(path: Sequence[str | int], message: str) -> str:
    """Put the place in the data before a message, as in ``messages[2].content: ...``."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    place = "".join(steps).removeprefix(".")
    return f"{place}: {message}" if place else message
