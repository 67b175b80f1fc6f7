"""All the messages of a completion at once.

The streaming parser decides what is right. This one cuts the tokens at the formatting tokens
and decodes each piece in one go, which is several times as fast.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from harmony_core.chat import Role
from harmony_core.errors import DecodeError, ParseError
from harmony_core.format._header import HeaderFault, parse_header
from harmony_core.format.parse import StreamableParser
from harmony_core.reference.token_id import as_token_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harmony_core.chat import Message
    from harmony_core.format.parse import Encoding

__all__ = ["parse_messages"]


def parse_messages(
    encoding: Encoding, tokens: Iterable[int], role: Role | None = None, *, strict: bool = True
) -> list[Message]:
    """Read the messages of a whole completion.

    Args:
        encoding: The encoding of the tokens.
        tokens: Token ids.
        role: As for ``StreamableParser``.
        strict: As for ``StreamableParser``.

    Raises:
        ParseError: The tokens do not follow the format. Its ``messages`` are those before the
            fault.
        TypeError: A token is not an integer.
        OverflowError: A token does not fit in 32 bits without sign.
    """
    checked = _checked(list(tokens))
    role = None if role is None else Role(role)
    messages = _parse_sliced(encoding, checked, role, strict=strict)
    if messages is None:
        messages = _parse_stepping(encoding, checked, role, strict=strict)
    return messages


def _checked(tokens: list[int]) -> list[int]:
    try:
        return array("I", tokens).tolist()  # as fast as a check can be
    except (TypeError, OverflowError):
        return [as_token_id(token, "tokens") for token in tokens]  # with the reference's errors


def _parse_stepping(
    encoding: Encoding, tokens: list[int], role: Role | None, *, strict: bool
) -> list[Message]:
    parser = StreamableParser(encoding, role, strict=strict)
    try:
        for token in tokens:
            parser.process(token)
        return parser.process_eos().messages
    except ParseError as error:
        error.messages = parser.messages
        raise


def _parse_sliced(
    encoding: Encoding, tokens: list[int], role: Role | None, *, strict: bool
) -> list[Message] | None:
    """Parse by cutting at the formatting tokens; ``None`` if anything is unusual.

    Valid UTF-8 gives the same text however it is cut, so only faults need the parser that
    reads token by token.
    """
    markers, decode = encoding.markers, encoding.tokenizer.decode_utf8
    stops = markers.stop_tokens
    bounds = stops | {markers.message}
    cuts = (i for i, token in enumerate(tokens) if token in bounds)
    messages: list[Message] = []
    at = 0
    try:
        while role is not None or at < len(tokens):
            if role is None:
                if tokens[at] != markers.start:
                    return None
                at += 1
            cut = next(cuts)
            while tokens[cut] != markers.message:
                if not strict:
                    return None
                cut = next(cuts)
            header = parse_header(decode(tokens[at:cut]), role)
            role = None
            stop = next((i for i in cuts if tokens[i] in stops), len(tokens))
            messages.append(header.message(decode(tokens[cut + 1 : stop])))
            at = stop + 1
    except (StopIteration, DecodeError, HeaderFault):
        return None
    return messages
