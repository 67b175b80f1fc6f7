"""The results' way out: the standard output or a file, always UTF-8."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from harmony_core.cli._faults import OutputFault, PipeClosed
from harmony_core.cli._input import STANDARD_STREAM
from harmony_core.cli._visible import for_terminal

if TYPE_CHECKING:
    from collections.abc import Callable


class Output:
    """Where results go. A file is opened, and so emptied, when the first one is there.

    Args:
        path: A file, or ``None`` or ``"-"`` for the standard output.
    """

    def __init__(self, path: str | None) -> None:
        self._path = None if path == STANDARD_STREAM else path
        self._stream: BinaryIO | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        return self._path is None and sys.stdout is not None and sys.stdout.isatty()

    def write(self, text: str) -> None:
        """Write text.

        Raises:
            OutputFault: It cannot be written.
            PipeClosed: Nobody reads it.
        """
        self.write_bytes(text.encode())

    def write_raw(self, text: str) -> None:
        """Write a model's or a conversation's text: on a terminal, what would control it escaped.

        Args:
            text: The text; bytes that ``surrogateescape`` kept come out as they were.
        """
        if self.is_terminal:
            self.write(for_terminal(text))
        else:
            self.write_bytes(text.encode("utf-8", "surrogateescape"))

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are; errors are those of ``write``."""
        self._attempt(lambda: _write_all(self._opened(), data))

    def flush(self) -> None:
        """Hand over what was written so far; errors are those of ``write``."""
        if self._stream is not None:
            self._attempt(self._stream.flush)

    def close(self, *, make: bool) -> None:
        """Finish; errors are those of ``write``.

        Args:
            make: Whether to make, or empty, the file even if nothing was written.
        """
        if make:
            self._attempt(self._opened)
        self.flush()
        if self._path is not None and self._stream is not None:
            self._attempt(self._stream.close)

    def abandon(self) -> None:
        """Leave off after an error, without trying to write again."""
        if self._path is None:
            leave_standard_output()
        elif self._stream is not None:
            with suppress(OSError):
                self._stream.close()

    def _opened(self) -> BinaryIO:
        if self._stream is None:
            if self._path is not None:
                self._stream = open(self._path, "wb")  # noqa: SIM115, PTH123 - see close
            elif sys.stdout is not None:
                self._stream = sys.stdout.buffer
            else:
                raise OutputFault("the standard output is closed")
        return self._stream

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except BrokenPipeError as error:
            raise PipeClosed from error
        except (OSError, ValueError) as error:  # ValueError: closed by somebody else
            name = self._path or "the standard output"
            reason = getattr(error, "strerror", None) or str(error)
            raise OutputFault(f"cannot write {name}: {reason}") from error


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """Write every byte, also to a stream that takes some at a time (``PYTHONUNBUFFERED``)."""
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]


def leave_standard_output() -> None:
    """Keep the interpreter from writing at its end what could not be written before."""
    with suppress(OSError, ValueError, AttributeError):  # no real file, or none at all
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
