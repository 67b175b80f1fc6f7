"""Token ids in any common notation, and what is no token id.

Plain numbers between spaces, commas or newlines, hexadecimal ones too; lists in brackets; the
debug prints of Python, NumPy, PyTorch and Rust; YAML lists; repeated fields of protocol buffers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.input.faults import TokenInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.tokenizer import Tokenizer

__all__ = ["IdList", "check_ids", "looks_like_ids", "read_ids"]

# Longer digit strings are no token id, and converting them would take quadratic time.
_MOST_DIGITS = 12
_TOO_LONG = rf"[0-9]{{{_MOST_DIGITS + 1}}}"

# Characters that may be before, between or after lists, and that are looked at where there is none.
_MOST_AROUND = 200
_SAMPLE = 4000


class IdList(NamedTuple):
    """One list of ids.

    Attributes:
        tokens: The ids.
        path: Which of several lists it is, as in ``"[1]"`` or ``"line 2"``; empty if it is alone.
        form: How it was written, in words.
        line: The line it begins on, if there is a list on each line.
    """

    tokens: list[int]
    path: str
    form: str
    line: int | None = None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_INTEGER_SUFFIX = r"(?:_?[iu](?:8|16|32|64|128|size))?"
_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)" + _INTEGER_SUFFIX
)
_HEXADECIMAL = r"[+-]?0[xX][0-9a-fA-F]+"
# A scalar's debug print, such as `np.int64(5)` or `Rank(5)`.
_WRAPPED = r"[A-Za-z_][\w.:]*\(([^()]*)\)"
_ITEM = r"[^\s,;]+"
_BRACKETED = r"\[([^\[\]]*)(?:\]|$)"
_PARENTHESISED = r"\(([^()]*)(?:\)|$)"
_BRACED = r"\{([^{}]*)(?:\}|$)"
# What may be before a list: a source position, a name and `=` or `:`, an opening call.
_TYPE = r"[\w:<>&*]+"
_ASSIGNED = rf"(?:(?:{_TYPE}\s+){{0,3}}[&\w.'\"-]+\s*(?::\s*{_TYPE}\s*=|[=:])\s*)?"
_TENSORFLOW = r"(?:<tf\.Tensor:[^\[\]<>]*numpy=)?"
_HEAD = rf"\s*(?:\[[^\]]*\]\s*)?{_ASSIGNED}{_TENSORFLOW}(?:&?[\w.:]+!?)?[(\[\s]*(?:'\w',\s*)?"
# What may be between two: brackets and what begins the next print.
_BETWEEN = r"[\s\]),;]*(?:\w+=[^\s,=)]+[\s,)]*)?(?:&?[\w.:]+!?)?[(\[\s]*(?:'\w',\s*)?"
# What may be after it: closing brackets and keywords, as in `, dtype=int32)`.
_TAIL = r"[\s\]),;]*(?:\w+=[^\s,=)>]+(?:[\s,)>;]+|$))*"
_YAML = r"(?:[ \t]*-[ \t]+[0-9]+[ \t]*(?:\r?\n|$))+"
_PROTO = r"(?:[A-Za-z_]\w*\s*:\s*[0-9]+\s*)+"
_ELLIPSIS = r"\.\.\.|…"


class _Span(NamedTuple):
    start: int
    stop: int


def looks_like_ids(source: str) -> bool:
    """Whether a source is one or more lists of numbers and little else."""
    if _is_yaml_or_proto(source):
        return True
    groups = _groups(source)
    if groups:
        ends = [0, *(group.end() for group in groups)]
        heads = [source[end : group.start()] for end, group in zip(ends, groups, strict=False)]
        patterns = [_HEAD, *[_BETWEEN] * (len(groups) - 1)]
        return all(
            len(part) <= _MOST_AROUND and _compiled(pattern).fullmatch(part)
            for part, pattern in zip([*heads, source[ends[-1] :]], [*patterns, _TAIL], strict=True)
        )
    sample = _compiled(_ITEM).findall(source[:_SAMPLE])
    return 2 * sum(map(_is_number, sample)) > len(sample)


def read_ids(source: str, tokenizer: Tokenizer, *, check: bool = True) -> list[IdList]:
    """Read the lists of ids in a source.

    Args:
        source: The source.
        tokenizer: Says which ids exist.
        check: Whether an id must be in the vocabulary.

    Raises:
        TokenInputError: Something in a list is no token id.
    """
    if _is_yaml_or_proto(source):
        numbers = _compiled(r"[0-9]+(?=\s|$)").finditer(source)
        tokens = [_to_id(each.group(), *each.span(), tokenizer, check) for each in numbers]
        yaml = source.lstrip().startswith("-")
        return [IdList(tokens, "", "a YAML list" if yaml else "repeated fields")]
    groups = _groups(source)
    if not groups:
        return _plain_ids(source, tokenizer, check)
    if len(groups) > 1 and not all(map(_has_room, groups)):
        groups = [max(groups, key=lambda group: len(group.group(1)))]
    lone = len(groups) == 1
    form = _form(source, groups[0])
    return [
        IdList(
            _ids_in(source, _Span(*group.span(1)), tokenizer, check),
            "" if lone else f"[{index}]",
            form,
        )
        for index, group in enumerate(groups)
    ]


def check_ids(values: Sequence[float], source: str, tokenizer: Tokenizer) -> None:
    """Check that numbers found in a source are token ids.

    Raises:
        TokenInputError: One is not.
    """
    wrong = next((value for value in values if not _is_id(value, tokenizer)), None)
    if wrong is not None:
        text = str(wrong)
        found = re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", source)
        _check_id(wrong, text, *(found.span() if found else (0, len(source))), tokenizer)


def _is_yaml_or_proto(source: str) -> bool:
    text = source.strip()
    if text.startswith("-"):
        return _compiled(_YAML).fullmatch(text) is not None
    return text[:1].isalpha() and _compiled(_PROTO).fullmatch(text) is not None


def _groups(source: str) -> list[re.Match[str]]:
    """The innermost brackets that hold numbers, or nothing."""
    for bracket, pattern in (("[", _BRACKETED), ("(", _PARENTHESISED), ("{", _BRACED)):
        if bracket in source:
            groups = list(_compiled(pattern).finditer(source))
            filled = [group for group in groups if _starts_with_number(group.group(1))]
            any_items = any(group.group(1).strip() for group in filled)
            return filled if any_items else filled[: bracket != "{"]
    return []


def _form(source: str, group: re.Match[str]) -> str:
    if source[: group.start()].strip(" \t\r\n[("):
        return "a debug print of token ids"
    return {"[": "a JSON list of token ids", "(": "a tuple of token ids"}.get(
        group.group()[0], "a set of token ids"
    )


def _has_room(group: re.Match[str]) -> bool:
    """Whether a group is a list by itself, not the place in a source that Rust's dbg! prints."""
    return re.search(r"[a-zA-Z]\.rs:", group.group()) is None


