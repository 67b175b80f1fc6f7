"""A call's arguments: whether they are the JSON they should be, and what is wrong if not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from harmony_core.format.diagnosis._content import token_pieces
from harmony_core.format.diagnosis._report import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from harmony_core.format.diagnosis._toolbox import Toolbox
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Arguments", "check_arguments", "find_wrapped", "parse_object"]

FUNCTIONS = "functions."
_WRAPPERS = ("arguments", "parameters")


class _NotJson(ValueError):  # noqa: N818 - never leaves this module
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJson(name)


class Arguments(NamedTuple):
    """The content of a call.

    Attributes:
        recipient: Whom it is for.
        text: The content.
        tokens: Its tokens.
        skip: How many bytes of the first token are not content.
        is_json: Whether its content type says that it is JSON.
    """

    recipient: str
    text: str
    tokens: Sequence[int]
    skip: int
    is_json: bool


def check_arguments(
    arguments: Arguments, toolbox: Toolbox, tokenizer: Tokenizer
) -> Iterator[Finding]:
    """Find what is wrong with a call's arguments; tokens count from the content's first.

    Functions take one JSON object, whatever the content type says. Other tools take what
    they like: python takes code, and only a type of JSON is a promise.
    """
    recipient = arguments.recipient
    takes_object = recipient.startswith(FUNCTIONS) or toolbox.describes(recipient)
    if not (takes_object or arguments.is_json):
        return
    fault, value = _parse(arguments.text)
    if fault is None and takes_object and not isinstance(value, dict):
        kinds = {list: "an array", str: "a string", bool: "a Boolean", type(None): "null"}
        kind = kinds.get(type(value), "a number")
        fault = _Fault(0, f"The arguments are {kind}; functions take one JSON object")
    if fault is not None:
        yield _locate(fault, arguments, tokenizer)
    elif isinstance(value, dict):
        if find_wrapped(value, recipient) is not None:
            message = f"The arguments of {recipient} hold the call once more."
            yield Finding("wrapped-arguments", 0, len(arguments.tokens), message)
        else:
            misfit = toolbox.check(recipient, value)
            if misfit is not None:
                end = len(arguments.tokens)
                yield Finding(misfit.code, 0, end, misfit.message, misfit.hint)


def parse_object(text: str) -> dict[str, Any] | None:
    """Read a text that is one JSON object; ``None`` if it is anything else."""
    stripped = text.strip()
    if not (stripped.startswith("{") and stripped.endswith("}")):
        return None
    _, value = _parse(stripped)
    return value if isinstance(value, dict) else None


def find_wrapped(value: dict[str, Any], recipient: str) -> dict[str, Any] | None:
    """Find the arguments in an object that is the whole call; ``None`` if it is not.

    Only an object that names the very tool it was sent to: others may have such fields.
    """
    inner = [value[key] for key in _WRAPPERS if isinstance(value.get(key), dict)]
    rest = set(value) - {"name", "type", "id", *_WRAPPERS}
    name = value.get("name")
    names_it = isinstance(name, str) and name.removeprefix(FUNCTIONS) == recipient.removeprefix(
        FUNCTIONS
    )
    return inner[0] if names_it and len(inner) == 1 and not rest else None


class _Fault(NamedTuple):
    """What is wrong with a JSON text, and at which character."""

    position: int
    message: str
    hint: str = ""


def _parse(text: str) -> tuple[_Fault | None, Any]:
    try:
        return None, json.loads(text, parse_constant=_refuse_constant)
    except _NotJson as fault:
        return _Fault(_position_of_constant(text, str(fault)), f"{fault} is no JSON value"), None
    except json.JSONDecodeError as fault:
        return _explain(text, fault), None
    except RecursionError:
        return _Fault(0, "The JSON is nested too deeply"), None
    except ValueError:  # an integer of more digits than Python converts
        return None, json.loads(text, parse_int=str, parse_constant=_refuse_constant)


class _Seen(NamedTuple):
    """Where a JSON parser gave up.

    Attributes:
        text: The text.
        position: The character.
        message: What the parser says.
    """

    text: str
    position: int
    message: str

    @property
    def before(self) -> str:
        return self.text[: self.position].rstrip()

    @property
    def rest(self) -> str:
        return self.text[self.position : self.position + 20]

    @property
    def is_extra(self) -> bool:
        return self.message == "Extra data"


def _explain(text: str, fault: json.JSONDecodeError) -> _Fault:
    """Say what a person sees: the parser's own words tell where it gave up."""
    seen = _Seen(text, fault.pos, fault.msg)
    for is_seen, message, hint in _SIGHTS:
        if is_seen(seen):
            return _Fault(fault.pos, message, hint)
    return _Fault(fault.pos, fault.msg)


# What a person sees in broken JSON, the most telling first: whether it is there, message, hint.
_SIGHTS: tuple[tuple[Callable[[_Seen], object], str, str], ...] = (
    (
        lambda seen: not seen.text.strip(),
        "There are no arguments, not even {}",
        "A call without arguments has {}.",
    ),
    (
        lambda seen: seen.text.lstrip().startswith("```"),
        "The JSON is in a Markdown fence",
        "Strip the fence: the first and last line.",
    ),
    (
        lambda seen: (
            seen.position >= len(seen.text.rstrip()) or seen.message.startswith("Unterminated")
        ),
        "The JSON is cut off",
        "Raise the token limit, or ask the model again.",
    ),
    (
        lambda seen: seen.is_extra and seen.rest.startswith(("{", "[")),
        "A second JSON value follows the first",
        "Send each call in a message of its own.",
    ),
    (
        lambda seen: seen.is_extra,
        "Text follows the JSON value",
        "",
    ),
    (
        lambda seen: seen.rest.startswith("'"),
        "Single quotes, as in a Python dict",
        "JSON strings are in double quotes.",
    ),
    (
        lambda seen: re.match(r"(?:True|False|None|undefined)\b", seen.rest),
        "A constant of Python or JavaScript",
        "JSON has true, false and null.",
    ),
    (
        lambda seen: seen.rest.startswith(("}", "]")) and seen.before.endswith(","),
        "A trailing comma",
        "Remove the comma before the closing bracket.",
    ),
    (lambda seen: re.match(r"//|/\*|#", seen.rest), "A comment; JSON has none", ""),
    (lambda seen: re.match(r"[A-Za-z_$]", seen.rest), "A word without quotes", ""),
)


def _locate(fault: _Fault, arguments: Arguments, tokenizer: Tokenizer) -> Finding:
    tokens, skip = arguments.tokens, arguments.skip
    if fault.position >= len(arguments.text):
        start, stop = len(tokens), len(tokens)
    else:
        pieces = token_pieces(tokens, tokenizer)
        at = _byte_position(pieces.data, skip, fault.position)
        start, stop = pieces.tokens_of(at, at + 1)
    message = f"Invalid JSON at character {fault.position}: {fault.message}."
    return Finding("arguments-not-json", start, stop, message, fault.hint)


def _byte_position(data: bytes, skip: int, position: int) -> int:
    """Find the byte at which a character of the text begins, faults replaced or not."""
    low, high = skip, len(data)  # the text of a longer prefix is not shorter
    while low < high:
        middle = (low + high) // 2
        if len(data[skip:middle].decode("utf-8", "replace")) <= position:
            low = middle + 1
        else:
            high = middle
    return max(skip, low - 1)


def _position_of_constant(text: str, name: str) -> int:
    """Find NaN or Infinity outside of strings."""
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|' + name, text):
        if not found.group().startswith('"'):
            return int(found.start())
    return 0
