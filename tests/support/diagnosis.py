"""The streams that show each code of diagnosis, and the page of the docs made of both.

``python tests/support/diagnosis.py`` writes the page anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from harmony_core import (
    HarmonyEncoding,
    HarmonyError,
    Inspection,
    InspectPolicy,
    Message,
    Role,
    Severity,
    load_harmony_encoding,
)
from harmony_core.format.diagnosis.codes import CODES, Code

TESTS = Path(__file__).parents[1]
CASES = TESTS / "data" / "diagnostics.json"
PAGE = TESTS.parent / "docs" / "diagnostics.md"

BYTES, PLAIN = "#", "~"


class Case(NamedTuple):
    """A stream and what is made of it.

    Attributes:
        code: The code that it shows.
        stream: Harmony text, ids, ``#`` and a byte in hexadecimal, ``~`` and plain text.
        role: The role given.
        policy: The arguments of ``InspectPolicy``.
        diagnostics: Code, start and stop of each.
        messages: Each message, as ``describe`` puts it.
    """

    code: str
    stream: list[str | int]
    role: str | None
    policy: dict[str, Any]
    diagnostics: list[list[Any]]
    messages: list[str]

    @property
    def tokens(self) -> list[int]:
        return [token for piece in self.stream for token in _tokens(piece)]

    def inspect(self) -> Inspection:
        role = None if self.role is None else Role(self.role)
        return _encoding().inspect(self.tokens, role, InspectPolicy(**self.policy))


@cache
def _encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


@cache
def _byte_token(byte: bytes) -> int:
    token_bytes = _encoding().tokenizer.token_bytes
    return next(token for token in range(256) if token_bytes(token) == byte)


def _tokens(piece: str | int) -> list[int]:
    if isinstance(piece, int):
        return [piece]
    if piece.startswith(BYTES):
        return [_byte_token(bytes.fromhex(piece[1:]))]
    if piece.startswith(PLAIN):
        return _encoding().encode_ordinary(piece[1:])
    return _encoding().encode(piece, allowed_special="all")


def read_cases() -> list[Case]:
    return [
        Case(code, **case)
        for code, cases in json.loads(CASES.read_text("utf-8")).items()
        for case in cases
    ]


def describe(inspection: Inspection) -> list[str]:
    """Put each message on a line: marks, header, content."""
    return [
        f"{_marks(item.complete, item.repaired, item.runnable)}{describe_message(item.message)}"
        for item in inspection.items
    ]


def _marks(complete: bool, repaired: bool, runnable: bool) -> str:
    marks = {"incomplete": not complete, "repaired": repaired, "runnable": runnable}
    shown = ", ".join(mark for mark, is_set in marks.items() if is_set)
    return f"[{shown}] " if shown else ""


def describe_message(message: Message) -> str:
    fields = [message.author.role.value]
    if message.author.name is not None:
        fields[0] += f":{message.author.name}"
    if message.channel is not None:
        fields.append(message.channel)
    if message.recipient is not None:
        fields.append(f"to {message.recipient!r}")
    if message.content_type is not None:
        fields.append(f"as {message.content_type}")
    text = "".join(content.to_dict()["text"] for content in message.content)
    return f"{', '.join(fields)}: {text!r}"


# The page.

_INTRODUCTION = """\
# What can be wrong with a stream

`encoding.inspect` reads any tokens at all, and gives a diagnostic for everything that is wrong
or odd. Each has one of the codes below.

- **error**: content may be wrong or lost.
- **warning**: something was repaired with confidence.
- **info**: a harmless oddity.

A message is *repaired* if it has a code with a guess: the stream does not plainly state its
recipient, channel, role or extent. `Inspection.tool_calls()` gives no call that is repaired or
incomplete, or that has an error in it.

What engines disagree about is up to the caller: `InspectPolicy` has the arguments
`missing_call_is_call` (default `False`: a call without `<|call|>` is none),
`recover_stripped_markers` (`False`: text without special tokens is one content), `channels`
(`analysis`, `commentary`, `final`) and `tools` (`None`: any recipient is accepted).

```python
inspection = encoding.inspect(tokens, role=Role.ASSISTANT)
for found in inspection.diagnostics:
    print(found.severity.value, found.code, found.start, found.stop, found.message, found.hint)
for call in inspection.tool_calls():
    ...
```

In the examples, `⟨-1⟩` is an id and `⟨ff⟩` the token of a byte, and *literally* stands before
text whose special tokens are plain text.
"""


def page() -> str:
    """Make the page from the table and the cases."""
    cases = read_cases()
    sections = [
        _section(code, [c for c in cases if c.code == name]) for name, code in CODES.items()
    ]
    return "\n".join([_INTRODUCTION, _contents(), *sections])


def _contents() -> str:
    lines = ["| Code | Severity | Guess |", "|---|---|---|"]
    for severity in Severity:
        lines += [
            f"| [{name}](#{name}) | {severity.value} | {'yes' if code.guesses else ''} |"
            for name, code in CODES.items()
            if code.severity is severity
        ]
    return "\n".join([*lines, ""])


def _section(code: Code, cases: list[Case]) -> str:
    guess = "; a message with it counts as repaired" if code.guesses else ""
    lines = [
        f"## {code.name}",
        "",
        f"*{code.severity.value.capitalize()}{guess}.* {code.looks}",
        "",
        f"- **Likely cause:** {code.cause}",
        f"- **The strict parser:** {code.strict}",
        f"- **What is done:** {code.repair}",
        f"- **What to do:** {code.fix}",
        "",
        "| Stream | Strictly read | Recovered |",
        "|---|---|---|",
        *(_row(case) for case in cases),
        "",
    ]
    return "\n".join(lines)


def _row(case: Case) -> str:
    given = [f"role {case.role}"] if case.role else []
    given += [f"`{name}={value!r}`" for name, value in case.policy.items()]
    with_ = f" ({', '.join(given)})" if given else ""
    shown = "".join(_shown(piece) for piece in case.stream)
    cells = [f"{_code(shown)}{with_}", _strictly(case), _lines(case.messages)]
    return f"| {' | '.join(cells)} |"


def _shown(piece: str | int) -> str:
    if isinstance(piece, int):
        return f"⟨{piece}⟩"
    if piece.startswith(BYTES):
        return f"⟨{piece[1:]}⟩"
    return f"(literally) {piece[1:]}" if piece.startswith(PLAIN) else piece


def _strictly(case: Case) -> str:
    try:
        messages = _encoding().parse_messages_from_completion_tokens(
            case.tokens, None if case.role is None else Role(case.role)
        )
    except (HarmonyError, OverflowError) as error:
        return f"raises {_code(str(error))}"
    return _lines([describe_message(message) for message in messages])


def _lines(texts: list[str]) -> str:
    return "<br>".join(map(_code, texts)) or "nothing"


def _code(text: str) -> str:
    if not text:
        return "nothing"
    for char, shown in {"|": "\\|", "\n": "\\n", "\u3000": "\\u3000", "\xa0": "\\xa0"}.items():
        text = text.replace(char, shown)
    return f"``{text}``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
