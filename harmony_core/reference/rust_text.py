"""Text as Rust's standard library trims, splits and decodes it.

Python's own methods differ in a few characters, and those few decide what a header or a delta
says: ``str.strip`` also takes U+001C to U+001F, ``bytes.split`` also the vertical tab,
``str.splitlines`` much more than a line feed, and ``bytes.decode`` waits for the third byte of
a surrogate.
"""

from __future__ import annotations

from codecs import utf_8_decode

__all__ = ["WHITESPACE", "decode_prefix", "lines", "split_ascii_whitespace", "trim", "utf8_fault"]

# What char::is_whitespace is true of.
WHITESPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# What char::is_ascii_whitespace is true of, besides the space.
_ASCII_WHITESPACE = str.maketrans("\t\n\f\r", "    ")

# Half a surrogate is a fault to Rust.
_FIRST_HALF_SURROGATE, _LAST_HALF_SURROGATE = b"\xed\xa0", b"\xed\xbf"

# Faults are looked for in this many bytes first, so that a long backlog is not copied each time.
_HEAD = 64


def trim(text: str) -> str:
    """Take whitespace off both ends: ``str::trim``."""
    return text.strip(WHITESPACE)


def split_ascii_whitespace(text: str) -> list[str]:
    """Split at runs of ASCII whitespace: ``str::split_ascii_whitespace``."""
    return [part for part in text.translate(_ASCII_WHITESPACE).split(" ") if part]


def lines(text: str) -> list[str]:
    r"""Split at ``\n`` and ``\r\n``, with no empty line at the end: ``str::lines``."""
    *complete, last = text.split("\n")
    return [line.removesuffix("\r") for line in complete] + ([last] if last else [])


def decode_prefix(data: bytearray) -> tuple[str, int, int]:
    """Decode UTF-8 up to the first fault or incomplete character: ``str::from_utf8``.

    Returns:
        The text, its length in bytes, and the length of the fault that follows; 0 if no fault
        follows.
    """
    if len(data) > _HEAD:
        text, length, fault_length = decode_prefix(data[:_HEAD])
        if fault_length:
            return text, length, fault_length
    try:
        text, length = utf_8_decode(data)
    except UnicodeDecodeError as fault:
        return data[: fault.start].decode(), fault.start, fault.end - fault.start
    return text, length, int(_FIRST_HALF_SURROGATE <= data[length:] <= _LAST_HALF_SURROGATE)


def utf8_fault(error: UnicodeDecodeError) -> str:
    """What ``Utf8Error`` says about bytes that are not UTF-8."""
    if error.reason == "unexpected end of data":
        return f"incomplete utf-8 byte sequence from index {error.start}"
    return f"invalid utf-8 sequence of {error.end - error.start} bytes from index {error.start}"
