"""What a code or an error means: ``explain``."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

from harmony_core.cli._command import Example
from harmony_core.cli._faults import ExitCode, UsageFault
from harmony_core.cli._output import Output
from harmony_core.cli._visible import one_line, to_json
from harmony_core.format.diagnosis.codes import CODES, Code
from harmony_core.format.diagnosis.explain import explain, similar_codes
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from harmony_core.format.diagnosis.explain import Explanation

__all__ = ["Explain"]

_WIDTH = 88
_MOST_READ = 1 << 16


class Explain:
    """The command."""

    name = "explain"
    summary = "what a code of inspect, or an error of openai-harmony, means"
    details = (
        "Explains a code: what it looks like, why it happens, what the strict parser and the "
        "inspector do, and how to fix it. Of an error, as openai-harmony raises it or a server "
        "logs it, it explains the codes that an inspection of the output is likely to show."
    )
    examples: Sequence[Example] = (
        Example("a code", "harmony-core explain missing-call"),
        Example(
            "an error from a log",
            'harmony-core explain "Unexpected token 12606 while expecting start token 200006"',
        ),
        Example("all codes there are", "harmony-core explain --list"),
    )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add what to explain."""
        parser.add_argument(
            "text", nargs="*", help="a code or an error; none or - reads the standard input"
        )
        parser.add_argument("--list", action="store_true", help="list all codes")
        parser.add_argument("--json", action="store_true", help="write JSON")
        parser.set_defaults(run=cls.run)

    @staticmethod
    def run(options: Namespace) -> int:
        """Run; return the exit code.

        Raises:
            UsageFault: There is nothing to explain, or it is neither a code nor an error.
        """
        output = Output(None)
        if options.list:
            written = _listed(as_json=options.json)
        else:
            found = _explain(" ".join(options.text))
            written = _as_json(found) if options.json else _as_text(found)
        output.write("".join([line + "\n" for line in written]))
        output.flush()
        return ExitCode.OK


def _explain(text: str) -> Explanation:
    if text in ("", "-"):
        text = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read(_MOST_READ)
    if not text.strip():
        raise UsageFault("name a code or an error to explain; --list lists the codes")
    tokenizer = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS).tokenizer
    found = explain(text, tokenizer)
    if found is None:
        similar = similar_codes(text)
        hint = f"did you mean {' or '.join(similar)}?" if similar else "--list lists the codes"
        shown = text.strip()[:80]
        raise UsageFault(f"neither a code nor a known error: {shown!r}; {hint}")
    return found


def _as_text(found: Explanation) -> Iterator[str]:
    alone = len(found.codes) == 1 and found.codes[0].looks == found.summary
    if not alone:
        yield from textwrap.wrap(one_line(found.summary), _WIDTH)
        yield ""
        yield "An inspection of the output is likely to show, likeliest first:"
        yield ""
    for code in found.codes:
        yield from _of_code(code)


def _of_code(code: Code) -> Iterator[str]:
    yield f"{code.name} ({code.severity.value})"
    rows = (
        ("looks like", code.looks),
        ("why", code.cause),
        ("strict parser", code.strict),
        ("inspector", code.repair),
        ("how to fix it", code.advice),
        ("more", code.url),
    )
    for name, text in rows:
        yield from textwrap.wrap(
            one_line(text),
            _WIDTH,
            initial_indent=f"  {name + ':':15} ",
            subsequent_indent=" " * 18,
            break_on_hyphens=False,
        )
    yield ""


def _as_json(found: Explanation) -> Iterator[str]:
    codes = [code.to_dict() for code in found.codes]
    yield to_json({"summary": found.summary, "codes": codes})


def _listed(*, as_json: bool) -> Iterator[str]:
    if as_json:
        yield to_json([code.to_dict() for code in CODES.values()])
        return
    longest = max(map(len, CODES))
    for code in CODES.values():
        yield f"{code.name:{longest}}  {code.severity.value:7}  {one_line(code.looks)}"
