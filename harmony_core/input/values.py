"""Numbers and texts in JSON values: lists of ids, tensors, the texts of tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["TOKEN_ID", "gathered", "holds_ids", "is_numbers", "pieces_of", "tensors", "trimmed"]

# How vLLM writes a token with return_tokens_as_token_ids.
TOKEN_ID = re.compile(r"token_id:(\d{1,9})")


def is_numbers(value: object) -> bool:
    """Whether a value is a list of numbers, and not empty."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(type(item) is int or type(item) is float for item in value)
    )


def holds_ids(value: object) -> bool:
    """Whether a value is a list of numbers, or lists of such lists."""
    while isinstance(value, list) and value and isinstance(value[0], list):
        value = next((item for item in value if item), value[0])
    return is_numbers(value)


def pieces_of(value: object) -> list[str | bytes]:
    """The texts of tokens: plain, or as objects with their bytes."""
    found: list[str | bytes] = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict) and isinstance(item.get("token"), str):
            data: Any = item.get("bytes")
            named = TOKEN_ID.fullmatch(item["token"])
            exact = not named and isinstance(data, list) and data and _is_bytes(data)
            found.append(bytes(data) if exact else item["token"])
        else:
            return []
    return found


def gathered(value: object) -> object:
    """Texts gathered from items as one; anything else as it is."""
    if (
        isinstance(value, list)
        and value
        and all(each is None or isinstance(each, str) for each in value)
    ):
        texts = [each for each in value if each is not None]
        return "".join(texts) if texts else None
    return value


def tensors(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """The tensors of a KServe v2 answer by their names; ``None`` if it is none."""
    held = value.get("outputs")
    if not isinstance(held, list) or not held:
        return None
    if not all(
        isinstance(each, dict) and {"name", "data", "shape"} <= each.keys() for each in held
    ):
        return None
    named = {each["name"]: _shaped(each["data"], each["shape"]) for each in held}
    if isinstance(named.get("text_output"), list) and len(named["text_output"]) == 1:
        named["text_output"] = named["text_output"][0]
    return named


def trimmed(rows: Any, lengths: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Rows without what they were padded with."""
    flat = _flat(lengths) if lengths is not None else []
    if not flat or not all(type(each) is int for each in flat):
        return rows
    if is_numbers(rows):
        return rows[: flat[0]] if len(flat) == 1 else rows
    leaves = list(_leaves(rows))
    if len(leaves) == len(flat):
        return [leaf[:length] for leaf, length in zip(leaves, flat, strict=True)]
    return rows


def _leaves(rows: list[Any]) -> Iterator[list[Any]]:
    for row in rows:
        if is_numbers(row) or row == []:
            yield row
        elif isinstance(row, list):
            yield from _leaves(row)


def _flat(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    if not isinstance(value, list):
        return [value]
    return [item for inner in value for item in _flat(inner)]


def _shaped(data: Any, shape: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Flat data as rows of the last dimension."""
    last = shape[-1] if isinstance(shape, list) and shape else 0
    if not isinstance(data, list) or type(last) is not int or last < 2 or len(data) <= last:  # noqa: PLR2004
        return data
    return [data[start : start + last] for start in range(0, len(data), last)]


def _is_bytes(values: list[Any]) -> bool:
    return all(type(each) is int and 0 <= each <= 0xFF for each in values)  # noqa: PLR2004 - a byte
