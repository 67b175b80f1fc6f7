"""JSON of bounded depth: nothing that is read here overflows a stack, however small."""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["MOST_LEVELS", "JsonFault", "is_too_deep", "read_json"]

# More levels than any answer has. Pyodide's stack overflows without a RecursionError.
MOST_LEVELS = 100

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")


class JsonFault(Exception):  # noqa: N818 - it is caught where JSON is tried, and never leaves the room
    """What was tried is no JSON.

    Attributes:
        position: Where the fault is, in characters.
        cut: Whether the text ends too early, and is sound up to there.
        too_deep: Whether it is nested too deeply.
    """

    def __init__(
        self, message: str, position: int, *, cut: bool = False, too_deep: bool = False
    ) -> None:
        super().__init__(message)
        self.position = position
        self.cut = cut
        self.too_deep = too_deep


def read_json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Read JSON.

    Raises:
        JsonFault: It is none, or has more than ``MOST_LEVELS`` levels.
    """
    if is_too_deep(text):
        raise JsonFault(f"nested more than {MOST_LEVELS} levels deep", 0, too_deep=True)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        unended = error.msg.startswith("Unterminated string")
        cut = unended or not text[error.pos :].strip() or _is_cut_word(text[error.pos :])
        raise JsonFault(message, error.pos, cut=cut) from error
    except ValueError as error:  # a number of too many digits
        raise JsonFault(str(error), 0) from error


def is_too_deep(text: str) -> bool:
    """Whether text, read as JSON, has more levels than allowed. In linear time."""
    if text.count("[") + text.count("{") <= MOST_LEVELS:
        return False
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    for _ in range(MOST_LEVELS):
        fewer = brackets.replace("[]", "").replace("{}", "")
        if len(fewer) == len(brackets):  # what is left never closes
            return brackets.count("[") + brackets.count("{") > MOST_LEVELS
        brackets = fewer
    return bool(brackets)


def _is_cut_word(rest: str) -> bool:
    rest = rest.strip()
    return any(word.startswith(rest) for word in ("true", "false", "null", "-"))
