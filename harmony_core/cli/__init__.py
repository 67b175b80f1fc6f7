"""The command line: ``harmony-core``, or ``python -m harmony_core``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Args:
        arguments: The arguments; those of the process if ``None``.
    """
    try:
        # Loaded here, so that an interrupt meanwhile shows no traceback.
        from harmony_core.cli._main import main as run  # noqa: PLC0415
    except KeyboardInterrupt:
        return _INTERRUPTED
    return run(arguments)
