"""The JavaScript module's operations on texts and token lists: the reference's, one for one."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from harmony_core.bridge._wire import RequestFault, encoding, place_in
from harmony_core.errors import SpecialTokenError

if TYPE_CHECKING:
    from harmony_core.bridge import protocol


def encode(params: protocol.EncodeParams) -> protocol.TokensValue:
    """Encode text.

    Raises:
        RequestFault: It has a special token that is disallowed.
    """
    try:
        tokens = encoding().encode(
            params.text,
            allowed_special=params.allowed_special,
            disallowed_special=params.disallowed_special,
        )
    except SpecialTokenError as error:
        start = error.position
        raise RequestFault(
            error.kind,
            f"The text contains the disallowed special token {error.token}.",
            "Allow it to encode it as such, or disallow nothing to encode it as plain text.",
            place=place_in(params.text, start, start + len(error.token)),
        ) from error
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
