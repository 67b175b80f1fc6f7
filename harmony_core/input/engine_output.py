"""Token ids and Harmony text inside the JSON that serving engines return and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where engines put the ids of the output, most telling first.
_OUTPUT_KEYS = (
    "output_token_ids",
    "completion_token_ids",
    "output_ids",
    "token_ids",
    "tokens",
    "ids",
)
_PROMPT_KEYS = ("prompt_token_ids", "input_ids", "prompt_ids")
_TEXT_KEYS = ("text", "output_text", "completion", "content", "prompt")
# Lists of numbers that are about tokens, and no tokens.
_NUMBERS_ABOUT = frozenset(
    ("logprobs", "token_logprobs", "top_logprobs", "text_offset", "bytes", "offsets", "embedding")
)


class EngineOutput(NamedTuple):
    """Ids or text inside a JSON value.

    Attributes:
        kind: Which of the two.
        key: The field that holds it.
        value: A list of numbers, or a string.
        total: How many fields of that name hold such a value; this is the first.
    """

    kind: Literal["tokens", "text"]
    key: str
    value: Any
    total: int


def find_engine_output(value: object) -> EngineOutput | None:
    """Find the output in an engine's answer.

    Ids under a name that stands for the output's come first, then text with special tokens,
    then other lists of integers, and the prompt's ids last: they are no output.
    """
    found = [(key, item) for key, item in _walk(value) if key not in _NUMBERS_ABOUT]
    lists = [(key, item) for key, item in found if _is_number_list(item)]
    outputs = [(key, item) for key, item in lists if key in _OUTPUT_KEYS]
    texts = [(key, item) for key, item in found if isinstance(item, str) and "<|" in item]
    others = [(key, item) for key, item in lists if key not in _OUTPUT_KEYS + _PROMPT_KEYS]
    integers = [(key, item) for key, item in others if all(type(each) is int for each in item)]
    prompts = [(key, item) for key, item in lists if key in _PROMPT_KEYS]
    has_output = any(key in _OUTPUT_KEYS for key, _ in found)
    return (
        _first("tokens", outputs, _OUTPUT_KEYS)
        or _first("text", texts, _TEXT_KEYS)
        or _first("tokens", integers, ())
        or (None if has_output else _first("tokens", prompts, _PROMPT_KEYS))
    )


def _first(
    kind: Literal["tokens", "text"], candidates: list[tuple[str, Any]], order: tuple[str, ...]
) -> EngineOutput | None:
    if not candidates:
        return None
    known = [key for key in order if any(found == key for found, _ in candidates)]
    key = known[0] if known else candidates[0][0]
    same = [item for found, item in candidates if found == key]
    return EngineOutput(kind, key, same[0], len(same))


def _walk(value: object) -> Iterator[tuple[str, Any]]:
    """Every value inside, with the name of the nearest field that holds it."""
    pending: list[tuple[str, Any]] = [("", value)]
    while pending:
        key, item = pending.pop()
        yield key, item
        if isinstance(item, dict):
            pending.extend(reversed(list(item.items())))
        elif isinstance(item, list) and not _is_number_list(item):
            pending.extend((key, inner) for inner in reversed(item))


def _is_number_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(item, int | float) and not isinstance(item, bool) for item in value)
    )
