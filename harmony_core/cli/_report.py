"""``report``: what a run of ``batch inspect`` found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harmony_core.cli._batch import import_extra, run_reporting
from harmony_core.cli._command import Example
from harmony_core.cli._faults import ExitCode
from harmony_core.cli._output import Output
from harmony_core.cli._visible import one_line
from harmony_core.registry import HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from harmony_core.batch.report import Group
    from harmony_core.batch.report import Report as BatchReport

__all__ = ["Report"]


class Report:
    """The command."""

    name = "report"
    summary = "what harmony-core batch inspect found: codes, shares, examples"
    details = (
        "Counts what a run of harmony-core batch inspect found: which codes, in how many outputs,"
        " an example of each, and the tokens on each channel. It needs pyarrow."
    )
    examples: Sequence[Example] = (
        Example("by model", "harmony-core report findings --by model"),
        Example(
            "a page with charts, whose examples open in the page's Inspect",
            "harmony-core report findings --html report.html --page https://example.org/harmony/",
        ),
    )

    @classmethod
    def add_options(cls, parser: ArgumentParser) -> None:
        """Add the folder and what to write."""
        parser.add_argument("folder", metavar="DIR", help="the folder of the run")
        parser.add_argument("--by", metavar="COLUMN", help="the column to group outputs by")
        parser.add_argument("--html", metavar="FILE", help="write one HTML file with charts")
        parser.add_argument(
            "--page", metavar="URL", help="the page's address, for links from the examples"
        )
        parser.add_argument("--json", action="store_true", help="write JSON, not a table")
        parser.set_defaults(run=cls.run)

    @staticmethod
    def run(options: Namespace) -> int:
        """Run; return the exit code."""
        batch = import_extra("harmony_core.batch")
        report = run_reporting(lambda: batch.make_report(options.folder, options.by), lambda: None)
        if options.html is not None:
            from harmony_core.batch.page import report_page  # noqa: PLC0415 - needs an extra

            encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
            page = Output(options.html)
            page.write(report_page(report, encoding, options.page))
            page.close(make=True)
        output = Output(None)
        text = json.dumps(report.to_dict()) + "\n" if options.json else "".join(_table(report))
        output.write(text)
        output.flush()
        return ExitCode.OK


def _table(report: BatchReport) -> Iterator[str]:
    if not report.whole:
        yield "The run is not finished; this is what is there so far.\n\n"
    yield from _group("all outputs", report.total)
    for name, group in report.groups.items():
        yield "\n"
        yield from _group(f"{report.by} = {name}", group)


def _group(title: str, group: Group) -> Iterator[str]:
    share = f", {group.ok / group.outputs:.1%} without errors or warnings" if group.outputs else ""
    yield one_line(f"{title}: {group.outputs:,} outputs{share}") + "\n"
    for code, count in group.sorted_codes():
        example = count.example
        place = one_line(f"{example.file}, row {example.row}")
        yield (
            f"  {count.severity:<7}  {one_line(code):<28}  {count.outputs:>9,}"
            f"  {count.outputs / group.outputs:6.1%}  {place}\n"
        )
    for channel, tokens in group.tokens_by_channel.most_common():
        yield f"  tokens   {one_line(channel):<28}  {tokens:>9,}\n"
