"""Tokens of a header -> words, each with the tokens it came from.

Markers and ASCII whitespace part words, as they do for the strict parser. Words that were
glued together are cut apart here, by the ordered list ``Vocabulary.glues``.
"""

from __future__ import annotations

import re
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.format._header import ROLES
from harmony_core.format.diagnosis._content import fault_ranges, token_pieces, unknown_token
from harmony_core.format.diagnosis._report import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._content import Pieces
    from harmony_core.tokenizer import Tokenizer

__all__ = ["ASCII_SPACES", "Kind", "Lexed", "Vocabulary", "Word", "lex_header"]

ASCII_SPACES = " \t\n\f\r"  # those that Rust splits words at
_SPACE = rb"[ \t\n\f\r]"
_ODD_SPACE = (
    rb"(?:[\v\x1c-\x1f]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8b\xa8\xa9\xaf]|\xe2\x81\x9f"
    rb"|\xe3\x80\x80|\xef\xbb\xbf)"
)
_CHARACTER = rb"(?!%b|%b)." % (_SPACE, _ODD_SPACE)
# Namespaces that the published prompts and tools know. "function" is how models misspell one.
_TOOL = rb"python|(?:functions?|browser|container|repo_browser|web|python|mcp)\.\w[\w.-]*"


class Kind(Enum):
    """What a word is by where it is."""

    FREE = "free"
    CHANNEL = "channel"  # after <|channel|>
    TYPE = "type"  # after <|constrain|>
    BODY = "body"  # content, cut off a word that it was glued to


class Word(NamedTuple):
    """A word of a header; an empty one where a marker has no word after it.

    Attributes:
        kind: What it is by where it is.
        text: Its text.
        start: Its first byte in the header.
        first: Its first token.
        last: One past its last token.
    """

    kind: Kind
    text: str
    start: int
    first: int
    last: int


class Place(NamedTuple):
    """Where a word is, for the rules that cut it apart.

    Attributes:
        kind: Its kind.
        may_be_role: Whether it is the header's first word, in the place of the role.
        is_open: Whether the header never reached ``<|message|>``.
    """

    kind: Kind
    may_be_role: bool
    is_open: bool


class Glue(NamedTuple):
    """One way in which words are glued together.

    Attributes:
        code: The code of what is found.
        applies: Whether to look for it at a place.
        pattern: Its groups are the words: ``own`` stays what the place makes it.
    """

    code: str
    applies: Callable[[Place], bool]
    pattern: re.Pattern[bytes]


_KIND_OF_GROUP = {
    "channel": Kind.CHANNEL,
    "first": Kind.CHANNEL,
    "free": Kind.FREE,
    "type": Kind.FREE,
    "body": Kind.BODY,
}


class Vocabulary:
    """The words that headers are read by.

    Args:
        channels: The channels there are.
        tools: The recipients there are; ``None`` if that is not known.
    """

    def __init__(self, channels: Collection[str], tools: Collection[str] | None) -> None:
        self.channels = frozenset(channels)
        self.tools = None if tools is None else frozenset(tools)
        given = [name.encode() for name in self.tools or ()]
        with_namespace = [b"functions." + name for name in given if b"." not in name]
        known = _any_of([*given, *with_namespace])
        self._tool = re.compile(rb"%b|%b" % (known, _TOOL))
        # A recipient, however it is written; or a word.
        recipient = rb"to%b*=%b*(?:%b)*" % (_SPACE, _SPACE, _CHARACTER)
        misspelt = rb"to(?::%b*|%b+)(?:%b|%b)(?!\S)" % (_SPACE, _SPACE, known, _TOOL)
        self.words = re.compile(
            rb"(?P<odd>%b+)|%b|%b|(?:%b)+" % (_ODD_SPACE, recipient, misspelt, _CHARACTER),
            re.DOTALL,
        )
        self.glues = _glues(_any_of(name.encode() for name in channels), known)

    def is_tool(self, text: str) -> bool:
        """Whether a word is a tool's name: one that was given, or in a usual namespace."""
        return self._tool.fullmatch(text.encode()) is not None


