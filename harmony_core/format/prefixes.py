"""Prompts that begin with the very tokens that were given and sampled before.

Agents and reinforcement learning go on from what the model sampled: text rendered anew may
have other tokens than those it sampled. ``extend`` goes on without rendering any of it anew,
and ``prefix_breaks`` tells where a conversation cannot be gone on with like that.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from harmony_core import _coercion
from harmony_core.chat import Role
from harmony_core.errors import ChatError, ExtensionError, ParseError, RenderError
from harmony_core.format._foreign import as_messages
from harmony_core.format.parse import StreamableParser, StreamState
from harmony_core.format.render import (
    CHANNELS_HEADING,
    FUNCTION_TOOLS_LINE,
    first_kept,
    has_function_tools,
    is_final_of_assistant,
    render_message,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harmony_core.chat import Message
    from harmony_core.format.parse import Encoding
    from harmony_core.format.render import RenderConfig

__all__ = ["BreakReason", "FinishedTurn", "PrefixBreak", "extend", "prefix_breaks"]

BreakReason: TypeAlias = Literal[
    "analysis-dropped", "analysis-restored", "return-replaced", "tools-declared"
]
FinishedTurn: TypeAlias = Literal["refuse", "keep"]

# How the tools section of a developer message declares function tools.
_FUNCTION_TOOLS = "namespace functions {"

_REASONS: dict[BreakReason, str] = {
    "analysis-dropped": "leaves out the analysis of message {0}, whose turn is finished",
    "analysis-restored": "has the analysis of message {0} again, as a new turn has begun",
    "return-replaced": "ends message {0} with <|end|>, where <|return|> was sampled",
    "tools-declared": "tells in system message {0} where calls of functions go, as there are now"
    " function tools, or no longer any",
}


@dataclass(frozen=True, slots=True)
class PrefixBreak:
    """A prompt of a conversation does not begin with what was given and sampled before it.

    Attributes:
        at: Index of the message that the prompt asks for; the number of messages if it is
            yet to come.
        message: Index of the first message that is not as it was.
        reason: ``"analysis-dropped"``, ``"analysis-restored"``, ``"return-replaced"`` or
            ``"tools-declared"``.
    """

    at: int
    message: int
    reason: BreakReason

    def __str__(self) -> str:
        return f"The prompt for message {self.at} {_REASONS[self.reason].format(self.message)}"


def prefix_breaks(
    conversation: Iterable[Message], encoding: Encoding, config: RenderConfig
) -> list[PrefixBreak]:
    """Find where prompts do not extend one another: ``HarmonyEncoding.prefix_breaks``."""
    messages = as_messages(conversation)
    runs = _sampled_runs(messages)
    prompts = [start for start, _ in runs]
    if runs and messages[-1].author.role != Role.ASSISTANT:
        prompts.append(len(messages))
    breaks = []
    for (start, stop), following in zip(runs, prompts[1:], strict=False):
        found = [
            _analysis_break(messages, start, stop, following, config),
            _return_break(messages, stop),
            _tools_break(messages, start, following, encoding, config),
        ]
        breaks += sorted(
            (PrefixBreak(following, message, reason) for reason, message in filter(None, found)),
            key=lambda found: found.message,
        )
    return breaks


_Found: TypeAlias = "tuple[BreakReason, int] | None"


def _sampled_runs(messages: list[Message]) -> list[tuple[int, int]]:
    """Start and stop of each run of messages that are sampled in one go."""
    runs: list[tuple[int, int]] = []
    goes_on = False
    for index, message in enumerate(messages):
        if message.author.role != Role.ASSISTANT:
            goes_on = False
            continue
        runs.append((runs.pop()[0] if goes_on else index, index + 1))
        goes_on = message.recipient is None and message.channel != "final"
    return runs


def _analysis_break(
    messages: list[Message], start: int, stop: int, following: int, config: RenderConfig
) -> _Found:
    if not config.auto_drop_analysis:
        return None
    before = first_kept(messages[:start], config.drop)
    after = first_kept(messages[:following], config.drop)
    for index, message in enumerate(messages[:stop]):
        if message.channel == "analysis":
            was_there = index >= before
            if was_there != (index >= after):
                return "analysis-dropped" if was_there else "analysis-restored", index
    return None


def _return_break(messages: list[Message], stop: int) -> _Found:
    ends_turn = is_final_of_assistant(messages[stop - 1])
    return ("return-replaced", stop - 1) if ends_turn else None


def _tools_break(
    messages: list[Message], start: int, following: int, encoding: Encoding, config: RenderConfig
) -> _Found:
    if any(map(has_function_tools, messages[:start])) == any(
        map(has_function_tools, messages[:following])
    ):
        return None
    for index, message in enumerate(messages[:start]):
        if message.author.role == Role.SYSTEM and _depends_on_tools(message, encoding, config):
            return "tools-declared", index
    return None


def _depends_on_tools(message: Message, encoding: Encoding, config: RenderConfig) -> bool:
    without, with_tools = (_rendered(message, has, encoding, config) for has in (False, True))
    return without != with_tools


def _rendered(
    message: Message, has_tools: bool, encoding: Encoding, config: RenderConfig
) -> list[int]:
    return render_message(
        message,
        encoding.tokenizer,
        encoding.markers,
        conversation_has_function_tools=has_tools,
        schema=config.schema,
    )


def extend(  # noqa: PLR0913 - the parts of the next prompt, and how to render the new ones
    prompt: Sequence[int],
    completion: Sequence[int],
    new_messages: Iterable[Message],
    encoding: Encoding,
    config: RenderConfig,
    *,
    next_role: Role = Role.ASSISTANT,
    finished_turn: FinishedTurn = "refuse",
) -> list[int]:
    """Make the next prompt without rendering what was sampled: ``HarmonyEncoding.extend``.

    The prompt ends within the header or content of the message to sample, or where a message
    ends.
    """
    finished_turn = _coercion.choice(get_args(FinishedTurn), finished_turn, "finished_turn")
    given, sampled = (array("I", tokens).tolist() for tokens in (prompt, completion))
    messages = as_messages(new_messages)
    _check_new(messages)
    parser = _read_sampled(given, sampled, encoding)
    stop = _missing_stop(parser, encoding)
    if finished_turn == "refuse":
        _check_unfinished(parser, given, sampled, encoding, config)
    has_tools = _check_tools(messages, given, encoding)
    tokens: list[int] = [*given, *sampled, *stop]
    rendered = 0
    try:
        for message in messages:
            tokens += _rendered(message, has_tools, encoding, config)
            rendered += 1
    except RenderError as error:
        error.message_index = rendered
        raise
    except ChatError as error:
        error.path = ("new_messages", rendered, *error.path)
        raise
    tokens.append(encoding.markers.start)
    return tokens + encoding.tokenizer.encode_ordinary(Role(next_role).value)


def _check_new(messages: list[Message]) -> None:
    if not messages:
        raise ExtensionError(
            "There are no new messages. To let the model go on with a message that was cut off,"
            " give it prompt and completion as they are",
            kind="nothing-new",
        )
    for index, message in enumerate(messages):
        if message.author.role == Role.ASSISTANT:
            raise ExtensionError(
                f"New message {index} is the assistant's: what the model sampled is not rendered"
                " again; pass its tokens as the completion",
                kind="assistant-message",
                message_index=index,
            )


def _read_sampled(given: list[int], sampled: list[int], encoding: Encoding) -> StreamableParser:
    """Parse the messages that were sampled; the prompt may have begun the first."""
    markers = encoding.markers
    if not sampled:
        raise ExtensionError(
            "The completion is empty", kind="nothing-sampled", token_index=len(given)
        )
    tokens = [*given, *sampled]
    begun = _begun_message(given, encoding)
    parser = StreamableParser(encoding, None)
    role = None
    for index in range(begun, len(tokens)):
        before = tokens[index - 1]
        if index > len(given) and before in markers.stop_tokens_for_assistant_actions:
            raise ExtensionError(
                f"Tokens follow {encoding.tokenizer.decode([before])}, where sampling stops; cut"
                " the completion there",
                kind="tokens-after-stop",
                token_index=index,
            )
        try:
            parser.process(tokens[index])
        except ParseError as error:
            raise ExtensionError(
                f"The completion is malformed at token {index}: {error}",
                kind="malformed",
                token_index=index,
            ) from error
        if tokens[index] == markers.message:
            role = _check_role(parser, role, begun < len(given), index)
    if parser.state is StreamState.HEADER:
        raise ExtensionError(
            "The completion ends within a message's header, so it is unknown what message it is",
            kind="open-header",
            token_index=len(tokens),
        )
    return parser


def _begun_message(given: list[int], encoding: Encoding) -> int:
    """Where the message starts that the prompt ends in; the end if it ends in none."""
    for index in range(len(given) - 1, -1, -1):
        if given[index] == encoding.markers.start:
            return index
        if given[index] in encoding.markers.stop_tokens:
            break
    return len(given)


def _check_role(parser: StreamableParser, first: Role | None, prompted: bool, at: int) -> Role:
    """Refuse a role that the model was not asked for.

    Args:
        parser: A parser in a message's content.
        first: The role of the first message; ``None`` if this is it.
        prompted: Whether the prompt began the first message.
        at: Index of the last token.
    """
    role = parser.current_role
    expected = first or (role if prompted else Role.ASSISTANT)
    if role is None or role != expected:
        raise ExtensionError(
            f"The completion goes on with a message of role {role and role.value}, where"
            f" {expected and expected.value} was asked for",
            kind="other-role",
            token_index=at,
        )
    return role


def _missing_stop(parser: StreamableParser, encoding: Encoding) -> list[int]:
    """The stop token that the last message lacks; none if it has one."""
    if parser.state is not StreamState.CONTENT:
        return []
    calls = parser.current_recipient is not None and parser.current_role == Role.ASSISTANT
    return [encoding.markers.call if calls else encoding.markers.end]


def _check_unfinished(
    parser: StreamableParser,
    given: list[int],
    sampled: list[int],
    encoding: Encoding,
    config: RenderConfig,
) -> None:
    markers = encoding.markers
    advice = (
        "Render the conversation anew, as the format wants, or pass finished_turn='keep' to have"
        " the sampled tokens all the same"
    )
    if sampled[-1] == markers.return_:
        raise ExtensionError(
            f"The completion ends its turn with <|return|>, which later prompts have as <|end|>."
            f" {advice}",
            kind="turn-returned",
            token_index=len(given) + len(sampled) - 1,
        )
    finals = [*filter(is_final_of_assistant, parser.messages)]
    ends_in_final = parser.current_role == Role.ASSISTANT and parser.current_channel == "final"
    if not (finals or ends_in_final) or not config.auto_drop_analysis:
        return
    analysis = [markers.channel, *encoding.tokenizer.encode_ordinary("analysis")]
    tokens = [*given, *sampled]
    found = _find(tokens, analysis)
    if found is not None:
        raise ExtensionError(
            f"The completion finishes its turn, whose analysis later prompts leave out. {advice}",
            kind="analysis-dropped",
            token_index=found,
        )


def _find(tokens: list[int], part: list[int], at: int = 0) -> int | None:
    """Index of the first place where ``part`` is, from ``at`` on."""
    try:
        while True:
            at = tokens.index(part[0], at)
            if tokens[at : at + len(part)] == part:
                return at
            at += 1
    except ValueError:
        return None


def _check_tools(messages: list[Message], given: list[int], encoding: Encoding) -> bool:
    """Whether the conversation has function tools.

    Raises:
        ExtensionError: It has them from now on, and so its system message would change.
    """
    system = _texts_by(Role.SYSTEM, given, encoding)
    told = any(FUNCTION_TOOLS_LINE in text for text in system)
    declared = told or any(
        _FUNCTION_TOOLS in text for text in _texts_by(Role.DEVELOPER, given, encoding)
    )
    for index, message in enumerate(messages):
        if has_function_tools(message) and not declared:
            if any(CHANNELS_HEADING in text for text in system):
                raise ExtensionError(
                    f"New message {index} declares the first function tools, of which the system"
                    " message in the prompt would have to tell; render the conversation anew",
                    kind="tools-declared",
                    message_index=index,
                )
            declared = True
    return declared


def _texts_by(role: Role, tokens: list[int], encoding: Encoding) -> list[str]:
    """The texts of a role's messages."""
    markers, tokenizer = encoding.markers, encoding.tokenizer
    header = [markers.start, *tokenizer.encode_ordinary(role.value)]
    texts = []
    at = _find(tokens, header)
    while at is not None:
        try:
            stop = tokens.index(markers.end, at)
        except ValueError:
            stop = len(tokens)
        texts.append(tokenizer.decode(tokens[at:stop]))
        at = _find(tokens, header, stop)
    return texts
