"""The streams that show each code of diagnosis, and the page of the docs made of both.

The streams are the examples of ``harmony_core.format.diagnosis.codes``; what each gives is in
``tests/data/diagnostics.json``. ``python tests/support/diagnosis.py`` writes the page anew;
with ``--accept`` also the data, whose difference is then to be read by a person.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core import (
    Finish,
    HarmonyEncoding,
    HarmonyError,
    Inspection,
    InspectPolicy,
    Message,
    Role,
    Severity,
    load_harmony_encoding,
)
from harmony_core.format.diagnosis.codes import CODES, Code, Example

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
DATA = TESTS / "data" / "diagnostics.json"
PAGE = TESTS.parent / "docs" / "diagnostics.md"

_NOTATION = re.compile(r"⟨(?:(?P<id>-?\d+)|x(?P<byte>[0-9a-f]{2})|~(?P<plain>[^⟩]*))⟩")


class Case(NamedTuple):
    """An example of a code and what is made of it.

    Attributes:
        code: The code that it shows.
        example: The stream, and how it is inspected.
        diagnostics: Code, start and stop of each.
        messages: Each message, as ``describe`` puts it.
    """

    code: str
    example: Example
    diagnostics: list[list[Any]]
    messages: list[str]

    @property
    def tokens(self) -> list[int]:
        return tokens_of(self.example.stream)

    @property
    def role(self) -> Role | None:
        return None if self.example.role is None else Role(self.example.role)

    @property
    def policy(self) -> InspectPolicy:
        return InspectPolicy(**self.example.policy)

    def inspect(self, tokens: list[int] | None = None) -> Inspection:
        """Inspect the stream, or another one in the same way."""
        finish = self.example.finish and Finish(*self.example.finish)
        tokens = self.tokens if tokens is None else tokens
        return _encoding().inspect(tokens, self.role, self.policy, finish=finish)


@cache
def _encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


@cache
def _byte_token(byte: bytes) -> int:
    token_bytes = _encoding().tokenizer.token_bytes
    return next(token for token in range(256) if token_bytes(token) == byte)


def tokens_of(stream: str) -> list[int]:
    """Read the notation of ``Example.stream``."""
    tokens: list[int] = []
    at = 0
    for match in _NOTATION.finditer(stream):
        tokens += _encoding().encode(stream[at : match.start()], allowed_special="all")
        if match["id"]:
            tokens.append(int(match["id"]))
        elif match["byte"]:
            tokens.append(_byte_token(bytes.fromhex(match["byte"])))
        else:
            tokens += _encoding().encode_ordinary(match["plain"])
        at = match.end()
    return tokens + _encoding().encode(stream[at:], allowed_special="all")


def _results() -> dict[str, list[dict[str, Any]]]:
    results: dict[str, list[dict[str, Any]]] = json.loads(DATA.read_text("utf-8"))
    return results


def read_cases() -> list[Case]:
    results = _results()
    return [
        Case(code.name, example, result["diagnostics"], result["messages"])
        for code in CODES.values()
        for example, result in zip(code.examples, results[code.name], strict=True)
    ]


def accept() -> None:
    """Write down what the examples give now."""
    results: dict[str, list[dict[str, Any]]] = {}
    for code in CODES.values():
        for example in code.examples:
            inspection = Case(code.name, example, [], []).inspect()
            found = [[each.code, each.start, each.stop] for each in inspection.diagnostics]
            result = {"diagnostics": found, "messages": describe(inspection)}
            results.setdefault(code.name, []).append(result)
    DATA.write_text("".join(_laid_out(results)), encoding="utf-8")


def _laid_out(results: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """One line a result, so that a difference is one line."""
    for ordinal, (name, of_code) in enumerate(results.items()):
        lines = [json.dumps(result, ensure_ascii=False) for result in of_code]
        head = "{" if ordinal == 0 else ","
        yield f"{head}\n  {json.dumps(name)}: [\n    " + ",\n    ".join(lines) + "\n  ]"
    yield "\n}\n"


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
- **warning**: something was repaired with confidence, or is likely not what was wanted.
- **info**: a harmless oddity.

A message is *repaired* if it has a code with a guess: the stream does not plainly state its
recipient, channel, role or extent. `Inspection.tool_calls()` gives no call that is repaired or
incomplete, or that has an error in it.

What engines disagree about is up to the caller: `InspectPolicy` has the arguments
`missing_call_is_call` (default `False`: a call without `<|call|>` is none),
`recover_stripped_markers` (`True`: text that lost its special tokens is cut at the channels'
names), `channels` (`analysis`, `commentary`, `final`), `tools` (`None`: any recipient is accepted;
names, or descriptions with schemas, as in a chat request) and `completion` (`None`: problems of
meaning, such as a missing answer, are looked for if the role given is the assistant's).

```python
inspection = encoding.inspect(tokens, role=Role.ASSISTANT)
for found in inspection.diagnostics:
    print(found.severity.value, found.code, found.start, found.stop, found.message, found.hint)
for call in inspection.tool_calls():
    ...
```

`inspection.fixed_tokens()` makes every edit there is; `found.url` is the section of this page.

In the examples, `⟨-1⟩` is an id, `⟨xff⟩` the token of a byte, and `⟨~<|end|>⟩` text whose special
tokens are plain text.
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
        f"- **What to do:** {code.advice}",
        "",
        "| Stream | Strictly read | Recovered |",
        "|---|---|---|",
        *(_row(case) for case in cases),
        "",
    ]
    return "\n".join(lines)


def _row(case: Case) -> str:
    example = case.example
    given = [f"role {example.role}"] if example.role else []
    given += [f"`{name}={_shown_option(value)}`" for name, value in example.policy.items()]
    given += [f"`finish={example.finish!r}`"] if example.finish else []
    with_ = f" ({', '.join(given)})" if given else ""
    shown = _LONG.sub(r"\1…", example.stream)
    cells = [f"{_code(shown)}{with_}", _strictly(case), _lines(case.messages)]
    return f"| {' | '.join(cells)} |"


# What repeats the same few characters over and over is shown once.
_LONG = re.compile(r"(.{2,40}?)\1{15,}")


def _shown_option(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[{...}]"
    return repr(value)


def _strictly(case: Case) -> str:
    try:
        messages = _encoding().parse_messages_from_completion_tokens(case.tokens, case.role)
    except (HarmonyError, OverflowError) as error:
        return f"raises {_code(str(error))}"
    return _lines([describe_message(message) for message in messages])


def _lines(texts: list[str]) -> str:
    return "<br>".join(_code(_LONG.sub(r"\1…", text)) for text in texts) or "nothing"


def _code(text: str) -> str:
    if not text:
        return "nothing"
    for char, shown in {"|": "\\|", "\n": "\\n", "\u3000": "\\u3000", "\xa0": "\\xa0"}.items():
        text = text.replace(char, shown)
    return f"``{text}``" if "`" in text else f"`{text}`"


if __name__ == "__main__":
    if "--accept" in sys.argv:
        accept()
    PAGE.write_text(page(), encoding="utf-8")
