"""What a code means, and which codes are behind an error that a parser raised."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.errors import DecodeError
from harmony_core.format._header import ROLES
from harmony_core.format._markers import MARKER_TEXTS
from harmony_core.format.diagnosis.codes import CODES, Code

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.tokenizer import Tokenizer

__all__ = ["Explanation", "explain", "similar_codes"]


class Explanation(NamedTuple):
    """What something means.

    Attributes:
        summary: In a sentence or two.
        codes: The codes that an inspection of the output is likely to show, likeliest first.
    """

    summary: str
    codes: tuple[Code, ...]


def explain(text: str, tokenizer: Tokenizer | None = None) -> Explanation | None:
    """Explain a code, or the text of an error wherever it stands in a line of a log.

    Args:
        text: A code's name; or an error of ``openai-harmony``, or of a server that uses it,
            such as ``Unexpected token 12606 while expecting start token 200006``.
        tokenizer: Decodes token ids in an error.

    Returns:
        The explanation; ``None`` if the text is neither.
    """
    code = CODES.get(text.strip())
    if code is not None:
        return Explanation(code.looks, (code,))
    for pattern, make in _ERRORS:
        match = re.search(pattern, text, re.DOTALL)
        if match:
            summary, names = make(match, tokenizer)
            return Explanation(summary, tuple(CODES[name] for name in names))
    return None


def similar_codes(text: str) -> list[str]:
    """Find the names of codes that look like a text, likeliest first."""
    return difflib.get_close_matches(text.strip()[:100], CODES, n=3, cutoff=0.5)


# The errors, each with the codes behind it.

_Told = tuple[str, tuple[str, ...]]


def _unexpected_token(match: re.Match[str], tokenizer: Tokenizer | None) -> _Told:
    """A token after the end of a message, where only ``<|start|>`` may follow."""
    token = _text_of(int(match[1]), tokenizer)
    shown = f"Token {match[1]}" + (f" ({token!r})" if token else "")
    where = f"{shown} comes after a message has ended, where only <|start|> may follow."
    if token in {MARKER_TEXTS[name] for name in ("end", "return_", "call")}:
        return f"{where} The message ended twice.", ("doubled-stop", "unexpected-stop")
    if token in {MARKER_TEXTS[name] for name in ("channel", "message", "constrain")}:
        return f"{where} A header has lost its <|start|>.", (
            "missing-start",
            "completion-as-prompt",
        )
    if token and token.strip() in _HEADER_BEGINNINGS:
        more = "It is the beginning of a header that has lost <|start|>assistant."
        return f"{where} {more}", ("missing-start", "missing-header", "completion-as-prompt")
    more = "The model wrote on without a header, or the output lost its special tokens."
    return f"{where} {more}", ("missing-header", "text-between-messages", "no-markers")


# "comment" and " comment" begin "commentary".
_HEADER_BEGINNINGS = {*ROLES, "analysis", "comment", "commentary", "final", "to", "functions"}


def _text_of(token: int, tokenizer: Tokenizer | None) -> str:
    if tokenizer is None:
        return ""
    try:
        return tokenizer.token_bytes(token).decode("utf-8", "replace")
    except (DecodeError, OverflowError):
        return ""


def _remaining(match: re.Match[str], _tokenizer: Tokenizer | None) -> _Told:
    rest = match[1]
    summary = f"The header has words left that are no field of it: {rest[:100]}"
    if "to=" in rest:
        return f"{summary}. The recipient comes twice.", (
            "doubled-recipient",
            "conflicting-recipient",
            "junk-in-header",
        )
    if MARKER_TEXTS["constrain"] in rest:
        return f"{summary}. A content type is not where it should be.", (
            "doubled-content-type",
            "content-type-without-recipient",
            "junk-in-header",
        )
    return f"{summary}. Most often <|message|> is missing before them.", (
        "missing-message",
        "junk-in-header",
        "unknown-channel",
    )


def _unknown_role(match: re.Match[str], _tokenizer: Tokenizer | None) -> _Told:
    word = match[1].strip()
    summary = f"{word[:100]!r} is in the place of the role."
    if MARKER_TEXTS["start"] in word:
        return f"{summary} The message begins twice.", ("doubled-start", "restated-start")
    glued = next((role for role in ROLES if word.startswith(role) and word != role), None)
    if glued:
        return f"{summary} Words are glued together.", ("glued-role", "missing-channel-marker")
    if "." in word:
        return f"{summary} It is a tool, without a recipient.", ("tool-without-recipient",)
    return summary, ("unknown-role", "tool-without-recipient", "named-author")


def _constant(summary: str, *codes: str) -> Callable[[re.Match[str], Tokenizer | None], _Told]:
    return lambda _match, _tokenizer: (summary, codes)


_ERRORS: tuple[tuple[str, Callable[[re.Match[str], Tokenizer | None], _Told]], ...] = (
    # openai-harmony.
    (r"Unexpected token (\d+) while expecting start token", _unexpected_token),
    (r"unexpected tokens remaining in message header:? ?(.*)", _remaining),
    (r"Unknown role:? ?(.*)", _unknown_role),
    (
        r"Unexpected EOS while waiting for message header",
        _constant(
            "The output ends before <|message|>: it was cut off, is a prompt, or lost its markers.",
            "truncated-header",
            "open-turn",
            "no-markers",
            "recovered-markers",
        ),
    ),
    (
        r"message header did not contain a role",
        _constant("A header names no role, nor did the caller give one.", "missing-role"),
    ),
    (
        r"channel marker present but no channel value",
        _constant("<|channel|> has no name after it.", "empty-channel", "odd-space"),
    ),
    (
        r"could not decode header|[Ii]nvalid (?:utf-8|UTF-8|token)",
        _constant(
            "There are bytes that are not UTF-8, or ids that are no token.",
            "not-utf8",
            "unknown-token",
        ),
    ),
    # Servers that read calls themselves: Ollama, LM Studio.
    (
        r"error parsing tool call|Failed to parse tool call",
        _constant(
            "The server could not read a call: its arguments or its header are malformed.",
            "arguments-not-json",
            "wrapped-arguments",
            "missing-message",
            "junk-in-header",
        ),
    ),
)
