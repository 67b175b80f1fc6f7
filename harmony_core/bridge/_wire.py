"""What answers are made of: faults with their place, and tokens as flat arrays."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from harmony_core.bridge.shapes import MARKS, Mark
from harmony_core.errors import ChatError, DecodeError, ParseError
from harmony_core.format.spans import Part
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harmony_core.bridge.shapes import Fault, Place, TokenStream
    from harmony_core.encoding import HarmonyEncoding
    from harmony_core.errors import HarmonyError
    from harmony_core.format.spans import Span

_PARTS = {part: number for number, part in enumerate(Part)}
_MARKS = {kind: number for number, kind in enumerate(MARKS)}
_NO_MESSAGE = -1

# So many diagnostics and the like are listed; all are marked.
MOST_LISTED = 1000


class RequestFault(Exception):  # noqa: N818 - never leaves this package
    """A request cannot be answered.

    Attributes:
        fault: Why.
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
        place: Place | None = None,
        value: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.value = value
        self.fault: Fault = {
            "kind": kind,
            "message": message,
            "hint": hint,
            "token": token,
            "path": list(path),
            "place": place,
        }


def fault_of(error: HarmonyError) -> Fault:
    """Describe an error of the package; its kind is the error's own."""
    token: int | None = None
    path: Sequence[str | int] = ()
    if isinstance(error, ParseError):
        token = error.token_index
    elif isinstance(error, DecodeError) and error.token is not None:
        token = error.index
    elif isinstance(error, ChatError):
        path = error.path
    return RequestFault(error.kind, str(error), "", token=token, path=path).fault


def encoding() -> HarmonyEncoding:
    """The encoding that everything is answered with."""
    return load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)


def token_stream(
    tokens: list[int], spans: Iterable[Span], marks: Iterable[tuple[int, int, str]] = ()
) -> TokenStream:
    """Describe tokens.

    Args:
        tokens: Token ids.
        spans: Spans that tile them, each with its message.
        marks: Start, stop and kind of what is pointed out, in order.
    """
    tokenizer = encoding().tokenizer
    chunks = [
        tokenizer.token_bytes(token) if 0 <= token < tokenizer.n_vocab else b"" for token in tokens
    ]
    data = b"".join(chunks)
    ends = array("I", accumulate(map(len, chunks)))
    return {
        "ids": array("I", tokens),
        "ends": ends,
        "bytes": data,
        "spans": _flat_spans(spans),
        "joins": joins(data, ends),
        "marks": flat_marks(marks),
    }


def flat_marks(marks: Iterable[tuple[int, int, str]]) -> array[int]:
    """Flatten marks, given as start, stop and kind."""
    flat = array("i")
    for item, (start, stop, kind) in enumerate(marks):
        flat.extend(Mark(start, stop, _MARKS[kind], item))
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
    """Whether a well-formed character begins before a position and ends after it."""
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


def place_in(source: str, start: int, stop: int) -> Place:
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
