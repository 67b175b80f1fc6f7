"""The benchmark: ``python3 build.py bench`` prepares what it needs and runs it."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import batch
import browser
import native
import texts
from plan import FULL, QUICK, Record, measure, measure_calls, measure_lengths
from report import Section
from results import Results
from small_calls import SMALL_CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plan import Settings

_ROOT = Path(__file__).parent.parent
_NOTES = """\
MB are of UTF-8. A ratio says how many times as fast as the peer harmony_core is.
load: import and a first word encoded, in a fresh process. start: the same in a fresh worker of
the browser, download from this machine and Python itself included.
cold: the first text after that, no piece of which is cached, the median of the rounds; all else
is the best of several times. parse: strict, a whole conversation. stream: strict, token by
token, every delta read. small calls: one call, the best average of several runs of many."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to measure and what to do with the numbers.

    Attributes:
        files: Texts to measure on; the built-in ones if there are none.
        quick: Whether short texts and one round will do.
        markdown: Whether the tables are for a README.
        json: A file to write all numbers to.
        page: The address of the page to measure in a browser.
        browser: The path of a Chromium.
    """

    page: str
    browser: str
    files: Sequence[str] = ()
    quick: bool = False
    markdown: bool = False
    json: str | None = None


def run(options: Options) -> Iterator[str]:
    """Measure.

    Yields:
        The report, paragraph by paragraph.
    """
    settings = QUICK if options.quick else FULL
    chosen = texts.from_files(options.files, settings.characters)
    samples = chosen or texts.built_in(settings.characters)
    records: list[Record] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        opened = browser.environment(options.browser, options.page)
        chromium, chromium_version = stack.enter_context(opened)
        environments = [native.environment(folder), chromium]
        for environment in environments:
            records += measure(environment, samples, settings)
            records += measure_lengths(environment, settings)
        records += measure_calls(environments[0], settings)
    titles = [_native_title(), _browser_title(chromium_version, records)]
    if options.json:
        data = {"machine": _machine(), "titles": titles, "records": [*map(asdict, records)]}
        Path(options.json).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    results = Results(records)
    sections = [
        Section(title, results, environment.name, environment.packages)
        for title, environment in zip(titles, environments, strict=True)
    ]
    yield "\n".join([_machine(), *_sizes(samples)])
    yield _NOTES
    yield from _tables(sections, list(samples), settings, markdown=options.markdown)
    rows = batch.table(next(iter(samples.values())), quick=options.quick)
    if rows is not None:
        yield rows.markdown() if options.markdown else rows.plain()
    yield "\n".join([*results.goals(list(samples)), *results.remarks()])


def _tables(
    sections: Sequence[Section], subjects: Sequence[str], settings: Settings, *, markdown: bool
) -> Iterator[str]:
    for section in sections:
        calls = [section.small_calls(SMALL_CALLS)] if section is sections[0] else []
        growth = section.growth([*texts.without_boundaries(1)], settings.lengths)
        for table in (section.speeds(subjects), growth, *calls):
            yield table.markdown() if markdown else table.plain()


def _sizes(samples: dict[str, str]) -> Iterator[str]:
    for name, text in samples.items():
        yield f"{name}: {len(text):,} characters, {len(text.encode()) / 1e6:.2f} MB"


def _machine() -> str:
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"


def _processor() -> str:
    """Linux tells the processor's name nowhere but here."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")


def _native_title() -> str:
    packages = ("harmony-core", "openai-harmony", "tiktoken")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"Native: {platform.python_implementation()} {platform.python_version()}; {versions}"


def _browser_title(chromium_version: str, records: Sequence[Record]) -> str:
    pythons = (r.python for r in records if r.environment == "browser" and r.python)
    versions = [f"harmony-core {version('harmony-core')}"]
    versions += [f"{name} {pin} (npm)" for name, pin in _npm_pins(_ROOT / "bench").items()]
    return (
        f"Browser: Chromium {chromium_version}; Pyodide {_npm_pins(_ROOT)['pyodide']}, Python"
        f" {next(pythons, 'unknown')}; {', '.join(versions)}"
    )


def _npm_pins(folder: Path) -> dict[str, str]:
    described = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    pins: dict[str, str] = described["dependencies"]
    return pins


if __name__ == "__main__":
    try:
        for paragraph in run(Options(**json.loads(sys.argv[1]))):
            print(paragraph, end="\n\n", flush=True)
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"A text cannot be read, or the numbers cannot be written: {error}")
