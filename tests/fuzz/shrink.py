"""A smaller case with a difference still in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fuzz.generate import Case


def shrink(case: Case, differs: Callable[[Case], bool]) -> Case:
    """Leave out what a difference does not need, as long as anything can be left out.

    Args:
        case: A case that differs. Its texts, lists and dictionaries are cut.
        differs: Tells whether a case differs; one that is none at all does not.
    """
    while True:
        smaller = next((found for found in _smaller(case) if differs(found)), None)
        if smaller is None:
            return case
        case = smaller


def _smaller(value: Any) -> Iterator[Any]:
    """The value with one part left out: large parts first, then within its parts."""
    if isinstance(value, (str, list)):
        whole: Any = value
        size = len(value)
        while size:
            yield from (whole[:at] + whole[at + size :] for at in range(0, len(value), size))
            size //= 2
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], less, *value[index + 1 :]] for less in _smaller(item))
    if isinstance(value, dict):
        for key in value:
            yield {name: item for name, item in value.items() if name != key}
        for key, item in value.items():
            yield from ({**value, key: less} for less in _smaller(item))
