"""The built page in a real Chromium, served from a folder below the server's root."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from buildlib.serve import address, server

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
# Pyodide compiles and starts Python; on two slow cores under load that takes a while.
BOOT_TIMEOUT = 120_000


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port while the block runs; gives the root's address."""
    with server(folder) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield address(listening)
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page's address, below a path with a space in it, as some static hosts have it."""
    root = tmp_path_factory.mktemp("site")
    (root / "a path").mkdir()
    (root / "a path" / "page").symlink_to(DIST, target_is_directory=True)
    with serving(root) as origin:
        yield f"{origin}a%20path/page/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=os.environ["HARMONY_BROWSER"],
            # Root cannot have Chromium's sandbox, and these pages are our own.
            chromium_sandbox=False,
        )
        yield launched
        launched.close()


class Watch:
    """What a page says on the console and asks of the network."""

    def __init__(self, page: Page) -> None:
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def off_origin(self, origin: str) -> list[str]:
        """The requests that went elsewhere."""
        own = (origin, f"blob:{origin}")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One profile, so that the compiled runtime is cached between tests."""
    created = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    created.set_default_timeout(30_000)
    yield created
    created.close()
