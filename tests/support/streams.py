"""Hypothesis strategies for token streams: valid ones, and broken ones of every kind."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from harmony_core.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

MARKERS = ("<|start|>", "<|message|>", "<|end|>", "<|return|>", "<|call|>")
STOPS = MARKERS[2:]
HIGHEST_U32 = 2**32 - 1
ROLES = ("user", "assistant", "system", "developer", "tool")

HEADERS = (
    "user",
    "user:alice",
    "system",
    "developer to=user",
    "assistant<|channel|>final",
    "assistant<|channel|>analysis",
    "assistant<|channel|>commentary to=functions.get_weather <|constrain|>json",
    "assistant to=functions.get_weather<|channel|>commentary json",
    "assistant<|channel|>commentary<|constrain|>json",
    "functions.get_weather to=assistant<|channel|>commentary",
    "tool tool to=x",
    "to=x",
)
# What headers are made of, and what breaks them.
FRAGMENTS = (
    *MARKERS,
    *ROLES,
    "<|channel|>",
    "<|constrain|>",
    "<|endoftext|>",
    "to=",
    " to=functions.x",
    "functions.x",
    "final",
    " json",
    " a b",
    "<",
    ":",
    '"q\\',
    *" \n\t\v\f\r\x1c\x85\u3000\u200b\u0301",
)
TEXTS = (
    "Hello",
    " world",
    "é",
    "日本語",
    "👩‍🚀",
    "\ufeff",
    "\ufffd",
    "\n\n",
    "<|start|>",
    "<|channel|>",
)
# Bytes that begin, continue and break characters.
AWKWARD_BYTES = bytes.fromhex("41 80 8f 90 9f a0 bf c3 e0 ed f0 f4 ff")


class Stream(NamedTuple):
    """What a parser is given."""

    tokens: list[int]
    role: str | None
    strict: bool


@cache
def encoded(text: str) -> tuple[int, ...]:
    return tuple(load_tokenizer().encode(text, allowed_special="all"))


@cache
def byte_token(byte: int) -> int:
    """The token of a single byte: they have the lowest ids."""
    token_bytes = load_tokenizer().token_bytes
    return next(token for token in range(256) if token_bytes(token) == bytes([byte]))


@cache
def partial_tokens() -> list[int]:
    """The tokens of more than one byte that are not whole characters."""
    tokenizer = load_tokenizer()
    texts = ((token, tokenizer.token_bytes(token)) for token in range(199_998))
    return [
        token
        for token, data in texts
        if len(data) > 1 and "\ufffd" in data.decode(errors="replace")
    ]


def unknown_tokens() -> st.SearchStrategy[int]:
    """Ids that are no token, and the special tokens that have only a number for a name."""
    return st.sampled_from([199_998, 200_015, 201_087, 201_088, 300_000, HIGHEST_U32])


def texts() -> st.SearchStrategy[tuple[int, ...]]:
    return st.sampled_from(TEXTS).map(encoded)


def _single(strategy: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, ...]]:
    return strategy.map(lambda token: (token,))


def awkward() -> st.SearchStrategy[tuple[int, ...]]:
    """Tokens whose bytes are not UTF-8 by themselves, or unknown."""
    return st.deferred(
        lambda: _single(
            st.sampled_from(AWKWARD_BYTES).map(byte_token)
            | st.sampled_from(partial_tokens())
            | unknown_tokens()
        )
    )


def contents() -> st.SearchStrategy[list[int]]:
    return _joined(texts() | awkward(), max_size=8)


def _joined(
    pieces: st.SearchStrategy[tuple[int, ...]], max_size: int
) -> st.SearchStrategy[list[int]]:
    return st.lists(pieces, max_size=max_size).map(
        lambda found: [t for piece in found for t in piece]
    )


@st.composite
def messages(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[int]:
    header = draw(st.sampled_from(HEADERS))
    stop = draw(st.sampled_from(STOPS))
    content = draw(contents())
    return [*encoded(f"<|start|>{header}<|message|>"), *content, *encoded(stop)]


def valid_tokens() -> st.SearchStrategy[list[int]]:
    return st.lists(messages(), max_size=3).map(
        lambda found: [t for tokens in found for t in tokens]
    )


def random_tokens() -> st.SearchStrategy[list[int]]:
    fragments = st.sampled_from(FRAGMENTS).map(encoded)
    anything = _single(st.integers(0, 201_087))
    return _joined(fragments | fragments | texts() | awkward() | anything, max_size=24)


@st.composite
def broken_tokens(draw: st.DrawFn) -> list[int]:
    """A valid stream cut off, truncated at both ends, shuffled, or with a piece replaced."""
    tokens = draw(valid_tokens())
    start, stop = sorted(draw(st.tuples(*[st.integers(0, len(tokens))] * 2)))
    how = draw(st.sampled_from(["cut off", "truncate", "shuffle", "mutate"]))
    if how == "cut off":
        return tokens[:stop]
    if how == "truncate":
        return tokens[start:stop]
    if how == "shuffle":
        return draw(st.permutations(tokens))
    return tokens[:start] + draw(random_tokens()) + tokens[min(stop, start + 3) :]


def any_tokens() -> st.SearchStrategy[list[int]]:
    return valid_tokens() | broken_tokens() | random_tokens()


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """Streams with or without an implied role, most of which begin accordingly."""
    tokens = draw(any_tokens())
    role = draw(st.none() | st.sampled_from(ROLES))
    if role is not None and tokens[:1] == [*encoded("<|start|>")] and draw(st.integers(0, 3)):
        tokens = tokens[1 + draw(st.integers(0, 1)) :]
    return Stream(tokens, role, draw(st.booleans()))
