"""Tokenizer: special tokens, text of any kind, and the way back, whatever the backend."""

from __future__ import annotations

from array import array
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeVar

from harmony_core.errors import DecodeError
from harmony_core.reference.rust_text import utf8_fault
from harmony_core.reference.token_id import as_token_id
from harmony_core.tokenizer._special import find_special, reject_special

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from harmony_core.tokenizer._backends import Encoder
    from harmony_core.tokenizer._encodings import EncodingSpec
    from harmony_core.tokenizer._vocabulary import Vocabulary

T = TypeVar("T", str, bytes)

# Tokens decoded at a time.
_BLOCK = 4096


class Tokenizer:
    """Encodes text to tokens and decodes tokens to text or bytes.

    It is immutable but for a bounded cache, and may be used from several threads.

    Attributes:
        name: The encoding's name.
        special_tokens: Special token text to token id.
        n_vocab: The highest token id plus one.
    """

    name: str
    special_tokens: Mapping[str, int]
    n_vocab: int

    def __init__(self, encoding: EncodingSpec, vocabulary: Vocabulary, encoder: Encoder) -> None:
        """Put an encoding together.

        Args:
            encoding: The encoding; its vocabulary is that of the next two.
            vocabulary: Each token's bytes, special tokens aside.
            encoder: Encodes text in which nothing is special.
        """
        self.name = encoding.name
        self.special_tokens = MappingProxyType(dict(encoding.special_tokens))
        self.n_vocab = max(len(vocabulary) - 1, *self.special_tokens.values()) + 1
        self._special_names = frozenset(self.special_tokens)
        self._special_ids = frozenset(self.special_tokens.values())
        self._encoder = encoder
        self._encode_plain = encoder.encode
        self._vocabulary = vocabulary

    # What decodes, each built when first asked for: most programs ask for text alone. Ids that
    # are no token's have None.

    @cached_property
    def _token_bytes(self) -> list[bytes | None]:
        special = {token: text.encode() for text, token in self.special_tokens.items()}
        return _with_special_tokens(self._vocabulary.tokens, special)

    @cached_property
    def _token_texts(self) -> list[str | None]:
        special = {token: text for text, token in self.special_tokens.items()}
        return _with_special_tokens(self._vocabulary.texts, special)

    @property
    def backend(self) -> Literal["python", "tiktoken"]:
        """What encodes at present; the tokens are the same."""
        return self._encoder.backend

    def encode(
        self,
        text: str,
        *,
        allowed_special: Literal["all"] | Collection[str] = frozenset(),
        disallowed_special: Literal["all"] | Collection[str] = "all",
    ) -> list[int]:
        """Encode text that may hold special tokens.

        Args:
            text: Any text. Lone surrogates become U+FFFD.
            allowed_special: Special tokens to encode as themselves.
            disallowed_special: Texts to refuse; ``"all"`` stands for every special token
                that is not allowed. What is neither allowed nor refused is plain text.

        Returns:
            Token ids.

        Raises:
            SpecialTokenError: The text holds a disallowed special token.
            TypeError: It is not text.
        """
        allowed = self._special_names if allowed_special == "all" else frozenset(allowed_special)
        if disallowed_special != "all":
            refused = frozenset(disallowed_special)
        else:
            refused = self._special_names - allowed if allowed else self._special_names
        for found in find_special(text, refused):
            reject_special(found)
        try:
            return self._encode(text, allowed & self._special_names)
        except UnicodeEncodeError:
            return self._encode(_without_surrogates(text), allowed & self._special_names)

    def encode_ordinary(self, text: str) -> list[int]:
        """Encode text, taking special tokens in it for plain text.

        Args:
            text: Any text. Lone surrogates become U+FFFD.

        Returns:
            Token ids.

        Raises:
            TypeError: It is not text.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be str, not {type(text).__name__}")
        try:
            return self._encode_plain(text)
        except UnicodeEncodeError:
            return self._encode_plain(_without_surrogates(text))

    def _encode(self, text: str, allowed: frozenset[str]) -> list[int]:
        if not allowed:
            return self._encode_plain(text)
        tokens: list[int] = []
        start = 0
        for found in find_special(text, allowed):
            tokens += self._encode_plain(text[start : found.start()])
            tokens.append(self.special_tokens[found.group()])
            start = found.end()
        tokens += self._encode_plain(text[start:])
        return tokens

    def decode(self, tokens: Iterable[int], errors: str = "replace") -> str:
        """Decode tokens to text.

        Args:
            tokens: Token ids; special tokens give their text.
            errors: What to do with bytes that are not UTF-8, as for ``bytes.decode``.

        Raises:
            DecodeError: A token is not in the vocabulary.
            UnicodeDecodeError: The bytes are not UTF-8, and ``errors`` is ``"strict"``.
        """
        tokens = tokens if type(tokens) is list else list(tokens)
        text = _joined("", self._token_texts, tokens)
        if text is None:
            return self.decode_bytes(tokens).decode("utf-8", errors)
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:  # a token ends within a character
            return text.encode("utf-8", "surrogateescape").decode("utf-8", errors)
        return text

    def decode_bytes(self, tokens: Iterable[int]) -> bytes:
        """Decode tokens to the bytes they stand for.

        Raises:
            DecodeError: A token is not in the vocabulary.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        tokens = tokens if type(tokens) is list else list(tokens)
        data = _joined(b"", self._token_bytes, tokens)
        if data is not None:
            return data
        ids = [as_token_id(token, "tokens") for token in tokens]
        return b"".join([self._bytes_at(position, token) for position, token in enumerate(ids)])

    def decode_utf8(self, tokens: Iterable[int]) -> str:
        """Decode tokens to text, accepting nothing but UTF-8.

        Raises:
            DecodeError: A token is not in the vocabulary, or the bytes are not UTF-8.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        try:
            return self.decode(tokens, "strict")
        except DecodeError as error:
            raise DecodeError(
                f"Could not decode tokens: Invalid token error: {error}",
                token=error.token,
                index=error.index,
            ) from error
        except UnicodeDecodeError as error:
            raise DecodeError(
                f"Could not decode tokens: Invalid utf-8 sequence: {utf8_fault(error)}",
                token=None,
                index=error.start,
            ) from error

    def token_bytes(self, token: int) -> bytes:
        """Tell the bytes of one token.

        Raises:
            DecodeError: The token is not in the vocabulary.
            TypeError: The token is not an integer.
            OverflowError: The token does not fit in 32 bits without sign.
        """
        return self._bytes_at(0, as_token_id(token, "token"))

    def is_special_token(self, token: int) -> bool:
        """Tell whether a token id is a special token's.

        Raises:
            TypeError: The token is not an integer.
            OverflowError: The token does not fit in 32 bits without sign.
        """
        if type(token) is not int or token >> 32:
            token = as_token_id(token, "token")
        return token in self._special_ids

    def _bytes_at(self, position: int, token: int) -> bytes:
        found = self._token_texts[token] if token < self.n_vocab else None
        if found is None:
            message = f"Invalid token for decoding: {token}"
            raise DecodeError(message, token=token, index=position)
        return found.encode("utf-8", "surrogateescape")


def _with_special_tokens(tokens: Sequence[T], special: Mapping[int, T]) -> list[T | None]:
    """Make the table from token id to bytes or text."""
    table: list[T | None] = list(tokens)
    table += [None] * (max(special) + 1 - len(tokens))
    for token, text in special.items():
        table[token] = text
    return table


def _joined(empty: T, table: Sequence[T | None], tokens: list[int]) -> T | None:
    """Join the bytes or texts of tokens; ``None`` if one of them is no token.

    In blocks, so that what ``itemgetter`` and ``join`` put aside stays small.
    """
    try:
        if len(tokens) == 1:
            (token,) = tokens
            # Of a single one, itemgetter gives no tuple, and asking is faster than array.
            return empty.join([table[token]]) if token >= 0 else None  # type: ignore[list-item]
        if len(tokens) > _BLOCK:
            blocks = (tokens[start : start + _BLOCK] for start in range(0, len(tokens), _BLOCK))
            return empty.join([_joined(empty, table, block) for block in blocks])  # type: ignore[misc]
        array("I", tokens)  # no negative id, which would count from the end
        return empty.join(itemgetter(*tokens)(table)) if tokens else empty
    except (IndexError, OverflowError, TypeError):
        return None


def _without_surrogates(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates, as the reference does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