def _plain_ids(source: str, tokenizer: Tokenizer, check: bool) -> list[IdList]:
    whole = _ids_in(source, _Span(0, len(source)), tokenizer, check)
    lines = source.strip().splitlines()
    stops = {tokenizer.special_tokens.get(name) for name in ("<|return|>", "<|call|>")}
    rows = [
        (number, _ids_in(line, _Span(0, len(line)), tokenizer, check))
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if len(rows) == 1 or any(row[-1:] == [] or row[-1] not in stops for _, row in rows[:-1]):
        return [IdList(whole, "", "token ids")]
    form = "a list of token ids on each line"
    return [IdList(row, f"line {number}", form, number) for number, row in rows]


def _starts_with_number(items: str) -> bool:
    first = _compiled(_ITEM).search(items)
    return first is None or _is_number(first.group())


def _is_number(item: str) -> bool:
    wrapped = _compiled(_WRAPPED).fullmatch(item)
    return _compiled(_NUMBER).fullmatch(wrapped.group(1) if wrapped else item) is not None


def _ids_in(source: str, span: _Span, tokenizer: Tokenizer, check: bool) -> list[int]:
    items = source[span.start : span.stop]
    if not _compiled(r"[^0-9\s,;]").search(items) and not _compiled(_TOO_LONG).search(items):
        tokens = [int(digits) for digits in _compiled(r"[0-9]+").findall(items)]
        if not check or not tokens or max(tokens) < tokenizer.n_vocab:
            return tokens
    tokens = []
    for match in _compiled(_ITEM).finditer(source, span.start, span.stop):
        wrapped = _compiled(_WRAPPED).fullmatch(match.group())
        text = wrapped.group(1) if wrapped else match.group()
        tokens.append(_to_id(text, match.start(), match.end(), tokenizer, check))
    return tokens


def _to_id(text: str, start: int, stop: int, tokenizer: Tokenizer, check: bool) -> int:
    if _compiled(_ELLIPSIS).fullmatch(text):
        raise truncated_print(start, stop)
    number = _compiled(_NUMBER).fullmatch(text)
    if number is None:
        raise TokenInputError(
            f"Found {_shorten(text)!r} where a token id was expected.",
            kind="not-a-number",
            start=start,
            stop=stop,
            hint="Separate ids by spaces, commas or newlines, or read the input as Harmony text.",
        )
    value = _number(text)
    return (
        int(value)
        if not check and isinstance(value, int)
        else _check_id(value, text, start, stop, tokenizer)
    )


def truncated_print(start: int, stop: int) -> TokenInputError:
    """Say that a print leaves out what it should show."""
    return TokenInputError(
        "This print leaves tokens out: it has an ellipsis where ids were expected.",
        kind="truncated-print",
        start=start,
        stop=stop,
        hint="Print the list itself, with .tolist(); or first call "
        "torch.set_printoptions(threshold=sys.maxsize) or "
        "numpy.set_printoptions(threshold=sys.maxsize).",
    )


def _number(text: str) -> float:
    if _compiled(_HEXADECIMAL).fullmatch(text):
        return int(text, 16) if len(text) <= _MOST_DIGITS else float("inf")
    digits = re.sub(rf"{_INTEGER_SUFFIX}$", "", text).replace("_", "")
    if len(digits) > _MOST_DIGITS or not re.fullmatch(r"[+-]?[0-9]+", digits):
        return float(digits)
    return int(digits)


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
        hint=f"Check that these are ids of this vocabulary ({tokenizer.name}), not log "
        "probabilities or ids of another model."
        if kind != "negative-id"
        else "Some engines pad with -1 or mark ignored labels with -100; remove those.",
    )


def _is_id(value: float, tokenizer: Tokenizer) -> bool:
    return type(value) is int and 0 <= value < tokenizer.n_vocab


def _shorten(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
