"""The parameters of a request -> their dataclass, each checked against its declared type."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin, get_type_hints

from harmony_core.bridge._wire import RequestFault

_MOST_SHOWN = 60


def read_params(kind: Any, given: Mapping[str, object]) -> Any:  # noqa: ANN401 - a dataclass
    """Make a dataclass of what was given; what was not has its default.

    Raises:
        RequestFault: A parameter is unknown, missing or of the wrong type.
    """
    declared = _declared(kind)
    for name, value in given.items():
        if name not in declared:
            _refuse_unknown(name, list(declared))
        if not _accepts(declared[name], value):
            expected = _expected(declared[name])
            message = f"{name} must be {expected}, but it is {_shown(value)}."
            raise RequestFault("bad-argument", message, f"Correct {name}.", path=(name,))
    for field in fields(kind):
        if field.name not in given and field.default is field.default_factory is MISSING:
            message = f"{field.name} is missing."
            raise RequestFault("bad-argument", message, f"Give {field.name}.", path=(field.name,))
    return kind(**{name: _converted(declared[name], value) for name, value in given.items()})


@cache
def _declared(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in fields(kind)}


def _refuse_unknown(name: str, known: list[str]) -> NoReturn:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The options are {', '.join(known)}."
    raise RequestFault("unknown-option", f"There is no option {name}.", hint, path=(name,))


def _accepts(declared: Any, value: object) -> bool:  # noqa: ANN401 - any type
    """Whether a JSON value is of a type; an enum's members are given by their texts."""
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return _accepts(arguments[0], value)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if _is_collection(origin):
        items = value if isinstance(value, list) else None
        fits = items is not None and all(_accepts(arguments[0], item) for item in items)
        return isinstance(value, dict) if origin is dict else fits
    if origin is not None:  # a union
        return any(_accepts(kind, value) for kind in arguments)
    if issubclass(declared, Enum):
        return isinstance(value, str) and value in {member.value for member in declared}
    return type(value) is declared  # a boolean is no number here


def _converted(declared: Any, value: object) -> object:  # noqa: ANN401 - any type
    """Make members of enums of their texts."""
    for kind in (declared, *get_args(declared)):
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str):
            return kind(value)
    return value


def _is_collection(origin: object) -> bool:
    return isinstance(origin, type) and issubclass(origin, Collection)


_LISTS: dict[object, str] = {
    int: "token ids",
    str: "a list of strings",
    bool: "a list of true and false",
    str | None: "a list of strings and nulls",
    str | dict[str, Any]: "a list of strings and objects",
}
_NAMES: dict[object, str] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    type(None): "null",
}


def _expected(declared: Any) -> str:  # noqa: ANN401 - any type
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated:
        return _expected(arguments[0])
    if origin is Literal:
        return _any_of([f'"{name}"' for name in arguments])
    if _is_collection(origin):
        return _LISTS[arguments[0]]
    if origin is not None:
        return _any_of([_expected(kind) for kind in arguments])
    if issubclass(declared, Enum):
        return _any_of([f'"{member.value}"' for member in declared])
    return _NAMES[declared]


def _any_of(options: list[str]) -> str:
    *first, last = options
    return f"{', '.join(first)} or {last}" if first else last


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
