"""The shapes that messages are made of, and the lists and records that JavaScript shares."""

# Without `from __future__ import annotations`: the types are read at run time, to check what is
# given and to generate JavaScript.

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, TypedDict, get_args

from harmony_core.chat import ReasoningEffort, Role
from harmony_core.format.diagnosis.codes import Severity
from harmony_core.format.parse import StreamState
from harmony_core.format.spans import Part, Span
from harmony_core.format.wire import MessageDict, WireDiagnostic
from harmony_core.input.outputs import Kind
from harmony_core.registry import HarmonyEncodingName


class JsType(NamedTuple):
    """Says which type a value has in JavaScript.

    Attributes:
        name: The type's name there.
    """

    name: str


# What goes as a typed array instead of JSON.
Int32Array = Annotated[Sequence[int], JsType("Int32Array")]
Uint32Array = Annotated[Sequence[int], JsType("Uint32Array")]
Uint8Array = Annotated[bytes, JsType("Uint8Array")]
TokenIds = Annotated[list[int], JsType("Uint32Array")]


# ---- Lists. JavaScript shares their order. ----

Stage = Literal["runtime", "package", "vocabulary"]
SourceKind = Literal["auto", Kind]
RenderMode = Literal["conversation", "completion", "training"]
BuiltinTool = Literal["browser", "python"]

# What is pointed out in a token stream: a diagnostic by its severity, or a literal.
LITERAL = "literal"
MARKS = (*(severity.value for severity in Severity), LITERAL)


class SharedList(NamedTuple):
    """A list that JavaScript has too.

    Attributes:
        constant: Its name there.
        member: The name of the type of its members.
        values: An enum, a ``Literal``, or the texts themselves.
        description: What it is.
    """

    constant: str
    member: str
    values: object
    description: str

    def texts(self) -> tuple[str, ...]:
        """The members, in order."""
        if isinstance(self.values, type) and issubclass(self.values, Enum):
            return tuple(member.value for member in self.values)
        return self.values if isinstance(self.values, tuple) else get_args(self.values)


LISTS = (
    SharedList("ROLES", "Role", Role, "Who writes a message."),
    SharedList("PARTS", "Part", Part, "What a token belongs to."),
    SharedList("SEVERITIES", "Severity", Severity, "How much a diagnostic matters, worst first."),
    SharedList("MARKS", "Mark", MARKS, "What a mark says of its tokens, gravest first."),
    SharedList("STAGES", "Stage", Stage, "The steps of starting, in order."),
    SharedList("SOURCE_KINDS", "SourceKind", SourceKind, "What a pasted source is read as."),
    SharedList("RENDER_MODES", "RenderMode", RenderMode, "What a conversation is rendered for."),
    SharedList("STREAM_STATES", "StreamState", StreamState, "What a parser expects next."),
    SharedList("EFFORTS", "ReasoningEffort", ReasoningEffort, "How much to reason."),
    SharedList("BUILTIN_TOOLS", "BuiltinTool", BuiltinTool, "The tools that come with the model."),
    SharedList("ENCODINGS", "EncodingName", HarmonyEncodingName, "The encodings there are."),
)


# ---- Records: flat arrays in which each item is so many numbers. ----


class Mark(NamedTuple):
    """Tokens that are pointed out.

    Attributes:
        start: The first token.
        stop: One past the last; ``start`` if something is missing there.
        kind: Index into ``MARKS``.
        item: Index into the value's ``diagnostics`` or ``literals``, if that is so long.
    """

    start: int
    stop: int
    kind: int
    item: int


class Join(NamedTuple):
    """Tokens that share a character, so that they can only be shown as text together.

    Attributes:
        start: The first token.
        stop: One past the last.
    """

    start: int
    stop: int


RECORDS: dict[str, type[tuple[Any, ...]]] = {"SPAN": Span, "MARK": Mark, "JOIN": Join}


# ---- Shapes of values. ----


class Place(TypedDict):
    """A place in a pasted or typed text.

    Attributes:
        start: Where it begins, in UTF-16 code units.
        stop: Where it ends.
        line: Its line, from 1.
        column: Its column, from 1.
    """

    start: int
    stop: int
    line: int
    column: int


class Fault(TypedDict):
    """What is wrong with what was given.

    Attributes:
        kind: A stable name, such as ``"invalid-json"`` or ``"unexpected-token"``.
        message: What was found, and what was expected.
        hint: What to do; may be empty.
        token: Index of the token at fault.
        path: Where in the conversation or the parameters, such as ``["messages", 2, "channel"]``;
            empty if it is not about a field.
        place: Where in the text.
    """

    kind: str
    message: str
    hint: str
    token: int | None
    path: list[str | int]
    place: Place | None


class SpecialToken(TypedDict):
    """A special token.

    Attributes:
        id: Its id.
        text: Its text.
    """

    id: int
    text: str


