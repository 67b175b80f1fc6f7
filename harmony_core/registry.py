"""Encodings by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from harmony_core.encoding import HarmonyEncoding
from harmony_core.errors import HarmonyError
from harmony_core.format._markers import Markers
from harmony_core.reference.crate_aliases import HarmonyEncodingNameAliases
from harmony_core.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from harmony_core.tokenizer import BackendName

__all__ = ["EncodingSpec", "HarmonyEncodingName", "UnknownEncodingError", "load_harmony_encoding"]


class HarmonyEncodingName(HarmonyEncodingNameAliases):
    """The known encodings; ``str()`` gives the name."""

    HARMONY_GPT_OSS = "HarmonyGptOss"

    def __str__(self) -> str:
        return self.value


class UnknownEncodingError(HarmonyError, ValueError):
    """No encoding has this name.

    Attributes:
        kind: ``"unknown-encoding"``.
    """

    kind = "unknown-encoding"


@dataclass(frozen=True)
class EncodingSpec:
    """The declaration of an encoding.

    Attributes:
        name: Its name.
        tokenizer_name: The name of its tokenizer.
        n_ctx: The longest context, in tokens.
        max_message_tokens: The longest message, in tokens.
    """

    name: str
    tokenizer_name: str
    n_ctx: int
    max_message_tokens: int


_SPECS = {
    spec.name: spec
    for spec in (
        EncodingSpec(
            name=HarmonyEncodingName.HARMONY_GPT_OSS.value,
            tokenizer_name="o200k_harmony",
            n_ctx=1_048_576,
            max_message_tokens=524_288,
        ),
    )
}

_loading = Lock()


def load_harmony_encoding(
    name: str | HarmonyEncodingName, *, backend: BackendName = "auto"
) -> HarmonyEncoding:
    """Load an encoding. The same arguments give the same object, in every thread.

    Args:
        name: The encoding's name.
        backend: What encodes text: ``"python"``, ``"tiktoken"``, or ``"auto"`` for the faster
            one. The tokens are the same.

    Raises:
        UnknownEncodingError: No encoding has this name.
        ValueError: No backend has this name.
        VocabularyError: The tokenizer's vocabulary cannot be read.
        BackendError: tiktoken was asked for and cannot be used.
    """
    spec = _SPECS.get(str(name))
    if spec is None:
        known = " or ".join(map(repr, _SPECS))
        raise UnknownEncodingError(f"Invalid HarmonyEncodingName: {name}; expected {known}")
    with _loading:
        return _build(spec, backend)


@cache
def _build(spec: EncodingSpec, backend: BackendName) -> HarmonyEncoding:
    tokenizer = load_tokenizer(spec.tokenizer_name, backend=backend)
    return HarmonyEncoding(
        name=spec.name,
        tokenizer=tokenizer,
        markers=Markers.from_special_tokens(tokenizer.special_tokens),
        n_ctx=spec.n_ctx,
        max_message_tokens=spec.max_message_tokens,
        loader=(_reload, (spec.name, backend)),
    )


def _reload(name: str, backend: BackendName) -> HarmonyEncoding:
    """Load an encoding again; pickle passes arguments by position only."""
    return load_harmony_encoding(name, backend=backend)
