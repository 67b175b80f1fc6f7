"""Keys in data that the chat model does not know: misspelt, or of another chat API.

The reference ignores them silently. Here reading data warns about them, and ``strict=True``
refuses them with their place and the key that was probably meant.
"""

from __future__ import annotations

import difflib
import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.errors import UnknownFieldError, UnknownFieldWarning

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from types import FrameType

__all__ = [
    "ANY",
    "BY_TYPE",
    "Shape",
    "UnknownField",
    "find_unknown",
    "refuse_unknown",
    "shape_of",
    "warn_ignored",
]

# Key -> the shape of its value, ``None`` for a value whose keys are not the chat model's. A
# list has the shape of its items.
Shape = dict[str, Any]
ANY = "*"  # any key
BY_TYPE = "*type"  # in a shape: the value's "type" -> its shape


def shape_of(cls: type[Any], **inner: object) -> Shape:
    """The shape of a dataclass's dictionary; ``inner`` are the shapes of its fields' values."""
    return {**dict.fromkeys(cls.__dataclass_fields__), **inner}


class UnknownField(NamedTuple):
    """A key that the chat model does not know.

    Attributes:
        path: Where the key is, outermost first, the key itself last.
        suggestion: The known key that was probably meant, or ``None``.
    """

    path: tuple[str | int, ...]
    suggestion: str | None


def find_unknown(
    data: object, shape: Shape | None, path: tuple[str | int, ...] = ()
) -> Iterator[UnknownField]:
    """Find the keys that a shape does not have, in the order of the data.

    Args:
        data: Any value; a part that has not the type its shape expects is skipped.
        shape: What ``data`` may have.
        path: Where ``data`` is.
    """
    if shape is None:
        return
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from find_unknown(item, shape, (*path, index))
    if not isinstance(data, Mapping):
        return
    if BY_TYPE in shape:
        shape = shape[BY_TYPE].get(str(data.get("type")), {ANY: None})
    for key, value in data.items():
        here = (*path, key)
        if key in shape or ANY in shape:
            yield from find_unknown(value, shape.get(key, shape.get(ANY)), here)
        else:
            close = difflib.get_close_matches(str(key), shape, n=1)
            yield UnknownField(here, close[0] if close else None)


def refuse_unknown(data: object, shape: Shape) -> None:
    """Refuse data with a key that its shape does not have.

    Raises:
        UnknownFieldError: There is one; it says where the first is.
    """
    for found in find_unknown(data, shape):
        raise UnknownFieldError(path=found.path, suggestion=found.suggestion)


def warn_ignored(cls: type[Any], given: Mapping[Any, object], known: Container[object]) -> None:
    """Warn the caller of this package of ignored keys, unless they held nothing."""
    ignored = [f"`{key}`" for key, value in given.items() if key not in known and _holds(value)]
    if ignored:
        message = f"{cls.__name__} ignores the unknown {', '.join(ignored)}"
        warnings.warn(message, UnknownFieldWarning, stacklevel=_caller_level())


def _holds(value: object) -> bool:
    return value is not None and (not isinstance(value, (str, list, dict)) or bool(value))


def _caller_level() -> int:
    """How many calls up the first one from outside this package is.

    ``warnings.warn`` can skip a package by itself only from Python 3.12 on.
    """
    level, frame = 0, sys._getframe(1)  # noqa: SLF001 - there is no public way
    own = __name__.partition(".")[0]
    caller: FrameType | None = frame
    while caller and caller.f_globals.get("__name__", "").partition(".")[0] == own:
        level, caller = level + 1, caller.f_back
    return level + 1 if caller else level
