"""The encodings known by name. An encoding is data: a split, a vocabulary, special tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.tokenizer._pieces import split_o200k

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class EncodingSpec(NamedTuple):
    """What makes an encoding.

    Attributes:
        name: Its published name.
        vocabulary: Stem of the packed vocabulary's file name.
        split: Text to pieces.
        special_tokens: Special token text to token id.
    """

    name: str
    vocabulary: str
    split: Callable[[str], list[str]]
    special_tokens: Mapping[str, int]


def find_encoding(name: str) -> EncodingSpec:
    """Look an encoding up.

    Raises:
        ValueError: There is none of that name.
    """
    if name != "o200k_harmony":
        raise ValueError(f"unknown encoding {name!r}; known: o200k_harmony")
    return EncodingSpec(name, "o200k_base", split_o200k, _harmony_special_tokens())


def _harmony_special_tokens() -> dict[str, int]:
    """The special tokens of openai-harmony 0.0.8: ids 199998 to 201088, one name each."""
    named = {
        199998: "<|startoftext|>",
        199999: "<|endoftext|>",
        200002: "<|return|>",
        200003: "<|constrain|>",
        200005: "<|channel|>",
        200006: "<|start|>",
        200007: "<|end|>",
        200008: "<|message|>",
        200012: "<|call|>",
    }
    return {named.get(token, f"<|reserved_{token}|>"): token for token in range(199998, 201089)}
