"""Tokenizer: special tokens, text of any kind, and the way back, whatever the backend."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from harmony_core.errors import DecodeError
from harmony_core.reference.token_id import as_token_id
from harmony_core.tokenizer._special import find_special, reject_special

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from harmony_core.tokenizer._backends import Encoder
    from harmony_core.tokenizer._encodings import EncodingSpec


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

    def __init__(self, encoding: EncodingSpec, tokens: Sequence[bytes], encoder: Encoder) -> None:
        """Put an encoding together.

        Args:
            encoding: The encoding; its vocabulary is that of the next two.
            tokens: Each token's bytes, special tokens aside.
            encoder: Encodes text in which nothing is special.
        """
        self.name = encoding.name
        self.special_tokens = MappingProxyType(dict(encoding.special_tokens))
        self.n_vocab = max(len(tokens) - 1, *self.special_tokens.values()) + 1
        self._special_names = frozenset(self.special_tokens)
        self._special_ids = frozenset(self.special_tokens.values())
        self._encoder = encoder
        self._encode_plain = encoder.encode
        self._token_bytes = _with_special_tokens(tokens, self.special_tokens)

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
        return self.decode_bytes(tokens).decode("utf-8", errors)

    def decode_bytes(self, tokens: Iterable[int]) -> bytes:
        """Decode tokens to the bytes they stand for.

        Raises:
            DecodeError: A token is not in the vocabulary.
            TypeError: A token is not an integer.
            OverflowError: A token does not fit in 32 bits without sign.
        """
        tokens = list(tokens)
        try:
            if min(tokens, default=0) >= 0:  # a negative index would count from the end
                # An id that is no token's gives None, which join refuses.
                return b"".join(map(self._token_bytes.__getitem__, tokens))  # type: ignore[arg-type]
        except (IndexError, TypeError):
            pass  # one of them is no token: say which
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
            data = self.decode_bytes(tokens)
        except DecodeError as error:
            raise DecodeError(
                f"Could not decode tokens: Invalid token error: {error}",
                token=error.token,
                index=error.index,
            ) from error
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(
                f"Could not decode tokens: Invalid utf-8 sequence: {_utf8_fault(error)}",
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
        return as_token_id(token, "token") in self._special_ids

    def _bytes_at(self, position: int, token: int) -> bytes:
        found = self._token_bytes[token] if token < self.n_vocab else None
        if found is None:
            message = f"Invalid token for decoding: {token}"
            raise DecodeError(message, token=token, index=position)
        return found


def _with_special_tokens(tokens: Sequence[bytes], special: Mapping[str, int]) -> list[bytes | None]:
    """Make the table from token id to bytes; ids that are no token's get ``None``."""
    table: list[bytes | None] = [*tokens]
    table += [None] * (max(special.values()) + 1 - len(tokens))
    for text, token in special.items():
        table[token] = text.encode()
    return table


def _without_surrogates(text: str) -> str:
    """Join surrogate pairs and replace lone surrogates, as the reference does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _utf8_fault(error: UnicodeDecodeError) -> str:
    """Say what is wrong in the words of Rust's standard library, which the reference quotes."""
    if error.reason == "unexpected end of data":
        return f"incomplete utf-8 byte sequence from index {error.start}"
    return f"invalid utf-8 sequence of {error.end - error.start} bytes from index {error.start}"
