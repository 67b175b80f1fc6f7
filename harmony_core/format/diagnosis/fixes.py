"""Diagnostic -> the edit of the tokens that takes it away, where there is a plain one.

An edit writes down what the inspector has read: it drops what was left out, puts a marker
where one was taken for granted, or writes a header as it was understood. Where the stream
does not say what was meant, there is none. Which edit goes with a code is in ``codes``.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from harmony_core.chat import Role
from harmony_core.format.diagnosis._arguments import find_wrapped, parse_object
from harmony_core.format.diagnosis._meaning import stripped_headers
from harmony_core.format.diagnosis._toolbox import calls_tool
from harmony_core.format.diagnosis.codes import CODES
from harmony_core.format.render import render_message
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harmony_core.format._markers import Markers
    from harmony_core.format.diagnosis.inspection import Diagnostic, InspectedMessage, Inspection
    from harmony_core.tokenizer import Tokenizer

__all__ = ["Edit", "Fixer", "Source", "apply_edits"]

# A call must not go to the wrong tool, nor a header be written on a guess like these.
_NOT_TO_SETTLE = frozenset(("conflicting-recipient", "malformed-recipient", "conflicting-role"))


class Source(Protocol):
    """How a stream was inspected, and another one would be."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Decodes the tokens."""

    @property
    def markers(self) -> Markers:
        """The formatting tokens."""

    @property
    def role(self) -> Role | None:
        """The role that was given for the first message."""

    def inspect(self, tokens: list[int]) -> Inspection:
        """Inspect another stream in the same way."""


class Edit(NamedTuple):
    """Tokens to put in the place of others.

    Attributes:
        start: The first token to go.
        stop: One past the last; ``start`` if none goes.
        tokens: What comes in their place.
    """

    start: int
    stop: int
    tokens: tuple[int, ...]

    def apply(self, tokens: list[int]) -> list[int]:
        """Make the edit in a copy of the stream."""
        return [*tokens[: self.start], *self.tokens, *tokens[self.stop :]]


def apply_edits(tokens: list[int], edits: Iterable[Edit]) -> list[int]:
    """Make the edits of one inspection in a copy of its stream.

    Of two that touch each other the first is made, unless both only insert: another
    inspection finds the rest.
    """
    done: list[int] = []
    at = 0
    last: Edit | None = None
    for edit in sorted(edits, key=lambda edit: edit.start):
        if last is not None:
            both_insert = edit.start == edit.stop and last.start == last.stop
            if edit.start < at or (edit.start == last.stop and not both_insert):
                continue
        done += [*tokens[at : edit.start], *edit.tokens]
        at, last = edit.stop, edit
    return [*done, *tokens[at:]]


