"""Words of a header -> the slot of each, by two ordered lists of rules.

Every word gets the slot of the first rule of ``RULES`` that matches it. Then each rule of
``CORRECTIONS`` may move words, now that all of them have a slot. A rule's docstring names the
failure behind it.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from harmony_core.format._header import ROLES
from harmony_core.format.diagnosis._words import ASCII_SPACES, Kind, Vocabulary, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from harmony_core.chat import Role

__all__ = ["USUAL_TYPES", "HeaderContext", "Slot", "Slotted", "assign_slots", "recipient_of"]

USUAL_TYPES = frozenset(
    (
        "json",
        "code",
        "text",
        "python",
        "javascript",
        "typescript",
        "html",
        "xml",
        "yaml",
        "markdown",
    )
)


class Slot(Enum):
    """What a word of a header is."""

    AUTHOR = "author"  # a role, a tool's name, or what is in their place
    ROLE_AGAIN = "role again"
    CHANNEL = "channel"
    CHANNEL_AS_AUTHOR = "channel as author"
    RECIPIENT = "recipient"  # with its to=
    TOOL = "tool"  # a recipient without to=
    TOOL_AS_CHANNEL = "tool as channel"
    TYPE = "type"  # after <|constrain|>
    BARE_TYPE = "bare type"
    JUNK = "junk"
    BODY = "body"  # the first word of the content


class HeaderContext(NamedTuple):
    """What a header is read with.

    Attributes:
        role: The role, if the header need not name it.
        is_open: Whether it never reached ``<|message|>``: what is no field of it is content.
        vocabulary: The known words.
    """

    role: Role | None
    is_open: bool
    vocabulary: Vocabulary


class Slotted(NamedTuple):
    """A word and its slot."""

    word: Word
    slot: Slot


_NO_WORD = Word(Kind.FREE, "", 0, 0, 0)


class _Seen:
    """What a rule may look at: one word, what went before it, and facts about the whole header.

    Attributes:
        context: What the header is read with.
        index: Which word is to get a slot.
        word: That word.
        count: How many words the header has.
        slots: The slots that words before it got.
        author: The word before it that names the author.
        named_channels: How many words follow a ``<|channel|>`` in the whole header.
        last_free: The index of the last word that follows no marker.
        names_recipient: Whether any word of the header has ``to=``.
    """

    def __init__(self, context: HeaderContext, words: Sequence[Word]) -> None:
        self.context = context
        self.index = 0
        self.word = _NO_WORD
        self.count = len(words)
        self.slots: set[Slot] = set()
        self.author: str | None = None
        self.named_channels = sum(word.kind is Kind.CHANNEL and word.text != "" for word in words)
        free = [index for index, word in enumerate(words) if word.kind is Kind.FREE]
        self.last_free = free[-1] if free else -1
        self.names_recipient = any(_has_to(word.text) for word in words)

    @property
    def text(self) -> str:
        return self.word.text

    @property
    def is_closed(self) -> bool:
        return not self.context.is_open

    @property
    def is_header(self) -> bool:
        """Whether a role may be meant as one: a word of prose may look like it."""
        says_more = self.names_recipient or self.named_channels or self.count == 1
        return self.is_closed or bool(says_more)

    @property
    def is_channel(self) -> bool:
        return self.text in self.context.vocabulary.channels

    @property
    def is_tool(self) -> bool:
        return self.context.vocabulary.is_tool(self.text)

    @property
    def is_author_place(self) -> bool:
        return self.index == 0 and self.context.role is None and not _has_to(self.text)


def _has_to(text: str) -> bool:
    return recipient_of(text) is not None


def recipient_of(text: str) -> str | None:
    """Read a word of a recipient, well written or not; ``None`` if it is no such word.

    ``to=functions.f``, ``to:functions.f`` and ``to functions.f`` name the same one.
    """
    rest = text.removeprefix("to").lstrip(ASCII_SPACES)
    if rest == text or not (rest.startswith(("=", ":")) or text[2:3].isspace()):
        return None
    return rest.lstrip("=:").strip(ASCII_SPACES) if rest[:1] in "=:" else rest


# The rules. Each says whether a word belongs into its slot.


def _tool_after_channel_marker(seen: _Seen) -> bool:
    """``<|channel|>functions.f <|constrain|>json``: the tool is named where the channel goes."""
    is_only_channel = seen.word.kind is Kind.CHANNEL and seen.named_channels == 1
    return is_only_channel and seen.is_tool and not seen.is_channel and not seen.names_recipient


def _prose_after_channel_marker(seen: _Seen) -> bool:
    """``<|channel|>We need to answer.<|end|>``: content, where the channel should be.

    ggml-org/llama.cpp#27720. A word alone may be a channel of the model's own.
    """
    is_alone = seen.index + 1 == seen.count
    is_prose = seen.word.kind is Kind.CHANNEL and seen.text != "" and not seen.is_channel
    return seen.context.is_open and is_prose and not is_alone


def _after_channel_marker(seen: _Seen) -> bool:
    """``<|channel|>final``, as it should be; any name will do."""
    return seen.word.kind is Kind.CHANNEL


def _after_constrain_marker(seen: _Seen) -> bool:
    """``<|constrain|>json``, as it should be; any type will do."""
    return seen.word.kind is Kind.TYPE


def _glued_body(seen: _Seen) -> bool:
    """``<|channel|>finalYes.``: the content was cut off by ``Vocabulary.glues``."""
    return seen.word.kind is Kind.BODY


def _role_given_too(seen: _Seen) -> bool:
    """``assistant<|channel|>final`` although the caller gave a role: the prompt ended sooner."""
    return (
        seen.index == 0 and seen.context.role is not None and seen.text in ROLES and seen.is_header
    )


def _channel_as_author(seen: _Seen) -> bool:
    """``<|start|>final<|message|>``, ``commentary to=functions.f``: a channel, and no role.

    vllm-project/vllm#22515: 12606 is the token of "comment", right after ``<|end|>``.
    """
    return seen.is_author_place and seen.is_channel and not seen.named_channels


def _author(seen: _Seen) -> bool:
    """``assistant``, ``user:alice``, ``functions.f``; or any word, where content cannot be."""
    is_role = seen.text.partition(":")[0] in ROLES
    return seen.is_author_place and (is_role or seen.is_closed or seen.is_tool)


def _role_again(seen: _Seen) -> bool:
    """``assistant assistant``: the prompt ended with the role, and the model repeats it."""
    role = seen.author or (seen.context.role and seen.context.role.value)
    is_early = seen.slots <= {Slot.AUTHOR, Slot.ROLE_AGAIN}
    return is_early and seen.text == role and role in ROLES and seen.is_header


def _recipient(seen: _Seen) -> bool:
    """``to=functions.f``; also ``to:functions.f`` and ``to functions.f``."""
    return _has_to(seen.text)


def _unmarked_channel(seen: _Seen) -> bool:
    """``assistant analysis<|message|>``: reasoning that would be shown if taken for no channel.

    Where ``<|message|>`` is missing the word may be content.
    """
    has_one = seen.named_channels or seen.slots & {Slot.CHANNEL, Slot.CHANNEL_AS_AUTHOR}
    return seen.is_closed and seen.is_channel and not has_one


def _bare_type(seen: _Seen) -> bool:
    """``to=python<|channel|>analysis code``: a type without ``<|constrain|>``, as rendered."""
    is_last = seen.is_closed and seen.index == seen.last_free
    is_usual = seen.text in USUAL_TYPES
    return (is_last and is_usual) or (Slot.RECIPIENT in seen.slots and (is_usual or is_last))


def _tool(seen: _Seen) -> bool:
    """``commentary functions.f <|constrain|>json``: a recipient without ``to=``."""
    return seen.is_tool


def _body(seen: _Seen) -> bool:
    """``<|channel|>final Yes.<|return|>``: ``<|message|>`` is missing before this word."""
    return seen.context.is_open


def _junk(_seen: _Seen) -> bool:
    """``<|channel|>final well then``: a word that nothing accounts for."""
    return True


RULES: tuple[tuple[Callable[[_Seen], bool], Slot], ...] = (
    (_tool_after_channel_marker, Slot.TOOL_AS_CHANNEL),
    (_prose_after_channel_marker, Slot.BODY),
    (_after_channel_marker, Slot.CHANNEL),
    (_after_constrain_marker, Slot.TYPE),
    (_glued_body, Slot.BODY),
    (_role_given_too, Slot.AUTHOR),
    (_channel_as_author, Slot.CHANNEL_AS_AUTHOR),
    (_author, Slot.AUTHOR),
    (_role_again, Slot.ROLE_AGAIN),
    (_recipient, Slot.RECIPIENT),
    (_unmarked_channel, Slot.CHANNEL),
    (_bare_type, Slot.BARE_TYPE),
    (_tool, Slot.TOOL),
    (_body, Slot.BODY),
    (_junk, Slot.JUNK),
)


# The corrections. Each says which words move to the junk, now that all have a slot.


def _further_tools(words: Sequence[Slotted]) -> Iterator[int]:
    """A header has one recipient: the one with ``to=``, else the first tool's name alone."""
    tools = [at for at, (_, slot) in enumerate(words) if slot is Slot.TOOL]
    has_recipient = any(slot is Slot.RECIPIENT for _, slot in words)
    yield from tools if has_recipient else tools[1:]


def _odd_types(words: Sequence[Slotted]) -> Iterator[int]:
    """Where ``<|constrain|>`` states a type, an unusual word elsewhere is none."""
    if any(word.text for word, slot in words if slot is Slot.TYPE):
        for at, (word, slot) in enumerate(words):
            if slot is Slot.BARE_TYPE and word.text not in USUAL_TYPES:
                yield at


CORRECTIONS = (_further_tools, _odd_types)


def assign_slots(words: Sequence[Word], context: HeaderContext) -> list[Slotted]:
    """Give each word its slot; those after a ``BODY`` are left out, for they are content."""
    slotted: list[Slotted] = []
    seen = _Seen(context, words)
    for seen.index, seen.word in enumerate(words):
        slot = next(slot for matches, slot in RULES if matches(seen))
        slotted.append(Slotted(seen.word, slot))
        seen.slots.add(slot)
        if slot is Slot.AUTHOR:
            seen.author = seen.author or seen.text
        if slot is Slot.BODY:
            break
    for find_junk in CORRECTIONS:
        for at in list(find_junk(slotted)):
            slotted[at] = Slotted(slotted[at].word, Slot.JUNK)
    return slotted
