"""What text wears when it is copied: fences, quotes, escapes, a log's prefix. And what is no text.

Each function takes off one layer, or returns ``None`` if there is none.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple
from urllib.parse import unquote

from harmony_core.input.debug_print import unescape

__all__ = [
    "NotText",
    "Unwrapped",
    "code_blocks",
    "has_marker",
    "looks_stripped",
    "strip_log_prefix",
    "unwrap",
    "what_else",
    "without_http_head",
]

_MARKER = re.compile(r"<\|[0-9a-z_]+\|>")
_BAR = r"(?:\||&(?:amp;)?(?:vert|verbar|#0*124|#x0*7c);)"
_HTML_MARKER = re.compile(
    rf"&(?:amp;)?(?:lt|#0*60|#x0*3c);{_BAR}[0-9a-z_]+{_BAR}"
    r"(?:>|&(?:amp;)?(?:gt|#0*62|#x0*3e);)",
    re.IGNORECASE,
)
_URL_MARKER = re.compile(r"%3C(?:%7C|\|)[0-9a-z_]+(?:%7C|\|)%3E", re.IGNORECASE)
_ESCAPED_MARKER = re.compile(
    r"(?:\\u003c|\\x3c|\\<|<)\\?(?:\||\\u007c|\\x7c)[0-9a-z\\_]+\\?(?:\||\\u007c|\\x7c)"
    r"(?:\\u003e|\\x3e|\\>|>)",
    re.IGNORECASE,
)
_MARKDOWN_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ESCAPED_BREAK = re.compile(r"\\n|\\\"|\\u[0-9a-fA-F]{4}")
_FENCE = re.compile(
    r"(?P<head>[^`~]{0,400}?)(?P<fence>`{3,}|~{3,})[ \t]{0,8}[\w+-]{0,40}[ \t]{0,8}\r?\n"
    r"(?P<body>.*?)\r?\n?[ \t]{0,8}(?P=fence)[ \t]{0,8}(?P<tail>[^`]{0,400})",
    re.DOTALL,
)
_FENCE_LINE = re.compile(r"[ ]{0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]{0,80})")
# What curl prints before an answer's body: with -v all that goes back and forth, with -i its head.
_HTTP_HEAD = re.compile(
    r"\s*(?:[*<>{}](?:[ \t][^\n]*)?\r?\n)*"
    r"(?:(?:< )?HTTP/\d(?:\.\d)? \d{3}[^\n]*\n(?:(?:< )?[\w-]+:[^\n]*\n)*(?:<[ \t]*)?\r?\n"
    r"|(?<=<\n)|(?<=<\r\n)|(?<=< \n)|(?<=< \r\n))"
    r"(?:[*<>{}](?:[ \t][^\n]*)?\r?\n)*(?=[^\s])"
)

# Markers that were stripped leave the words between them, run together.
_STRIPPED = re.compile(
    r"\A\s*(?:assistant\s*)?(?:analysis|commentary|final)(?:(?=[A-Z*{\[])| to=[a-z])"
    r"|\A\s*(?:assistant\s*)?(?:analysis|commentary)\S.*?assistant\s*(?:final|commentary|analysis)"
    r"|assistant(?:final|analysis|commentary)(?=\s*[A-Z*{\[]| to=)",
    re.DOTALL,
)

_DATE = r"\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?"
_TIME = rf"{_DATE}[T ]\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)"
_LOG_PREFIX = re.compile(
    rf"(?:\([^()\n]{{1,60}}\)\s*)?"  # vLLM: (APIServer pid=17)
    rf"(?:\[?{_TIME}\]?[ \t]*(?:[-|:]\s*)?(?:\[?{_LEVEL}\b\]?)?|\[?{_LEVEL}\b\]?[: ]"
    rf"|[A-Z][a-z]{{2}} +\d+ \d\d:\d\d:\d\d )",
    re.IGNORECASE,
)
_TO_VALUE = re.compile(
    r"[^\n{\[<'\"]{0,300}?(?:\[[^\[\]{}<'\"\n]{0,80}\][^\n{\[<'\"]{0,200}?){0,4}(?=[{\[<'\"])"
)
_TRACEBACK = re.compile(
    r"^Traceback \(most recent call last\):|^thread '[^'\n]*' (?:\(\d+\) )?panicked at"
    r"|^goroutine \d+ \[|^Exception in thread |^[ \t]{1,40}at [\w.$<>]+\([\w.]+:\d+\)",
    re.MULTILINE,
)


class Unwrapped(NamedTuple):
    """A text without one of its layers.

    Attributes:
        text: What was in it.
        form: What the layer was, in words.
        offset: Where the text starts in what it was taken from, if it is a part of that.
        around: Text outside of the layer.
    """

    text: str
    form: str
    offset: int | None = None
    around: str = ""


class NotText(NamedTuple):
    """Something that is recognised, and no output.

    Attributes:
        kind: A stable name.
        message: What it is.
        start: Where that shows, in characters.
        stop: Where that ends.
        hint: What to do.
    """

    kind: str
    message: str
    start: int
    stop: int
    hint: str


def has_marker(text: str) -> bool:
    """Whether text holds what looks like a special token."""
    return "<|" in text and _MARKER.search(text) is not None


def looks_stripped(text: str) -> bool:
    """Whether text reads like an output whose special tokens were removed."""
    return _STRIPPED.search(text) is not None


def unwrap(source: str) -> Unwrapped | None:
    """Take off one layer that a copy put on."""
    if ("```" in source or "~~~" in source) and not code_blocks(source):
        found = _FENCE.fullmatch(source)
        if found and not has_marker(found["head"]) and not has_marker(found["tail"]):
            around = (found["head"] + found["tail"]).strip()
            return Unwrapped(found["body"], "a code fence", found.start("body"), around)
    if has_marker(source):
        return None
    if _HTML_MARKER.search(source):
        return Unwrapped(html.unescape(source), "HTML-escaped text")
    if _URL_MARKER.search(source):
        return Unwrapped(unquote(source), "URL-encoded text")
    if "\\" in source and _ESCAPED_MARKER.search(source):
        escapes = _ESCAPED_BREAK.search(source) is not None
        text = unescape(source) if escapes else source
        return Unwrapped(_MARKDOWN_ESCAPE.sub(r"\1", text), "backslash-escaped text")
    return None


def code_blocks(source: str) -> list[Unwrapped]:
    """Find the fenced blocks of a Markdown text, if there are several and no marker around them.

    One fence may hold a text with fences of its own: then there are none.
    """
    if source.count("```") < 4 and source.count("~~~") < 4:  # noqa: PLR2004 - two for each block
        return []
    blocks: list[Unwrapped] = []
    opened: re.Match[str] | None = None
    at = start = 0
    for line in source.splitlines(keepends=True):
        found = _FENCE_LINE.fullmatch(line.rstrip())
        if opened is None and found:
            opened, start = found, at + len(line)
        elif opened is None:
            if has_marker(line):
                return []
        elif found and not found["info"] and found["fence"].startswith(opened["fence"]):
            blocks.append(Unwrapped(source[start:at], "a code fence", start))
            opened = None
        at += len(line)
    return blocks if opened is None and len(blocks) > 1 else []


def without_http_head(source: str) -> Unwrapped | None:
    """Take off the head of an HTTP answer, as ``curl -i`` and ``curl -v`` print it."""
    if "HTTP/" not in source[:20_000]:
        return None
    found = _HTTP_HEAD.match(source)
    if found is None:
        return None
    body = re.split(r"\r?\n\* ", source[found.end() :])[0]  # "* Connection #0 left intact"
    return Unwrapped(body, "an HTTP answer", found.end())


def strip_log_prefix(line: str) -> int:
    """Tell where, after a log's prefix, a line's value begins; 0 if it has no such prefix."""
    prefix = _LOG_PREFIX.match(line)
    if prefix is None:
        return 0
    rest = _TO_VALUE.match(line, prefix.end())
    return rest.end() if rest else prefix.end()


def is_log_line(line: str) -> bool:
    """Whether a line begins as a log's do."""
    return _LOG_PREFIX.match(line) is not None


def what_else(source: str) -> NotText | None:
    """Recognise what people paste instead of an output."""
    text = source.lstrip()
    start = len(source) - len(text)
    begin = text[:200].lower()
    if begin.startswith(("<!doctype html", "<html", "<head", "<body")):
        return NotText(
            "html",
            "This is an HTML page, not an output: probably an error page of a proxy.",
            start,
            start + len(text),
            "Check the address that was asked and the server's log.",
        )
    trace = _TRACEBACK.search(source)
    if trace is not None:
        return NotText(
            "stack-trace",
            "This is a stack trace; an output was looked for.",
            *trace.span(),
            "Paste what the model returned before the fault, as token ids or as text with its "
            "special tokens. For a parser's message, see `harmony-core explain`.",
        )
    lines = [line for line in source[:100_000].splitlines() if line.strip()]
    if lines and 2 * sum(map(is_log_line, lines)) > len(lines):
        return NotText(
            "log",
            "This is a log without any output: neither token ids, nor text with special tokens, "
            "nor an engine's answer in it.",
            0,
            len(source),
            "Have the server log outputs (vLLM: --enable-log-requests --enable-log-outputs), or "
            "paste its answer.",
        )
    return None
