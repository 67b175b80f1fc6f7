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
    """The encodings there are; ``str()`` gives the name."""

    HARMONY_GPT_OSS = "HarmonyGptOss"

    def __str__(self) -> str:
        return self.value


class UnknownEncodingError(HarmonyError, ValueError):
    """There is no encoding of the name.

    Attributes:
        kind: ``"unknown-encoding"``.
    """

    kind = "unknown-encoding"


@dataclass(frozen=True)
class EncodingSpec:
    """What makes an encoding.

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
    """Load an encoding; the same one for the same arguments, whichever thread asks first.

    Args:
        name: The encoding's name.
        backend: What encodes text: ``"python"``, ``"tiktoken"``, or ``"auto"`` for whichever
            pays. The tokens are the same.

    Raises:
        UnknownEncodingError: There is no encoding of that name.
        ValueError: There is no backend of that name.
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
    """Load what was pickled; a function of its own, since pickle gives no keywords."""
    return load_harmony_encoding(name, backend=backend)
