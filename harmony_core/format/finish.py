"""How generation ended, according to the server."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finish"]


class Finish(NamedTuple):
    """What a server says about the end of an output.

    Attributes:
        reason: Its ``finish_reason``, such as ``"stop"``, ``"length"`` or ``"tool_calls"``;
            ``None`` if it did not say.
        stop_token: The id of the token that ended it, such as vLLM's ``stop_reason`` 200012;
            ``None`` if that is not known. Servers leave this token out of the text.
    """

    reason: str | None = None
    stop_token: int | None = None
