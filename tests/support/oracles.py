"""The two implementations that decide what is right."""

from __future__ import annotations

from base64 import b64encode
from importlib import import_module
from typing import TYPE_CHECKING

import tiktoken

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from harmony_core.tokenizer import Tokenizer

N_RANKS = 199_998

# The split pattern of o200k_base as published.
O200K_PATTERN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)


def token_list(tokenizer: Tokenizer) -> list[bytes]:
    return [tokenizer.token_bytes(token) for token in range(N_RANKS)]


def write_published_vocabulary(tokenizer: Tokenizer, path: Path) -> None:
    lines = (b"%b %d\n" % (b64encode(t), rank) for rank, t in enumerate(token_list(tokenizer)))
    path.write_bytes(b"".join(lines))


def load_reference() -> ModuleType:
    """Import late: the environment must name the vocabulary's folder first."""
    return import_module("openai_harmony")


def load_tiktoken(tokenizer: Tokenizer) -> tiktoken.Encoding:
    return tiktoken.Encoding(
        "o200k_harmony",
        pat_str=O200K_PATTERN,
        mergeable_ranks={token: rank for rank, token in enumerate(token_list(tokenizer))},
        special_tokens=dict(tokenizer.special_tokens),
    )