def _any_of(names: Collection[bytes] | Iterator[bytes]) -> bytes:
    known = sorted(filter(None, names), key=len, reverse=True)
    return b"|".join(map(re.escape, known)) or rb"(?!)"


def _glues(channel: bytes, tool: bytes) -> tuple[Glue, ...]:
    """List the ways in which words may be glued; the first that matches decides."""

    def glue(code: str, pattern: bytes, applies: Callable[[Place], bool]) -> Glue:
        return Glue(code, applies, re.compile(pattern, re.DOTALL))

    role = b"|".join(name.encode() for name in ROLES)
    return (
        # tenstorrent/vllm#386: "assistantassistant", "assistantanalysis", "assistantto=...".
        glue(
            "glued-role",
            rb"(?P<own>%b)(?:(?:%b)+|(?:%b)*(?:(?P<channel>%b)|(?P<free>to=.*)))"
            % (role, role, role, channel),
            lambda place: place.may_be_role,
        ),
        # "assistantfinalYes", "finalYes": a whole header without its markers, and content.
        glue(
            "glued-content",
            rb"(?:(?P<own>%b)(?P<channel>%b)|(?P<first>%b))(?P<body>[^\sa-z.,:;!?)-].*)"
            % (role, channel, channel),
            lambda place: place.may_be_role and place.is_open,
        ),
        # "commentaryto=functions.f": the space is gone.
        glue(
            "glued-recipient",
            rb"(?P<own>%b)(?P<free>to=.*)" % channel,
            lambda place: place.kind is Kind.CHANNEL,
        ),
        # ggml-org/llama.cpp#15158: "functions.shelljson", where functions.shell is a tool.
        glue(
            "glued-recipient",
            rb"(?P<own>to=(?!(?:%b)\Z)(?:%b))(?P<type>json|code)" % (tool, tool),
            lambda place: place.kind is Kind.FREE,
        ),
        # Content right after a channel, a recipient or a type: <|message|> is missing.
        glue(
            "glued-content",
            rb"(?P<own>%b)(?P<body>.+)" % channel,
            lambda place: place.is_open and place.kind is Kind.CHANNEL,
        ),
        glue(
            "glued-content",
            rb"(?P<own>[A-Za-z]+)(?P<body>[^A-Za-z/+-].*)",
            lambda place: place.is_open and place.kind is Kind.TYPE,
        ),
        glue(
            "glued-content",
            rb"(?P<own>to=[\w.:/-]+|json|code)(?P<body>[{\[\"].*)",
            lambda place: place.is_open and place.kind is Kind.FREE,
        ),
    )


class Lexed(NamedTuple):
    """The words of a header, and what was found on the way.

    Attributes:
        words: The words in order.
        findings: What was found.
        pieces: The tokens' bytes; markers and what is left out have none.
        markers: The tokens that are markers of the header.
        dropped: The tokens left out: special tokens, and what is no token.
    """

    words: list[Word]
    findings: list[Finding]
    pieces: Pieces
    markers: frozenset[int]
    dropped: frozenset[int]


def lex_header(  # noqa: PLR0913 - what a header is read by, and how it begins and ends
    tokens: Sequence[int],
    tokenizer: Tokenizer,
    markers: Markers,
    vocabulary: Vocabulary,
    *,
    states_role: bool,
    is_open: bool,
) -> Lexed:
    """Cut a header into words.

    Args:
        tokens: The tokens between ``<|start|>`` and what ended the header.
        tokenizer: Decodes them.
        markers: The formatting tokens.
        vocabulary: Known words, to cut apart what is glued.
        states_role: Whether the header begins with a role.
        is_open: Whether it never reached ``<|message|>``, so that content may follow.
    """
    kinds = {markers.channel: Kind.CHANNEL, markers.constrain: Kind.TYPE}
    pieces = token_pieces(tokens, tokenizer)
    marks = [index for index in pieces.special if tokens[index] in kinds]
    dropped = frozenset(chain(pieces.special, pieces.unknown)) - frozenset(marks)
    pieces = pieces.without(frozenset(marks) | dropped)
    lexer = _Lexer(pieces, vocabulary, is_open=is_open)
    lexer.has_channel = any(kinds[tokens[mark]] is Kind.CHANNEL for mark in marks)
    lexer.findings += _dropped(tokens, pieces, dropped)
    may_be_role = states_role or not is_open
    lexer.cut(-1, marks[0] if marks else len(tokens), Kind.FREE, may_be_role=may_be_role)
    for mark, end in zip(marks, [*marks[1:], len(tokens)], strict=False):
        lexer.cut(mark, end, kinds[tokens[mark]])
    return Lexed(lexer.words, lexer.findings, pieces, frozenset(marks), dropped)


def _dropped(tokens: Sequence[int], pieces: Pieces, dropped: Collection[int]) -> Iterator[Finding]:
    unknown = set(pieces.unknown)
    for index in sorted(dropped):
        if index in unknown:
            yield unknown_token(tokens[index], index)
        else:
            message = f"The special token {tokens[index]} is not part of a header."
            yield Finding("special-token-in-header", index, index + 1, message)


class _Lexer:
    def __init__(self, pieces: Pieces, vocabulary: Vocabulary, *, is_open: bool) -> None:
        self._pieces = pieces
        self._vocabulary = vocabulary
        self._is_open = is_open
        self.has_channel = False
        self.words: list[Word] = []
        self.findings: list[Finding] = []

    def cut(self, mark: int, end: int, kind: Kind, *, may_be_role: bool = False) -> None:
        """Cut the words from a marker to the next; the first one is the marker's own."""
        ends, data = self._pieces.ends, self._pieces.data
        start, stop = (ends[mark] if mark >= 0 else 0), (ends[end - 1] if end else 0)
        found = []
        for match in self._vocabulary.words.finditer(data, start, stop):
            if match["odd"]:
                self._find("odd-space", *match.span(), "A space that is not ASCII.")
            else:
                found.append(match)
        if kind is not Kind.FREE:
            if not found or _is_recipient(found[0].group()):
                self.words.append(Word(kind, "", start, mark, mark + 1))
                kind = Kind.FREE
            elif found[0].start() > start and data[start] in ASCII_SPACES.encode():
                message = "A space between the marker and its word."
                self._find("odd-space", start, found[0].start(), message)
        for word in found:
            is_first = may_be_role and not self.words
            self._take(Place(kind, is_first, self._is_open), *word.span())
            kind = Kind.FREE

    def _take(self, place: Place, start: int, stop: int) -> None:
        """Take a word, cut apart if something known is glued to something else."""
        data = self._pieces.data
        glued = (
            (glue.code, glue.pattern.fullmatch(data, start, stop))
            for glue in self._vocabulary.glues
            if glue.applies(place)
        )
        code, found = next((glue for glue in glued if glue[1]), ("", None))
        if found is None:
            self._add(place.kind, start, stop)
            return
        groups = [name for name in found.groupdict() if found.start(name) >= 0]
        if "channel" in groups and not self.has_channel:
            code = "missing-channel-marker"
        shown = found.group().decode("utf-8", "replace")[:60]
        self._find(code, start, stop, f"Words are glued together: {shown!r}.")
        for name in groups:
            self._add(_KIND_OF_GROUP.get(name, place.kind), *found.span(name))

    def _add(self, kind: Kind, start: int, stop: int) -> None:
        data = self._pieces.data[start:stop]
        for low, high in fault_ranges(data):
            self._find("not-utf8", start + low, start + high, "These bytes are not UTF-8.")
        text = data.decode("utf-8", "replace")
        self.words.append(Word(kind, text, start, *self._pieces.tokens_of(start, stop)))

    def _find(self, code: str, start: int, stop: int, message: str) -> None:
        self.findings.append(Finding(code, *self._pieces.tokens_of(start, stop), message))


def _is_recipient(word: bytes) -> bool:
    return word.startswith(b"to") and word[2:].lstrip().startswith(b"=")
