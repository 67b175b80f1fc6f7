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
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from harmony_core.errors import HarmonyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.tokenizer import Tokenizer

Kind = Literal["tokens", "text"]

# Where engines put the ids of the output, most telling first; any other list comes after.
_ID_KEYS = (
    "output_token_ids",
    "completion_token_ids",
    "output_ids",
    "token_ids",
    "tokens",
    "ids",
    "prompt_token_ids",
    "input_ids",
)
_TEXT_KEYS = ("text", "output_text", "completion", "content", "prompt")

# Longer digit strings are no token id, and converting them would take quadratic time.
_MOST_DIGITS = 12


class ReadingError(HarmonyError, ValueError):
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
class Reading:
    """Tokens, and how they were recognised.

    Attributes:
        kind: ``"tokens"`` if the source spelled ids, ``"text"`` if it was Harmony text.
        form: The recognised form in words, such as ``"a JSON list of token ids"``.
        tokens: The tokens, all of them in the vocabulary.
    """

    kind: Kind
    form: str
    tokens: list[int]


def read(source: str, tokenizer: Tokenizer, *, reading: Kind | Literal["auto"] = "auto") -> Reading:
    """Read a source as tokens.

    Args:
        source: Token ids in any usual spelling, or Harmony text.
        tokenizer: Says which ids exist, and turns text into tokens.
        reading: ``"auto"`` to recognise the form, or the form to insist on.

    Returns:
        The tokens and how they were found. An empty source gives no tokens.

    Raises:
        ReadingError: The source holds something that cannot be a token id, or is binary.
    """
    if not source.strip():
        return Reading("tokens" if reading == "tokens" else "text", "nothing", [])
    if reading == "tokens":
        return _read_ids(source, tokenizer)
    if reading == "text":
        return _read_text(source, "Harmony text", tokenizer)
    held = _from_json(source, tokenizer)
    if held is not None:
        return held
    if "<|" not in source and _looks_like_ids(source):
        return _read_ids(source, tokenizer)
    _refuse_binary(source)
    return _read_text(source, "Harmony text", tokenizer)


def _read_text(text: str, form: str, tokenizer: Tokenizer) -> Reading:
    return Reading("text", form, tokenizer.encode(text, allowed_special="all"))


def _from_json(source: str, tokenizer: Tokenizer) -> Reading | None:
    """Ids or text inside a JSON object, or a JSON string; ``None`` for anything else."""
    if source.lstrip()[0] not in '{"':
        return None
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return _read_text(value, "a JSON string of Harmony text", tokenizer)
    if not isinstance(value, dict):
        return None
    lists = [(key, item) for key, item in _walk(value) if _is_id_list(item)]
    if lists:
        key, ids = min(lists, key=lambda found: _preference(found[0], _ID_KEYS))
        for number in ids:
            _check_id(number, str(number), *_find_number(source, number), tokenizer)
        return Reading("tokens", f'the list "{key}" of a JSON object', ids)
    texts = [(key, item) for key, item in _walk(value) if isinstance(item, str) and "<|" in item]
    if texts:
        key, text = min(texts, key=lambda found: _preference(found[0], _TEXT_KEYS))
        return _read_text(text, f'the text "{key}" of a JSON object', tokenizer)
    raise ReadingError(
        "This JSON object holds no list of token ids and no Harmony text.",
        kind="no-ids",
        start=0,
        stop=len(source),
        hint='Paste the list itself, or an object with a list such as "token_ids".',
    )


def _walk(value: object) -> Iterator[tuple[str, Any]]:
    """Every value inside, with the name of the nearest field that holds it."""
    pending = [("", value)]
    while pending:
        key, item = pending.pop()
        yield key, item
        if isinstance(item, dict):
            pending.extend(reversed(list(item.items())))
        elif isinstance(item, list) and not _is_id_list(item):
            pending.extend((key, inner) for inner in reversed(item))


def _is_id_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(item, int | float) and not isinstance(item, bool) for item in value)
    )


def _preference(key: str, order: tuple[str, ...]) -> int:
    return order.index(key) if key in order else len(order)


