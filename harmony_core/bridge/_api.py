"""The JavaScript module's methods: the reference's, one for one, and a parser that is kept here."""

from __future__ import annotations

from array import array
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from harmony_core.bridge._wire import Answer, InputFault, encoding
from harmony_core.chat import Conversation, Message, Role
from harmony_core.encoding import RenderConversationConfig, RenderOptions
from harmony_core.errors import ParseError
from harmony_core.format.parse import StreamableParser, StreamState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Special = Literal["all"] | list[str]

_parsers: dict[int, StreamableParser] = {}
_parser_ids = count(1)


def _encode(*, text: str, allowed_special: Special, disallowed_special: Special) -> Answer:
    return _tokens(
        encoding().encode(
            text, allowed_special=allowed_special, disallowed_special=disallowed_special
        )
    )


def _decode(*, tokens: list[int]) -> Answer:
    return Answer({"text": encoding().decode(tokens)})


def _decode_utf8(*, tokens: list[int]) -> Answer:
    return Answer({"text": encoding().decode_utf8(tokens)})


def _decode_bytes(*, tokens: list[int]) -> Answer:
    return Answer({}, {"bytes": encoding().decode_bytes(tokens)})


def _render_message(*, message: dict[str, Any], function_tools: bool) -> Answer:
    options = RenderOptions(conversation_has_function_tools=function_tools)
    return _tokens(encoding().render(Message.from_dict(message), options))


def _render_conversation(
    *, conversation: dict[str, Any], training: bool, next_role: str | None, drop_analysis: bool
) -> Answer:
    harmony = encoding()
    messages = Conversation.from_dict(conversation)
    config = RenderConversationConfig(auto_drop_analysis=drop_analysis)
    if training:
        return _tokens(harmony.render_conversation_for_training(messages, config))
    if next_role is not None:
        return _tokens(
            harmony.render_conversation_for_completion(messages, Role(next_role), config)
        )
    return _tokens(harmony.render_conversation(messages, config))


def _parse(*, tokens: list[int], role: str | None, strict: bool) -> Answer:
    messages = encoding().parse_messages_from_completion_tokens(tokens, _role(role), strict=strict)
    return Answer({"messages": [message.to_dict() for message in messages]})


def _special_tokens() -> Answer:
    return Answer({"texts": sorted(encoding().special_tokens_set)})


def _is_special_token(*, token: int) -> Answer:
    return Answer({"special": encoding().is_special_token(token)})


def _stop_tokens(*, assistant_actions: bool) -> Answer:
    harmony = encoding()
    if assistant_actions:
        return _tokens(harmony.stop_tokens_for_assistant_actions())
    return _tokens(harmony.stop_tokens())


def _open_parser(*, role: str | None, strict: bool) -> Answer:
    number = next(_parser_ids)
    _parsers[number] = StreamableParser(encoding(), _role(role), strict=strict)
    return Answer({"parser": number, **_snapshot(_parsers[number])})


def _process(*, parser: int, tokens: list[int]) -> Answer:
    return _advance(parser, tokens)


def _process_eos(*, parser: int) -> Answer:
    return _advance(parser, [None])


def _close_parser(*, parser: int) -> Answer:
    _parsers.pop(parser, None)
    return Answer({})


def _advance(number: int, tokens: Sequence[int | None]) -> Answer:
    """Feed a parser, ``None`` for the end of the stream, and report what is new since.

    A fault keeps what came before it.
    """
    parser = _parsers.get(number)
    if parser is None:
        raise InputFault("closed-parser", "This parser has been closed.", "Open another one.")
    messages_before = len(parser.messages)
    deltas: list[str | None] = []
    content: list[str] = []
    restarted = False
    fault: ParseError | None = None
    for token in tokens:
        try:
            parser.process_eos() if token is None else parser.process(token)
        except ParseError as error:
            fault = error
        deltas.append(parser.last_content_delta)
        if parser.state is not StreamState.CONTENT:
            restarted = True
            content.clear()
        elif deltas[-1] is not None:
            content.append(deltas[-1])
        if fault is not None:
            break
    value = {
        **_snapshot(parser),
        "deltas": deltas,
        "content": "".join(content),
        "restarted": restarted,
        "messages": [message.to_dict() for message in parser.messages[messages_before:]],
    }
    if fault is not None:
        raise InputFault(fault.kind, str(fault), "", token=fault.token_index, value=value)
    return Answer(value)


def _snapshot(parser: StreamableParser) -> dict[str, object]:
    role = parser.current_role
    return {
        "state": parser.state.value,
        "role": None if role is None else role.value,
        "channel": parser.current_channel,
        "recipient": parser.current_recipient,
        "content_type": parser.current_content_type,
    }


def _tokens(tokens: Iterable[int]) -> Answer:
    return Answer({}, {"tokens": array("I", tokens)})


def _role(name: str | None) -> Role | None:
    return None if name is None else Role(name)


# Method of the protocol -> who answers it.
METHODS: dict[str, Callable[..., Answer]] = {
    "encode": _encode,
    "decode": _decode,
    "decode_utf8": _decode_utf8,
    "decode_bytes": _decode_bytes,
    "render_message": _render_message,
    "render_conversation": _render_conversation,
    "parse": _parse,
    "special_tokens": _special_tokens,
    "is_special_token": _is_special_token,
    "stop_tokens": _stop_tokens,
    "open_parser": _open_parser,
    "process": _process,
    "process_eos": _process_eos,
    "close_parser": _close_parser,
}
