"""Share: links hold a mode's content, are made only when asked for, and open without a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from harmony_core import load_harmony_encoding
from harmony_core._page_link import inspect_link

if TYPE_CHECKING:
    from support.harmony_page import HarmonyPage

ENCODING = load_harmony_encoding("HarmonyGptOss")
TEXT = "<|channel|>final<|message|>Grüße 👋 <|return|>"


def shared_link(app: HarmonyPage) -> str:
    app.page.locator("#share").click()
    dialog = app.page.locator("#text-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("whoever has it can read it")
    link = dialog.locator("textarea").input_value()
    dialog.get_by_role("button", name="Close").click()
    return link


def follow(app: HarmonyPage, link: str) -> None:
    """Go there, within the open page."""
    app.page.evaluate("(link) => { location.href = link; }", link)


def source(app: HarmonyPage) -> str:
    return app.page.locator("#source .cm-content").inner_text()


def test_a_shared_output_opens_with_its_options_and_can_be_undone(app: HarmonyPage) -> None:
    app.paste(TEXT)
    app.choose("role", "tool")
    link = shared_link(app)
    assert "#inspect=1." in link
    assert "#inspect=" not in app.page.url
    app.choose("role", "assistant")
    app.paste("my own work")
    app.turn_to("write")
    follow(app, link)
    expect(app.page.locator("#source .cm-content")).to_have_text(TEXT)
    expect(app.panel.locator("select[name=role]")).to_have_value("tool")
    expect(app.panel.locator(".notice")).to_contain_text("in place of yours")
    assert app.page.url.endswith("#inspect")
    app.panel.locator(".notice").get_by_role("button", name="Undo").click()
    assert source(app) == "my own work"
    expect(app.panel.locator("select[name=role]")).to_have_value("assistant")


def test_a_shared_conversation_opens_in_write(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "What is 1.0?"}]})
    app.choose("mode", "training")
    ids = app.copied_ids()
    link = shared_link(app)
    app.page.locator("#write-clear").click()
    app.choose("mode", "conversation")
    follow(app, link)
    expect(app.panel.locator("select[name=mode]")).to_have_value("training")
    app.wait_until_idle()
    assert app.copied_ids() == ids


def test_a_link_that_python_made_opens_in_inspect(app: HarmonyPage, site: str) -> None:
    tokens = ENCODING.encode(TEXT, allowed_special="all")
    follow(app, inspect_link(site, tokens))
    app.expect_count(len(tokens))
    assert app.copied_ids() == tokens


@pytest.mark.parametrize(
    ("fragment", "words"),
    [("#inspect=1.eJyrViouVbJSUgYAEBkC_w", "damaged"), ("#write=9.abc", "version 9")],
)
def test_a_link_that_cannot_be_opened_changes_nothing(
    app: HarmonyPage, fragment: str, words: str
) -> None:
    app.paste("my own work")
    follow(app, fragment)
    expect(app.alerts).to_contain_text(words)
    app.alerts.get_by_role("button", name="Dismiss").click()
    expect(app.alerts).to_have_count(0)
    app.turn_to("inspect")
    assert source(app) == "my own work"
