"""Rows: training samples and inspections a second and core, and what batches and workers add."""

from __future__ import annotations

import json
import tempfile
import time
from itertools import islice
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import conversation
from report import Table

from harmony_core import Conversation, HarmonyEncoding, Role, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Callable

_JSON_BYTES = 6_400
_OUTPUT_TOKENS = 475
_REPEATS = 3


def table(text: str, *, quick: bool) -> Table | None:
    """Measure rows made of a text; ``None`` if pyarrow is not installed.

    Args:
        text: Prose.
        quick: Whether few rows will do.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - the benchmark also runs without

        from harmony_core.arrow import inspect_batch, render_batch  # noqa: PLC0415 - same
    except ImportError:
        return None
    encoding = load_harmony_encoding("HarmonyGptOss")
    conversations = _conversations(text, 200 if quick else 2_000)
    outputs = _outputs(text, encoding, 200 if quick else 2_000)
    rows = [["", "", "rows/s and core", "of plain calls"]]

    def samples() -> None:
        for payload in conversations:
            encoding.render_for_training(Conversation.from_json(payload, strict=True))

    def inspections() -> None:
        for tokens in outputs:
            _ = encoding.inspect(tokens, Role.ASSISTANT).spans

    texts = pa.record_batch({"messages": conversations})
    ids = pa.record_batch({"output": pa.array(outputs, pa.list_(pa.int32()))})
    size = sum(map(len, conversations)) / len(conversations) / 1000
    for subject, count, plain, batched in (
        (f"samples of {size:.1f} kB", len(conversations), samples, lambda: render_batch(texts)),
        (
            f"outputs of {len(outputs[0])} tokens",
            len(outputs),
            inspections,
            lambda: inspect_batch(ids),
        ),
    ):
        alone, together = _seconds(plain), _seconds(batched)
        rows.append([subject, "plain calls", f"{count / alone:,.0f}", "-"])
        rows.append([subject, "Arrow batch", f"{count / together:,.0f}", f"{alone / together:.0%}"])
    rows += _runs(conversations * (2 if quick else 12))
    return Table("Rows, native", rows)


def _seconds(job: Callable[[], object]) -> float:
    """Processor time: another process on the core does not count."""
    best = float("inf")
    for _ in range(_REPEATS):
        started = time.process_time()
        job()
        best = min(best, time.process_time() - started)
    return best


def _conversations(text: str, count: int) -> list[str]:
    length = _JSON_BYTES - 2_000  # without the headers, and the tools
    pieces = (text[at : at + length] for at in range(0, len(text) * 100, length))
    looped = (piece or text[number % 97 :][:length] for number, piece in enumerate(pieces))
    found = []
    for number, piece in enumerate(islice(looped, count)):
        data = json.loads(conversation.fill(piece))
        data["messages"][-1]["content"] = f"{number} {data['messages'][-1]['content']}"
        found.append(json.dumps(data))
    return found


def _outputs(text: str, encoding: HarmonyEncoding, count: int) -> list[list[int]]:
    head, middle, tail = (
        encoding.encode(marked, allowed_special="all")
        for marked in (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
            "<|return|>",
        )
    )
    room = _OUTPUT_TOKENS - len(head) - len(middle) - len(tail)
    tokens = encoding.encode_ordinary(text[:200_000])
    found = []
    for number in range(count):
        at = number * 37 % (len(tokens) - room)
        content = tokens[at : at + room]
        found.append([*head, *content[: room // 2], *middle, *content[room // 2 :], *tail])
    return found


def _runs(conversations: list[str]) -> list[list[str]]:
    """Whole runs of ``harmony-core batch``, by the clock; those with workers need Ray."""
    try:
        import ray  # noqa: F401, PLC0415 - to know whether it is there
    except ImportError:
        return []
    rows = []
    one: float | None = None
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "rows.jsonl")
            source.write_text("\n".join(conversations) + "\n", encoding="utf-8")
            speed, megabytes = _run_batch(source, Path(folder, "out"), workers)
        ratio = "-" if one is None else f"{speed / one:.2f}x"
        one = one or speed
        name = f"{workers} worker, {megabytes:.0f} MB" if workers == 1 else f"{workers} workers"
        rows.append(["batch run on Ray", name, f"{speed:,.0f}", ratio])
    return rows


def _run_batch(source: Path, folder: Path, workers: int) -> tuple[float, float]:
    """Rows a second once the workers are warm, and the most megabytes a worker had."""
    from harmony_core.batch import run_batch  # noqa: PLC0415 - as above

    marks: list[tuple[int, float]] = []
    done = Event()
    memory: list[float] = [0.0]
    watcher = Thread(target=_watch, args=(done, memory))
    watcher.start()
    try:
        options: dict[str, Any] = {"line_field": "messages", "rows_per_shard": 250}
        run_batch(
            *("render", [str(source)], str(folder)),
            **options,
            workers=workers,
            address="local",
            progress=lambda told: marks.append((told.rows, told.seconds)),
        )
    finally:
        done.set()
        watcher.join()
    warm = min(2 * workers, len(marks) - 1)
    rows = marks[-1][0] - marks[warm - 1][0]
    return rows / (marks[-1][1] - marks[warm - 1][1]), memory[0]


def _watch(done: Event, memory: list[float]) -> None:
    """Note the most memory that one of Ray's workers takes, where ``/proc`` tells it."""
    while not done.wait(0.2):
        memory[0] = max(memory[0], *map(_megabytes, Path("/proc").glob("[0-9]*")), 0.0)


def _megabytes(process: Path) -> float:
    """What a process has in memory if it is a worker of Ray's, else 0."""
    try:
        if (process / "cmdline").read_bytes().startswith(b"ray::"):
            return int((process / "statm").read_text().split()[1]) * 4096 / 1e6
    except (OSError, IndexError, ValueError):
        pass  # it has ended
    return 0.0
