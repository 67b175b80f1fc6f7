"""Drives the page the way a person does: types, pastes, presses buttons, reads what is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

# Pyodide compiles and starts Python; on two slow cores under load that takes a while.
BOOT_TIMEOUT = 120_000


class HarmonyPage:
    """The page in one of its modes.

    Attributes:
        page: Playwright's page.
        console: What it printed, errors that nobody caught included.
        requests: The addresses it asked for.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def requests_beyond(self, site: str) -> list[str]:
        """The addresses it asked for that are neither part of the page nor made by it."""
        own = (site, f"blob:{urljoin(site, '/')}")
        return [url for url in self.requests if not url.startswith(own)]

    def open(self, address: str) -> None:
        """Load the page and wait until its engine is ready."""
        self.page.goto(address)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        self.page.locator("#engine[data-state=ready]").wait_for(timeout=BOOT_TIMEOUT)

    def reset(self) -> None:
        """Empty Write and Inspect, and turn every option back."""
        self.turn_to("inspect")
        self.page.locator("#inspect-clear").click()
        self.choose("source_kind", "auto")
        self.choose("role", "assistant")
        self.panel.locator("input[name=missing_call_is_call]").uncheck()
        self.panel.locator("input[name=recover_stripped_markers]").check()
        self.turn_to("write")
        self.page.locator("#write-clear").click()
        self.choose("mode", "conversation")
        self.page.get_by_label("drop past analysis").check()
        self.console.clear()
        self.requests.clear()

    def undo(self) -> None:
        self.page.locator("#undo").click()

    def redo(self) -> None:
        self.page.locator("#redo").click()

    def turn_to(self, mode: str) -> None:
        self.page.locator(f"#tab-{mode}").click()
        # The mode follows the address, and that a moment later; what is hidden takes no focus.
        self.page.locator(f"#{mode}-panel").wait_for()

    @property
    def panel(self) -> Locator:
        """The part of the page that the current mode shows."""
        return self.page.locator("main > [role=tabpanel]:visible")

    def choose(self, option: str, value: str) -> None:
        self.panel.locator(f"select[name={option}]").select_option(value)

    def write_json(self, conversation: dict[str, Any] | str) -> None:
        """Replace the conversation by typing into the JSON editor."""
        text = conversation if isinstance(conversation, str) else json.dumps(conversation)
        self.turn_to("write")
        self.page.locator("#tab-json").click()
        self._replace(self.page.locator("#json-panel .cm-content"), text)

    def show_cards(self) -> None:
        self.page.locator("#tab-cards").click()

    def paste(self, source: str) -> None:
        """Replace what is inspected."""
        self.turn_to("inspect")
        self._replace(self.page.locator("#source .cm-content"), source)

    def paste_from_clipboard(self, source: str) -> None:
        """Replace what is inspected, as a person does; typing millions of characters is slower."""
        self.turn_to("inspect")
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", source)
        self.page.locator("#source .cm-content").focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.press("ControlOrMeta+v")

    def _replace(self, editor: Locator, text: str) -> None:
        editor.focus()
        self.page.keyboard.press("ControlOrMeta+a")
        if text:
            self.page.keyboard.insert_text(text)
        else:
            self.page.keyboard.press("Delete")

    @property
    def token_pane(self) -> Locator:
        return self.panel.locator(".pane:has(.stream-bar)")

    def wait_until_idle(self) -> None:
        """Wait for the answer to the last change."""
        expect(self.token_pane.locator(".stream-scroll")).to_have_attribute("aria-busy", "false")

    def expect_count(self, tokens: int) -> None:
        """Wait until so many tokens are shown."""
        words = f"{tokens:,} token" + ("" if tokens == 1 else "s")
        expect(self.token_pane.locator(".count")).to_contain_text(words)

    def copied(self, what: str) -> str:
        """Press a copy button and return what is on the clipboard."""
        self.token_pane.locator(f"[data-copy={what}]").click()
        expect(self.token_pane.locator(f"[data-copy={what}]")).to_have_text("copied ✓")
        return str(self.page.evaluate("() => navigator.clipboard.readText()"))

    def copied_ids(self) -> list[int]:
        ids = json.loads(self.copied("ids"))
        assert isinstance(ids, list)
        return ids

    def token(self, index: int) -> Locator:
        return self.token_pane.locator(f"[data-token-index='{index}']")

    @property
    def detail(self) -> Locator:
        return self.token_pane.locator(".detail")

    @property
    def alerts(self) -> Locator:
        """The faults that are shown."""
        return self.panel.locator("[role=alert]:visible")

    @property
    def problems(self) -> Locator:
        """The entries of the list of problems."""
        return self.page.locator("#problems .problem")

    def problem(self, code: str) -> Locator:
        return self.page.locator(f"#problems .problem[data-code='{code}']")

    def reference_result(self, name: str) -> Locator:
        """What the strict or the non-strict parser makes of it."""
        return self.page.locator(f"#reference-results [data-result~='{name}']")

    def inspected(self) -> list[dict[str, Any]]:
        """The messages that were recovered, as the page copies them."""
        button = self.page.locator("#copy-messages")
        button.click()
        expect(button).to_have_text("copied ✓")
        text = self.page.evaluate("() => navigator.clipboard.readText()")
        messages = json.loads(text)["messages"]
        assert isinstance(messages, list)
        return messages
