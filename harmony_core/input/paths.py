"""Paths into JSON values, as the table of engines writes them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["at", "every", "exists", "join"]


def join(path: str, step: str) -> str:
    """Put a step after a path, as it is shown."""
    if not step:
        return path
    shown = step if step.startswith("[") else f".{step}"
    return (path + shown).removeprefix(".").replace("[*]", "[]")


def exists(value: object, path: str) -> bool:
    """Whether there is something at a path; of lists, in the first item."""
    for step in _steps(path):
        if step in ("[]", "[*]"):
            if not isinstance(value, list) or not value:
                return False
            value = value[0]
        elif isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return False
            value = value[step]
    return True


def at(value: object, path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a path, ``None`` if there is none."""
    steps = _steps(path)
    for place, step in enumerate(steps):
        if step == "[*]":
            rest = steps[place + 1 :]
            if not isinstance(value, list):
                return None
            return [_walk(item, rest) for item in value]
        value = _walk(value, (step,))
    return value


def every(value: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects at a path, with theirs."""
    head, through, rest = path.partition("[]")
    found = at(value, head) if head else value
    if not through:
        if isinstance(found, dict):
            yield head, found
        return
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            for tail, inner in every(item, rest.removeprefix(".")):
                yield join(f"{head}[{index}]", tail), inner


def _walk(value: object, steps: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - any JSON value
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


@cache
def _steps(path: str) -> tuple[str | int, ...]:
    """The steps of a path: names, indices, ``"[]"`` and ``"[*]"``."""
    steps = re.findall(r"[^.\[\]]+|\[[^\]]*\]", path)
    return tuple(
        int(step[1:-1]) if step[1:-1].isdigit() and step[0] == "[" else step for step in steps
    )
