"""What a conversion could not carry over: one record each, with its place in the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from harmony_core._coercion import found
from harmony_core.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["JsonPath", "Loss", "Losses", "LossyConversionError", "json_path", "refusal"]

JsonPath: TypeAlias = "tuple[str | int, ...]"

# What says nothing, and so is not lost.
_EMPTY: tuple[object, ...] = (None, [], {}, ())


@dataclass(frozen=True, slots=True)
class Loss:
    """Something in the input that the output does not have.

    Attributes:
        path: Its place in the input, outermost key first, such as ``("messages", 2, "name")``.
        value: What is there.
        reason: Why it has no place in the output, and what becomes of it instead.
    """

    path: JsonPath
    value: Any
    reason: str

    @property
    def json_path(self) -> str:
        """``path`` as JSONPath, such as ``"$.messages[2].name"``."""
        return json_path(self.path)

    def to_dict(self) -> dict[str, Any]:
        """The loss as JSON: ``path`` as a list, ``value`` and ``reason``."""
        return {"path": list(self.path), "value": self.value, "reason": self.reason}


class LossyConversionError(ChatError):
    """A conversion would lose something, and ``strict=True`` forbids it.

    Attributes:
        kind: ``"lossy-conversion"``.
        path: Where the first loss is.
        losses: All of them.
    """

    kind = "lossy-conversion"

    def __init__(self, message: str, losses: tuple[Loss, ...] = ()) -> None:
        super().__init__(message, path=losses[0].path if losses else ())
        self.losses = losses


class Losses:
    """Collects the losses of one conversion."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def add(self, path: JsonPath, value: object, reason: str) -> None:
        """Record a loss."""
        self._losses.append(Loss(path, value, reason))

    def add_unknown(
        self, fields: Mapping[str, Any], known: Collection[str], path: JsonPath, reason: str
    ) -> None:
        """Record every key outside ``known`` whose value says something."""
        for key, value in fields.items():
            if key not in known and value not in _EMPTY:
                self.add((*path, key), value, reason)

    def all(self, *, strict: bool = False) -> list[Loss]:
        """Every loss so far.

        Raises:
            LossyConversionError: There are any, and ``strict`` is true.
        """
        if strict and self._losses:
            first = self._losses[0]
            count = f"{len(self._losses)} things" if len(self._losses) > 1 else "One thing"
            raise LossyConversionError(
                f"{count} would be lost; the first is {first.json_path}: {first.reason}",
                tuple(self._losses),
            )
        return list(self._losses)


def json_path(path: JsonPath) -> str:
    """Write a path as JSONPath."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "$" + "".join(steps)


def refusal(expected: str, value: object, path: JsonPath) -> ChatError:
    """The error for a value that is not what its place needs."""
    message = f"Expected {expected} at {json_path(path)}, {found(value)}"
    return ChatError(message, path=path)
