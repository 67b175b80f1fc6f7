"""What turns text into tokens: pure Python, or tiktoken where it is installed.

An encoder takes text in which nothing is special. All else, special tokens and the way
back, is the tokenizer's own. So backends cannot differ but in the tokens of plain text,
and a tiktoken that does not agree on what a letter is is not used.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from harmony_core.errors import HarmonyError
from harmony_core.tokenizer._pieces import letters
from harmony_core.tokenizer._python_encoder import PythonEncoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.tokenizer._pieces import Split
    from harmony_core.tokenizer._vocabulary import Vocabulary

BackendName = Literal["auto", "python", "tiktoken"]
BACKENDS: tuple[BackendName, ...] = get_args(BackendName)

# To build tiktoken's tables takes about as long as they then save on so many characters.
_PAYS_AFTER = 1_000_000

# tiktoken 0.14.0 panics at 999,999 blanks in a row: they overflow its regular expression
# engine's stack. Any run as long as two blocks holds a block of nothing but blanks.
_BLOCK = 400_000

# Every version of Unicode brought scripts, or ideographs, in aligned blocks of at least 16.
_PROBED = (range(0x80, 0xD800, 16), range(0xE000, 0x110000, 16))


class BackendError(HarmonyError, ImportError):
    """A backend was asked for that cannot be used here.

    Attributes:
        kind: ``"backend"``.
    """

    kind = "backend"


class Encoder(Protocol):
    """Encodes text in which nothing is special."""

    @property
    def backend(self) -> Literal["python", "tiktoken"]:
        """What it encodes with at present."""

    def encode(self, text: str) -> list[int]:
        """Encode text. ``UnicodeEncodeError`` may tell of lone surrogates in it."""


class TiktokenEncoder:
    """Encodes with tiktoken, except for what tiktoken cannot take."""

    backend: Literal["tiktoken"] = "tiktoken"

    def __init__(self, split: Split, vocabulary: Vocabulary, python: PythonEncoder) -> None:
        """Build tiktoken's tables.

        Args:
            split: How text is cut into pieces.
            vocabulary: The tokens.
            python: Takes what tiktoken cannot.

        Raises:
            BackendError: tiktoken is not installed, or cannot be used.
        """
        self._encode = _tiktoken_encode(split.pattern, vocabulary.ranks)
        self._python = python

    def encode(self, text: str) -> list[int]:
        """Encode text; lone surrogates become U+FFFD."""
        starts = range(0, len(text) - _BLOCK + 1, _BLOCK)  # for most texts, none
        if any(text[start : start + _BLOCK].isspace() for start in starts):
            return self._python.encode(text)
        return self._encode(text)


class AutoEncoder:
    """Encodes with Python, and goes over to tiktoken, if it can be used, once that pays.

    Several threads may encode at once: one of them builds, the others go on in Python.
    """

    def __init__(self, python: PythonEncoder, build: Callable[[], TiktokenEncoder]) -> None:
        self._python = python
        self._build = build
        self._current: Encoder = python
        self._building = Lock()
        self._remaining = _PAYS_AFTER

    @property
    def backend(self) -> Literal["python", "tiktoken"]:
        """What it encodes with at present."""
        return self._current.backend

    def encode(self, text: str) -> list[int]:
        """Encode text. ``UnicodeEncodeError`` may tell of lone surrogates in it."""
        if self._remaining > 0:
            self._remaining -= len(text)  # a count lost to another thread does not matter
            if self._remaining <= 0 and self._building.acquire(blocking=False):
                self._go_over()
        return self._current.encode(text)

    def _go_over(self) -> None:
        """Build once. The lock stays taken: there is no second try."""
        try:
            self._current = self._build()
        except BackendError:
            self._current = self._python


def make_encoder(backend: BackendName, split: Split, vocabulary: Vocabulary) -> Encoder:
    """Make an encoder.

    Raises:
        BackendError: The backend cannot be used here.
        ValueError: There is no backend of that name.
    """
    if backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}; known: {', '.join(BACKENDS)}")
    python = PythonEncoder(split, vocabulary)
    if backend == "python":
        return python
    if backend == "tiktoken":
        return TiktokenEncoder(split, vocabulary, python)
    return AutoEncoder(python, lambda: TiktokenEncoder(split, vocabulary, python))


def _tiktoken_encode(pattern: str, ranks: dict[bytes, int]) -> Callable[[str], list[int]]:
    try:
        # Optional, and half of a short program's start.
        from tiktoken import Encoding  # noqa: PLC0415
    except ImportError as error:
        raise BackendError(
            f"backend 'tiktoken' cannot be used: {error}; install harmony-core[tiktoken], "
            "or choose backend 'python'"
        ) from error
    try:
        letter = Encoding(
            "letter",
            pat_str=r"\p{L}",
            mergeable_ranks={bytes([byte]): byte for byte in range(256)},
            special_tokens={},
        )
        probe = "".join([chr(code_point) for probed in _PROBED for code_point in probed])
        found = bytes(letter.encode_ordinary(probe)).decode()
        encode = Encoding(
            "plain", pat_str=pattern, mergeable_ranks=ranks, special_tokens={}
        ).encode_ordinary
    except (AttributeError, TypeError, ValueError) as error:
        raise BackendError(
            f"backend 'tiktoken' cannot be used: its interface is not that of 0.14 ({error}); "
            "install harmony-core[tiktoken], or choose backend 'python'"
        ) from error
    if found != letters(probe):
        raise BackendError(
            "backend 'tiktoken' cannot be used: it knows another version of Unicode and might "
            "give other tokens; install tiktoken 0.14.0, or choose backend 'python'"
        )
    return encode
