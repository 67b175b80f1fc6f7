"""Finding special tokens in text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from harmony_core.errors import SpecialTokenError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_NAME = r"<\|[0-9a-z_]+\|>"


def find_special(text: str, names: Collection[str]) -> Iterator[re.Match[str]]:
    """Find special tokens from left to right, without overlaps.

    Args:
        text: Where to look.
        names: The texts to look for, of any form.
    """
    if names and all(map(_name_pattern().fullmatch, names)):
        # Nothing of this form starts within another, so names can be sorted out afterwards.
        return (m for m in _name_pattern().finditer(text) if m.group() in names)
    return _alternatives(frozenset(names)).finditer(text)


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


@lru_cache(maxsize=None)
def _name_pattern() -> re.Pattern[str]:
    return re.compile(_NAME)


@lru_cache(maxsize=32)
def _alternatives(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
