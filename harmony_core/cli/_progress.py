"""A line on the terminal that tells how far a long run is."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.cli._source import Source

_FIRST_AFTER = 1.0  # seconds: a shorter run needs no bar
_EVERY = 0.1
_BAR = 20
_CLEAR = "\r\x1b[K"


class Progress:
    """Shows progress on the standard error stream, if that is a terminal.

    Args:
        wanted: Whether to show it at all.
        clock: Tells the time, in seconds.
    """

    def __init__(self, *, wanted: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._clock = clock
        self._started = clock()
        self._next = self._started + _FIRST_AFTER
        self._shown = False

    def update(self, source: Source) -> None:
        """Show how much of a source has been read, if it is time."""
        if not self._wanted:
            return
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _EVERY
        columns = shutil.get_terminal_size().columns
        self._write(_CLEAR + describe(source, now - self._started)[: columns - 1])
        self._shown = True

    def clear(self) -> None:
        """Take the line off the terminal."""
        if self._shown:
            self._write(_CLEAR)
            self._shown = False

    @staticmethod
    def _write(text: str) -> None:
        with suppress(OSError, ValueError):  # the terminal is gone; the work goes on
            sys.stderr.write(text)
            sys.stderr.flush()


def describe(source: Source, seconds: float) -> str:
    """Tell the state of a run in one line.

    Args:
        source: What is being read.
        seconds: How long the run has taken.
    """
    done = f"{source.position / 1e6:.1f} MB"
    clock = f"{int(seconds) // 60}:{int(seconds) % 60:02}"
    if not source.size:
        return f"{source.name}: {done}, {clock}"
    share = min(source.position / source.size, 1.0)
    bar = "#" * int(share * _BAR)
    return f"{share:4.0%} [{bar:{_BAR}}] {source.name}: {done} of {source.size / 1e6:.1f}, {clock}"
