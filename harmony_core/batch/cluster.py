"""Shards on Ray: on this machine's cores, or on a cluster.

They are plain tasks, each of which ends before its file is there or after: a worker that dies
takes nothing else along. Ray itself does not retry; a shard that dies with its worker is tried
again here, and left out when it has died too often.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when Ray is imported and when it starts

import ray
from ray.exceptions import RayError, RayTaskError

from harmony_core.batch.failures import BatchError
from harmony_core.batch.shard import Outcome, outcome_of, try_shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harmony_core.batch.plan import Plan
    from harmony_core.batch.shard import Runner

__all__ = ["ATTEMPTS", "on_ray"]

# After so many dead workers a shard is left out.
ATTEMPTS = 3
_PATIENCE = 10.0  # seconds
# Arrow's own allocator keeps some sixty megabytes that a worker does not use.
_WORKERS = {"env_vars": {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}}
# Nothing but plans and counts goes through Ray's store of objects.
_STORE_BYTES = 100 * 1024**2


def on_ray(workers: int, address: str | None) -> Runner:
    """Make what runs shards on Ray.

    Args:
        workers: How many at a time.
        address: The cluster's address; ``None`` to start Ray on this machine.
    """

    def run(plan: Plan, numbers: Iterable[int], folder_path: str) -> Iterator[Outcome]:
        pending = [*numbers]
        if not pending:
            return
        started = _start(workers, address)
        try:
            yield from _run(plan, pending, folder_path, workers)
        finally:
            if started:
                ray.shutdown()

    return run


def _start(workers: int, address: str | None) -> bool:
    """Connect to Ray or start it; tell whether that was necessary."""
    if ray.is_initialized():
        return False
    if address:
        _require_reachable(address)
    here = {
        "num_cpus": workers,
        "object_store_memory": _STORE_BYTES,
        "include_dashboard": False,
    }
    try:
        ray.init(
            address=address or "local",
            log_to_driver=False,
            logging_level="error",
            runtime_env=_WORKERS,
            **({} if address and address != "local" else here),
        )
    except (ConnectionError, RayError, RuntimeError, ValueError) as error:
        raise BatchError(
            f"Cannot use Ray at {address or 'this machine'}: {error}", kind="ray"
        ) from error
    return True


def _require_reachable(address: str) -> None:
    """Find out at once what Ray would try for many minutes."""
    place = address.rpartition("//")[2]
    host, _, port = place.rpartition(":")
    if not port.isdecimal():  # such as "auto": Ray looks for itself
        return
    try:
        socket.create_connection((host, int(port)), _PATIENCE).close()
    except OSError as error:
        raise BatchError(f"Cannot use Ray at {address}: {error}", kind="ray") from error


def _run(plan: Plan, pending: list[int], folder_path: str, workers: int) -> Iterator[Outcome]:
    task = ray.remote(num_cpus=1, max_retries=0)(try_shard)
    shared = ray.put(plan)
    attempts = dict.fromkeys(pending, 0)
    waiting = pending[::-1]
    running: dict[ray.ObjectRef, int] = {}
    while waiting or running:
        while waiting and len(running) < workers + 1:  # one is ready when a worker is
            number = waiting.pop()
            attempts[number] += 1
            running[task.remote(shared, number, folder_path)] = number
        (finished,), _ = ray.wait([*running], num_returns=1)
        number = running.pop(finished)
        try:
            result = ray.get(finished)
        except RayTaskError as error:
            raise BatchError(f"Shard {number} failed: {error.cause!r}", kind="output") from error
        except RayError as error:
            if attempts[number] < ATTEMPTS:
                waiting.append(number)
            else:
                reason = f"its worker died {ATTEMPTS} times ({type(error).__name__})"
                yield Outcome(number, None, reason)
            continue
        yield outcome_of(number, *result)
