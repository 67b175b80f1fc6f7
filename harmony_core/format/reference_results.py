"""What openai-harmony makes of a stream: its messages or its error, strict and not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.errors import ParseError
from harmony_core.format.parse_whole import parse_messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.chat import Message, Role
    from harmony_core.format.parse import Encoding

__all__ = ["ReferenceResult", "ReferenceResults", "reference_results"]


class ReferenceResult(NamedTuple):
    """What one of its parsers does.

    Attributes:
        messages: The messages that it returns, or had completed before it raises.
        error: What it raises, ``None`` if it returns.
    """

    messages: Sequence[Message]
    error: ParseError | None


class ReferenceResults(NamedTuple):
    """What both of its parsers do.

    Attributes:
        strict: With ``strict=True``, the default.
        non_strict: With ``strict=False``, where a stop token ends a header.
    """

    strict: ReferenceResult
    non_strict: ReferenceResult


def reference_results(
    encoding: Encoding, tokens: Sequence[int], role: Role | None = None
) -> ReferenceResults:
    """Parse a stream as openai-harmony 0.0.8 does.

    Args:
        encoding: The encoding of the tokens.
        tokens: Token ids.
        role: The role of the first message, if its header is implied by the prompt.

    Raises:
        TypeError: A token is not an integer.
        OverflowError: A token does not fit in 32 bits without sign.
    """
    strict = _parse(encoding, tokens, role, strict=True)
    if not _took_stop_for_text(encoding, tokens, strict):
        return ReferenceResults(strict, strict)
    return ReferenceResults(strict, _parse(encoding, tokens, role, strict=False))


def _parse(
    encoding: Encoding, tokens: Sequence[int], role: Role | None, *, strict: bool
) -> ReferenceResult:
    try:
        return ReferenceResult(parse_messages(encoding, tokens, role, strict=strict), None)
    except ParseError as error:
        return ReferenceResult(error.messages, error)


def _took_stop_for_text(encoding: Encoding, tokens: Sequence[int], result: ReferenceResult) -> bool:
    """Whether a header contains a stop token, the only place where the parsers differ."""
    stops = encoding.markers.stop_tokens
    error = result.error
    read = tokens if error is None or error.token_index is None else tokens[: error.token_index]
    is_open = error is None and bool(tokens) and tokens[-1] not in stops
    complete = len(result.messages) - is_open
    return sum(token in stops for token in read) != complete
