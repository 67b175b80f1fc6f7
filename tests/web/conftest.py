"""The built page in a real Chromium, served from a folder below the server's root."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from support.build_tools import import_build_tool
from support.harmony_page import HarmonyPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
# On two slow cores under load, an answer can take longer than Playwright waits by itself.
expect.set_options(timeout=20_000)
serve = import_build_tool("serve")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.page)


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    with serve.server(folder) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        try:
            yield serve.address(listening)
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def serving() -> Callable[[Path], AbstractContextManager[str]]:
    """Serve a folder on a free port while a block runs; gives the root's address."""
    return serve_folder


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built page's folder."""
    return DIST


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page's address, below a path with a space in it: no file may assume the root."""
    root = tmp_path_factory.mktemp("site")
    (root / "a path").mkdir()
    (root / "a path" / "page").symlink_to(DIST, target_is_directory=True)
    with serve_folder(root) as origin:
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


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    created = browser.new_context()
    yield created
    created.close()


@pytest.fixture(scope="session")
def started_page(browser: Browser, site: str) -> Iterator[HarmonyPage]:
    """One page for all tests that need not see it start."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = HarmonyPage(context.new_page())
    page.open(site)
    yield page
    context.close()


@pytest.fixture
def app(started_page: HarmonyPage, site: str) -> Iterator[HarmonyPage]:
    """The started page, emptied. In every test it must stay silent and on its origin."""
    started_page.reset()
    yield started_page
    assert started_page.console == []
    assert started_page.requests_beyond(site) == []
