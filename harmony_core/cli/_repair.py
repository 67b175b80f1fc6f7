"""The repaired output, and what the repair changes: ``inspect --fix`` and ``--diff``."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING

from harmony_core.cli._visible import one_line
from harmony_core.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.input import Output
    from harmony_core.tokenizer import Tokenizer

# A line of a difference begins at a marker that begins a message.
_BEGINNINGS = re.compile(r"(?=<\|start\|>)|(?<=\n)")


def written(tokens: list[int], output: Output, tokenizer: Tokenizer, *, as_json: bool) -> str:
    """Write tokens as their source was written: ids as a JSON list, text as text.

    Args:
        tokens: The tokens.
        output: What they were read from.
        tokenizer: Decodes them.
        as_json: Whether text is to be a JSON string in one line.
    """
    if output.kind == "tokens":
        return json.dumps(tokens)
    text = tokenizer.decode(tokens)
    return json.dumps(text) if as_json else text


def difference(
    name: str, before: list[int], after: list[int], tokenizer: Tokenizer
) -> Iterator[str]:
    """Tell what a repair changes, as a unified diff of texts; nothing if it changes nothing."""
    if before == after:
        return
    lines = difflib.unified_diff(
        _lines(before, tokenizer),
        _lines(after, tokenizer),
        f"{name} (as it is)",
        f"{name} (fixed)",
        lineterm="",
    )
    yield from map(one_line, lines)


def _lines(tokens: list[int], tokenizer: Tokenizer) -> list[str]:
    try:
        text = tokenizer.decode(tokens)
    except (DecodeError, OverflowError):  # ids that are no tokens
        text = " ".join(map(str, tokens))
    return [part.removesuffix("\n") for part in _BEGINNINGS.split(text) if part]
