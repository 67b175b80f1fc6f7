"""What can stop a batch run; what is wrong with single rows is in their ``error``."""

from __future__ import annotations

from harmony_core.errors import HarmonyError

__all__ = ["BatchError"]


class BatchError(HarmonyError):
    """A batch run cannot begin or go on.

    Attributes:
        kind: ``"input"`` for inputs that are missing or cannot be read, ``"plan"`` for a folder
            that holds another run, ``"output"`` for files that cannot be written, ``"ray"`` if
            Ray is wanted and not there, ``"report"`` for a folder that no report can be made of.
    """

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind
