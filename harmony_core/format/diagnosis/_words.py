"""Tokens of a header -> words, each with the tokens it came from."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.format._header import ROLES
from harmony_core.format.diagnosis._content import fault_ranges, token_pieces, unknown_token
from harmony_core.format.diagnosis._report import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis._content import Pieces
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Kind", "Lexed", "Vocabulary", "Word", "lex_header"]


class Kind(Enum):
    """What a word is by where it stands."""

    FREE = "free"
    CHANNEL = "channel"  # behind <|channel|>
    TYPE = "type"  # behind <|constrain|>
    BODY = "body"  # content, cut off a word that it was glued to


class Word(NamedTuple):
    """A word of a header; an empty one where a marker has no word behind it.

    Attributes:
        kind: What it is by where it stands.
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


class Vocabulary:
    """The words a header is read by, as patterns.

    Args:
        channels: The channels there are.
    """

    def __init__(self, channels: Collection[str]) -> None:
        self.channels = frozenset(channels)
        role = b"|".join(name.encode() for name in ROLES)
        known = sorted((name.encode() for name in channels if name), key=len, reverse=True)
        channel = b"|".join(map(re.escape, known)) or rb"(?!)"
        # A role glued to another, to a channel or to a recipient.
        self.glued_role = re.compile(
            rb"(?P<own>%b)(?:(?:%b)+|(?:%b)*(?:(?P<channel>%b)|(?P<free>to=.*)))"
            % (role, role, role, channel),
            re.DOTALL,
        )
        # What may be glued to a channel: a recipient; and, where <|message|> is missing, anything.
        self.glued_to_channel = re.compile(rb"(?P<own>%b)(?P<free>to=.*)" % channel, re.DOTALL)
        self.body_glued_to_channel = re.compile(rb"(?P<own>%b)(?P<body>.+)" % channel, re.DOTALL)


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


# The spaces that Rust splits words at, and those that it does not.
_ASCII_SPACE = rb"[ \t\n\f\r]"
_ODD_SPACE = (
    rb"(?:[\v\x1c-\x1f]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8b\xa8\xa9\xaf]|\xe2\x81\x9f"
    rb"|\xe3\x80\x80|\xef\xbb\xbf)"
)
_CHARACTER = rb"(?!%b|%b)." % (_ASCII_SPACE, _ODD_SPACE)
_WORD = rb"to%b*=%b*(?:%b)*|(?:%b)+" % (_ASCII_SPACE, _ASCII_SPACE, _CHARACTER, _CHARACTER)
_ODD_SPACES_OR_WORD = rb"(?P<odd>%b+)|%b" % (_ODD_SPACE, _WORD)
# Arguments glued to a recipient or a content type.
_BODY_BEHIND_RECIPIENT = rb"(?P<own>to=[\w.:/-]+)(?P<body>[{\[\"].*)"
_BODY_BEHIND_TYPE = rb"(?P<own>[A-Za-z]+)(?P<body>[^A-Za-z/+-].*)"


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


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
    pieces = _without(pieces, frozenset(marks) | dropped)
    has_channel = any(kinds[tokens[mark]] is Kind.CHANNEL for mark in marks)
    lexer = _Lexer(pieces, vocabulary, is_open=is_open, has_channel=has_channel)
    lexer.drop(tokens, dropped)
    lexer.cut(
        -1, marks[0] if marks else len(tokens), Kind.FREE, may_name_role=states_role or not is_open
    )
    for mark, end in zip(marks, [*marks[1:], len(tokens)], strict=False):
        lexer.cut(mark, end, kinds[tokens[mark]])
    return Lexed(lexer.words, lexer.findings, pieces, frozenset(marks), dropped)


def _without(pieces: Pieces, left_out: frozenset[int]) -> Pieces:
    chunks: list[bytes] = []
    ends: list[int] = []
    begin = length = 0
    for index, end in enumerate(pieces.ends):
        if index not in left_out:
            chunks.append(pieces.data[begin:end])
            length += end - begin
        ends.append(length)
        begin = end
    return type(pieces)(b"".join(chunks), ends, pieces.special, pieces.unknown)


