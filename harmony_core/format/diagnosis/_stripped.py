"""Text whose special tokens were removed -> messages, by the names that are left.

``<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.``
is left as ``analysisHm.assistantfinalYes.``
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.format._header import CONSTRAIN, Header
from harmony_core.format.diagnosis._content import token_pieces
from harmony_core.format.diagnosis.inspection import InspectedMessage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = ["Recovered", "find_messages"]

# The code that an inspection of them has; it is about the whole stream.
_GUESSES = ("recovered-markers",)


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
    """Find the messages; none unless the text begins with a channel as a completion does.

    Where one message ends and the next begins is a guess, so all of them count as repaired.
    A recipient is taken only where arguments follow it.
    """
    pieces = token_pieces(tokens, tokenizer)
    try:
        text = pieces.data.decode()
    except UnicodeDecodeError:
        return []
    found = list(_pattern(tuple(sorted(channels))).finditer(text))
    if not found or found[0].start():
        return []
    offsets = [0, *accumulate(len(character.encode()) for character in text)]

    def token_at(position: int) -> int:
        return bisect_right(pieces.ends, offsets[position])

    recovered = []
    bounds = [0, *(match.start() for match in found[1:]), len(text)]
    for match, (begin, end) in zip(found, pairwise(bounds), strict=True):
        header = Header(
            Role.ASSISTANT,
            recipient=match["recipient"],
            channel=match["channel"],
            content_type=CONSTRAIN + match["type"] if match["type"] else None,
        )
        message = header.message(text[match.end() : end])
        start, stop = token_at(begin), token_at(end) if end < len(text) else len(tokens)
        item = InspectedMessage(message, start, stop, False, _GUESSES, False)
        recovered.append(Recovered(item, min(stop, token_at(match.end()))))
    return recovered


@lru_cache(maxsize=8)
def _pattern(channels: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in channels) or "(?!)"
    recipient = r"(?: to=(?P<recipient>[\w.:/-]+?)(?: ?(?P<type>json|code))?(?=[{\[]))?"
    return re.compile(rf"(?:\A\s*(?:assistant)?|assistant)(?P<channel>{names}){recipient}")