class About(TypedDict):
    """What answers.

    Attributes:
        version: The version of harmony_core.
        python: The version of Python.
        pyodide: The version of Pyodide.
        encoding: The encoding's name.
        special_tokens: The formatting tokens.
        builtin_tools: The built-in tools' definitions, for a system content's ``tools``.
    """

    version: str
    python: str
    pyodide: str
    encoding: Annotated[str, HarmonyEncodingName]
    special_tokens: list[SpecialToken]
    builtin_tools: dict[Annotated[str, BuiltinTool], dict[str, object]]


class TokenStream(TypedDict):
    """A run of tokens. Token ``i`` has the bytes from ``ends[i - 1]``, or 0, to ``ends[i]``.

    Attributes:
        ids: Token ids.
        ends: Where each token's bytes end.
        bytes: The bytes of all tokens. An id that is in no vocabulary has none.
        spans: ``SPAN`` records, which tile the stream: ``part`` is an index into ``PARTS``,
            ``message`` an index into the value's messages, or -1.
        joins: ``JOIN`` records, in order and disjoint.
        marks: ``MARK`` records, in the order of their starts; they may overlap.
    """

    ids: Uint32Array
    ends: Uint32Array
    bytes: Uint8Array
    spans: Int32Array
    joins: Int32Array
    marks: Int32Array


class RenderedMessage(TypedDict):
    """A message that was rendered.

    Attributes:
        index: Its index in the conversation.
        start: Its first token.
        stop: One past its last token.
    """

    index: int
    start: int
    stop: int


class TrainingTurn(TypedDict):
    """A turn of the assistant's, and the sample that it gives.

    Attributes:
        turn: Which turn, counted from 0.
        tokens: How many tokens the sample has; 0 if there is none.
        targets: How many of them are targets.
        fault: Why it gives no sample.
    """

    turn: int
    tokens: int
    targets: int
    fault: Fault | None


class LiteralText(TypedDict):
    """Text that spells a special token, but is sent as plain text.

    Attributes:
        message: Index of the rendered message.
        text: The special token's text.
        start: The first token that has some of it.
        stop: One past the last.
    """

    message: int
    text: str
    start: int
    stop: int


class Edit(TypedDict):
    """Tokens to put in the place of others.

    Attributes:
        start: The first token to go.
        stop: One past the last.
        tokens: What comes in their place.
        text: The same as text.
    """

    start: int
    stop: int
    tokens: list[int]
    text: str


class Diagnostic(WireDiagnostic):
    """A diagnostic with its edit.

    Attributes:
        fix: The edit that removes its cause, if there is a plain one.
    """

    fix: Edit | None


class StreamPart(TypedDict):
    """Some content of one message of a stream, and its end if that has come.

    Attributes:
        message: The message's index in the stream.
        role: Its role.
        channel: Its channel.
        recipient: Its recipient.
        content_type: Its content type.
        text: What was added to its content.
        ended: The message, once it has ended.
    """

    message: int
    role: Annotated[str, Role] | None
    channel: str | None
    recipient: str | None
    content_type: str | None
    text: str
    ended: MessageDict | None


class MessageDifference(TypedDict):
    """A message that differs from the recovered one.

    Attributes:
        index: Its index.
        message: The message.
    """

    index: int
    message: MessageDict


class ReferenceResult(TypedDict):
    """What openai-harmony makes of the tokens.

    Attributes:
        messages: How many messages it returns, or had read before the fault.
        fault: What it raises.
        differing: How many of its messages differ from the recovered ones.
        differences: The first of those.
    """

    messages: int
    fault: Fault | None
    differing: int
    differences: list[MessageDifference]


class ReferenceResults(TypedDict):
    """The results of its two parsers.

    Attributes:
        strict: With ``strict=True``.
        non_strict: With ``strict=False``.
    """

    strict: ReferenceResult
    non_strict: ReferenceResult


class WireOutput(TypedDict):
    """One of the outputs in a source.

    Attributes:
        title: What it is, in a phrase.
        kind: Whether the source gave ids or text.
        engine: What answered, such as "vLLM completion"; empty if that is not known.
        path: Where in the source it is; empty if it is the whole source.
        form: How it was written, in words.
        tokens: How many tokens it has.
        prompt_tokens: How many the prompt has, if the source gives its ids.
        finish_reason: Why generation ended, as far as the source says.
        stop_token: The token that ended it, likewise.
        counts: The number of its diagnostics of each severity; ``None`` if it was not inspected
            because the source holds too much.
    """

    title: str
    kind: Kind
    engine: str
    path: str
    form: str
    tokens: int
    prompt_tokens: int | None
    finish_reason: str | None
    stop_token: int | None
    counts: dict[Annotated[str, Severity], int] | None


class WireLeft(TypedDict):
    """Something in a source that is no output, or one that could not be read.

    Attributes:
        kind: A stable name, such as "prompt" or "already-parsed".
        path: Where in the source it is.
        message: What it is.
        hint: What to do about it; empty if nothing needs doing.
        is_fault: Whether an output is missing because of it.
    """

    kind: str
    path: str
    message: str
    hint: str
    is_fault: bool
