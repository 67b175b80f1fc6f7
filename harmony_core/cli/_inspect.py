"""Whatever a model wrote to messages and what is wrong: ``inspect``."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from harmony_core.chat import Role
from harmony_core.cli._colour import add_colour_option, wants_colour
from harmony_core.cli._command import Command, Example, field_of, read_document
from harmony_core.cli._faults import PROGRAM, ExitCode, InputFault, UsageFault, say
from harmony_core.cli._findings import Findings
from harmony_core.cli._input import Form
from harmony_core.cli._machine import SARIF_TAIL, github, sarif_head, sarif_result
from harmony_core.cli._parse import READINGS, add_reading_option
from harmony_core.cli._repair import difference, written
from harmony_core.cli._tally import SEVERITIES, Tally, counted, place_of
from harmony_core.cli._visible import one_line, to_json
from harmony_core.format._header import ROLES
from harmony_core.format.diagnosis.codes import CODES, Severity
from harmony_core.format.diagnosis.explain import similar_codes
from harmony_core.format.diagnosis.inspection import InspectPolicy
from harmony_core.input import Output, Outputs
from harmony_core.input.paths import at

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Sequence

    from harmony_core.cli import _output
    from harmony_core.cli._input import Document
    from harmony_core.format.diagnosis.inspection import Inspection
    from harmony_core.input import Left

_NO_ROLE = "none"
_NEVER = "never"


class Inspect(Command):
    """Any tokens to messages and diagnostics."""

    name = "inspect"
    summary = "what is wrong with a model's output, and the messages in it"
    details = (
        "Takes every output out of what a server answered, a stream or a log, recovers its "
        "messages, and shows each problem as a compiler does: where it is, how much it matters, "
        "its code, the tokens around it, and what to do. Of many outputs, a table of the codes "
        "follows: in how many outputs each occurs, how often, and where first. The exit code is "
        "1 if there is a warning or an error, and 4 if an output could not be read."
    )
    examples: ClassVar[Sequence[Example]] = (
        Example("a completion", "harmony-core inspect completion.txt"),
        Example(
            "what goes wrong in a log, and how often",
            "harmony-core inspect --summary-only completions.jsonl",
        ),
        Example(
            "the repaired output",
            "harmony-core inspect --fix completion.txt",
        ),
        Example(
            "its outputs in a field, everything as JSON, failing for errors alone",
            "harmony-core inspect --field output --json --fail-on error log.jsonl",
        ),
    )
    forms: ClassVar[dict[Form, str]] = {
        Form.LINES: "an output by itself: ids or Harmony text",
        Form.JSONL: "an output by itself: a list of ids, a string, or an object with either",
    }
    formats: ClassVar[Sequence[str]] = ("human", "json", "github", "sarif")
    reads_logs = True
    on_error = "skip"

    def __init__(self, options: Namespace, output: _output.Output) -> None:
        super().__init__(options, output)
        self._tally = Tally()
        self._in_lines = False
        self._missing = False
        self._empty = 0  # lines of a log without any output
        self._annotated = False
        self._left_out = _left_out(options)
        self._policy = _policy(options)
        self._findings = Findings(
            self.encoding.tokenizer, coloured=wants_colour(options.color, output)
        )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add how to read, to inspect, to show and to fail."""
        parser.add_argument(
            "--role",
            choices=(*ROLES, _NO_ROLE),
            metavar="ROLE",
            help="whose message it is, if the output begins within its header, as a completion "
            "does; none if it begins with <|start|> (default: none if it does, else assistant)",
        )
        add_reading_option(parser)
        parser.add_argument(
            "--field",
            metavar="PATH",
            help="the field of each line's object that holds the output, such as output or "
            "response.choices[].text",
        )
        parser.add_argument(
            "--missing-call-is-call",
            action="store_true",
            help="let a call be one although <|call|> is missing",
        )
        parser.add_argument(
            "--recover-stripped-markers",
            action=BooleanOptionalAction,
            default=True,
            help="make messages of a text whose special tokens are all missing",
        )
        parser.add_argument(
            "--channel",
            action="append",
            metavar="NAME",
            help="a channel there is; may be repeated (default: analysis, commentary and final)",
        )
        parser.add_argument(
            "--tool",
            action="append",
            metavar="NAME",
            help="a tool there is, such as functions.get_weather; may be repeated (default: any)",
        )
        parser.add_argument(
            "--json",
            dest="format",
            action="store_const",
            const="json",
            help="the same as --format json: an object for each output",
        )
        parser.add_argument(
            "--select",
            action="append",
            metavar="CODES",
            help="tell only these codes, separated by commas; may be repeated",
        )
        parser.add_argument(
            "--ignore",
            action="append",
            metavar="CODES",
            help="tell all but these codes; may be repeated",
        )
        parser.add_argument(
            "--id-field",
            metavar="PATH",
            help="with --json, the field of each record to write as id, to join results by",
        )
        repair = parser.add_mutually_exclusive_group()
        repair.add_argument(
            "--fix", action="store_true", help="write the repaired output instead of a report"
        )
        repair.add_argument(
            "--diff", action="store_true", help="write what the repair would change"
        )
        parser.add_argument(
            "--messages",
            choices=("none", "compact", "full"),
            default="compact",
            help="show the recovered messages in a line each, in full, or not (default: compact)",
        )
        parser.add_argument(
            "--summary-only", action="store_true", help="write the sums and the table of codes only"
        )
        parser.add_argument(
            "--fail-on",
            choices=(*(severity.value for severity in SEVERITIES), _NEVER),
            default=Severity.WARNING.value,
            help="the least severity that makes the exit code 1 (default: warning)",
        )
        parser.add_argument(
            "-j",
            "--jobs",
            type=_number_of_jobs,
            default=1,
            metavar="N",
            help="work in N processes, 0 for one on each core (default: 1); the results keep their "
            "order",
        )
        add_colour_option(parser, "severities")

    @classmethod
    def writes_at_end(cls, options: Namespace) -> bool:
        """Whether only the sums are asked for."""
        return bool(options.summary_only)

    @property
    def code(self) -> ExitCode:
        """Whether an output is missing, or something was found that is to make the run fail."""
        if self._missing:
            return ExitCode.INPUT
        fail_on = self.options.fail_on
        found = fail_on != _NEVER and self._tally.has(Severity(fail_on))
        return ExitCode.FOUND if found else ExitCode.OK

    def handle(self, document: Document) -> None:
        """Write what is found in each output of a document."""
        self._in_lines = self._in_lines or document.line is not None
        try:
            found = self._read(document)
        except InputFault:
            self.miss()
            raise
        outputs = found.outputs
        if not outputs and not found.left:
            outputs = [Output([], "text", "", "", "nothing")]
        self._in_lines = self._in_lines or len(outputs) > 1
        for output in outputs:
            self._handle(document, _without_line(output, document))
        for left in found.left:
            self._leave(document, left)
        self._empty += not outputs

    def miss(self) -> None:
        """Count a document that could not be read."""
        self._tally.unreadable += 1

    def take_state(self) -> tuple[Tally, bool, bool, int]:
        """Give the sums to the process that began this one, and begin anew."""
        state = (self._tally, self._missing, self._in_lines, self._empty)
        self._tally = Tally()
        self._empty = 0
        return state

    def add_state(self, state: tuple[Tally, bool, bool, int]) -> None:
        """Add another process's sums."""
        tally, missing, in_lines, empty = state
        self._empty += empty
        self._tally.merge(tally)
        self._missing = self._missing or missing
        self._in_lines = self._in_lines or in_lines

    def _handle(self, document: Document, output: Output) -> None:
        role = self._role(output.tokens)
        finish = output.finish if any(output.finish) else None
        inspection = self.encoding.inspect(output.tokens, role, self._policy, finish=finish)
        if self._left_out:
            kept = [found for found in inspection.diagnostics if found.code not in self._left_out]
            inspection = replace(inspection, diagnostics=kept)
        self._tally.add(document, inspection)
        if self.options.summary_only:
            return
        if self.options.fix or self.options.diff:
            self._repair(document, output, inspection)
        elif self.options.format == "json":
            record = _record(document, output, role, inspection)
            self.output.write(to_json({**self._identifier(document, output), **record}) + "\n")
        elif self.options.format in ("github", "sarif"):
            self._annotate(document, output, inspection)
        elif inspection.diagnostics or document.line is None:
            messages = self.options.messages
            self._write(self._findings.of_stream(document, output, inspection, messages))

    def _repair(self, document: Document, output: Output, inspection: Inspection) -> None:
        """Write the repaired output, or what the repair changes."""
        tokenizer = self.encoding.tokenizer
        fixed = inspection.fixed_tokens()
        if self.options.diff:
            place = place_of(document) + (f": {output.path}" if output.path else "")
            self._write(difference(place, output.tokens, fixed, tokenizer))
            return
        as_json = self._in_lines
        text = written(fixed, output, tokenizer, as_json=as_json)
        self.output.write_raw(text + ("\n" if as_json or output.kind == "tokens" else ""))

    def _annotate(self, document: Document, output: Output, inspection: Inspection) -> None:
        """Write each diagnostic for another program."""
        line = output.line if document.line is None else document.line
        for found in inspection.diagnostics:
            if self.options.format == "github":
                title = output.path or output.form
                self.output.write(github(document.name, line, title, found) + "\n")
            else:
                self.output.write(",\n" if self._annotated else sarif_head() + "\n")
                self.output.write(sarif_result(document.name, line, output.path, found))
                self._annotated = True

    def _identifier(self, document: Document, output: Output) -> dict[str, object]:
        """The field that joins an output with other records, if one is named."""
        path = self.options.id_field
        if path is None:
            return {}
        record = output.record
        if self.options.field is not None:
            record = document.json()
        found = record.get(path) if isinstance(record, dict) else None
        return {"id": at(record, path) if found is None else found}

    def _leave(self, document: Document, left: Left) -> None:
        """Say what was left; an output that is missing counts."""
        line = left.line if document.line is None else document.line
        place = document.name if line is None else f"{document.name}:{line}"
        path = left.path.removeprefix(f"line {line}").removeprefix(", ")
        told = f"{path}: {left.message}" if path else left.message
        if left.is_fault:
            self._tally.unreadable += 1
            self._missing = True
            say(f"{place}: not read: {told}. {' '.join(left.hint.split())}".rstrip())
        elif document.line is None and self._tells_people():
            self._write([f"{place}: left: {one_line(told)}"])

    def _tells_people(self) -> bool:
        repairs = self.options.fix or self.options.diff
        return not repairs and self.options.format in (None, "human")

    def finish(self) -> None:
        """Write the sums. A log without any output is not a clean one."""
        if self._empty and not self._tally.streams:
            self._missing = True
            say(f"{PROGRAM}: {counted(self._empty, 'line')} of a log, and no output in any of them")
        if self.options.format == "sarif":
            self.output.write(("" if self._annotated else sarif_head()) + SARIF_TAIL)
        elif self.options.fix or self.options.diff or self.options.format == "github":
            pass  # what they write is for programs
        elif self.options.format == "json":
            if self.options.summary_only:
                self.output.write(to_json(self._tally.to_dict()) + "\n")
        elif self.options.summary_only or self._in_lines or self._tally.streams != 1:
            self._write(self._findings.of_all(self._tally))

    def _write(self, lines: Iterable[str]) -> None:
        self.output.write("".join([line + "\n" for line in lines]))

    def _read(self, document: Document) -> Outputs:
        """Read the outputs; other than elsewhere, ids may be ones that the vocabulary has not."""
        if self.options.field is not None:
            document = field_of(document, self.options.field)
        wanted = READINGS[self.options.read]
        return read_document(document, self.encoding, wanted, check=False)

    def _role(self, tokens: list[int]) -> Role | None:
        chosen = self.options.role
        if chosen is None:
            begins = tokens[:1] == [self.encoding.markers.start]
            return None if begins else Role.ASSISTANT
        return None if chosen == _NO_ROLE else Role(chosen)


