"""Finding special tokens in text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from harmony_core.errors import SpecialTokenError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The form of every special token in use. Nothing of this form overlaps another of it.
SPECIAL_FORM = r"<\|[0-9a-z_]+\|>"


def find_special(text: str, names: frozenset[str]) -> Iterator[re.Match[str]]:
    """Find special tokens from left to right, without overlaps.

    Args:
        text: Where to look.
        names: The texts to look for, of any form. Of those that start at one place,
            the longest is found.
    """
    return (found for found in _pattern(names).finditer(text) if found.group() in names)


def reject_special(found: re.Match[str]) -> NoReturn:
    """Raise for a special token that the caller did not allow.

    The text is the one of openai-harmony 0.0.8.

    Raises:
        SpecialTokenError: Always.
    """
    token = found.group()
    raise SpecialTokenError(
        f"Encountered text corresponding to disallowed special token {token!r}.\n"
        "If you want this text to be encoded as a special token, "
        f"pass it to `allowed_special`, e.g. `allowed_special={{'{token}', ...}}`.\n"
        "If you want this text to be encoded as normal text, disable the check for this token "
        f"by passing `disallowed_special=(enc.special_tokens_set - {{'{token}'}})`.\n"
        "To disable this check for all special tokens, pass `disallowed_special=()`.\n",
        token=token,
        position=found.start(),
    )


@lru_cache(maxsize=64)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    if names and all(re.fullmatch(SPECIAL_FORM, name) for name in names):
        return re.compile(SPECIAL_FORM)
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
