"""Typed values from JSON-like data: dictionaries, or objects with pydantic's ``model_dump``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from harmony_core import _coercion
from harmony_core.interop._losses import refusal

if TYPE_CHECKING:
    from harmony_core.interop._losses import JsonPath

__all__ = [
    "compact_json",
    "fields",
    "from_text",
    "is_fields",
    "items",
    "optional_text",
    "read_arguments",
    "text",
]


def fields(value: object, path: JsonPath, expected: str = "an object") -> Mapping[str, Any]:
    """The fields of a dictionary or of a pydantic model.

    Raises:
        ChatError: It is neither.
    """
    if isinstance(value, Mapping):
        return value
    dump = getattr(value, "model_dump", None)
    if dump is None or isinstance(value, type):
        raise refusal(expected, value, path)
    dumped: Mapping[str, Any] = dump(mode="json", warnings=False)
    return dumped


def is_fields(value: object) -> bool:
    """Whether ``fields`` takes ``value``."""
    return isinstance(value, Mapping) or (
        hasattr(value, "model_dump") and not isinstance(value, type)
    )


def items(value: object, path: JsonPath, expected: str = "a list") -> list[Any]:
    """The items of a list or of another iterable, such as pydantic's lazy ones.

    Raises:
        ChatError: It is none.
    """
    unlike = (str, bytes, bytearray, Mapping)
    if isinstance(value, unlike) or not isinstance(value, Iterable) or is_fields(value):
        raise refusal(expected, value, path)
    return list(value)


def text(value: object, path: JsonPath, expected: str = "a string") -> str:
    """A string.

    Raises:
        ChatError: It is none.
    """
    if not isinstance(value, str):
        raise refusal(expected, value, path)
    return _coercion.text(value)


def optional_text(value: object, path: JsonPath) -> str | None:
    """A string, or ``None``.

    Raises:
        ChatError: It is neither.
    """
    return None if value is None else text(value, path, "a string or null")


def from_text(value: object, path: JsonPath) -> object:
    """``value``, or what it says if it is JSON text, as columns of data sets are.

    Raises:
        ChatError: It is text, and not JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        raise refusal("JSON", value, path) from None
    return found


def compact_json(value: object, path: JsonPath) -> str:
    """JSON without blanks, as the models write it, all characters as they are.

    Raises:
        ChatError: ``value`` has no JSON.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise refusal("a JSON value", value, path) from None


def read_arguments(function: Mapping[str, Any], path: JsonPath) -> str:
    """The arguments of a call: text as it is, an object as JSON, nothing as nothing.

    Raises:
        ChatError: They are neither.
    """
    arguments = function.get("arguments")
    if arguments is None:
        return ""
    if isinstance(arguments, str):
        return text(arguments, (*path, "arguments"))
    inner = (*path, "arguments")
    return compact_json(dict(fields(arguments, inner, "a string or an object")), inner)
