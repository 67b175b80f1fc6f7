"""A token id as the reference's Rust bindings accept it: an unsigned 32-bit integer."""

from __future__ import annotations

from operator import index
from typing import SupportsIndex


def as_token_id(token: SupportsIndex, argument: str) -> int:
    """Convert a token as the reference's bindings do, with their errors.

    Args:
        token: An integer.
        argument: The argument that the token was given in.

    Raises:
        TypeError: The token is not an integer.
        OverflowError: The token does not fit in 32 bits without sign.
    """
    try:
        value = index(token)
    except TypeError as error:
        raise TypeError(f"argument '{argument}': {error}") from None
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError("Python int too large to convert to C long")
    if value >> 32:
        raise OverflowError("out of range integral type conversion attempted")
    return int(value)
