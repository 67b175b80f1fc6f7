#!/usr/bin/env python3
"""Builds, serves, tests and measures the project; `python3 build.py --help` lists the commands.

It needs Python 3.10 or newer, Node.js 20.19 or newer and npm; all else it installs in the checkout.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from buildlib import (
    bench,
    browser,
    checks,
    environment,
    mutation,
    page,
    release,
    serve,
    testing,
    vocabulary,
    wheel,
)
from buildlib.project import DIST, ROOT, VENV_PYTHON, BuildError, run, say, show

PYTHON_NEEDED = (3, 10)


def build() -> Path:
    """Bring ``dist/`` up to date and return the wheel in it."""
    environment.python_packages("build")
    environment.npm_packages()
    built = wheel.build_wheel()
    page.build_page(built, wheel.fetch_micropip())
    return built


def command_build(_: argparse.Namespace) -> int:
    """Build ``dist/``."""
    build()
    say(f"The page is in {DIST.relative_to(ROOT)}/; any static server can serve it.")
    return 0


def command_serve(options: argparse.Namespace) -> int:
    """Build ``dist/`` and serve it."""
    build()
    try:
        serve.serve_forever(DIST, options.port)
    except OSError as error:
        message = f"Port {options.port} cannot be used ({error.strerror}). Choose another, or none."
        raise BuildError(message) from error
    return 0


def command_watch(options: argparse.Namespace) -> int:
    """Serve ``dist/`` and build it again whenever a source changes."""
    for purpose in ("build", "test"):
        environment.python_packages(purpose)
    with contextlib.suppress(KeyboardInterrupt):  # which the program hears, too
        return show(VENV_PYTHON, "-m", "buildlib.watch", str(options.port))
    return 0


def command_check(options: argparse.Namespace) -> int:
    """Check the sources without running them."""
    if options.fix:
        checks.fix()
    return report([], checks.check())


def command_test(options: argparse.Namespace) -> int:
    """Test the built wheel and page, and check the sources unless some tests were chosen."""
    built = wheel_for_tests(page_too=not options.fast)
    found = None if options.fast else browser.find_browser()
    if not options.fast:
        environment.python_packages("batch")
    complaints = [] if options.fast or options.arguments else checks.check()
    wheel.install_wheel(built)
    return report(
        testing.run_tests(options.arguments, fast=options.fast, browser=found), complaints
    )


def report(failed: list[str], complaints: list[str]) -> int:
    """Say at the end what went wrong, and return the exit code."""
    if complaints:
        say(f"\nChecks failed: {', '.join(complaints)}. `python3 build.py check` shows them again.")
    if failed:
        say(f"\nTests failed: {', '.join(failed)}.")
    return 1 if failed or complaints else 0


def wheel_for_tests(*, page_too: bool) -> Path:
    """Set up the tests' environment; return the wheel to test."""
    environment.python_packages("build")
    built = build() if page_too else wheel.build_wheel()
    environment.python_packages("test")
    return built


def command_release(options: argparse.Namespace) -> int:
    """Build what a release publishes."""
    release.release(options.tag, build())
    return 0


def command_mutate(options: argparse.Namespace) -> int:
    """Look for changes of the code that no test notices."""
    for purpose in ("build", "test", "mutate"):
        environment.python_packages(purpose)
    return mutation.mutate(options.room)


def command_bench(options: argparse.Namespace) -> int:
    """Measure against the other implementations, natively and in the browser."""
    built = build()
    environment.python_packages("test")
    environment.python_packages("batch")
    wheel.install_wheel(built)
    return bench.run_benchmark(
        browser.find_browser(),
        files=[str(file.resolve()) for file in options.files],
        quick=options.quick,
        markdown=options.markdown,
        json=str(options.json.resolve()) if options.json else None,
    )


def command_fuzz(options: argparse.Namespace) -> int:
    """Compare the wheel with the reference and tiktoken on generated cases."""
    for purpose in ("build", "test"):
        environment.python_packages(purpose)
    wheel.install_wheel(wheel.build_wheel())
    only = [] if options.case is None else ["--case", str(options.case)]
    return show(
        *(VENV_PYTHON, ROOT / "tests" / "fuzz"),  # by path: the wheel, not the sources
        *("--cases", str(options.cases), "--seed", str(options.seed)),
        *only,
        PYTHONPATH=str(ROOT / "tests"),
    )


