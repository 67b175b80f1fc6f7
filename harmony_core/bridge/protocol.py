"""Every message that crosses between the package and JavaScript, declared once.

``OPERATIONS`` says what can be asked; each operation is answered by the function of its name in
this package. ``python3 build.py protocol`` writes ``web/engine/protocol.js`` from this module and
``shapes``: the same messages as types, and the lists and records that JavaScript shares.
"""

# Without `from __future__ import annotations`: the types are read at run time, to check what is
# given and to generate JavaScript.

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

from harmony_core.bridge.shapes import (
    About,
    Diagnostic,
    Fault,
    JsType,
    LiteralText,
    ReferenceResults,
    RenderedMessage,
    RenderMode,
    SourceKind,
    Stage,
    StreamPart,
    TokenIds,
    TokenStream,
    TrainingTurn,
    Uint8Array,
    Uint32Array,
    WireLeft,
    WireOutput,
)
from harmony_core.chat import Role
from harmony_core.encoding import RenderConversationConfig, RenderOptions
from harmony_core.format.diagnosis.codes import Severity
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.format.parse import StreamState
from harmony_core.format.render import Dropping
from harmony_core.format.training import CHANNELS
from harmony_core.format.wire import MessageDict, WireCode, WireDiagnostic, WireInspectedMessage
from harmony_core.input.outputs import Kind

Special = Literal["all"] | list[str]


# ---- Parameters and values of the operations. ----


@dataclass(kw_only=True)
class NoParams:
    """Nothing."""


@dataclass(kw_only=True)
class EncodeParams:
    """Text to encode.

    Attributes:
        text: The text.
        allowed_special: The special tokens to read as such, by their texts.
        disallowed_special: The special tokens to refuse; what is neither is plain text.
    """

    text: str
    allowed_special: Special = field(default_factory=list)
    disallowed_special: Special = "all"


@dataclass(kw_only=True)
class TokensParams:
    """Tokens to decode."""

    tokens: TokenIds


@dataclass(kw_only=True)
class TokenParams:
    """The id of a token to ask about."""

    token: int


@dataclass(kw_only=True)
class RenderMessageParams(RenderOptions):
    """A message to render.

    Attributes:
        message: JSON text, so that a number such as ``1.0`` is rendered as it was written.
    """

    message: str


@dataclass(kw_only=True)
class RenderParams(RenderConversationConfig):
    """A conversation to render.

    Attributes:
        conversation: JSON text, so that a number such as ``1.0`` is rendered as it was written.
        mode: What for: the messages alone, a prompt to complete, or a training example.
        next_role: Whose message is to be completed.
    """

    conversation: str
    mode: RenderMode = "conversation"
    next_role: Role = Role.ASSISTANT


@dataclass(kw_only=True)
class TrainingParams(RenderConversationConfig):
    """A conversation to make training samples of, and what is to be learnt.

    Attributes:
        conversation: JSON text, as for ``RenderParams``.
        learn: The channels to learn; ``null`` stands for messages without one.
        learn_messages: For each message, whether it may be learnt; ``null`` for all.
        max_tokens: The longest sample allowed.
        turn: The turn whose tokens are wanted, counted from 0; the last one if ``null``.
    """

    conversation: str
    drop: Dropping = "finished-turns"
    learn: list[str | None] = field(default_factory=lambda: [*CHANNELS])
    learn_messages: list[bool] | None = None
    max_tokens: int | None = None
    turn: int | None = None


@dataclass(kw_only=True)
class ParseParams:
    """A completion to parse.

    Attributes:
        tokens: Token ids.
        role: The role of the first message, if its header is implied by the prompt.
        strict: Whether a stop token within a header is header text; else it ends the message.
    """

    tokens: TokenIds
    role: Role | None = None
    strict: bool = True


@dataclass(frozen=True, kw_only=True)
class OpenInspectorParams(InspectPolicy):
    """How to inspect a stream.

    Attributes:
        role: The role of the first message, if its header is implied by the prompt.
        tools: The tools there are: names, or functions as a chat request describes them.
    """

    role: Role | None = None
    tools: list[str | dict[str, Any]] | None = None


