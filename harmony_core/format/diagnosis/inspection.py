"""What an inspection gives: messages, diagnostics and spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection  # noqa: TC003 - the bridge reads the policy's types
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.errors import HarmonyError
from harmony_core.format.diagnosis._report import Diagnostic
from harmony_core.format.diagnosis._toolbox import Tool, Toolbox, calls_tool
from harmony_core.format.diagnosis.codes import Severity
from harmony_core.format.diagnosis.fixes import Edit, Fixer, Source, apply_edits
from harmony_core.format.spans import Part, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harmony_core.chat import Message
    from harmony_core.format.wire import WireInspectedMessage, WireInspection

__all__ = [
    "INSPECTION_VERSION",
    "Diagnostic",
    "InspectPolicy",
    "InspectedMessage",
    "Inspection",
    "InspectionError",
    "Region",
]

# Of the JSON form. It changes when a field goes or means something else, not when one is added.
INSPECTION_VERSION = 1
# So many edits are tried one by one where all together do not help.
_MOST_TRIED = 16


@dataclass(frozen=True, kw_only=True)
class InspectPolicy:
    """What is up to the caller, because engines disagree about it.

    Attributes:
        missing_call_is_call: Whether a call without ``<|call|>`` is one: ended by another
            stop token or by the next message, or by the end of the stream if its content is
            the JSON it promises.
        recover_stripped_markers: Whether to make messages of a text in which all special
            tokens are missing, such as ``analysis...assistantfinal...``. None of them is
            ever a call to run.
        channels: The channels there are.
        tools: The tools there are, to tell unknown ones; ``None`` to accept any. Names, such
            as ``functions.get_weather`` (``get_weather`` stands for that too), or
            descriptions: those of this package, or the ``tools`` of a chat request. The
            arguments of those that have a schema are checked against it, which needs the
            package ``jsonschema``.
        completion: Whether the stream is what a model sampled in one go, so that messages of
            others, tokens after a call, or no answer at all are wrong. ``None``: it is, if
            the role given is the assistant's.

    Raises:
        TypeError: ``channels`` is a single string, or ``tools`` holds what is no tool.
    """

    missing_call_is_call: bool = False
    recover_stripped_markers: bool = True
    channels: Collection[str] = ("analysis", "commentary", "final")
    tools: Collection[Tool] | Tool | None = None
    completion: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what would be taken apart into letters, and what is no tool."""
        if isinstance(self.channels, str):
            raise TypeError(f"channels is a collection of strings: pass [{self.channels!r}].")
        Toolbox(self.tools)


class InspectionError(HarmonyError):
    """A stream is not as it should be, and the caller asked for nothing less.

    Attributes:
        kind: ``"inspection"``.
        diagnostics: The errors and warnings, in token order.
    """

    kind = "inspection"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        first, more = diagnostics[0], len(diagnostics) - 1
        rest = f" (and {more} more)" if more else ""
        super().__init__(f"{first.code} at token {first.start}: {first.message}{rest}")
        self.diagnostics = list(diagnostics)


@dataclass(frozen=True, slots=True)
class InspectedMessage:
    """A message and where it came from.

    Attributes:
        message: The message.
        start: Its first token.
        stop: One past its last token.
        complete: Whether a stop token ended it, in the stream or by the server's word.
        guesses: The codes of what had to be guessed in it, such as recipient, channel or role.
        runnable: Whether it is a tool call as it should be: complete, not repaired, and
            without an error. ``InspectPolicy.missing_call_is_call`` has a say.
    """

    message: Message
    start: int
    stop: int
    complete: bool
    guesses: tuple[str, ...]
    runnable: bool

    @property
    def repaired(self) -> bool:
        """Whether something in it was guessed."""
        return bool(self.guesses)

    @property
    def withheld(self) -> bool:
        """Whether it is a tool call that is not runnable."""
        return not self.runnable and calls_tool(self.message)

    def to_dict(self) -> WireInspectedMessage:
        """Return the JSON form."""
        return {
            "message": self.message.to_dict(),
            "start": self.start,
            "stop": self.stop,
            "complete": self.complete,
            "repaired": self.repaired,
            "guesses": list(self.guesses),
            "runnable": self.runnable,
            "withheld": self.withheld,
        }


class Region(NamedTuple):
    """Tokens of a header or a content.

    Attributes:
        start: The first token.
        stop: One past the last.
        parts: The part of each token, or the one part of all.
        message: Index of the message, ``None`` if the header led to none.
    """

    start: int
    stop: int
    parts: Part | Sequence[Part]
    message: int | None


