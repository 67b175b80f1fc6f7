"""Values from outside -> the typed values the chat model's fields hold.

The readers accept what the reference's pydantic models accept, such as bytes for text and any
iterable for a list. They raise ``ChatError`` for everything else; each level adds its own step
to the front of the error's path.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from harmony_core.errors import ChatError

if TYPE_CHECKING:
    from typing import TypeGuard

T = TypeVar("T")
S = TypeVar("S", bound=str)
E = TypeVar("E", bound=Enum)

_BOOLEAN_WORDS = {
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
}
_TYPE_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "list",
    dict: "dictionary",
}
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def found(value: object) -> str:
    """Describe ``value`` for an error text, shortened."""
    if value is None:
        return "found null"
    name = _TYPE_NAMES.get(type(value), type(value).__name__)
    try:
        return f"found the {name} {_SHORT.repr(value)}"
    except ValueError:  # an integer of more digits than Python writes
        return f"found a {name} too long to show"


def wrong(expected: str, value: object, name: str | None = None) -> ChatError:
    """The error for a ``value`` that cannot be what field ``name`` expects."""
    field = f" for `{name}`" if name else ""
    path = (name,) if name else ()
    return ChatError(f"Input should be {expected}{field}, {found(value)}", path=path)


def missing(name: str) -> ChatError:
    """The error for a field ``name`` that must be given and is not."""
    return ChatError(f"Field required: `{name}`", path=(name,))


def text(value: object, name: str | None = None) -> str:
    """A string. Bytes are taken as UTF-8, a string's subclass as its plain string."""
    if type(value) is str:
        return value
    if isinstance(value, str):
        return cast("str", value.value) if isinstance(value, Enum) else str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
    raise wrong("a valid string", value, name)


def optional_text(value: object, name: str) -> str | None:
    """A string or ``None``."""
    return value if value is None or type(value) is str else text(value, name)


def boolean(value: object, name: str) -> bool:
    """A boolean: also 0 and 1, and the words the reference takes for one."""
    if value is True or value is False:
        return value
    if isinstance(value, (str, bytes)):
        word = _BOOLEAN_WORDS.get(text(value, name).lower())
        if word is not None:
            return word
    elif isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    raise wrong("a valid boolean", value, name)


def member(enum: type[E], value: object, name: str) -> E:
    """A member of ``enum``, given itself or by its value."""
    if isinstance(value, enum):
        return value
    if isinstance(value, (str, bytes)):
        with suppress(ValueError):
            return enum(text(value))
    raise wrong(_any_of([candidate.value for candidate in enum]), value, name)


def choice(options: Sequence[S], value: S, name: str) -> S:
    """One of the texts in ``options``."""
    if value in options:
        return value
    raise wrong(_any_of(options), value, name)


def _any_of(options: Sequence[object]) -> str:
    *first, last = map(repr, options)
    return f"{', '.join(first)} or {last}"


def each(read: Callable[[Any], T], values: Any, name: str) -> list[T]:  # noqa: ANN401 - checked
    """A new list of every item of ``values``, read by ``read``."""
    if not is_list_like(values):
        raise wrong("a valid list", values, name)
    items: list[T] = []
    try:
        for value in values:
            items.append(read(value))  # noqa: PERF401 - the length so far is the faulty index
    except ChatError as error:
        error.path = (name, len(items), *error.path)
        raise
    return items


def is_list_like(value: object) -> bool:
    """Whether ``value`` is taken for a list: any iterable, but no text and no mapping."""
    if type(value) is list:
        return True
    unlike = (str, bytes, bytearray, Mapping)
    return isinstance(value, Iterable) and not isinstance(value, unlike)


def each_value(read: Callable[[Any], T], values: object, name: str) -> dict[str, T]:
    """A new dictionary of every value of ``values``, read by ``read``."""
    source = mapping(values, name)
    items: dict[str, T] = {}
    key: object = None
    try:
        for key, value in source.items():
            items[text(key)] = read(value)
    except ChatError as error:
        error.path = (name, str(key), *error.path)
        raise
    return items


def mapping(value: object, name: str | None = None) -> Mapping[Any, Any]:
    """A dictionary or another mapping."""
    if is_mapping(value):
        return value
    raise wrong("a valid dictionary", value, name)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether ``value`` is a dictionary or another mapping."""
    return type(value) is dict or isinstance(value, Mapping)


def copied(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A deep copy of a JSON-like value."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value
