"""What a sound message may still get wrong: checks of its meaning, each a function.

A check gets a message and yields findings whose tokens count from the content's first. Those of
``COMPLETION_CHECKS`` are about what a model may sample, and not about conversations.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.chat import Role
from harmony_core.format.diagnosis._arguments import FUNCTIONS, parse_object
from harmony_core.format.diagnosis._report import Finding, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from harmony_core.chat import Message
    from harmony_core.format.diagnosis._toolbox import Toolbox

__all__ = [
    "ANY_CHECKS",
    "COMPLETION_CHECKS",
    "Written",
    "last_turn",
    "repetition_in",
    "stripped_headers",
    "thoughts_alone",
]


class Written(NamedTuple):
    """A message as it was written.

    Attributes:
        message: The message.
        text: Its content.
        tokens: The content's tokens.
        is_call: Whether it is the assistant's, to a tool.
        is_complete: Whether a stop token ended it.
        found: The codes found in it so far.
        channels: The channels there are.
        toolbox: The tools there are.
        locate: Finds the tokens of a range of the text's characters.
    """

    message: Message
    text: str
    tokens: Sequence[int]
    is_call: bool
    is_complete: bool
    found: frozenset[str]
    channels: frozenset[str]
    toolbox: Toolbox
    locate: Callable[[int, int], tuple[int, int]]

    @property
    def is_answer(self) -> bool:
        """Whether it is the assistant's and to nobody in particular."""
        return self.message.author.role is Role.ASSISTANT and self.message.recipient is None


# The checks.


def _call_in_final(written: Written) -> Iterator[Finding]:
    """``final to=functions.f``: users see what is in final."""
    if written.is_call and written.message.channel == "final":
        message = f"A call of {written.message.recipient} in the channel final."
        yield Finding("call-in-final", 0, 0, message)


def _foreign_markers(written: Written) -> Iterator[Finding]:
    """``<think>``, ``<|im_end|>``, ``< | channel | >``: another model's template is in use."""
    if written.message.author.role is not Role.ASSISTANT:
        return
    tail = max(0, len(written.text) - _LONGEST_MARKER)
    first = _FOREIGN_FIRST.match(written.text)
    last = _FOREIGN_LAST.search(written.text, tail)
    if last is None and "</think>" in written.text:
        last = _END_OF_THINKING.search(written.text)
    for match in (first, last):
        if match:
            message = f"{match['marker']} is a marker of another format."
            yield Finding("foreign-markers", *written.locate(*match.span("marker")), message)


_LONGEST_MARKER = 100
_NAMES = "start|end|message|channel|constrain|return|call"
_FOREIGN = (
    r"</?think>|</?tool_call>|</?s>|\[/?INST\]|<\|(?:im_start|im_end|eot_id|begin_of_text)\|>"
    rf"|<\uff5c[^<>\n]{{1,60}}?\uff5c>|<(?: \| ?| ?\| )(?:{_NAMES}) ?\| ?>|<\|(?:{_NAMES}) \| ?>"
)
_FOREIGN_FIRST = re.compile(rf"\A\s*(?P<marker>{_FOREIGN})")
_END_OF_THINKING = re.compile(r"(?<!`)(?P<marker></think>)(?!`)")
_FOREIGN_LAST = re.compile(rf"(?P<marker>{_FOREIGN})\s*\Z")


def _stripped_header(written: Written) -> Iterator[Finding]:
    """``Let me see.assistantfinalYes.``: some of the special tokens were removed."""
    if written.message.author.role is not Role.ASSISTANT or "assistant" not in written.text:
        return
    for match in stripped_headers(written.text, written.channels):
        message = f"{shorten(match.group().strip())} is the header of a message here."
        yield Finding("stripped-header", *written.locate(*match.span()), message)


def stripped_headers(text: str, channels: frozenset[str]) -> Iterator[re.Match[str]]:
    """Find headers without their markers in a content.

    A role and a channel, glued or alone on a line, right after the end of a sentence and
    right before the next one: prose that is about such words has spaces around them.
    """
    return _stripped_pattern(tuple(sorted(channels))).finditer(text)


@lru_cache(maxsize=8)
def _stripped_pattern(channels: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, channels)) or "(?!)"
    after = r"(?<=[.!?:;,)\]}\"'*`\n…。！？])"  # noqa: RUF001 - the ends of sentences, in any script
    recipient = r" ?to=(?P<recipient>[\w.:/-]+?) ?(?P<type>json|code)?\s?(?=[{\[])"
    # Glued, and a sentence begins; or on a line of its own; or with a recipient.
    return re.compile(
        rf"{after}\s*assistant(?:(?P<glued>{names})(?=[^\sa-z.,;:!?'\")\]}}]|\Z|\n)"
        rf"|\s?(?P<own>{names})?{recipient}|[ \n](?P<line>{names})\n)"
    )


