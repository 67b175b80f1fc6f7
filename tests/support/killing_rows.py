"""Rows that kill the process that renders them, for workers that ``install`` is called in."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from harmony_core.arrow import render

ALWAYS = "kill me always"
ONCE = "kill me once in "  # then, in brackets, the path of a file that tells that it has been


def install() -> None:
    """Let such rows kill this process."""
    whole = render._Renderer.render

    def kill_first(self: Any, value: Any) -> Any:
        if ALWAYS in str(value):
            os.kill(os.getpid(), signal.SIGKILL)
        if ONCE in str(value):
            marker = Path(str(value).partition(ONCE + "<")[2].partition(">")[0])
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return whole(self, value)

    render._Renderer.render = kill_first  # type: ignore[method-assign]
