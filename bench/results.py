"""All measurements of a run, and what follows from them."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from small_calls import SMALL_CALLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plan import Record

OURS = "harmony_core"
REFERENCE = "openai_harmony"
BYTES, TOKENS = "MB/s", "ktoken/s"
# Operation -> the unit of its rate.
RATES = {
    "encode, cold": BYTES,
    "encode, warm": BYTES,
    "decode": BYTES,
    "render, cold": TOKENS,
    "render, warm": TOKENS,
    "parse": TOKENS,
    "stream": TOKENS,
}
# What is done over and over, so that its best time is the one least disturbed.
_REPEATED = {"encode, warm", "decode", "render, warm", "parse", "stream", *SMALL_CALLS}

# The project's goals, on whatever machine it is measured.
BROWSER_COLD_MB_PER_SECOND = 1.5
STRICT_PARSING_RATIO = 1.5


class Key(NamedTuple):
    """What was measured.

    Attributes:
        environment: Where, ``"native"`` or ``"browser"``.
        package: Who.
        subject: On which text.
        operation: Doing what; on a text without boundaries, its length.
    """

    environment: str
    package: str
    subject: str
    operation: str


class Results:
    """All measurements of a run."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._rounds: dict[Key, list[Record]] = defaultdict(list)
        for record in records:
            key = Key(record.environment, record.package, record.subject, record.operation)
            self._rounds[key].append(record)

    def seconds(self, key: Key) -> float | None:
        """How long it took: the best time if it was repeated, else the median of the rounds."""
        samples = [sample for record in self._rounds.get(key, []) for sample in record.seconds]
        if not samples:
            return None
        return min(samples) if key.operation in _REPEATED else median(samples)

    def rate(self, key: Key) -> float | None:
        """How much was done a second, in the operation's unit."""
        seconds = self.seconds(key)
        if not seconds:
            return None
        record = self._rounds[key][0]
        if RATES[key.operation] == BYTES:
            return record.bytes / seconds / 1e6
        return record.tokens / seconds / 1e3

    def failure(self, key: Key) -> str | None:
        """Why there is no measurement."""
        failures = (record.failure for record in self._rounds.get(key, []))
        return next(filter(None, failures), None)

    def remarks(self) -> Iterator[str]:
        """Say who got another result than we did, and who failed other than in time."""
        agreed = True
        expected: dict[tuple[str, str], str] = {}
        ours_first = sorted(self._rounds.items(), key=lambda item: item[0].package != OURS)
        for key, rounds in ours_first:
            what = f"{key.subject}, {key.operation}: {key.package}, {key.environment}"
            for digest in {record.digest for record in rounds if not record.failure}:
                if digest != expected.setdefault((key.subject, key.operation), digest):
                    agreed = False
                    yield f"{what}: ANOTHER RESULT"
            failure = self.failure(key)
            if failure and not failure.startswith("over"):
                yield f"{what}: {failure}"
        if agreed:
            yield "All packages got the same results from the same texts."

    def goals(self, subjects: Sequence[str]) -> Iterator[str]:
        """Say what was reached of the project's goals, as far as it was measured."""
        cold = self.rate(Key("browser", OURS, "prose", "encode, cold"))
        if cold is not None:
            yield (
                f"Cold encoding of English prose in the browser: {cold:.2f} MB/s"
                f" (goal: {BROWSER_COLD_MB_PER_SECOND})"
            )
        for subject in subjects:
            ours = self.rate(Key("native", OURS, subject, "parse"))
            reference = self.rate(Key("native", REFERENCE, subject, "parse"))
            if ours and reference:
                yield (
                    f"Strict parsing, {subject}: {ours / reference:.1f} times as fast as the"
                    f" reference (goal: {STRICT_PARSING_RATIO})"
                )
