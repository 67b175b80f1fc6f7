"""What is measured: the same jobs for every package, natively and in the browser."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import conversation
import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Job = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How much is measured.

    Attributes:
        characters: The longest text.
        chat_characters: The longest text for a conversation.
        lengths: The lengths of the texts without boundaries, ascending.
        rounds: How often each job is done, every time by a fresh process or worker.
        repeats: How often what is not measured cold is repeated within a job.
        timeout: Seconds a peer may take for a text without boundaries.
    """

    characters: int = 1_000_000
    chat_characters: int = 200_000
    lengths: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    rounds: int = 3
    repeats: int = 5
    timeout: int = 20


FULL = Settings()
QUICK = Settings(
    characters=100_000,
    chat_characters=20_000,
    lengths=(1_000, 10_000, 100_000),
    rounds=1,
    repeats=2,
    timeout=5,
)


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        rows: What ``measure.rows`` says, decoded.
        failure: Why there are no more rows, if there should be.
    """

    rows: list[dict[str, Any]]
    failure: str | None


@dataclass(frozen=True)
class Environment:
    """Where packages run.

    Attributes:
        name: ``"native"`` or ``"browser"``.
        packages: Whom to measure, ourselves first.
        chat_packages: Those of them that know the Harmony format.
        run: Does a job, giving it up after so many seconds.
    """

    name: str
    packages: tuple[str, ...]
    chat_packages: tuple[str, ...]
    run: Callable[[Job, int], Outcome]


@dataclass(frozen=True)
class Record:
    """One package's measurement.

    Attributes:
        environment: Where it ran.
        package: Who ran.
        subject: The name of the text.
        operation: What was done.
        seconds: How long it took, one number a repeat; empty if it failed.
        characters: The size of the text.
        bytes: The size of the text as UTF-8.
        tokens: The number of its tokens.
        digest: A hash of the result.
        python: The version of the Python it ran in.
        failure: Why it did not succeed.
    """

    environment: str
    package: str
    subject: str
    operation: str
    seconds: list[float] = field(default_factory=list)
    characters: int = 0
    bytes: int = 0
    tokens: int = 0
    digest: str = ""
    python: str = ""
    failure: str = ""


# What the small calls are recorded under, in place of a text's name.
SMALL_CALLS_SUBJECT = "small calls"

# Far more than any job on an ordinary text needs.
_PATIENCE = 600


def measure(
    environment: Environment, samples: Mapping[str, str], settings: Settings
) -> Iterator[Record]:
    """Do all jobs, the packages taking turns in who goes first."""
    for number in range(settings.rounds):
        for name, text in samples.items():
            _say(f"{environment.name}: {name}, round {number + 1} of {settings.rounds}")
            job = {"task": "encode", "text": text, "repeats": settings.repeats}
            for package in _rotated(environment.packages, number):
                yield from _records(environment, package, name, job)
            filled = conversation.fill(text[: settings.chat_characters])
            job = {"task": "chat", "conversation": filled, "repeats": settings.repeats}
            for package in _rotated(environment.chat_packages, number):
                yield from _records(environment, package, name, job)


def measure_lengths(environment: Environment, settings: Settings) -> Iterator[Record]:
    """Encode texts without boundaries; who is too slow for a length is not asked for it again."""
    too_long: dict[tuple[str, str], int] = {}
    series = [texts.without_boundaries(length) for length in settings.lengths]
    for number in range(settings.rounds):
        _say(f"{environment.name}: growing lengths, round {number + 1} of {settings.rounds}")
        for name in series[0]:
            for package in _rotated(environment.packages, number):
                asked = too_long.get((name, package), len(series))
                job = {"task": "lengths", "texts": [step[name] for step in series[:asked]]}
                # How slow we are is always of interest.
                ours = package == environment.packages[0]
                timeout = _PATIENCE if ours else settings.timeout
                records = list(_records(environment, package, name, job, timeout))
                if records and records[-1].failure:
                    reached = sum(record.operation.isdigit() for record in records)
                    too_long[name, package] = reached
                    records[-1] = replace(records[-1], operation=str(settings.lengths[reached]))
                yield from records


def measure_calls(environment: Environment, settings: Settings) -> Iterator[Record]:
    """Make the small calls, the packages taking turns in who goes first."""
    for number in range(settings.rounds):
        _say(f"{environment.name}: small calls, round {number + 1} of {settings.rounds}")
        for package in _rotated(environment.chat_packages, number):
            job = {"task": "calls", "repeats": settings.repeats}
            yield from _records(environment, package, SMALL_CALLS_SUBJECT, job)


def _records(
    environment: Environment, package: str, subject: str, job: Job, timeout: int = _PATIENCE
) -> Iterator[Record]:
    outcome = environment.run({**job, "package": package}, timeout)
    for row in outcome.rows:
        yield Record(environment.name, package, subject, **row)
    if outcome.failure is not None:
        _say(f"  {package}, {job['task']}: {outcome.failure}")
        yield Record(environment.name, package, subject, job["task"], failure=outcome.failure)


def _rotated(packages: tuple[str, ...], number: int) -> tuple[str, ...]:
    first = number % len(packages)
    return packages[first:] + packages[:first]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
