"""Debug prints of Python and Rust -> plain values.

``Completion(choices=[Choice(text='Hi', token_ids=[1, 2])])`` and ``Output { text: "Hi" }`` become
dictionaries of their fields, ``array('i', [1, 2])``, ``np.int64(5)`` and ``Some("Hi")`` what they
hold. Assignments at the top, as in ``output: 'Hi', finish_reason: stop``, make a dictionary too.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any, Final

from harmony_core.input.json_text import MOST_LEVELS

__all__ = ["PrintFault", "read_print", "unescape"]


class PrintFault(Exception):  # noqa: N818 - it is caught where prints are tried, and never leaves the room
    """What was tried is no debug print.

    Attributes:
        start: Where the fault starts, in characters.
        stop: Where it ends.
        truncated: Whether the print itself leaves items out, as in ``[1, 2, ..., 9]``.
    """

    def __init__(self, start: int, stop: int, *, truncated: bool = False) -> None:
        super().__init__(f"no debug print from character {start} on")
        self.start = start
        self.stop = stop
        self.truncated = truncated


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<string>(?P<prefix>[bBrRuUfF]{0,2})(?:
          '''(?P<long1>[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*)'''
        | \"""(?P<long2>[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*)\"""
        | '(?P<short1>[^'\\]*(?:\\.[^'\\]*)*)'
        | "(?P<short2>[^"\\]*(?:\\.[^"\\]*)*)"
      ))
    | (?P<dots>\.\.\.|…)
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)
        (?:_?[iuf](?:8|16|32|64|128|size))?(?![\w.]))
    | (?P<name>[&*]?[A-Za-z_]\w*(?:(?:\.|::)\w+)*!?)
    | (?P<object><[^<>|]*>)
    | (?P<open>[\[({])
    | (?P<close>[\])}])
    | (?P<separator>=>|[,:=;])
    """,
    re.VERBOSE | re.DOTALL,
)
_SUFFIX = re.compile(r"_?[iuf](?:8|16|32|64|128|size)$")
_CLOSING: Final = {"[": "]", "(": ")", "{": "}"}
_WORDS: Final = {
    **dict.fromkeys(("None", "null", "nil", "nan", "NaN"), None),
    **dict.fromkeys(("True", "true"), True),
    **dict.fromkeys(("False", "false"), False),
}
_MOST_DIGITS = 12


class _Name(str):
    """A bare word, which may turn out to be the name of a call or of a field."""

    __slots__ = ()


@dataclass
class _Frame:
    """An open bracket, or the top."""

    bracket: str
    name: str | None = None
    items: list[Any] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    key: str | None = None

    def add(self, value: object) -> None:
        if self.key is None:
            self.items.append(value)
        else:
            self.fields[self.key] = value
            self.key = None

    def plain_fields(self) -> dict[str, object]:
        """The fields, bare words read."""
        return {name: _plain(value) for name, value in self.fields.items()}

    def value(self) -> object:
        """What the closed bracket holds."""
        items = [_plain(item) for item in self.items]
        if self.fields:
            lists = [item for item in items if isinstance(item, (list, str))]
            return lists[-1] if lists and self.name is not None else self.plain_fields()
        if self.name is None or self.bracket == "[":
            return {} if self.bracket == "{" and not items else items
        # A call or a newtype holds its last argument: array('i', [1, 2]), Rank(5), tensor([]).
        return items[-1] if items else []


def read_print(text: str) -> object:
    """Read the one value, or the assignments, that a text prints.

    Raises:
        PrintFault: It is nothing of the kind, or leaves items out.
    """
    stack = [_Frame("")]
    position, end = 0, len(text)
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None or len(stack) > MOST_LEVELS:
            raise PrintFault(position, min(end, position + 1))
        position = token.end()
        if token.lastgroup != "space":
            _step(stack, token)
    if len(stack) > 1:
        raise PrintFault(end, end)
    top = stack[0]
    if top.fields and not top.items and top.key is None:
        return top.plain_fields()
    if len(top.items) == 1 and not top.fields and not isinstance(top.items[0], _Name):
        return top.items[0]
    raise PrintFault(0, end)