@dataclass(frozen=True)
class Inspection:
    """What an inspection found in a stream.

    Attributes:
        tokens: The stream.
        items: Every message recovered, in order, with its tokens.
        diagnostics: What is wrong or odd, in token order.
    """

    tokens: list[int] = field(repr=False)
    items: list[InspectedMessage]
    diagnostics: list[Diagnostic]
    _regions: list[Region] = field(repr=False, compare=False)
    _markers: frozenset[int] = field(repr=False, compare=False)
    _source: Source | None = field(repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """Leave the tokenizer behind: an inspection may cross processes, without its fixes."""
        return {**self.__dict__, "_source": None, "_fixer": None}

    def __repr__(self) -> str:
        """Show what a person wants to know first: how much there is, and what is wrong."""
        found = ", ".join(dict.fromkeys(found.code for found in self.diagnostics)) or "no problems"
        return f"<Inspection: {len(self.tokens)} tokens, {len(self.items)} messages; {found}>"

    @property
    def messages(self) -> list[Message]:
        """Every message recovered, in order."""
        return [item.message for item in self.items]

    @property
    def ok(self) -> bool:
        """Whether there is no error and no warning."""
        return all(found.severity is Severity.INFO for found in self.diagnostics)

    def tool_calls(self, *, include_repaired: bool = False) -> list[Message]:
        """List the assistant's messages to tools.

        Args:
            include_repaired: Whether to give also those that are not safe to run: repaired
                or incomplete ones, and those with an error.
        """
        return [
            item.message
            for item in self.items
            if item.runnable or (include_repaired and calls_tool(item.message))
        ]

    def to_dict(
        self, *, tokens: bool = True, most_diagnostics: int | None = None
    ) -> WireInspection:
        """Return the JSON form, which ``docs/inspection.md`` describes.

        Args:
            tokens: Whether to include the tokens and their spans.
            most_diagnostics: How many diagnostics to list; ``None`` for all. ``counts`` counts
                all of them.
        """
        counts = Counter(found.severity for found in self.diagnostics)
        value: WireInspection = {
            "version": INSPECTION_VERSION,
            "ok": self.ok,
            "messages": [item.to_dict() for item in self.items],
            "counts": {severity.value: counts[severity] for severity in Severity},
            "diagnostics": [
                found.to_dict() for found in islice(self.diagnostics, most_diagnostics)
            ],
        }
        if tokens:
            value["tokens"] = list(self.tokens)
            value["spans"] = [span.to_dict() for span in self.spans]
        return value

    def raise_for_errors(self) -> None:
        """Fail closed.

        Raises:
            InspectionError: There is an error or a warning.
        """
        serious = [found for found in self.diagnostics if found.severity is not Severity.INFO]
        if serious:
            raise InspectionError(serious)

    @cached_property
    def fixes(self) -> list[Edit]:
        """The edits of the tokens that help, in the order of the diagnostics they are for.

        Each is for the stream as it is; ``fixed_tokens`` makes all of them.
        """
        edits = map(self.fix, self.diagnostics)
        return [edit for edit in edits if edit]

    @cached_property
    def _fixer(self) -> Fixer | None:
        return None if self._source is None else Fixer(self, self._source)

    def fix(self, diagnostic: Diagnostic) -> Edit | None:
        """Find the edit that takes away a diagnostic of this inspection.

        Returns:
            The edit; ``None`` if there is nothing to edit, or no telling what was meant.

        Raises:
            HarmonyError: The inspection was pickled, and left its tokenizer behind.
        """
        if self._fixer is None:
            raise HarmonyError("Inspect the tokens again: a pickled inspection has no fixes.")
        return self._fixer.fix(diagnostic)

    def fixed_tokens(self) -> list[int]:
        """Make all edits, as long as fewer are left to make after them.

        What the inspection left out of its messages, such as text between them, is dropped.
        Streams whose edits stand in each other's way keep those that do not help. Fixing the
        result again changes nothing.

        Raises:
            HarmonyError: The inspection was pickled, and left its tokenizer behind.
        """
        inspection = self
        while inspection.fixes:
            better = inspection._improved()
            if better is None:
                break
            inspection = better
        return list(inspection.tokens)

    def _improved(self) -> Inspection | None:
        """Make all edits, or the first of a few that leaves fewer to make by itself."""
        together = apply_edits(self.tokens, self.fixes)
        one_by_one = (edit.apply(self.tokens) for edit in self.fixes[:_MOST_TRIED])
        for tokens in chain([together], one_by_one):
            other = self._source and self._source.inspect(tokens)
            if other and len(other.fixes) < len(self.fixes):
                return other
        return None

    @cached_property
    def spans(self) -> list[Span]:
        """Each token's part and message, neighbours with the same taken together.

        A span's ``message`` is an index into ``items``, or ``None`` outside of messages. The
        spans follow one another without gap, from the first token to the last.
        """
        spans: list[Span] = []
        at = 0
        for region in (
            *self._regions,
            Region(len(self.tokens), len(self.tokens), Part.STRAY, None),
        ):
            for index in range(at, region.start):
                self._mark(spans, index)
            start, stop, parts, message = region
            if isinstance(parts, Part):
                _append(spans, Span(start, stop, parts, message))
            else:
                for index, part in enumerate(parts, start):
                    _append(spans, Span(index, index + 1, part, message))
            at = stop
        return spans

    def _mark(self, spans: list[Span], index: int) -> None:
        """Add a token that is in no region: a marker that bounds one, or a stray."""
        is_marker = self.tokens[index] in self._markers
        part = Part.MARKER if is_marker else Part.STRAY
        _append(spans, Span(index, index + 1, part, self._owner_of[index]))

    @cached_property
    def _owner_of(self) -> list[int | None]:
        owner: list[int | None] = [None] * len(self.tokens)
        for ordinal, item in enumerate(self.items):
            owner[item.start : item.stop] = [ordinal] * (item.stop - item.start)
        return owner


def _append(spans: list[Span], span: Span) -> None:
    if span.start == span.stop:
        return
    if span.part is Part.STRAY and span.message is not None:
        span = span._replace(message=None)
    if spans and span.part is not Part.MARKER and spans[-1][2:] == span[2:]:
        span = span._replace(start=spans.pop().start)
    spans.append(span)
