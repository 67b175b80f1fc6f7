"""What a person or a log holds, read as tokens: ids in any usual spelling, or Harmony text.

Recognised spellings of ids are a JSON list, plain numbers between spaces, commas or
newlines, the debug prints of Python, NumPy, PyTorch and Rust, and a JSON object with a list
of ids somewhere inside, as the serving engines return it. Everything else is Harmony text,
in which the text of a special token stands for that token.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from harmony_core.errors import HarmonyError
from harmony_core.input.engine_output import find_engine_output

if TYPE_CHECKING:
    from harmony_core.tokenizer import Tokenizer

Kind = Literal["tokens", "text"]

# Longer digit strings are no token id, and converting them would take quadratic time.
_MOST_DIGITS = 12
_TOO_LONG = rf"[0-9]{{{_MOST_DIGITS + 1}}}"

# Characters that may stand before or behind a list, and that are looked at where there is none.
_MOST_AROUND = 200
_SAMPLE = 4000


class TokenInputError(HarmonyError, ValueError):
    """The input is not what it was to be read as.

    Attributes:
        kind: A stable name: ``"not-json"``, ``"no-ids"``, ``"not-a-number"``,
            ``"fractional-id"``, ``"negative-id"``, ``"unknown-id"`` or ``"binary"``.
        start: Where the fault starts in the source, in characters.
        stop: Where it ends.
        hint: What to do about it.
    """

    def __init__(self, message: str, *, kind: str, start: int, stop: int, hint: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.start = start
        self.stop = stop
        self.hint = hint


@dataclass(frozen=True)
class TokenInput:
    """Tokens, and how they were recognised.

    Attributes:
        kind: ``"tokens"`` if the source spelled ids, ``"text"`` if it was Harmony text.
        form: The recognised form in words, such as ``"a JSON list of token ids"``.
        tokens: The tokens, all of them in the vocabulary.
    """

    kind: Kind
    form: str
    tokens: list[int]


def read_token_input(
    source: str, tokenizer: Tokenizer, *, kind: Kind | Literal["auto"] = "auto"
) -> TokenInput:
    """Read a source as tokens.

    Args:
        source: Token ids in any usual spelling, or Harmony text.
        tokenizer: Says which ids exist, and turns text into tokens.
        kind: ``"auto"`` to recognise the form, or the form to insist on.

    Returns:
        The tokens and how they were found. An empty source gives no tokens.

    Raises:
        TokenInputError: The source holds something that cannot be a token id, or is binary.
    """
    if not source.strip():
        return TokenInput("tokens" if kind == "tokens" else "text", "nothing", [])
    if kind == "tokens":
        return _read_ids(source, tokenizer)
    if kind == "text":
        return _read_text(source, "Harmony text", tokenizer)
    held = _from_json(source, tokenizer)
    if held is not None:
        return held
    if "<|" not in source and _looks_like_ids(source):
        return _read_ids(source, tokenizer)
    _refuse_binary(source)
    return _read_text(source, "Harmony text", tokenizer)


def _read_text(text: str, form: str, tokenizer: Tokenizer) -> TokenInput:
    return TokenInput("text", form, tokenizer.encode(text, allowed_special="all"))


def _from_json(source: str, tokenizer: Tokenizer) -> TokenInput | None:
    """Ids or text inside a JSON object, or a JSON string; ``None`` for anything else."""
    value = _json_value(source) if source.lstrip()[0] in '{"' else None
    if isinstance(value, str):
        return _read_text(value, "a JSON string of Harmony text", tokenizer)
    return _from_object(value, source, tokenizer) if isinstance(value, dict) else None


def _json_value(source: str) -> object:
    """The value of JSON; ``None`` if it is none, and does not look like an object either."""
    try:
        return json.loads(source)
    except RecursionError:
        return None
    except ValueError as error:
        if _compiled(r"\s*\{\s*\"[^\"]*\"\s*:").match(source) is None:
            return None
        start = min(getattr(error, "pos", 0), len(source) - 1)
        raise TokenInputError(
            "This begins as a JSON object and is none: something is wrong here, or the rest is "
            "missing.",
            kind="not-json",
            start=start,
            stop=start + 1,
            hint="Paste the whole object, or only the list of ids or the text in it.",
        ) from error


def _from_object(value: dict[str, object], source: str, tokenizer: Tokenizer) -> TokenInput:
    held = find_engine_output(value)
    if held is None:
        raise TokenInputError(
            "This JSON object holds no list of token ids of an output, and no Harmony text.",
            kind="no-ids",
            start=0,
            stop=len(source),
            hint='Paste the list itself, or an object with a list such as "token_ids".',
        )
    noun = "list" if held.kind == "tokens" else "text"
    which = f"the {noun}" if held.total == 1 else f"the first of {held.total} {noun}s"
    form = f'{which} "{held.key}" of a JSON object'
    if held.kind == "text":
        return _read_text(held.value, form, tokenizer)
    wrong = next((number for number in held.value if not _is_id(number, tokenizer)), None)
    if wrong is not None:
        _check_id(wrong, str(wrong), *_find_number(source, wrong), tokenizer)
    return TokenInput("tokens", form, held.value)


def _find_number(source: str, number: float) -> tuple[int, int]:
    match = re.search(rf"(?<![\w.]){re.escape(str(number))}(?![\w.])", source)
    return match.span() if match else (0, len(source))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_NUMBER = r"[+-]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"
# A scalar's debug print, such as `np.int64(5)` or `Rank(5)`.
_WRAPPED = r"[A-Za-z_][\w.:]*\(([^()]*)\)"
_ITEM = r"[^\s,;]+"
_BRACKETED = r"\[([^\[\]]*)(?:\]|$)"
_PARENTHESISED = r"\(([^()]*)(?:\)|$)"
# What may stand before a list: a source position, a name and `=` or `:`, an opening call.
_HEAD = r"\s*(?:\[[^\]]*\]\s*)?(?:[&\w.'\"-]+\s*[=:]\s*)?(?:&?[\w.:]+!?)?[(\[\s]*(?:'\w',\s*)?"
# What may stand behind it: closing brackets and keywords, as in `, dtype=int32)`.
_TAIL = r"[\s\]),;]*(?:\w+=[^\s,=)]+(?:[\s,)]+|$))*"


class _List(NamedTuple):
    """Where the items of a list stand, in characters, and in what brackets."""

    start: int
    stop: int
    form: str


def _find_list(source: str) -> _List | None:
    """The longest list in brackets that holds numbers or nothing; ``None`` if there is none."""
    square = "[" in source
    groups = list(_compiled(_BRACKETED if square else _PARENTHESISED).finditer(source))
    groups = [group for group in groups if _starts_with_number(group.group(1))]
    if not groups:
        return None
    group = max(groups, key=lambda group: len(group.group(1)))
    if source[: group.start()].strip():
        form = "a debug print of token ids"
    else:
        form = "a JSON list of token ids" if square else "a tuple of token ids"
    return _List(*group.span(1), form)


def _starts_with_number(items: str) -> bool:
    first = _compiled(_ITEM).search(items)
    return first is None or _is_number(first.group())


def _is_number(item: str) -> bool:
    wrapped = _compiled(_WRAPPED).fullmatch(item)
    return _compiled(_NUMBER).fullmatch(wrapped.group(1) if wrapped else item) is not None


def _looks_like_ids(source: str) -> bool:
    """Whether the source is a list of numbers and little else."""
    found = _find_list(source)
    if found is not None:
        head, tail = source[: found.start - 1], source[found.stop :]
        return all(
            len(part) <= _MOST_AROUND and _compiled(pattern).fullmatch(part)
            for part, pattern in ((head, _HEAD), (tail, _TAIL))
        )
    sample = _compiled(_ITEM).findall(source[:_SAMPLE])
    return 2 * sum(map(_is_number, sample)) > len(sample)


def _read_ids(source: str, tokenizer: Tokenizer) -> TokenInput:
    found = _find_list(source) or _List(0, len(source), "token ids")
    items = source[found.start : found.stop]
    if not _compiled(r"[^0-9\s,;]").search(items) and not _compiled(_TOO_LONG).search(items):
        tokens = [int(digits) for digits in _compiled(r"[0-9]+").findall(items)]
        if not tokens or max(tokens) < tokenizer.n_vocab:
            return TokenInput("tokens", found.form, tokens)
    tokens = []
    for match in _compiled(_ITEM).finditer(source, found.start, found.stop):
        wrapped = _compiled(_WRAPPED).fullmatch(match.group())
        text = wrapped.group(1) if wrapped else match.group()
        tokens.append(_to_id(text, match.start(), match.end(), tokenizer))
    return TokenInput("tokens", found.form, tokens)


def _to_id(text: str, start: int, stop: int, tokenizer: Tokenizer) -> int:
    number = _compiled(_NUMBER).fullmatch(text)
    if number is None:
        raise TokenInputError(
            f"Found {_shorten(text)!r} where a token id was expected.",
            kind="not-a-number",
            start=start,
            stop=stop,
            hint="Separate ids by spaces, commas or newlines, or read the input as Harmony text.",
        )
    if len(text) > _MOST_DIGITS or not re.fullmatch(r"[+-]?[0-9_]+", text):
        value: float = float(text.replace("_", ""))
    else:
        value = int(text.replace("_", ""))
    return _check_id(value, text, start, stop, tokenizer)


def _check_id(value: float, text: str, start: int, stop: int, tokenizer: Tokenizer) -> int:
    if _is_id(value, tokenizer):
        return int(value)
    last = tokenizer.n_vocab - 1
    if value < 0:
        kind, found = "negative-id", "a negative number"
    elif value <= last:
        kind, found = "fractional-id", "not a whole number"
    else:
        kind, found = "unknown-id", "not in the vocabulary"
    raise TokenInputError(
        f"{_shorten(text)} is {found}; token ids are whole numbers from 0 to {last}.",
        kind=kind,
        start=start,
        stop=stop,
        hint="Check that these are ids of this vocabulary (o200k_harmony), not log "
        "probabilities or ids of another model."
        if kind != "negative-id"
        else "Some engines pad with -1 or mark ignored labels with -100; remove those.",
    )


def _is_id(value: float, tokenizer: Tokenizer) -> bool:
    return isinstance(value, int) and 0 <= value < tokenizer.n_vocab


def _refuse_binary(source: str) -> None:
    match = re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", source)
    if match is None or "<|" in source:
        return
    raise TokenInputError(
        f"This looks like binary data: it holds the control character U+{ord(match.group()):04X}.",
        kind="binary",
        start=match.start(),
        stop=match.end(),
        hint="Paste the ids as numbers or the decoded text, or read it as Harmony text anyway.",
    )


def _shorten(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
