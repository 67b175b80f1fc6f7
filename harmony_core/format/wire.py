"""The JSON forms of what this layer gives, as types: messages, spans, diagnostics, inspections.

``to_dict`` methods return them. A field annotated with an enum holds the text of one of its
members. ``docs/inspection.md`` describes an inspection to those who read it from a file.
"""

# Without `from __future__ import annotations`: the bridge's generator reads these at run time.

from typing import Annotated, Any, TypedDict

from harmony_core.chat import Role
from harmony_core.format.diagnosis.codes import Severity
from harmony_core.format.spans import Part

__all__ = [
    "MessageDict",
    "WireCode",
    "WireContent",
    "WireDiagnostic",
    "WireInspectedMessage",
    "WireInspection",
    "WireMessage",
    "WireSpan",
    "WireTokens",
]


class _WireText(TypedDict, total=False):
    text: str


class WireContent(_WireText):
    """One content of a message; what else it holds depends on its type.

    Attributes:
        type: Such as ``"text"``.
        text: The text, if that is its type.
    """

    type: str


class _WireHeader(TypedDict, total=False):
    name: str | None
    channel: str
    recipient: str
    content_type: str


class WireMessage(_WireHeader):
    """A message, as ``Message.to_dict`` gives it.

    Attributes:
        role: The author's role.
        name: The author's name, such as a tool's; ``None`` for none.
        channel: The channel.
        recipient: The recipient, such as ``functions.get_weather``.
        content_type: The content type, such as ``<|constrain|>json``.
        content: The contents; a string stands for a single text.
    """

    role: Annotated[str, Role]
    content: list[WireContent] | str


# What ``Message.to_dict`` gives, as Python knows it.
MessageDict = Annotated[dict[str, Any], WireMessage]


class WireSpan(TypedDict):
    """Neighbouring tokens of the same part of the same message.

    Attributes:
        start: The first token.
        stop: One past the last.
        part: What the tokens belong to.
        message: Index into the messages, or ``None`` outside of them.
    """

    start: int
    stop: int
    part: Annotated[str, Part]
    message: int | None


class WireDiagnostic(TypedDict):
    """One thing that is wrong or odd.

    Attributes:
        code: The kind; a name of the table of codes.
        severity: How much it matters.
        start: The first token it is about.
        stop: One past the last; ``start`` if something is missing there.
        message: What was found.
        hint: What to do about it.
    """

    code: str
    severity: Annotated[str, Severity]
    start: int
    stop: int
    message: str
    hint: str


class WireCode(TypedDict):
    """One kind of fault, explained. The texts may hold code between backticks.

    Attributes:
        name: The stable name.
        severity: How much it matters.
        guesses: Whether a message with it counts as repaired.
        looks: What it looks like.
        cause: The likely cause.
        strict: What the strict parser does.
        repair: What the inspector does.
        advice: How to fix it.
        url: Where the documentation explains it.
    """

    name: str
    severity: Annotated[str, Severity]
    guesses: bool
    looks: str
    cause: str
    strict: str
    repair: str
    advice: str
    url: str


class WireInspectedMessage(TypedDict):
    """A recovered message and where it came from.

    Attributes:
        message: The message.
        start: Its first token.
        stop: One past its last token.
        complete: Whether a stop token ended it.
        repaired: Whether something in it was guessed.
        guesses: The codes of what was.
        runnable: Whether it is a tool call that is safe to run.
        withheld: Whether it is a tool call that is not.
    """

    message: MessageDict
    start: int
    stop: int
    complete: bool
    repaired: bool
    guesses: list[str]
    runnable: bool
    withheld: bool


class WireTokens(TypedDict, total=False):
    """The tokens of an inspection, unless they are left out.

    Attributes:
        tokens: Token ids.
        spans: What each token is there for; they follow one another without gap.
    """

    tokens: list[int]
    spans: list[WireSpan]


class WireInspection(WireTokens):
    """What an inspection found.

    Attributes:
        version: The version of this form, ``INSPECTION_VERSION``.
        ok: Whether there is no error and no warning.
        messages: Every message recovered, in order.
        counts: The number of diagnostics of each severity.
        diagnostics: What is wrong or odd, in token order.
    """

    version: int
    ok: bool
    messages: list[WireInspectedMessage]
    counts: dict[Annotated[str, Severity], int]
    diagnostics: list[WireDiagnostic]