class _Lexer:
    def __init__(
        self, pieces: Pieces, vocabulary: Vocabulary, *, is_open: bool, has_channel: bool
    ) -> None:
        self._pieces = pieces
        self._vocabulary = vocabulary
        self._is_open = is_open
        self._has_channel = has_channel
        self.words: list[Word] = []
        self.findings: list[Finding] = []

    def drop(self, tokens: Sequence[int], dropped: Iterable[int]) -> None:
        unknown = set(self._pieces.unknown)
        for index in sorted(dropped):
            if index in unknown:
                self.findings.append(unknown_token(tokens[index], index))
            else:
                message = f"The special token {tokens[index]} has no place in a header."
                finding = Finding("special-token-in-header", index, index + 1, message)
                self.findings.append(finding)

    def cut(self, mark: int, end: int, kind: Kind, *, may_name_role: bool = False) -> None:
        """Cut the words from a marker to the next; the first one is the marker's own."""
        ends = self._pieces.ends
        start, stop = (ends[mark] if mark >= 0 else 0), (ends[end - 1] if end else 0)
        data = self._pieces.data
        found = []
        for match in _compiled(_ODD_SPACES_OR_WORD).finditer(data, start, stop):
            if match["odd"]:
                self._find("odd-space", *match.span(), "A space that is not ASCII.")
            else:
                found.append(match)
        if kind is not Kind.FREE:
            if not found or _is_recipient(found[0].group()):
                self.words.append(Word(kind, "", start, mark, mark + 1))
                kind = Kind.FREE
            elif found[0].start() > start and data[start : start + 1] in b" \t\n\f\r":
                message = "A space between the marker and its word."
                self._find("odd-space", start, found[0].start(), message)
        for word in found:
            self._take(kind, *word.span(), first_of_header=may_name_role and not self.words)
            kind = Kind.FREE

    def _take(self, kind: Kind, start: int, stop: int, *, first_of_header: bool) -> None:
        """Take a word, cut apart if something known is glued to something else."""
        rules = self._rules(kind, first_of_header=first_of_header)
        data = self._pieces.data
        glued = ((code, pattern.fullmatch(data, start, stop)) for code, pattern in rules)
        code, found = next((rule for rule in glued if rule[1]), ("", None))
        if found is None:
            self._add(kind, start, stop)
            return
        shown = found.group().decode("utf-8", "replace")[:60]
        if "channel" in found.groupdict() and found["channel"] and not self._has_channel:
            code = "missing-channel-marker"
        self._find(code, start, stop, f"Words are glued together: {shown!r}.")
        for name, (begin, end) in _groups(found):
            self._add(_KIND_OF_GROUP.get(name, kind), begin, end)

    def _rules(
        self, kind: Kind, *, first_of_header: bool
    ) -> Iterator[tuple[str, re.Pattern[bytes]]]:
        """The ways in which a word may be glued, most telling first."""
        if first_of_header:
            yield "glued-role", self._vocabulary.glued_role
        if kind is Kind.CHANNEL:
            yield "glued-recipient", self._vocabulary.glued_to_channel
            if self._is_open:
                yield "glued-content", self._vocabulary.body_glued_to_channel
        elif self._is_open:
            pattern = _BODY_BEHIND_TYPE if kind is Kind.TYPE else _BODY_BEHIND_RECIPIENT
            yield "glued-content", _compiled(pattern)

    def _add(self, kind: Kind, start: int, stop: int) -> None:
        data = self._pieces.data[start:stop]
        places = self._pieces.tokens_of(start, stop)
        for low, high in fault_ranges(data):
            self._find("not-utf8", start + low, start + high, "Bytes that are no UTF-8.")
        self.words.append(Word(kind, data.decode("utf-8", "replace"), start, *places))

    def _find(self, code: str, start: int, stop: int, message: str) -> None:
        self.findings.append(Finding(code, *self._pieces.tokens_of(start, stop), message))


def _is_recipient(word: bytes) -> bool:
    return word.startswith(b"to") and word[2:].lstrip().startswith(b"=")


_KIND_OF_GROUP = {"channel": Kind.CHANNEL, "free": Kind.FREE, "body": Kind.BODY}


def _groups(found: re.Match[bytes]) -> list[tuple[str, tuple[int, int]]]:
    """The named groups that matched, in order."""
    return [(name, found.span(name)) for name in found.groupdict() if found.start(name) >= 0]