def _find_number(source: str, number: float) -> tuple[int, int]:
    match = re.search(rf"(?<![\w.]){re.escape(str(number))}(?![\w.])", source)
    return match.span() if match else (0, len(source))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What is not a plain list; an item; a wrapped number; a number of any kind."""
    return (
        re.compile(r"[^0-9\s,;]"),
        re.compile(r"[^\s,;]+"),
        re.compile(r"[A-Za-z_][\w.:]*\(([^()]*)\)"),
        re.compile(r"[+-]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?"),
    )


def _payload(source: str) -> tuple[int, int]:
    """The part between the outermost brackets, or all of it; in characters."""
    opening = re.search(r"[\[(]", source)
    if opening is None:
        return 0, len(source)
    # A NumPy or `array` print has more after the list: `array([1, 2], dtype=int32)`.
    start = source.find("[")
    if start < 0:
        start = opening.start()
    stop = source.rfind("]" if source[start] == "[" else ")")
    while source[start + 1 : start + 2] in ("[", "("):
        start += 1
        stop = source.rfind("]" if source[start] == "[" else ")", start, stop)
    return start + 1, stop if stop > start else len(source)


def _looks_like_ids(source: str) -> bool:
    """Whether a number stands first, behind at most a name and an opening bracket."""
    start, stop = _payload(source)
    _, item, wrapped, number = _patterns()
    head = source[: max(start - 1, 0)].strip()
    if head and not re.fullmatch(r"[\w.:'\",\s]*[=:]?\s*[\w.:!&<>]*\s*[\[(]*(?:'\w',)?\s*", head):
        return False
    first = item.search(source, start, stop)
    if first is None:
        return source.strip() in ("[]", "()")
    text = first.group()
    bare = wrapped.fullmatch(text)
    return number.fullmatch(bare.group(1) if bare else text) is not None


def _read_ids(source: str, tokenizer: Tokenizer) -> Reading:
    start, stop = _payload(source)
    foreign, item, wrapped, _ = _patterns()
    tokens: list[int] = []
    if foreign.search(source, start, stop) is None and _no_long_numbers(source, start, stop):
        tokens = [int(digits) for digits in re.findall(r"[0-9]+", source[start:stop])]
        if not tokens or max(tokens) < tokenizer.n_vocab:
            return Reading("tokens", _form(source, start), tokens)
    tokens = []
    for match in item.finditer(source, start, stop):
        inner = wrapped.fullmatch(match.group())
        text = inner.group(1) if inner else match.group()
        tokens.append(_to_id(text, match.start(), match.end(), tokenizer))
    return Reading("tokens", _form(source, start), tokens)


def _no_long_numbers(source: str, start: int, stop: int) -> bool:
    too_long = re.compile(rf"[0-9]{{{_MOST_DIGITS + 1}}}")
    return too_long.search(source, start, stop) is None


def _form(source: str, start: int) -> str:
    if start == 0:
        return "token ids"
    head = source[: start - 1].strip()
    if head:
        return "a debug print of token ids"
    return "a JSON list of token ids" if source[start - 1] == "[" else "a tuple of token ids"


def _to_id(text: str, start: int, stop: int, tokenizer: Tokenizer) -> int:
    number = _patterns()[3].fullmatch(text)
    if number is None:
        raise ReadingError(
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
    last = tokenizer.n_vocab - 1
    if 0 <= value <= last and isinstance(value, int):
        return value
    if value < 0:
        kind, found = "negative-id", "a negative number"
    elif value <= last:
        kind, found = "fractional-id", "not a whole number"
    else:
        kind, found = "unknown-id", "not in the vocabulary"
    raise ReadingError(
        f"{_shorten(text)} is {found}; token ids are whole numbers from 0 to {last}.",
        kind=kind,
        start=start,
        stop=stop,
        hint="Check that these are ids of this vocabulary (o200k_harmony), not log "
        "probabilities or ids of another model."
        if kind != "negative-id"
        else "Some engines pad with -1 or mark ignored labels with -100; remove those.",
    )


def _refuse_binary(source: str) -> None:
    match = re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", source)
    if match is None or "<|" in source:
        return
    raise ReadingError(
        f"This looks like binary data: it holds the control character U+{ord(match.group()):04X}.",
        kind="binary",
        start=match.start(),
        stop=match.end(),
        hint="Paste the ids as numbers, or the decoded text; reading it as Harmony text is up to you.",
    )


def _shorten(text: str, most: int = 24) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