def command_vocabulary(options: argparse.Namespace) -> int:
    """Pack a published vocabulary into the package."""
    packed = ROOT / "harmony_core" / "tokenizer" / "data" / "o200k_base.bpe"
    try:
        packed.write_bytes(vocabulary.pack(options.file.read_bytes()))
    except (OSError, ValueError) as error:
        raise BuildError(str(error)) from error
    say(f"Wrote {packed.relative_to(ROOT)}.")
    return 0


def command_classes(_: argparse.Namespace) -> int:
    """Generate the character classes anew, from what tiktoken says."""
    environment.python_packages("test")
    module = ROOT / "harmony_core" / "tokenizer" / "_classes.py"
    run(VENV_PYTHON, "-m", "buildlib.classes", module)
    say(f"Wrote {module.relative_to(ROOT)}.")
    return 0


def command_protocol(_: argparse.Namespace) -> int:
    """Write the JavaScript side of the protocol between the page and the package."""
    module = ROOT / "web" / "engine" / "protocol.js"
    run(sys.executable, "-m", "buildlib.protocol", module)
    say(f"Wrote {module.relative_to(ROOT)}.")
    return 0


def port(text: str) -> int:
    """Read a port's number."""
    number = int(text)
    if number not in range(1 << 16):
        raise ValueError(text)
    return number


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Build, serve, test and measure the project.")
    parser.set_defaults(command=command_build)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    for name, command, help_ in (
        ("serve", command_serve, "build the page and serve it on this machine"),
        ("watch", command_watch, "the same, and build again whenever a source changes"),
    ):
        serving = commands.add_parser(name, help=help_)
        serving.add_argument("--port", type=port, default=0, help="a port; a free one by default")
        serving.set_defaults(command=command)

    check = commands.add_parser("check", help="lint, format and type-check; takes seconds")
    check.add_argument("--fix", action="store_true", help="first repair what tools can repair")
    check.set_defaults(command=command_check)

    test = commands.add_parser(
        "test",
        help="check and run all tests, or those you name",
        usage="build.py test [--fast] [FILE ...] [pytest options]",
    )
    test.add_argument("--fast", action="store_true", help="no browser and no long comparison")
    test.set_defaults(command=command_test)

    mutate = commands.add_parser("mutate", help="look for changes that no test notices")
    mutate.add_argument("room", choices=[*mutation.ROOMS])
    mutate.set_defaults(command=command_mutate)

    measure = commands.add_parser("bench", help="measure natively and in the browser")
    measure.add_argument("files", nargs="*", type=Path, help="texts; built-in ones by default")
    measure.add_argument("--quick", action="store_true", help="short texts, one round")
    measure.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    measure.add_argument("--markdown", action="store_true", help="print tables for a README")
    measure.set_defaults(command=command_bench)

    fuzz = commands.add_parser("fuzz", help="compare with the reference on generated cases")
    fuzz.add_argument("--cases", type=int, default=1_000_000, help="how many (1,000,000)")
    fuzz.add_argument("--seed", type=int, default=0, help="which ones (0)")
    fuzz.add_argument("--case", type=int, help="the number of the only one to run")
    fuzz.set_defaults(command=command_fuzz)

    pack = commands.add_parser("vocabulary", help="pack a published .tiktoken file")
    pack.add_argument("file", type=Path, help="the published o200k_base.tiktoken")
    pack.set_defaults(command=command_vocabulary)

    publish = commands.add_parser("release", help="build what a release publishes")
    publish.add_argument("tag", help="the version with a v before it, as in v1.2.3")
    publish.set_defaults(command=command_release)

    classes = commands.add_parser("classes", help="generate the character classes anew")
    classes.set_defaults(command=command_classes)

    protocol = commands.add_parser("protocol", help="write web/engine/protocol.js")
    protocol.set_defaults(command=command_protocol)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command is not command_test:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.arguments = rest
    return options


def main() -> int:
    """Run one command and return the exit code."""
    options = parse_arguments(sys.argv[1:])
    try:
        return int(options.command(options))
    except BuildError as error:
        say(f"\nError: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


if __name__ == "__main__":
    if sys.version_info < PYTHON_NEEDED:
        sys.exit("build.py needs Python 3.10 or newer.")
    sys.exit(main())
