"""A dictionary that remembers what was worked out, and never grows beyond a bound."""

from __future__ import annotations

from itertools import filterfalse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Together they bound a cache's memory to some 20 MB.
_MOST_ENTRIES = 1 << 16
LONGEST_KEY = 64


class BoundedCache(dict[str, str]):
    """Texts to what was worked out for them; ``__missing__`` of a subclass works it out.

    Several threads may look up at once: at worst something is worked out twice.
    """

    def keep(self, key: str, value: str) -> str:
        """Remember a value, unless its key is long, and return it."""
        if len(key) <= LONGEST_KEY:
            self.make_room(1)
            self[key] = value
        return value

    def missing(self, keys: Iterable[str]) -> list[str]:
        """List those that are not remembered, each once."""
        return list(filterfalse(self.__contains__, set(keys)))

    def make_room(self, count: int) -> None:
        """Forget everything if so many more entries would be too many."""
        if len(self) + count > _MOST_ENTRIES:
            self.clear()
