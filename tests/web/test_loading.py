"""Starting: usable while it loads, honest about progress, recoverable when it fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from support.harmony_page import HarmonyPage

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route


def test_one_can_type_before_the_engine_is_ready(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    held: list[Route] = []
    app.page.route("**/pyodide.asm.wasm", lambda route: held.append(route))  # noqa: PLW0108 - it gets marked, which a builtin cannot be
    app.page.goto(site)
    expect(app.page.locator("#engine")).to_have_attribute("data-state", "loading")
    app.write_json({"messages": [{"role": "user", "content": "Hello"}]})
    app.show_cards()
    expect(app.page.locator("#cards textarea")).to_have_value("Hello")
    expect(app.page.locator(".engine-bytes")).to_have_text(re.compile(r"^\d+\.\d of \d+\.\d MB$"))
    expect(app.page.locator("#engine")).to_have_attribute("data-state", "loading")
    for route in held:
        route.continue_()
    app.wait_until_ready()
    app.expect_count(5)
    assert app.console == []


def test_loading_can_be_tried_again(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    app.page.route("**/pyodide.asm.wasm", lambda route: route.abort())
    app.page.goto(site)
    engine = app.page.locator("#engine")
    expect(engine).to_have_attribute("data-state", "failed")
    expect(engine).to_contain_text("pyodide.asm.wasm")
    app.write_json({"messages": [{"role": "user", "content": "Hello"}]})
    app.page.unroute("**/pyodide.asm.wasm")
    app.page.get_by_role("button", name="Try again").click()
    app.wait_until_ready()
    app.expect_count(5)


def test_a_missing_wheel_is_a_failure_that_names_it(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    app.page.route("**/*.whl", lambda route: route.fulfill(status=404))
    app.page.goto(site)
    expect(app.page.locator("#engine[data-state=failed]")).to_contain_text(
        "harmony", timeout=60_000
    )


def test_a_draft_survives_a_reload(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    app.page.goto(site)
    app.write_json({"messages": [{"role": "user", "content": "Keep me"}]})
    app.paste("<|channel|>final<|message|>And me<|return|>")
    expect(app.page.locator("#source .cm-content")).to_contain_text("And me")
    app.page.goto("about:blank")
    app.page.goto(f"{site}#write")
    app.show_cards()
    expect(app.page.locator("#cards textarea")).to_have_value("Keep me")
    app.turn_to("inspect")
    expect(app.page.locator("#source .cm-content")).to_contain_text("And me")