def _repetition(written: Written) -> Iterator[Finding]:
    """``not called not called ...``: the model is in a loop."""
    if written.message.author.role is Role.ASSISTANT:
        found = repetition_in(written.tokens)
        if found is not None:
            start, stop, period = found
            unit = "token is" if period == 1 else f"{period} tokens are"
            message = f"The same {unit} repeated {(stop - start) // period} times."
            yield Finding("repetition", start, stop, message)


_WINDOW = 128
_LONGEST_PERIOD = 64
_LEAST_COPIES, _LEAST_TOKENS = 16, 256


def repetition_in(tokens: Sequence[int]) -> tuple[int, int, int] | None:
    """Find the first long loop.

    Returns:
        Its first token, one past its last, and the period; ``None`` if there is none of at
        least 16 copies and 256 tokens.
    """
    at = 0
    while at + _WINDOW <= len(tokens):
        window = tokens[at : at + _WINDOW]
        period = _period_of(window) if len(set(window)) <= _LONGEST_PERIOD else None
        if period is None:
            at += _WINDOW
            continue
        start, stop = at, at + _WINDOW
        while start and tokens[start - 1] == tokens[start - 1 + period]:
            start -= 1
        while stop < len(tokens) and tokens[stop] == tokens[stop - period]:
            stop += 1
        if stop - start >= max(_LEAST_TOKENS, _LEAST_COPIES * period):
            return start, stop, period
        at = max(at + _WINDOW, stop - period)
    return None


def _period_of(window: Sequence[int]) -> int | None:
    first, period = window[0], 0
    while first in window[period + 1 : _LONGEST_PERIOD + 1]:
        period = window.index(first, period + 1)
        if window[period:] == window[:-period]:
            return period
    return None


ANY_CHECKS = (_call_in_final, _foreign_markers, _stripped_header, _repetition)


def _missing_channel(written: Written) -> Iterator[Finding]:
    """``assistant<|message|>``: nothing says whether users may see it."""
    message = written.message
    if message.author.role is Role.ASSISTANT and message.channel is None and not written.found:
        yield Finding("missing-channel", 0, 0, "The message names no channel.")


def _empty_final(written: Written) -> Iterator[Finding]:
    """``final<|message|><|return|>``: the user gets nothing."""
    is_final = written.is_answer and written.message.channel == "final"
    is_told = "header-closed-by-stop" in written.found
    if is_final and written.is_complete and not written.text.strip() and not is_told:
        yield Finding("empty-final", 0, len(written.tokens), "The final message has no text.")


def _likely_call(written: Written) -> Iterator[Finding]:
    """``commentary<|message|>{...}``: arguments, but nobody to call."""
    told = {"content-type-without-recipient", "conflicting-recipient", "malformed-recipient"}
    if not written.is_answer or written.found & told:
        return
    value = parse_object(written.text)
    if value is None:
        return
    name = value.get("name")
    is_known = isinstance(name, str) and bool(
        {name, FUNCTIONS + name} & (written.toolbox.names or frozenset())
    )
    wraps_call = is_known and {"arguments", "parameters"} & set(value)
    if wraps_call or written.message.channel == "commentary":
        message = "The content looks like a call, but the header names no recipient."
        yield Finding("likely-call", 0, len(written.tokens), message)


COMPLETION_CHECKS = (_missing_channel, _empty_final, _likely_call)


# The whole.

_NO_ANSWERS = frozenset(("analysis", "commentary"))


def last_turn(messages: Sequence[Message]) -> Sequence[Message]:
    """The assistant's messages at the end of a conversation."""
    at = len(messages)
    while at and messages[at - 1].author.role is Role.ASSISTANT:
        at -= 1
    return messages[at:]


def thoughts_alone(messages: Sequence[Message]) -> list[str]:
    """Find out whether the assistant leaves everybody without answer and call.

    Returns:
        The channels that it wrote in instead; none if all is well.
    """
    ours = [message for message in messages if message.author.role is Role.ASSISTANT]
    if any(message.recipient or message.channel not in _NO_ANSWERS for message in ours):
        return []
    return sorted({str(message.channel) for message in ours})
