"""JSON values as the reference holds and prints them.

Before it renders a conversation, the reference writes it with Python's ``json`` and reads it
with the Rust library serde_json. The rendered text shows what that does to a value: large
integers become floats, floats may move by one unit in the last place, lone surrogates and deep
nesting are refused.
"""

from __future__ import annotations

import json
from math import isfinite, isinf
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from harmony_core.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
K = TypeVar("K", bound="str | int")

# How many levels of lists and dictionaries serde_json reads.
MAX_LEVELS = 127

_I64_MIN = -(1 << 63)
_U64_MAX = (1 << 64) - 1
_MAX_POWER = 308
_FLOAT_BITS = 1024
# Longest plain notation of serde_json's floats, and the number of leading zeros it stops at.
_MAX_DIGITS = 16
_MAX_ZEROS = 4


def read_json(value: object, room: int) -> Json:
    """Read a Python value as the reference does, through JSON.

    Args:
        value: What ``json.dumps`` accepts.
        room: How many levels of lists and dictionaries it may have.

    Returns:
        A new value of plain types with string keys.

    Raises:
        ChatError: The value is not JSON, a number is out of range, a string holds a lone
            surrogate, or the nesting is too deep.
    """
    if isinstance(value, str):
        return well_formed(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _read_integer(int(value))
    if isinstance(value, float):
        return _read_float(float(value))
    if isinstance(value, dict):
        keyed = ((_read_key(key), item) for key, item in value.items())
        return dict(_read_members(keyed, room))
    if isinstance(value, (list, tuple)):
        return [item for _, item in _read_members(enumerate(value), room)]
    raise ChatError(f"Object of type {type(value).__name__} is not JSON serializable")


def well_formed(text: str) -> str:
    """Join the surrogate pairs of a text, as JSON does.

    Raises:
        ChatError: The text holds a lone surrogate.
    """
    if text.isascii():
        return str.__str__(text)
    try:
        text.encode()
    except UnicodeEncodeError as fault:
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise ChatError(
                f"lone surrogate U+{ord(text[fault.start]):04X} at character {fault.start}: "
                "the text is not valid Unicode"
            ) from None
    return str.__str__(text)


def json_text(value: Json) -> str:
    """Print a value of ``read_json`` as serde_json does, without spaces."""
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, list):
        return f"[{','.join(map(json_text, value))}]"
    if isinstance(value, dict):
        entries = (f"{json_text(key)}:{json_text(item)}" for key, item in value.items())
        return f"{{{','.join(entries)}}}"
    return json.dumps(value, ensure_ascii=False)


def _read_members(members: Iterable[tuple[K, object]], room: int) -> Iterator[tuple[K, Json]]:
    if room == 0:
        raise ChatError("recursion limit exceeded: the JSON is nested too deeply")
    path: tuple[str | int, ...] = ()
    try:
        for key, item in members:
            path = (key,)
            yield key, read_json(item, room - 1)
    except ChatError as error:
        error.path = (*path, *error.path)
        raise


def _read_key(key: object) -> str:
    if isinstance(key, str):
        return well_formed(key)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    raise ChatError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _read_integer(value: int) -> int | float:
    if _I64_MIN <= value <= _U64_MAX:
        return value
    if value.bit_length() > _FLOAT_BITS:
        raise ChatError("number out of range")
    # The reader takes decimal digits as long as they fit 64 bits; the rest only scale.
    significand, exponent = abs(value), 0
    while significand > _U64_MAX:
        significand //= 10
        exponent += 1
    magnitude = _scaled(significand, exponent)
    return magnitude if value > 0 else -magnitude


def _read_float(value: float) -> float:
    if not isfinite(value):
        raise ChatError(f"expected value, found {value}: JSON has no such number")
    negative, digits, exponent = _decimal(value)
    magnitude = _scaled(int(digits), exponent)
    return -magnitude if negative else magnitude


def _scaled(significand: int, exponent: int) -> float:
    """``significand * 10**exponent`` with serde_json's rounding: one float operation a step."""
    value = float(significand)
    while exponent < -_MAX_POWER:
        value /= 1e308
        exponent += _MAX_POWER
    power = float(f"1e{abs(exponent)}")
    value = value * power if exponent >= 0 else value / power
    if isinf(value):
        raise ChatError("number out of range")
    return value


def _decimal(value: float) -> tuple[bool, str, int]:
    """Sign, digits and power of ten of the shortest text that reads as ``value``."""
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    return mantissa.startswith("-"), whole + fraction, int(power or 0) - len(fraction)


def _float_text(value: float) -> str:
    negative, digits, exponent = _decimal(value)
    sign = "-" if negative else ""
    stripped = digits.strip("0")
    if not stripped:
        return f"{sign}0.0"
    exponent += len(digits) - len(digits.rstrip("0"))
    point = len(stripped) + exponent  # the decimal point comes after this many digits
    if exponent >= 0 and point <= _MAX_DIGITS:
        return f"{sign}{stripped}{'0' * exponent}.0"
    if 0 < point <= _MAX_DIGITS:
        return f"{sign}{stripped[:point]}.{stripped[point:]}"
    if -_MAX_ZEROS <= point <= 0:
        return f"{sign}0.{'0' * -point}{stripped}"
    fraction = f".{stripped[1:]}" if len(stripped) > 1 else ""
    return f"{sign}{stripped[0]}{fraction}e{point - 1}"