@dataclass(frozen=True, kw_only=True)
class InspectParams(OpenInspectorParams):
    """An output to inspect, and how.

    Attributes:
        source: Token ids, or a text as it was pasted: ids in any common notation, or Harmony text.
        source_kind: What a text is read as.
        output: Which of the outputs in the source to inspect, from 0.
        finish_reason: The server's, such as ``"stop"`` or ``"length"``, if it left the stop token
            out of the output. If neither is given, the source's own are used.
        stop_token: The token at which the server says that it stopped.
    """

    source: str | TokenIds
    source_kind: SourceKind = "auto"
    output: int = 0
    finish_reason: str | None = None
    stop_token: int | None = None


@dataclass(kw_only=True)
class StopTokensParams:
    """Which stop tokens are meant.

    Attributes:
        assistant_actions: Only those that end the assistant's turn.
    """

    assistant_actions: bool = False


@dataclass(kw_only=True)
class OpenParserParams:
    """How to parse a stream.

    Attributes:
        role: As for ``ParseParams``.
        strict: As for ``ParseParams``.
    """

    role: Role | None = None
    strict: bool = True


@dataclass(kw_only=True)
class StreamParams:
    """The number of a parser or an inspector."""

    stream: int


@dataclass(kw_only=True)
class ProcessParams(StreamParams):
    """The next tokens of a stream."""

    tokens: TokenIds


@dataclass(kw_only=True)
class FinishParams(StreamParams):
    """The end of an inspector's stream.

    Attributes:
        role: The role that the inspector was opened with.
        finish_reason: As for ``InspectParams``.
        stop_token: As for ``InspectParams``.
    """

    role: Role | None = None
    finish_reason: str | None = None
    stop_token: int | None = None


class NoValue(TypedDict):
    """Nothing."""


class TokensValue(TypedDict):
    """Token ids."""

    tokens: Uint32Array


class TextValue(TypedDict):
    """A text."""

    text: str


class BytesValue(TypedDict):
    """The bytes that tokens stand for."""

    bytes: Uint8Array


class TextsValue(TypedDict):
    """Texts in ascending order."""

    texts: list[str]


class SpecialValue(TypedDict):
    """Whether a token is a special one."""

    special: bool


class MessagesValue(TypedDict):
    """Messages in order."""

    messages: list[MessageDict]


class RenderValue(TypedDict):
    """A rendered conversation.

    Attributes:
        tokens: Its tokens; the messages of their spans are indexes into ``messages``.
        messages: The messages that were rendered, in order; a dropped one is absent.
        literals: The first thousand literals.
    """

    tokens: TokenStream
    messages: list[RenderedMessage]
    literals: list[LiteralText]


class InspectionValue(TypedDict):
    """An inspection, as ``Inspection.to_dict`` gives it, and what a page shows beside it.

    Attributes:
        version: The version of the inspection's form.
        ok: Whether there is no error and no warning.
        messages: Every message recovered, in order.
        counts: The number of diagnostics of each severity.
        diagnostics: The first thousand diagnostics, in token order.
        tokens: The tokens and their spans.
        recognised: What the source was read as.
        form: In words, such as "a JSON list of token ids" or "Harmony text".
        codes: The codes of diagnostics and guesses, explained.
        reference_results: What openai-harmony makes of the tokens.
    """

    version: int
    ok: bool
    messages: list[WireInspectedMessage]
    counts: dict[Annotated[str, Severity], int]
    diagnostics: list[Diagnostic]
    tokens: TokenStream
    recognised: Kind
    form: str
    codes: dict[str, WireCode]
    reference_results: ReferenceResults


class InspectValue(InspectionValue):
    """The inspection of one output of a source, and what else the source holds.

    Attributes:
        output: Which of the outputs was inspected.
        outputs: The first thousand outputs; none if the source is blank.
        outputs_total: How many there are.
        left: What else there is, and what could not be read: the first thousand.
    """

    output: int
    outputs: list[WireOutput]
    outputs_total: int
    left: list[WireLeft]


class TrainingValue(TypedDict):
    """The samples that a conversation gives, and the tokens of one.

    Attributes:
        turns: Each turn of the assistant's, in order.
        turn: The turn that the rest is about.
        tokens: The sample's tokens, none if it gives no sample; the messages of their spans are
            indexes into ``messages``.
        loss_mask: For each token, 1 if it is a target, else 0. It is not shifted.
        messages: The messages in the sample, in order.
        left_out: The indexes of the messages before its last one that it leaves out.
        unused: How many messages follow the last turn, and so are in no sample.
    """

    turns: list[TrainingTurn]
    turn: int
    tokens: TokenStream
    loss_mask: Uint8Array
    messages: list[RenderedMessage]
    left_out: list[int]
    unused: int