def _step(stack: list[_Frame], token: re.Match[str]) -> None:
    frame, text = stack[-1], token.group()
    if token["string"] is not None:
        frame.add(_string(token))
    elif token["number"] is not None:
        frame.add(_number(text))
    elif token["name"] is not None:
        frame.add(_Name(text))
    elif token["object"] is not None:  # <FinishReason.STOP: 'stop'>
        frame.add(text[1:-1].partition(":")[0])
    elif token["dots"] is not None:
        raise PrintFault(*token.span(), truncated=len(stack) > 1)
    elif token["open"] is not None:
        stack.append(_open(frame, token))
    elif token["close"] is not None:
        if len(stack) == 1 or _CLOSING[frame.bracket] != text:
            raise PrintFault(*token.span())
        stack.pop()
        stack[-1].add(frame.value())
    elif text not in ",;":
        _take_key(frame, token)


def _open(frame: _Frame, token: re.Match[str]) -> _Frame:
    """Open a bracket; a name just before it is the name of what it holds."""
    before = token.string[token.start() - 1 : token.start()]
    last = frame.items[-1] if frame.items and frame.key is None else None
    adjacent = before.isalnum() or before in ("_", "!")
    if isinstance(last, _Name) and (adjacent or token.group() == "{"):
        frame.items.pop()
        return _Frame(token.group(), str(last))
    held = frame.fields.get(_last_key(frame)) if frame.key is None and frame.fields else None
    if isinstance(held, _Name) and adjacent:
        frame.key = _last_key(frame)
        return _Frame(token.group(), str(held))
    return _Frame(token.group())


def _last_key(frame: _Frame) -> str:
    return next(reversed(frame.fields))


def _take_key(frame: _Frame, token: re.Match[str]) -> None:
    if frame.key is not None or not frame.items or not isinstance(frame.items[-1], (str, int)):
        raise PrintFault(*token.span())
    frame.key = str(frame.items.pop())


def _plain(value: object) -> object:
    return _WORDS.get(value, str(value)) if isinstance(value, _Name) else value


def _number(text: str) -> int | float:
    digits = text if text[:2].lower() == "0x" else _SUFFIX.sub("", text)
    digits = digits.replace("_", "")
    if digits.lstrip("+-")[:2].lower() == "0x":
        return int(digits, 16) if len(digits) <= _MOST_DIGITS else float("inf")
    if len(digits) <= _MOST_DIGITS and digits.lstrip("+-").isdigit():
        return int(digits)
    return float(digits)


def _string(token: re.Match[str]) -> str:
    bodies = (token["long1"], token["long2"], token["short1"], token["short2"])
    body = next(each for each in bodies if each is not None)
    prefix = token["prefix"].lower()
    if "r" in prefix:
        return body
    if "b" in prefix:
        data = unescape(body).encode("latin-1", "replace")
        return data.decode("utf-8", "replace")
    return unescape(body)


_ESCAPE = re.compile(
    r"\\(?:u\{(?P<rust>[0-9a-fA-F]{1,6})\}|u(?P<u4>[0-9a-fA-F]{4})|U(?P<u8>[0-9a-fA-F]{8})"
    r"|x(?P<x2>[0-9a-fA-F]{2})|(?P<octal>[0-7]{1,3})|(?P<one>.))",
    re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ONE: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "a": "\a", "v": "\v"}


def unescape(text: str) -> str:
    """Undo backslash escapes as Python, JSON and Rust write them; others stay as they are."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_unescaped, text)
    if _SURROGATE.search(plain):
        return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return plain


def _unescaped(found: re.Match[str]) -> str:
    one = found["one"]
    if one is not None:
        if one == "\n":
            return ""
        return _ONE.get(one, one if one in "\\'\"/" else found.group())
    if found["octal"] is not None:
        return chr(int(found["octal"], 8))
    code = int(found["rust"] or found["u4"] or found["u8"] or found["x2"], 16)
    return chr(code) if code <= sys.maxunicode else "\ufffd"
