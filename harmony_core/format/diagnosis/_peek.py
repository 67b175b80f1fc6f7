"""Where a header begins in a text that has no ``<|start|>``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harmony_core.format._header import RECIPIENT_PREFIX, ROLES
from harmony_core.format.diagnosis._content import read_content

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = ["find_header", "find_role_tail", "names_role", "text_of"]

# No role and recipient are longer, in tokens.
_LONGEST_TAIL = 16


def text_of(tokens: Sequence[int], tokenizer: Tokenizer) -> str:
    """Decode any tokens."""
    return read_content(tokens, tokenizer).text


def names_role(tokens: Sequence[int], at: int, tokenizer: Tokenizer) -> bool:
    """Whether a token is a role. Within a text, the word's token has a space before it."""
    return text_of(tokens[at : at + 1], tokenizer) in ROLES


def find_role_tail(tokens: Sequence[int], start: int, stop: int, tokenizer: Tokenizer) -> int:
    """Find a role at the end of a text, with a recipient behind it or not.

    Returns:
        The role's token; ``stop`` if there is none.
    """
    for at in range(stop - 1, max(start, stop - _LONGEST_TAIL) - 1, -1):
        if names_role(tokens, at, tokenizer):
            behind = text_of(tokens[at + 1 : stop], tokenizer).strip()
            return at if not behind or behind.startswith(RECIPIENT_PREFIX) else stop
    return stop


def find_header(
    tokens: Sequence[int], start: int, stop: int, tokenizer: Tokenizer, channels: Collection[str]
) -> int:
    """Find where the text before a marker becomes a header: at a role, a channel, or ``to=``.

    A channel's name must be all of the text, but for a recipient: else it may be a plain word.

    Returns:
        The header's first token; ``stop`` if the marker begins it.
    """
    tail = find_role_tail(tokens, start, stop, tokenizer)
    if tail < stop:
        return tail
    text = text_of(tokens[start : min(stop, start + _LONGEST_TAIL)], tokenizer).lstrip()
    if text.startswith((RECIPIENT_PREFIX, *ROLES)):
        return start
    first, _, rest = text.partition(" ")
    is_short = stop - start <= _LONGEST_TAIL
    is_channel = first.rstrip() in channels and (
        not rest.strip() or rest.startswith(RECIPIENT_PREFIX)
    )
    return start if is_short and is_channel else stop