class Snapshot(TypedDict):
    """Where a parser is.

    Attributes:
        state: What it expects next.
        role: The role of the message being read.
        channel: Its channel.
        recipient: Its recipient.
        content_type: Its content type.
    """

    state: Annotated[str, StreamState]
    role: Annotated[str, Role] | None
    channel: str | None
    recipient: str | None
    content_type: str | None


class OpenStreamValue(Snapshot):
    """A new parser or inspector.

    Attributes:
        stream: Its number.
    """

    stream: int


class Advance(Snapshot):
    """What some tokens did to a stream.

    Attributes:
        deltas: What each token added to the content.
        parts: The same by message, in order.
    """

    deltas: list[str | None]
    parts: list[StreamPart]


class InspectorAdvance(Advance):
    """What some tokens did to an inspector.

    Attributes:
        diagnostics: What was found.
        items: The messages that ended.
    """

    diagnostics: list[WireDiagnostic]
    items: list[WireInspectedMessage]


class FinishValue(InspectionValue):
    """The inspection of a stream.

    Attributes:
        parts: What the end of the stream did.
    """

    parts: list[StreamPart]


class Operation(NamedTuple):
    """Something that JavaScript can ask for.

    Attributes:
        params: The dataclass of its parameters.
        value: The ``TypedDict`` of its value.
    """

    params: type[Any]
    value: type[Any]


OPERATIONS = {
    "encode": Operation(EncodeParams, TokensValue),
    "decode": Operation(TokensParams, TextValue),
    "decode_utf8": Operation(TokensParams, TextValue),
    "decode_bytes": Operation(TokensParams, BytesValue),
    "render_message": Operation(RenderMessageParams, TokensValue),
    "render_conversation": Operation(RenderParams, TokensValue),
    "render_with_spans": Operation(RenderParams, RenderValue),
    "training_samples": Operation(TrainingParams, TrainingValue),
    "parse": Operation(ParseParams, MessagesValue),
    "inspect": Operation(InspectParams, InspectValue),
    "special_tokens": Operation(NoParams, TextsValue),
    "is_special_token": Operation(TokenParams, SpecialValue),
    "stop_tokens": Operation(StopTokensParams, TokensValue),
    "open_parser": Operation(OpenParserParams, OpenStreamValue),
    "process": Operation(ProcessParams, Advance),
    "process_eos": Operation(StreamParams, Advance),
    "open_inspector": Operation(OpenInspectorParams, OpenStreamValue),
    "feed": Operation(ProcessParams, InspectorAdvance),
    "finish": Operation(FinishParams, FinishValue),
    "close_stream": Operation(StreamParams, NoValue),
}


# ---- What the worker and the page post to one another. ----


class Request(TypedDict):
    """Asks for an operation. Typed arrays among the parameters go as such.

    Attributes:
        id: The request's own number.
        operation: A name of ``OPERATIONS``.
        params: Its parameters.
    """

    id: int
    operation: Annotated[str, JsType("Operation")]
    params: Annotated[dict[str, object], JsType("object")]


class Answered(TypedDict):
    """Answers a request.

    Attributes:
        id: The request's number.
        ok: That it was answered.
        value: The operation's value.
    """

    id: int
    ok: Literal[True]
    value: Annotated[dict[str, object], JsType("object")]


class Refused(TypedDict):
    """Says why a request cannot be answered.

    Attributes:
        id: The request's number.
        ok: That it was not answered.
        fault: What is wrong.
        value: What could be answered before the fault, if any.
    """

    id: int
    ok: Literal[False]
    fault: Fault
    value: Annotated[dict[str, object], JsType("object")] | None


class Progress(TypedDict):
    """How far starting is.

    Attributes:
        event: What this is.
        stage: The step that runs.
        loaded: Bytes received so far, of all downloads together.
        total: Bytes to receive in all.
    """

    event: Literal["progress"]
    stage: Annotated[str, Stage]
    loaded: int
    total: int


class Ready(TypedDict):
    """Requests are answered from now on.

    Attributes:
        event: What this is.
        about: What answers.
    """

    event: Literal["ready"]
    about: About


class Failed(TypedDict):
    """Starting failed; the worker is of no further use.

    Attributes:
        event: What this is.
        stage: The step that failed.
        message: Why.
    """

    event: Literal["failed"]
    stage: Annotated[str, Stage]
    message: str


FROM_WORKER = (Answered, Refused, Progress, Ready, Failed)