class Fixer:
    """Finds the edits for the diagnostics of one inspection.

    Args:
        inspection: The inspection.
        source: How it was made.
    """

    def __init__(self, inspection: Inspection, source: Source) -> None:
        self._inspection = inspection
        self._tokens = inspection.tokens
        self._tokenizer = source.tokenizer
        self._markers = source.markers
        self._role = source.role
        self._starts = [item.start for item in inspection.items]
        self._unclear = [
            found.start for found in inspection.diagnostics if found.code in _NOT_TO_SETTLE
        ]

    def fix(self, found: Diagnostic) -> Edit | None:
        """Find the edit for a diagnostic of the inspection.

        Returns:
            The edit; ``None`` if there is nothing to edit, or no telling what was meant.
        """
        name = CODES[found.code].edit
        edit = None if name is None else self._EDITS[name](self, found)
        unchanged = edit and edit.tokens == tuple(self._tokens[edit.start : edit.stop])
        return None if unchanged else edit

    # The edits.

    def _drop(self, found: Diagnostic) -> Edit:
        return Edit(found.start, found.stop, ())

    def _insert_start(self, found: Diagnostic) -> Edit:
        return Edit(found.start, found.start, (self._markers.start,))

    def _insert_message(self, found: Diagnostic) -> Edit:
        return Edit(found.start, found.start, (self._markers.message,))

    def _insert_call(self, found: Diagnostic) -> Edit:
        return Edit(found.start, found.stop, (self._markers.call,))

    def _insert_role(self, found: Diagnostic) -> Edit:
        return Edit(found.start, found.start, self._encode(Role.ASSISTANT.value))

    def _insert_assistants_start(self, _found: Diagnostic) -> Edit:
        return Edit(0, 0, (self._markers.start, *self._encode(Role.ASSISTANT.value)))

    def _insert_recipient(self, found: Diagnostic) -> Edit:
        return Edit(found.stop, found.stop, self._encode(" to=assistant"))

    def _insert_stop(self, found: Diagnostic) -> Edit | None:
        item = self._item_at(found.start - 1)
        if item is None:
            return None
        message = item.message
        stop = self._markers.end
        if calls_tool(message):
            stop = self._markers.call
        elif message.channel == "final" and item.stop == len(self._tokens):
            stop = self._markers.return_
        return Edit(item.stop, item.stop, (stop,))

    def _end_instead(self, found: Diagnostic) -> Edit:
        """Put ``<|end|>`` in place of what ends a message; what ends none is dropped."""
        is_stop = self._tokens[found.start] in self._markers.stop_tokens
        last = found.start if is_stop else found.start - 1  # <|endoftext|> is in no message
        if self._item_at(last) is None:
            return self._drop(found)
        return Edit(found.start, found.stop, (self._markers.end,))

    def _drop_restated(self, found: Diagnostic) -> Edit | None:
        """Drop ``<|start|>`` and the role, which the prompt has."""
        role = next((s for s in self._inspection.spans[:4] if s.part is Part.ROLE), None)
        item = self._item_at(found.start)
        if role is None or item is None or item.message.author.role is not self._role:
            return None
        return Edit(found.start, role.stop, ())

    def _rewrite_header(self, found: Diagnostic) -> Edit | None:
        """Write the header as it was understood."""
        item = self._item_at(found.start)
        if item is None or self._is_unclear(item):
            return None
        if self._markers.message not in self._tokens[item.start : item.stop]:
            return self._rewrite_message(found)
        header = self._header(item)
        if header is None:
            return None
        return Edit(item.start, self._tokens.index(self._markers.message, item.start) + 1, header)

    def _rewrite_message(self, found: Diagnostic) -> Edit | None:
        """Write a message whose content may begin within a token as it was understood."""
        item = self._item_at(found.start)
        if item is None or self._is_unclear(item):
            return None
        header, content = self._header(item), self._content(item)
        if header is None or content is None:
            return None
        start, stop = content
        if any(map(self._tokenizer.is_special_token, self._tokens[start:stop])):
            return None  # text would not bring it back
        text = "".join(part.to_dict()["text"] for part in item.message.content)
        return Edit(item.start, stop, (*header, *self._encode(text)))

    def _content(self, item: InspectedMessage) -> tuple[int, int] | None:
        spans = self._inspection.spans
        own = spans[bisect_left(spans, (item.start,)) : bisect_left(spans, (item.stop,))]
        content = [span for span in own if span.part is Part.CONTENT]
        return (content[0].start, content[-1].stop) if content else None

    def _drop_header(self, found: Diagnostic) -> Edit | None:
        is_implied = self._tokens[found.start] != self._markers.start
        return None if is_implied else self._drop(found)

    def _is_unclear(self, item: InspectedMessage) -> bool:
        """Whether the header says something that no edit should settle."""
        return bisect_left(self._unclear, item.start) < bisect_left(self._unclear, item.stop)

    def _header(self, item: InspectedMessage) -> tuple[int, ...] | None:
        """Render a header; without the role where the prompt has it."""
        rendered = render_message(item.message, self._tokenizer, self._markers)
        header = rendered[: rendered.index(self._markers.message) + 1]
        is_implied = item.start == 0 and self._tokens[0] != self._markers.start
        if not is_implied or self._role is None:
            return tuple(header)
        if item.message.author.role is not self._role or item.message.author.name is not None:
            return None
        return tuple(header[1 + len(self._encode(self._role.value)) :])

    def _item_at(self, token: int) -> InspectedMessage | None:
        """The message that a token is in."""
        ordinal = bisect_right(self._starts, token) - 1
        item = self._inspection.items[ordinal] if ordinal >= 0 else None
        return item if item and token < item.stop else None

    def _encode(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode_ordinary(text))

    def _split_content(self, found: Diagnostic) -> Edit | None:
        """Cut a content at the headers within it that lost their markers."""
        item = self._item_at(found.start)
        content = None if item is None else self._content(item)
        if content is None:
            return None
        text = self._tokenizer.decode(self._tokens[content[0] : content[1]])
        channels = frozenset(("analysis", "commentary", "final"))
        tokens: list[int] = []
        at = 0
        for match in stripped_headers(text, channels):
            channel = match["glued"] or match["own"] or match["line"] or "commentary"
            to = f" to={match['recipient']}" if match["recipient"] else ""
            type_ = f" <|constrain|>{match['type']}" if match["type"] else ""
            header = f"<|end|><|start|>assistant<|channel|>{channel}{to}{type_}<|message|>"
            tokens += self._encode(text[at : match.start()])
            tokens += self._tokenizer.encode(header, allowed_special="all")
            at = match.end()
        start, stop = content
        return Edit(start, stop, (*tokens, *self._encode(text[at:])))

    def _unwrap_arguments(self, found: Diagnostic) -> Edit | None:
        """Leave the arguments alone in a call that holds the whole call."""
        item = self._item_at(found.start)
        content = None if item is None else self._content(item)
        if item is None or content is None:
            return None
        value = parse_object(self._tokenizer.decode(self._tokens[content[0] : content[1]]))
        inner = value and find_wrapped(value, str(item.message.recipient))
        if inner is None:
            return None
        start, stop = content
        return Edit(start, stop, self._encode(json.dumps(inner, ensure_ascii=False)))

    _EDITS: ClassVar[dict[str, Callable[[Fixer, Diagnostic], Edit | None]]] = {
        "drop": _drop,
        "drop-header": _drop_header,
        "drop-restated": _drop_restated,
        "end-instead": _end_instead,
        "insert-assistants-start": _insert_assistants_start,
        "insert-call": _insert_call,
        "insert-message": _insert_message,
        "insert-recipient": _insert_recipient,
        "insert-role": _insert_role,
        "insert-start": _insert_start,
        "insert-stop": _insert_stop,
        "rewrite-header": _rewrite_header,
        "rewrite-message": _rewrite_message,
        "split-content": _split_content,
        "unwrap-arguments": _unwrap_arguments,
    }
