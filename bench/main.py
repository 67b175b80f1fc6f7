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

import browser
import native
import report
import texts
from plan import FULL, QUICK, Environment, Record, Settings, measure, measure_lengths

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = Path(__file__).parent.parent
_NOTES = """\
MB are of UTF-8. A ratio says how many times as fast as the peer harmony_core is.
load: import and first word encoded, in a fresh process. start: the same in a fresh worker of
the browser, download from this machine and Python itself included.
cold: the first text a fresh process or worker sees (median of the rounds). warm, and all else:
the best of several. parse: strict, a whole conversation. stream: strict, token by token, each
delta read."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to measure and what to do with the numbers.

    Attributes:
        files: Texts to measure on; the built-in ones if there are none.
        quick: Whether short texts and one round will do.
        markdown: Whether the tables are for a README.
        json: A file to write all numbers to.
        page: The address of the page to measure in a browser; nothing is, if ``None``.
        browser: The path of a Chromium.
    """

    files: Sequence[str] = ()
    quick: bool = False
    markdown: bool = False
    json: str | None = None
    page: str | None = None
    browser: str = ""


def run(options: Options) -> None:
    """Measure and print."""
    settings = QUICK if options.quick else FULL
    samples = texts.from_files(options.files, settings.characters) or texts.built_in(
        settings.characters
    )
    records: list[Record] = []
    titles: dict[str, str] = {}
    environments: list[Environment] = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environments.append(native.environment(Path(folder)))
        titles["native"] = _native_title()
        if options.page:
            opened = browser.environment(options.browser, options.page)
            chromium, chromium_version = stack.enter_context(opened)
            environments.append(chromium)
        for environment in environments:
            records += measure(environment, samples, settings)
            records += measure_lengths(environment, settings)
    if options.page:
        titles["browser"] = _browser_title(chromium_version, records)
    if options.json:
        data = {"machine": _machine(), "titles": titles, "records": [*map(asdict, records)]}
        Path(options.json).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    results = report.Results(records)
    _print_tables(results, environments, titles, samples, settings, markdown=options.markdown)


def _print_tables(  # noqa: PLR0913 - all that a report shows
    results: report.Results,
    environments: Sequence[Environment],
    titles: dict[str, str],
    samples: dict[str, str],
    settings: Settings,
    *,
    markdown: bool,
) -> None:
    print(_machine())
    for name, text in samples.items():
        print(f"{name}: {len(text):,} characters, {len(text.encode()) / 1e6:.2f} MB")
    print(f"\n{_NOTES}")
    for environment in environments:
        name, packages = environment.name, environment.packages
        title = titles[name]
        runs = list(texts.without_boundaries(1))
        for table in (
            report.speed_table(title, results, name, packages, list(samples)),
            report.length_table(
                f"Growing lengths, {name}", results, name, packages, runs, settings.lengths
            ),
        ):
            print(f"\n{table.markdown() if markdown else table.plain()}")
    print()
    for line in report.goals(results, list(samples)):
        print(line)
    disagreements = list(results.disagreements())
    for line in disagreements:
        print(line)
    if not disagreements:
        print("All packages got the same results from the same texts.")


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
    python = next(r.python for r in records if r.environment == "browser" and r.python)
    npm = json.loads((_ROOT / "bench" / "package.json").read_text(encoding="utf-8"))
    pyodide = json.loads((_ROOT / "package.json").read_text(encoding="utf-8"))
    versions = [f"harmony-core {version('harmony-core')}"]
    versions += [f"{name} {pin} (npm)" for name, pin in npm["dependencies"].items()]
    return (
        f"Browser: Chromium {chromium_version}; Pyodide {pyodide['dependencies']['pyodide']},"
        f" Python {python}; {', '.join(versions)}"
    )


if __name__ == "__main__":
    try:
        run(Options(**json.loads(sys.argv[1])))
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"A text cannot be read, or the numbers cannot be written: {error}")
