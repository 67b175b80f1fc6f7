"""The packages in Chromium, every job in a worker of its own."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plan import Environment, Outcome
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plan import Job
    from playwright.sync_api import Page


@contextmanager
def environment(program: str, address: str) -> Iterator[tuple[Environment, str]]:
    """Chromium with the benchmark's page open.

    Args:
        program: The path of a Chromium.
        address: Where the page is served.

    Yields:
        The environment and Chromium's version.
    """
    # Chromium's sandbox does not start for the superuser, as whom containers often run.
    superuser = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"] if superuser else []
        )
        page = browser.new_page()
        page.goto(address)
        yield (
            Environment(
                name="browser",
                packages=("harmony_core", "gpt-tokenizer", "tiktoken"),
                chat_packages=("harmony_core",),
                run=lambda job, timeout: _run(page, job, timeout),
            ),
            browser.version,
        )
        browser.close()


def _run(page: Page, job: Job, timeout: int) -> Outcome:
    return Outcome(**page.evaluate("([job, timeout]) => run(job, timeout)", [job, timeout]))
