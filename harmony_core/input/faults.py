"""What is told when a source holds no output, or one that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harmony_core.errors import HarmonyError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AlreadyParsedError", "TokenInputError"]


class TokenInputError(HarmonyError, ValueError):
    """The input is not what it was to be read as.

    Attributes:
        kind: A stable name. Of ids: ``"no-ids"``, ``"not-a-number"``, ``"fractional-id"``,
            ``"negative-id"``, ``"unknown-id"``, ``"truncated-print"``. Of JSON:
            ``"not-json"``, ``"truncated"``, ``"too-deep"``. Of what was given instead of an
            output: ``"no-output"``, ``"prompt-only"``, ``"already-parsed"``,
            ``"server-error"``, ``"html"``, ``"stack-trace"``, ``"log"``. Of bytes:
            ``"binary"``, ``"not-utf8"``, ``"compressed"``.
        start: Where the fault starts in the source, in characters.
        stop: Where it ends.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, kind: str, start: int, stop: int, hint: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.start = start
        self.stop = stop
        self.hint = hint


class AlreadyParsedError(TokenInputError):
    """The server parsed the output before answering, so its tokens are gone.

    Attributes:
        requests: What to ask each engine for instead, ready to copy, by the engine's name; the
            one that answered comes first.
    """

    def __init__(
        self, message: str, *, start: int, stop: int, hint: str, requests: Mapping[str, str]
    ) -> None:
        super().__init__(message, kind="already-parsed", start=start, stop=stop, hint=hint)
        self.requests = dict(requests)
