"""What a text is that has no markers where they should be: a header, messages, or neither."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, RECIPIENT_PREFIX, ROLES, Header
from harmony_core.format.diagnosis._content import decode_content, token_pieces
from harmony_core.format.diagnosis.inspection import InspectedMessage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = ["Recovered", "find_header", "find_messages", "find_role_tail", "names_role", "text_of"]

# No role, channel and recipient are longer, in tokens.
_LONGEST_TAIL = 16
# The code that an inspection of recovered messages has; it is about the whole stream.
_GUESSES = ("recovered-markers",)


def text_of(tokens: Sequence[int], tokenizer: Tokenizer) -> str:
    """Decode any tokens."""
    return decode_content(tokens, tokenizer).text


def names_role(tokens: Sequence[int], at: int, tokenizer: Tokenizer) -> bool:
    """Whether a token is a role. Within a text, the word's token has a space before it."""
    return text_of(tokens[at : at + 1], tokenizer) in ROLES


# A header before a marker.


def find_role_tail(tokens: Sequence[int], start: int, stop: int, tokenizer: Tokenizer) -> int:
    """Find a role at the end of a text, with a recipient after it or not.

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

    A channel's name must be all of the text, except for a recipient: it may be a plain word.

    Returns:
        The header's first token; ``stop`` if the marker begins it.
    """
    tail = find_role_tail(tokens, start, stop, tokenizer)
    if tail < stop:
        return tail
    is_short = stop - start <= _LONGEST_TAIL
    text = text_of(tokens[start : min(stop, start + _LONGEST_TAIL)], tokenizer).lstrip()
    if text.startswith((RECIPIENT_PREFIX, *ROLES)):
        return start
    first, _, rest = text.partition(" ")
    if is_short and first.rstrip() in channels and not rest.strip():
        return start
    for at in range(max(start, stop - _LONGEST_TAIL), stop):
        tail_text = text_of(tokens[at:stop], tokenizer)
        if _call_header(tuple(sorted(channels))).fullmatch(tail_text):
            return at
    return stop


@lru_cache(maxsize=8)
def _call_header(channels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_any_of(channels)})? ?to[=:]\S+(?:\s+\w+)?\s*")


def _any_of(channels: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, channels)) or "(?!)"


# A whole stream.


class Recovered(NamedTuple):
    """A message made of plain text.

    Attributes:
        item: The message.
        content_start: The first token that is not of the header alone.
    """

    item: InspectedMessage
    content_start: int


def find_messages(
    tokens: Sequence[int], tokenizer: Tokenizer, channels: Collection[str]
) -> list[Recovered]:
    """Find the messages in a text whose special tokens were removed, by the names that are left.

    ``<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.``
    is left as ``analysisHm.assistantfinalYes.`` Where one message ends and the next begins is a
    guess, so all of them count as repaired. There are none unless the text begins with a header
    as a completion does: prose may have such words in it.
    """
    pieces = token_pieces(tokens, tokenizer)
    try:
        text = pieces.data.decode()
    except UnicodeDecodeError:
        return []
    found = list(_stripped(tuple(sorted(channels))).finditer(text))
    if not found or found[0].start() or not _is_stripped(found, text):
        return []
    offsets = [0, *accumulate(len(character.encode()) for character in text)]

    def token_at(position: int) -> int:
        return bisect_right(pieces.ends, offsets[position])

    recovered = []
    bounds = [0, *(match.start() for match in found[1:]), len(text)]
    for match, (begin, end) in zip(found, pairwise(bounds), strict=True):
        type_ = match["type"] or match["type_first"]
        header = Header(
            Role.ASSISTANT,
            recipient=match["recipient"] or match["recipient_first"],
            channel=match["channel"] or match["channel_last"],
            content_type=CONSTRAIN + type_ if type_ else None,
        )
        content = text[match.end() : end]
        message = header.message(content.rstrip("\n") if end < len(text) else content)
        start, stop = token_at(begin), token_at(end) if end < len(text) else len(tokens)
        item = InspectedMessage(message, start, stop, False, _GUESSES, False)
        recovered.append(Recovered(item, min(stop, token_at(match.end()))))
    return recovered


def _is_stripped(found: list[re.Match[str]], text: str) -> bool:
    """Tell a stripped header from a sentence that begins with a channel's name.

    "final answer: 4" and "analysis of it" are prose; "analysisWe need" and "assistantfinal" are
    not, nor is a header with a recipient, or one that another header follows.
    """
    first = found[0]
    after = text[first.end() : first.end() + 1]
    is_glued = after[:1].isupper() or not (after.isspace() or after.isalpha() or after in ",.:;'")
    has_more = first["recipient"] or first["recipient_first"] or first["role"]
    return bool(has_more or len(found) > 1 or is_glued or after == "\n")


@lru_cache(maxsize=8)
def _stripped(channels: tuple[str, ...]) -> re.Pattern[str]:
    """Headers without markers: at the beginning, or after the role.

    Channel and recipient come in either order, and the spaces around them come and go.
    """
    names = _any_of(channels)
    recipient = r"to=(?P<recipient{0}>[\w.:/-]+?)\s?(?P<type{0}>json|code)?\s?"
    channel_first = rf"(?P<channel>{names})(?:\s?{recipient.format('')}(?=[{{\[]))?"
    recipient_first = rf"{recipient.format('_first')}(?P<channel_last>{names})\s?(?:json|code)?"
    last = rf"{recipient_first}\s?(?=[{{\[])"
    return re.compile(
        rf"(?:\A\s*(?P<role>assistant\s*)?|(?<=\S)assistant(?=\S)|\n\s*assistant\s*)"
        rf"(?:{channel_first}|{last})\n*"
    )
