"""The JavaScript module's operations: the reference's, one for one, and parsers kept here."""

from __future__ import annotations

from array import array
from itertools import count
from typing import TYPE_CHECKING

from harmony_core.bridge._wire import RequestFault, encoding
from harmony_core.errors import ParseError
from harmony_core.format.parse import StreamableParser, StreamState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.bridge import protocol

_parsers: dict[int, StreamableParser] = {}
_parser_ids = count(1)


def encode(params: protocol.EncodeParams) -> protocol.TokensValue:
    """Encode text."""
    tokens = encoding().encode(
        params.text,
        allowed_special=params.allowed_special,
        disallowed_special=params.disallowed_special,
    )
    return {"tokens": array("I", tokens)}


def decode(params: protocol.TokensParams) -> protocol.TextValue:
    """Decode tokens; bytes that are not UTF-8 come out as U+FFFD."""
    return {"text": encoding().decode(params.tokens)}


def decode_utf8(params: protocol.TokensParams) -> protocol.TextValue:
    """Decode tokens; bytes that are not UTF-8 are refused."""
    return {"text": encoding().decode_utf8(params.tokens)}


def decode_bytes(params: protocol.TokensParams) -> protocol.BytesValue:
    """Give the bytes that tokens stand for."""
    return {"bytes": encoding().decode_bytes(params.tokens)}


def parse(params: protocol.ParseParams) -> protocol.MessagesValue:
    """Parse a completion."""
    messages = encoding().parse_messages_from_completion_tokens(
        params.tokens, params.role, strict=params.strict
    )
    return {"messages": [message.to_dict() for message in messages]}


def special_tokens(_: protocol.NoParams) -> protocol.TextsValue:
    """List the texts of all special tokens."""
    return {"texts": sorted(encoding().special_tokens_set)}


def is_special_token(params: protocol.TokenParams) -> protocol.SpecialValue:
    """Tell whether a token is a special one."""
    return {"special": encoding().is_special_token(params.token)}


def stop_tokens(params: protocol.StopTokensParams) -> protocol.TokensValue:
    """List the tokens that end a message, or the assistant's turn."""
    harmony = encoding()
    if params.assistant_actions:
        return {"tokens": array("I", harmony.stop_tokens_for_assistant_actions())}
    return {"tokens": array("I", harmony.stop_tokens())}


def open_parser(params: protocol.OpenParserParams) -> protocol.OpenParserValue:
    """Open a parser that is kept until it is closed."""
    number = next(_parser_ids)
    _parsers[number] = StreamableParser(encoding(), params.role, strict=params.strict)
    return {"parser": number, **_snapshot(_parsers[number])}


def process(params: protocol.ProcessParams) -> protocol.Advance:
    """Feed a parser."""
    return _advance(params.parser, params.tokens)


def process_eos(params: protocol.ParserParams) -> protocol.Advance:
    """Tell a parser that its stream has ended."""
    return _advance(params.parser, [None])


def close_parser(params: protocol.ParserParams) -> protocol.NoValue:
    """Forget a parser."""
    _parsers.pop(params.parser, None)
    return {}


def _advance(number: int, tokens: Sequence[int | None]) -> protocol.Advance:
    """Feed a parser, ``None`` for the end of the stream, and report what is new since.

    Raises:
        RequestFault: A token does not follow the format; it keeps what came before. Or the
            parser is closed.
    """
    parser = _parsers.get(number)
    if parser is None:
        raise RequestFault("closed-parser", "This parser is closed.", "Open another one.")
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
    value: protocol.Advance = {
        **_snapshot(parser),
        "deltas": deltas,
        "content": "".join(content),
        "restarted": restarted,
        "messages": [message.to_dict() for message in parser.messages[messages_before:]],
    }
    if fault is not None:
        raise RequestFault(fault.kind, str(fault), "", token=fault.token_index, value=value)
    return value


def _snapshot(parser: StreamableParser) -> protocol.Snapshot:
    role = parser.current_role
    return {
        "state": parser.state.value,
        "role": None if role is None else role.value,
        "channel": parser.current_channel,
        "recipient": parser.current_recipient,
        "content_type": parser.current_content_type,
    }
