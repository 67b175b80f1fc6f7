"""The outputs found in a source, and what else it held."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from harmony_core.format.finish import Finish

__all__ = ["Kind", "Left", "Output", "Outputs"]

Kind = Literal["tokens", "text"]

# What could not be read although it should have been: whoever inspects the rest has to say so.
_FAULTS = frozenset(("unreadable", "already-parsed", "server-error"))


@dataclass(frozen=True)
class Output:
    """One output of a model.

    Attributes:
        tokens: Its tokens.
        kind: ``"tokens"`` if the source gave ids, ``"text"`` if it gave text.
        engine: What answered so, such as ``"vLLM completion"``; empty if that is not known.
        path: Where in the source it is, such as ``"choices[1].token_ids"`` or
            ``"line 3, choices[0].text"``; empty if it is the whole source.
        form: How it was written, in words: ``"a JSON list of token ids"``.
        finish: How generation ended, as far as the source says.
        prompt: The prompt's ids, if the source gives them.
        line: The line of the source it begins on, from 1; ``None`` if the source is not read
            by lines.
        record: The JSON value it was found in, for looking up an identifier; ``None`` if there
            is none.
    """

    tokens: list[int] = field(repr=False)
    kind: Kind
    engine: str
    path: str
    form: str
    finish: Finish = field(default_factory=Finish)
    prompt: list[int] | None = field(default=None, repr=False)
    line: int | None = None
    record: object = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """What it is in a phrase: ``"12 tokens from choices[0].text (vLLM completion)"``."""
        count = len(self.tokens)
        noun = "token" if count == 1 else "tokens"
        place = f" from {self.path}" if self.path else ""
        return f"{count} {noun}{place} ({self.engine or self.form})"


@dataclass(frozen=True)
class Left:
    """Something in the source that was not taken for an output.

    Attributes:
        kind: A stable name: ``"prompt"``, ``"request"``, ``"text-around"``, ``"other"`` for what
            is no output; ``"cut-stream"`` for an output that is not whole; ``"unreadable"``,
            ``"already-parsed"``, ``"server-error"`` for one that is missing.
        path: Where it is, as for ``Output``.
        message: What it is and why it was left.
        hint: What to do about it; empty if nothing needs doing.
        line: As for ``Output``.
        engine: As for ``Output``.
    """

    kind: str
    path: str
    message: str
    hint: str = ""
    line: int | None = None
    engine: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether an output is missing because of it."""
        return self.kind in _FAULTS


@dataclass(frozen=True)
class Outputs:
    """What was found in a source.

    Attributes:
        outputs: The outputs, in the order of the source. Empty only if the source is blank.
        left: What else there was.
    """

    outputs: list[Output]
    left: list[Left]
