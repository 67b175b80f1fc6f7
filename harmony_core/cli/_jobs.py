"""Documents answered by several processes, their results in order and few of them in memory."""

from __future__ import annotations

import io
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, final

from harmony_core.cli._faults import InputFault
from harmony_core.cli._input import Form
from harmony_core.cli._output import Output

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from concurrent.futures import Future

    from harmony_core.cli._command import Command
    from harmony_core.cli._input import Document

__all__ = ["Answered", "Pool", "jobs_of"]

# So much text goes to a process at once: enough for the way there and back to cost little.
_BATCH = 1 << 18
# Batches under way for each process: one in work, one waiting.
_AHEAD = 2


class Answered(NamedTuple):
    """What became of a batch of documents.

    Attributes:
        written: What was written for the documents that were answered.
        faults: The others, with the names of their files.
        state: What the command counted.
    """

    written: bytes
    faults: list[tuple[str, InputFault]]
    state: Any


def jobs_of(options: Namespace) -> int:
    """How many processes are to work."""
    jobs = getattr(options, "jobs", 1)
    if jobs:
        return int(jobs)
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


@final
class Pool:
    """Processes that answer documents. Use it as a context.

    Args:
        options: The command line; its command answers.
        jobs: How many processes.
    """

    def __init__(self, options: Namespace, jobs: int) -> None:
        self._executor = ProcessPoolExecutor(jobs, initializer=_start, initargs=(options,))
        self._most = jobs * _AHEAD
        self._under_way: deque[Future[Answered]] = deque()
        self._batch: list[Document | tuple[str, InputFault]] = []
        self._size = 0

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # After an interruption or a fault, nothing that has not begun is waited for.
        self._executor.shutdown(wait=kind is None, cancel_futures=True)

    def feed(self, document: Document) -> Iterator[Answered]:
        """Take a document; give what is answered of those before it."""
        try:
            if document.form is Form.WHOLE:
                document = document.part(document.text())
            self._size += document.size
            self._batch.append(document)
        except InputFault as fault:
            self._batch.append((document.name, fault))
        if self._size >= _BATCH:
            yield from self._send()

    def finish(self) -> Iterator[Answered]:
        """Give all that is not yet answered."""
        yield from self._send()
        while self._under_way:
            yield self._under_way.popleft().result()

    def _send(self) -> Iterator[Answered]:
        if not self._batch:
            return
        if len(self._under_way) >= self._most:
            yield self._under_way.popleft().result()
        self._under_way.append(self._executor.submit(_answer, self._batch))
        self._batch = []
        self._size = 0


class _Kept(Output):
    """Results that are kept until they are asked for."""

    def __init__(self) -> None:
        super().__init__(None)
        self._kept = io.BytesIO()

    @property
    def is_terminal(self) -> bool:
        """No: whoever reads along is elsewhere."""
        return False

    def write_bytes(self, data: bytes) -> None:
        """Keep bytes."""
        self._kept.write(data)

    def take(self) -> bytes:
        """Give what was kept, and forget it."""
        data = self._kept.getvalue()
        self._kept = io.BytesIO()
        return data


class _Worker:
    """What a process has: its command, and where that writes."""

    options: Namespace
    command: Command
    output: _Kept


def _start(options: Namespace) -> None:
    """Get ready. An interruption of the program is the business of its first process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.options = options
    _Worker.output = _Kept()
    _Worker.command = options.command(options, _Worker.output)


def _answer(batch: list[Document | tuple[str, InputFault]]) -> Answered:
    faults: list[tuple[str, InputFault]] = []
    for document in batch:
        fault: InputFault | None = None
        if isinstance(document, tuple):
            name, fault = document
            _Worker.command.miss()
        else:
            name = document.name
            try:
                _Worker.command.handle(document)
            except InputFault as error:
                fault = InputFault(str(error), line=error.line)
                fault.code = error.code
        if fault is not None:
            faults.append((name, fault))
            if _Worker.options.on_error == "stop":
                break
    return Answered(_Worker.output.take(), faults, _Worker.command.take_state())
