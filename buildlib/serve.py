"""A small static server for ``dist/``, on this machine only."""

from __future__ import annotations

import contextlib
import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from buildlib.project import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # The system's own table may lack these or have them wrong; the browser insists on them.
    extensions_map = {  # noqa: RUF012 - as in the base class
        **SimpleHTTPRequestHandler.extensions_map,
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".whl": "application/octet-stream",
    }

    def end_headers(self) -> None:
        # The browser asks again whether a file changed, and other pages may load the wheel.
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent: a request is no news."""

    def handle(self) -> None:
        # A browser that goes away in the middle of a download is no news either.
        with contextlib.suppress(ConnectionError):
            super().handle()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A page asks for many files at once.
    request_queue_size = 64


@contextlib.contextmanager
def server(folder: Path, port: int = 0) -> Iterator[ThreadingHTTPServer]:
    """Listen on this machine's loopback address; port 0 takes a free one.

    The caller runs ``serve_forever`` on it.

    Raises:
        OSError: The port is taken.
    """
    handler = functools.partial(_Handler, directory=str(folder))
    with _Server(("127.0.0.1", port), handler) as listening:
        yield listening


def address(listening: ThreadingHTTPServer) -> str:
    """Where the server's root is, as a browser wants it."""
    return f"http://localhost:{listening.server_address[1]}/"


def serve_forever(folder: Path, port: int) -> None:
    """Serve until Ctrl-C."""
    with server(folder, port) as listening:
        say(f"\nServing the page at {address(listening)}\nPress Ctrl-C to stop.")
        with contextlib.suppress(KeyboardInterrupt):
            listening.serve_forever()
    say("\nStopped.")
