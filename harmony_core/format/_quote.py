"""Text in quotes as the reference's messages show it: Rust's ``Debug`` form of a string."""

from __future__ import annotations

import unicodedata

_SHORT = {
    "\0": "\\0",
    "\t": "\\t",
    "\n": "\\n",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def quote(text: str) -> str:
    """Put text in double quotes; escape what Rust would: unprintable and combining characters."""
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if not char.isprintable() or unicodedata.category(char) in ("Mn", "Me"):
        return f"\\u{{{ord(char):x}}}"
    return char
