"""A server of one vocabulary that misbehaves by address."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class VocabularyServer(ThreadingHTTPServer):
    """Serves ``/<manner>/<any name>``.

    Attributes:
        data: The file's content.
        requests: The paths that were asked for.
        closing: Set when what stalls must no longer.
    """

    daemon_threads = True

    def __init__(self, data: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = data
        self.requests: list[str] = []
        self.closing = Event()

    def address(self, manner: str) -> str:
        """The address of a folder that is served in a manner."""
        return f"http://127.0.0.1:{self.server_port}/{manner}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that give up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    server: VocabularyServer

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        manner = self.path.split("/")[1]
        answer: Callable[[], None] = getattr(self, f"_{manner.replace('-', '_')}")
        answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""

    def _good(self) -> None:
        self._head(len(self.server.data))
        self.wfile.write(self.server.data)

    def _good_without_length(self) -> None:
        self._head(None)
        self.wfile.write(self.server.data)

    def _moved(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.address("good") + "/file")
        self.end_headers()

    def _missing(self) -> None:
        self.send_error(404)

    def _broken(self) -> None:
        self.send_error(500)

    def _silent(self) -> None:
        self.server.closing.wait()

    def _stalling(self) -> None:
        self._head(len(self.server.data))
        self.wfile.write(self.server.data[:1000])
        self.server.closing.wait()

    def _dripping(self) -> None:
        self._head(len(self.server.data))
        self._drip(self.server.data)

    def _dripping_head(self) -> None:
        self._drip(b"HTTP/1.0 200 OK\r\nX: " + b"x" * 10_000)

    def _drip(self, data: bytes) -> None:
        for byte in data:
            self.wfile.write(bytes([byte]))
            if self.server.closing.wait(0.02):
                return

    def _junk(self) -> None:
        self._head(None)
        while not self.server.closing.is_set():
            self.wfile.write(b"A" * 65_536)

    def _closing(self) -> None:
        self._head(len(self.server.data))
        self.wfile.write(self.server.data[:1000])

    def _closing_at_once(self) -> None:
        pass

    def _cut(self) -> None:
        self._head(None)
        self.wfile.write(self.server.data[:1000])

    def _closing_within_a_chunk(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"1000\r\nAA== 0\n")
        self.close_connection = True

    def _other(self) -> None:
        data = self.server.data.replace(b"AA== ", b"AQ== ", 1)
        self._head(len(data))
        self.wfile.write(data)

    def _page(self) -> None:
        page = b"<html>Please log in</html>\n"
        self._head(len(page))
        self.wfile.write(page)

    def _nonsense(self) -> None:
        self.wfile.write(b"nonsense\r\n\r\n")

    def _head(self, length: int | None) -> None:
        self.send_response(200)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


@contextmanager
def serve(data: bytes) -> Iterator[VocabularyServer]:
    """Serve a vocabulary while the block runs."""
    with VocabularyServer(data) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
