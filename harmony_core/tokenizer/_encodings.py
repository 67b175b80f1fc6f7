"""The encodings known by name. An encoding is data: a split, a vocabulary, special tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harmony_core.tokenizer._pieces import CL100K, O200K

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.tokenizer._pieces import Split


class PublishedVocabulary(NamedTuple):
    """A vocabulary that has been published as a ``.tiktoken`` file.

    Attributes:
        name: The stem of its file's name.
        sha256: What the file hashes to, as tiktoken 0.14.0 and openai-harmony 0.0.8 require.
        size: The file's size in bytes.
        bundled: Whether it ships with the package.
    """

    name: str
    sha256: str
    size: int
    bundled: bool


class EncodingSpec(NamedTuple):
    """What makes an encoding.

    Attributes:
        name: Its published name.
        vocabulary: Its vocabulary.
        split: Text to pieces.
        special_tokens: Special token text to token id.
    """

    name: str
    vocabulary: PublishedVocabulary
    split: Split
    special_tokens: Mapping[str, int]


O200K_VOCABULARY = PublishedVocabulary(
    "o200k_base",
    "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    3_613_922,
    bundled=True,
)
CL100K_VOCABULARY = PublishedVocabulary(
    "cl100k_base",
    "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    1_681_126,
    bundled=False,
)


def find_encoding(name: str) -> EncodingSpec:
    """Look an encoding up.

    Raises:
        ValueError: There is none of that name.
    """
    if name == "o200k_harmony":
        return EncodingSpec(name, O200K_VOCABULARY, O200K, _harmony_special_tokens())
    if name == "o200k_base":
        # As in tiktoken. The reference's own o200k_base, which nothing uses, has other names.
        special_tokens = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
        return EncodingSpec(name, O200K_VOCABULARY, O200K, special_tokens)
    if name == "cl100k_base":
        special_tokens = {
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        }
        return EncodingSpec(name, CL100K_VOCABULARY, CL100K, special_tokens)
    known = "cl100k_base, o200k_base, o200k_harmony"
    raise ValueError(f"unknown encoding {name!r}; known: {known}")


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
