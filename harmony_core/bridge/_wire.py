"""What every answer is made of: faults with their place, and tokens as flat arrays."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.errors import (
    ChatError,
    DecodeError,
    ParseError,
    RenderError,
    SpecialTokenError,
)
from harmony_core.format.spans import Part
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harmony_core.encoding import HarmonyEncoding
    from harmony_core.format.spans import Span

_PARTS = {part: number for number, part in enumerate(Part)}
_NO_MESSAGE = -1
_MARKS = {"error": 0, "warning": 1, "info": 2, "literal": 3}

# So many diagnostics and the like are told about; all are marked.
MOST_LISTED = 1000

_KINDS: dict[type[Exception], str] = {
    SpecialTokenError: "special-token",
    DecodeError: "undecodable",
    RenderError: "cannot-render",
}


class Answer(NamedTuple):
    """The answer to a request.

    Attributes:
        value: What goes as JSON.
        arrays: What goes as typed arrays, one field or a dictionary of them each.
    """

    value: Mapping[str, object]
    arrays: Mapping[str, object] = {}


class Mark(NamedTuple):
    """Tokens that are to be pointed out.

    Attributes:
        start: The first token.
        stop: One past the last; ``start`` if something is missing there.
        kind: A severity, or ``"literal"``.
        item: Which item of the value's list it belongs to, if that is so long.
    """

    start: int
    stop: int
    kind: str
    item: int


class InputFault(Exception):  # noqa: N818 - never leaves this package
    """The input cannot be answered.

    Attributes:
        fault: What the protocol calls a fault.
        value: What could be answered all the same.
    """

    def __init__(  # noqa: PLR0913 - the parts of a fault
        self,
        kind: str,
        message: str,
        hint: str,
        *,
        token: int | None = None,
        path: Sequence[str | int] = (),
        place: dict[str, int] | None = None,
        value: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.value = value
        self.fault: Mapping[str, object] = {
            "kind": kind,
            "message": message,
            "hint": hint,
            "token": token,
            "path": list(path),
            "place": place,
        }


def fault_of(error: Exception) -> InputFault:
    """Put an error of the package, or of Python for a wrong argument, into the protocol's form."""
    if isinstance(error, ParseError):
        return InputFault(error.kind, str(error), "", token=error.token_index)
    if isinstance(error, ChatError):
        return InputFault("not-a-conversation", str(error), "", path=error.path)
    return InputFault(_KINDS.get(type(error), "bad-argument"), str(error), "")


def encoding() -> HarmonyEncoding:
    """The encoding that everything is answered with."""
    return load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)


def token_stream(tokens: list[int], spans: Iterable[Span]) -> dict[str, Any]:
    """Describe tokens as the arrays of a ``TokenStream``, but for its marks.

    Args:
        tokens: Token ids, all of them in the vocabulary.
        spans: Spans that tile them, each with its message.
    """
    token_bytes = encoding().tokenizer.token_bytes
    chunks = [token_bytes(token) for token in tokens]
    data = b"".join(chunks)
    ends = array("I", accumulate(map(len, chunks)))
    return {
        "ids": array("i", tokens),
        "ends": ends,
        "bytes": data,
        "spans": _flat_spans(spans),
        "joins": joins(data, ends),
    }


def flat_marks(marks: Iterable[Mark]) -> array[int]:
    """Flatten marks, which are in the order of the tokens."""
    flat = array("i")
    for start, stop, kind, item in marks:
        flat.extend((start, stop, _MARKS[kind], item))
    return flat


def _flat_spans(spans: Iterable[Span]) -> array[int]:
    flat = array("i")
    for start, stop, part, message in spans:
        flat.extend((start, stop, _PARTS[part], _NO_MESSAGE if message is None else message))
    return flat


def joins(data: bytes, ends: Sequence[int]) -> array[int]:
    """Find the runs of tokens that share a character.

    Args:
        data: The bytes of all tokens.
        ends: Where each token's bytes end.

    Returns:
        Start and stop, in tokens, of each run, flat and in order: two tokens are in one run
        if a well-formed UTF-8 character has bytes of both.
    """
    runs = array("i")
    for token, end in enumerate(ends[:-1]):
        if end < len(data) and _continues(data[end]) and _within_character(data, end):
            if runs and runs[-1] == token + 1:
                runs[-1] = token + 2
            else:
                runs.extend((token, token + 2))
    return runs


def _continues(byte: int) -> bool:
    return byte & 0b1100_0000 == 0b1000_0000  # noqa: PLR2004 - UTF-8's own bits


def _within_character(data: bytes, position: int) -> bool:
    """Whether a well-formed character begins before a position and ends behind it."""
    start = position - 1
    while start > position - 4 and start >= 0 and _continues(data[start]):
        start -= 1
    if start < 0:
        return False
    try:
        character = data[start : start + 4].decode()
    except UnicodeDecodeError as error:
        character = data[start : start + error.start].decode()
    return bool(character) and start + len(character[0].encode()) > position


def place_in(source: str, start: int, stop: int) -> dict[str, int]:
    """A place in characters as the page counts: in UTF-16 code units."""
    before = source[:start]
    line_start = before.rfind("\n") + 1
    return {
        "start": _utf16_length(before),
        "stop": _utf16_length(source[:stop]),
        "line": before.count("\n") + 1,
        "column": _utf16_length(before[line_start:]) + 1,
    }


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
