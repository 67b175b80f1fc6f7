"""Compares this package with the reference and tiktoken on generated cases.

``python3 build.py fuzz`` runs it. The same seed gives the same cases on every machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.check import Checker, Side
from fuzz.generate import Case, case
from fuzz.shrink import shrink
from support.oracles import load_reference, load_tiktoken, write_published_vocabulary

from harmony_core.tokenizer import load_tokenizer

_SECONDS_BETWEEN_REPORTS = 5


def load_checker() -> Checker:
    """Both oracles, fed with our own vocabulary."""
    tokenizer = load_tokenizer(backend="python")
    with TemporaryDirectory() as folder:
        write_published_vocabulary(tokenizer, Path(folder) / "o200k_base.tiktoken")
        os.environ["TIKTOKEN_ENCODINGS_BASE"] = folder
        try:
            reference = load_reference()
            encoding = reference.load_harmony_encoding("HarmonyGptOss")
        finally:
            del os.environ["TIKTOKEN_ENCODINGS_BASE"]
    return Checker(Side(reference, encoding), load_tiktoken(tokenizer))


def run(checker: Checker, seed: int, numbers: range) -> int:
    """Run cases up to the first difference, and return the exit code."""
    started = reported = time.monotonic()
    kinds: Counter[str] = Counter()
    for number in numbers:
        kind, found = case(seed, number)
        if checker.check(kind, found) is not None:
            _tell(checker, kind, found, seed, number)
            return 1
        kinds[kind] += 1
        now = time.monotonic()
        if now - reported > _SECONDS_BETWEEN_REPORTS:
            reported = now
            done = number - numbers.start + 1
            rate = done / (now - started)
            _say(f"{done:,} of {len(numbers):,} cases agree ({rate:,.0f} a second)")
    counts = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()))
    seconds = time.monotonic() - started
    _say(f"All {len(numbers):,} cases of seed {seed} agree ({counts}) after {seconds:.0f} s.")
    return 0


def _tell(checker: Checker, kind: str, found: Case, seed: int, number: int) -> None:
    def differs(smaller: Case) -> bool:
        try:
            return checker.check(kind, smaller) is not None
        except (LookupError, TypeError, ValueError):  # no case any more
            return False

    smallest = shrink(found, differs)
    difference = checker.check(kind, smallest)
    assert difference is not None
    _say(f"Case {number} of seed {seed} differs ({kind}). At its smallest:")
    _say(f"  case:   {smallest!r}\n  ours:   {difference.ours!r}\n  theirs: {difference.theirs!r}")
    _say(f"Again: python3 build.py fuzz --seed {seed} --case {number}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (0)")
    parser.add_argument("--case", type=int, help="the number of the only one to run")
    options = parser.parse_args()
    numbers = range(options.cases)
    if options.case is not None:
        numbers = range(options.case, options.case + 1)
    return run(load_checker(), options.seed, numbers)


if __name__ == "__main__":
    sys.exit(main())
