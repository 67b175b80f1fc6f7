"""Texts that are hard on a tokenizer: every code point in context, and strategies for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable

UNICODE_END = 0x110000
SURROGATES = range(0xD800, 0xE000)

# ``{}`` among each kind of character that the split pattern knows, and each it names.
CONTEXTS = (
    "a{}b A{}B 1{}2 ,{},\n{}\n'{}'s{}'S /{}/\t{}\t\u4e2d{}\u4e2d \u0301{}\u0301 {} "
    "{}{}  {}\r{}\r\n{} a{}{}1 A{}a {}A {}a {}1 {}, {}'s a'{} a'l{} a'{}e '{}\U0001f600{} "
    "Aa{}  {}\u00a0{}\u3000{}x |"
)
SHORT_CONTEXTS = ("a{}A ", ".{}{}1 ")

# Fragments that meet the split pattern's corners, to be put together in any order.
FRAGMENTS = (
    *" \t\n\r\x0b\x0c\x1c\x85\u00a0\u2028\u3000\u200b",
    *"aAzZsS\u017fkK\u212a\u00e9\u01c5\u02b0\u4e2d\u0e01\u0301\u0930\u093f",
    *"0\u0663\u00bd\u2167'\u2019,/!.<|>_-",
    *"\U0001f600\U0001f1e9\U0001d400\U0001d41a\U00020000\U0001d7d8\U000e0100\U0001f3fd",
    *("'s", "'S", "'\u017f", "'re", "'Ve", "'lL", "'ll", "'d", "'m", "'t", "\r\n", "  ", "\n\n"),
    *("http://", "<|end|>", "Hello", " world", "\u0627\u0644\u0639", "\u05e9\u05dc", "\u200d"),
)


def alphabet() -> list[str]:
    """Every character that a text can hold."""
    return [chr(c) for c in range(UNICODE_END) if c not in SURROGATES]


def in_context(characters: Iterable[str], context: str = CONTEXTS) -> str:
    return "".join([context.replace("{}", character) for character in characters])


def texts() -> st.SearchStrategy[str]:
    """Texts of all kinds, without lone surrogates."""
    fragments = st.sampled_from(FRAGMENTS)
    return st.one_of(
        st.text(),
        st.lists(fragments, max_size=40).map("".join),
        st.lists(fragments | st.characters(exclude_categories=["Cs"])).map("".join),
        st.binary().map(lambda data: data.decode("utf-8", "replace")),
        st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=200),
        st.text(alphabet=st.characters(min_codepoint=0x0E00, max_codepoint=0x0E7F)),
        st.text(alphabet=st.characters(min_codepoint=0x3040, max_codepoint=0x9FFF)),
    )


def texts_with_surrogates() -> st.SearchStrategy[str]:
    """Texts of all kinds, lone surrogates and surrogate pairs among them."""
    surrogates = st.sampled_from(["\ud83d", "\ude00", "\ud83d\ude00", "a", " ", "\U0001f600"])
    return st.one_of(
        st.lists(surrogates, max_size=8).map("".join),
        st.text(alphabet=st.characters()),
    )


def pieces() -> st.SearchStrategy[bytes]:
    """Byte strings to merge; long runs of few different bytes among them."""
    few = st.lists(st.sampled_from([b"-", b"=", b" ", b"\n", b"a", b"\xe4", b"--"]), min_size=1)
    runs = st.builds(lambda parts, times: (b"".join(parts) * times)[:400], few, st.integers(1, 60))
    words = texts().map(str.encode).filter(bool)
    return st.one_of(words, runs, st.binary(min_size=1))