def _number_of_jobs(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _left_out(options: Namespace) -> frozenset[str]:
    """The codes that are not to be told.

    Raises:
        UsageFault: There is no such code.
    """
    lists = {"--select": options.select, "--ignore": options.ignore}
    named = {
        option: {name.strip() for text in texts or () for name in text.split(",") if name.strip()}
        for option, texts in lists.items()
    }
    for option, names in named.items():
        for name in sorted(names - CODES.keys()):
            similar = similar_codes(name)
            hint = f"; did you mean {' or '.join(similar)}?" if similar else ""
            raise UsageFault(f"{option}: there is no code {name!r}{hint}")
    others = CODES.keys() - named["--select"] if named["--select"] else set()
    return frozenset(others | named["--ignore"])


def _policy(options: Namespace) -> InspectPolicy:
    return InspectPolicy(
        missing_call_is_call=options.missing_call_is_call,
        recover_stripped_markers=options.recover_stripped_markers,
        channels=tuple(options.channel or InspectPolicy().channels),
        tools=options.tool,
    )


def _without_line(output: Output, document: Document) -> Output:
    """Leave the line out of an output's path, where the document says it."""
    line = output.line if document.line is None else document.line
    path = output.path.removeprefix(f"line {line}").removeprefix(", ")
    return replace(output, path=path)


def _record(
    document: Document, output: Output, role: Role | None, inspection: Inspection
) -> dict[str, object]:
    line = output.line if document.line is None else document.line
    return {
        "file": document.name,
        **({} if line is None else {"line": line}),
        "output": {
            "engine": output.engine,
            "path": output.path,
            "form": output.form,
            "kind": output.kind,
            "finish_reason": output.finish.reason,
            "stop_token": output.finish.stop_token,
        },
        "role": None if role is None else role.value,
        **inspection.to_dict(),
    }
