"""Serves the page and builds it again whenever a source changes.

Usage: python -m buildlib.watch PORT, in the environment that has ``watchfiles``.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from threading import Thread

from watchfiles import watch

from buildlib.project import DIST, ROOT, say
from buildlib.serve import address, server

_SOURCES = (
    *("harmony_core", "web", "buildlib", "requirements"),
    *("build.py", "pyproject.toml", "package-lock.json"),
)


def main(port: int) -> None:
    """Serve until Ctrl-C. A build that fails says why, and leaves the last good page."""
    with server(DIST, port) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        where = address(listening)
        paths = [ROOT / name for name in _SOURCES if (ROOT / name).exists()]
        watching = watch(*paths, yield_on_timeout=True, rust_timeout=500)
        with contextlib.suppress(KeyboardInterrupt):
            next(watching)  # from here on it keeps what changes while we build
            _build(where)
            for changes in filter(None, watching):
                names = sorted({str(Path(path).relative_to(ROOT)) for _, path in changes})
                say(f"\nChanged: {', '.join(names)}")
                _build(where)
    say("\nStopped.")


def _build(where: str) -> None:
    # In a process of its own, so that changes of the build's own modules count as well.
    subprocess.run([sys.executable, ROOT / "build.py"], check=False)  # noqa: S603 - our own
    say(f"\nServing the page at {where} and watching its sources\nPress Ctrl-C to stop.")


if __name__ == "__main__":
    main(int(sys.argv[1]))
