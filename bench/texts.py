"""The texts to measure on: from files, or from what every machine with this checkout has."""

from __future__ import annotations

import json
import random
import string
import sysconfig
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRANSLATIONS = Path(__file__).parent.parent / "node_modules" / "axe-core" / "locales"
_SENTENCE = "今天天气很好我们一起去公园散步然后回家吃饭"


def from_files(files: Iterable[str], characters: int) -> dict[str, str]:
    """Read the beginning of each file.

    Returns:
        The file's name without its ending, and its text.

    Raises:
        OSError: A file cannot be read.
        UnicodeDecodeError: A file is not UTF-8.
    """
    paths = [Path(file) for file in files]
    return {path.stem: path.read_text(encoding="utf-8")[:characters] for path in paths}


def built_in(characters: int) -> dict[str, str]:
    """English prose, source code and many languages; of each at most so many characters."""
    return {
        "prose": _prose()[:characters],
        "code": _joined(_sources(), characters),
        "multilingual": _joined(_translations(), characters),
    }


def without_boundaries(characters: int) -> dict[str, str]:
    """Texts of that length that have no place, or no good one, to split them at."""
    letters = random.Random(characters)  # noqa: S311 - any letters do, if the same each time
    return {
        "one letter": "a" * characters,
        "random letters": "".join(letters.choices(string.ascii_letters, k=characters)),
        "Chinese sentence": (_SENTENCE * (characters // len(_SENTENCE) + 1))[:characters],
        "spaces": " " * characters,
        "line breaks": "\n" * characters,
    }


def _prose() -> str:
    """The reference texts that Python's ``help()`` shows."""
    from pydoc_data.topics import topics  # noqa: PLC0415 - half a megabyte, needed only here

    return "\n\n".join(topics.values())


def _sources() -> Iterator[str]:
    """The modules of Python's standard library by name."""
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        yield file.read_text(encoding="utf-8")


def _translations() -> Iterator[str]:
    """The messages of axe-core, every language in turn, so that any stretch has them all."""
    languages = [
        _strings(json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(_TRANSLATIONS.glob("[!_]*.json"))
    ]
    return filter(None, chain.from_iterable(zip_longest(*languages)))


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _joined(parts: Iterable[str], characters: int) -> str:
    chosen: list[str] = []
    length = 0
    for part in parts:
        if length >= characters:
            break
        chosen.append(part)
        length += len(part) + 1
    return "\n".join(chosen)[:characters]
