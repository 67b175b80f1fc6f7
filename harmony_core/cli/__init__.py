"""The command line: ``harmony-core``, or ``python -m harmony_core``."""

from harmony_core.cli._main import main

__all__ = ["main"]
