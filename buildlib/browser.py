"""A Chromium for the browser tests: an installed one, Playwright's own, or Debian's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from buildlib.project import VENV_PYTHON, BuildError, run, say

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
_ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
    playwright.chromium.launch(chromium_sandbox=False).close()
"""


def find_browser() -> str:
    """Return the path of a Chromium or Chrome, installing one if there is none.

    The variable ``HARMONY_BROWSER`` names one to use instead.

    Raises:
        BuildError: There is none, and none could be installed.
    """
    chosen = os.environ.get("HARMONY_BROWSER")
    if chosen:
        if shutil.which(chosen) is None:
            message = f"HARMONY_BROWSER names {chosen}, which is not a program on this machine."
            raise BuildError(message)
        return chosen
    return _installed() or _from_playwright() or _from_debian()


def _installed() -> str | None:
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return path
    return next((place for place in _PLACES if Path(place).exists()), None)


def _from_playwright() -> str | None:
    """Playwright's own build; ``None`` if it can be neither started nor downloaded."""
    path = _playwright_path()
    if path:
        return path
    say("Downloading a browser for the tests ...")
    try:
        run(VENV_PYTHON, "-m", "playwright", "install", "chromium")
    except BuildError:
        say("Playwright's download did not work; trying the system's package.")
        return None
    return _playwright_path()


def _playwright_path() -> str | None:
    """Where Playwright's browser is, if it starts."""
    done = subprocess.run(  # noqa: S603 - the command is this tool's own
        [str(VENV_PYTHON), "-c", _ASK_PLAYWRIGHT], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _from_debian() -> str:
    advice = "Install Chromium or Chrome, or set HARMONY_BROWSER to the path of one."
    if not (sys.platform == "linux" and shutil.which("apt-get") and os.geteuid() == 0):
        message = f"No browser was found for the tests. {advice}"
        raise BuildError(message)
    say("Installing Debian's chromium for the tests ...")
    try:
        run("apt-get", "update", DEBIAN_FRONTEND="noninteractive")
        run("apt-get", "install", "--yes", "chromium", DEBIAN_FRONTEND="noninteractive")
    except BuildError as error:
        message = f"No browser could be installed for the tests. {advice}\n{error}"
        raise BuildError(message) from error
    path = _installed()
    if path is None:
        message = f"Debian's chromium was installed but is not on the path. {advice}"
        raise BuildError(message)
    return path
