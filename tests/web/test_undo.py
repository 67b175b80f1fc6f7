"""Undo and redo: many steps, by button, key and notice; nothing typed is lost, nor the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from support.harmony_page import HarmonyPage

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

TEXT = "<|channel|>final<|message|>Good<|return|>"


def cards(app: HarmonyPage) -> Locator:
    return app.page.locator("#cards > li")


def texts(app: HarmonyPage) -> list[str]:
    return [area.input_value() for area in cards(app).locator("textarea").all()]


def write_cards(app: HarmonyPage, *contents: str) -> None:
    app.write_json({"messages": [{"role": "user", "content": text} for text in contents]})
    app.show_cards()
    expect(cards(app)).to_have_count(len(contents))


def add_message(app: HarmonyPage, text: str) -> None:
    app.page.locator(".add").get_by_role("button", name="User").click()
    cards(app).last.locator("textarea").fill(text)


def notice(app: HarmonyPage) -> Locator:
    return app.panel.locator(".notice[data-slot=change]")


def expect_focus_in_the_page(app: HarmonyPage) -> None:
    assert app.page.evaluate("() => document.activeElement !== document.body")


def test_what_is_written_after_an_offer_to_undo_is_never_lost(app: HarmonyPage) -> None:
    write_cards(app, "old")
    app.page.locator("#write-clear").click()
    add_message(app, "one")
    add_message(app, "two")
    expect(notice(app)).to_have_count(0)
    app.undo()
    assert texts(app) == ["one", ""]
    app.undo()
    assert texts(app) == ["one"]
    app.undo()
    app.undo()
    expect(cards(app)).to_have_count(0)
    expect(notice(app)).to_contain_text("Started a new conversation.")
    notice(app).get_by_role("button", name="Undo").click()
    assert texts(app) == ["old"]
    for _ in range(5):
        app.redo()
    assert texts(app) == ["one", "two"]
    expect(app.page.locator("#redo")).to_have_attribute("aria-disabled", "true")


def test_buttons_say_what_they_would_do(app: HarmonyPage) -> None:
    write_cards(app, "a", "b")
    cards(app).nth(1).get_by_label("Delete").click()
    undo = app.page.get_by_role("button", name="Undo delete message 2")
    expect(undo).to_be_visible()
    undo.click()
    expect(app.page.locator("#announcer")).to_have_text("Undone: delete message 2")
    app.page.get_by_role("button", name="Redo delete message 2").click()
    assert texts(app) == ["a"]


def test_keys_undo_and_redo_where_no_text_field_does(app: HarmonyPage) -> None:
    write_cards(app, "a", "b", "c")
    cards(app).nth(1).get_by_label("Delete").click()
    cards(app).nth(0).get_by_label("Move down").click()
    assert texts(app) == ["c", "a"]
    app.page.keyboard.press("ControlOrMeta+z")
    assert texts(app) == ["a", "c"]
    app.page.keyboard.press("ControlOrMeta+z")
    assert texts(app) == ["a", "b", "c"]
    app.page.keyboard.press("ControlOrMeta+Shift+z")
    app.page.keyboard.press("ControlOrMeta+Shift+z")
    assert texts(app) == ["c", "a"]
    area = cards(app).nth(0).locator("textarea")
    area.focus()
    app.page.keyboard.press("End")
    app.page.keyboard.type("x")
    assert texts(app) == ["cx", "a"]
    app.page.keyboard.press("ControlOrMeta+z")
    assert texts(app) == ["c", "a"]
    expect(area).to_be_focused()


def test_the_editors_keys_take_the_same_steps_as_the_buttons(app: HarmonyPage) -> None:
    app.paste(TEXT)
    editor = app.page.locator("#source .cm-content")
    app.page.locator("#inspect-clear").click()
    expect(editor).not_to_contain_text("Good")
    editor.focus()
    app.page.keyboard.press("ControlOrMeta+z")
    expect(editor).to_contain_text("Good")
    app.expect_count(5)
    app.page.keyboard.press("ControlOrMeta+y")
    expect(editor).not_to_contain_text("Good")
    app.undo()
    expect(editor).to_contain_text("Good")
    editor.focus()
    app.page.keyboard.press("ControlOrMeta+End")
    app.page.keyboard.type("tail")
    app.page.keyboard.press("ControlOrMeta+z")
    expect(editor).not_to_contain_text("tail")
    expect(editor).to_be_focused()


def test_an_example_is_undone_with_its_options(app: HarmonyPage) -> None:
    write_cards(app, "mine")
    app.page.locator("#write-examples > summary").click()
    app.page.locator("#write-examples [data-choice='0']").click()
    mode = app.panel.locator("select[name=mode]")
    expect(mode).to_have_value("completion")
    app.undo()
    expect(mode).to_have_value("conversation")
    assert texts(app) == ["mine"]


def test_each_mode_has_a_history_of_its_own(app: HarmonyPage) -> None:
    write_cards(app, "a")
    cards(app).nth(0).get_by_label("Delete").click()
    app.paste(TEXT)
    app.undo()
    expect(app.page.locator("#source .cm-content")).not_to_contain_text("Good")
    app.turn_to("write")
    expect(cards(app)).to_have_count(0)
    app.undo()
    assert texts(app) == ["a"]


def test_json_that_the_cards_cannot_show_comes_back_as_json(app: HarmonyPage) -> None:
    app.write_json('{"messages": [')
    app.page.locator("#write-clear").click()
    app.show_cards()
    app.undo()
    expect(app.page.locator("#json-panel .cm-content")).to_have_text('{"messages": [')


def test_the_focus_is_never_lost(app: HarmonyPage) -> None:
    write_cards(app, "a", "b")
    for _ in range(2):
        cards(app).last.get_by_label("Delete").click()
        expect_focus_in_the_page(app)
    notice(app).get_by_role("button", name="Undo").click()
    expect_focus_in_the_page(app)
    notice(app).get_by_role("button", name="Undo").click()
    expect(notice(app)).to_have_count(0)
    expect_focus_in_the_page(app)
    assert texts(app) == ["a", "b"]
    cards(app).last.get_by_label("Delete").click()
    notice(app).get_by_role("button", name="Dismiss").click()
    expect(notice(app)).to_have_count(0)
    expect_focus_in_the_page(app)
    app.page.locator(".add").get_by_role("button", name="Developer").click()
    add_tool = cards(app).last.get_by_role("button", name="Add function tool")
    for _ in range(2):
        add_tool.click()
        expect(cards(app).last.get_by_label("Function", exact=True).last).to_be_focused()
    for _ in range(2):
        cards(app).last.get_by_label("Remove tool").last.click()
        expect_focus_in_the_page(app)
    cards(app).last.get_by_label("Delete").focus()
    for _ in range(4):
        app.page.keyboard.press("ControlOrMeta+z")
        expect_focus_in_the_page(app)


def test_a_reload_keeps_what_undo_brought_back(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    app.page.goto(site)
    write_cards(app, "kept")
    app.page.locator("#write-clear").click()
    app.undo()
    app.page.goto("about:blank")
    app.page.goto(f"{site}#write")
    assert texts(app) == ["kept"]
    expect(app.page.locator("#undo")).to_have_attribute("aria-disabled", "true")


def test_what_was_just_typed_into_a_long_text_is_not_lost(app: HarmonyPage) -> None:
    """A long text is read a moment after a key; Undo may come before that."""
    app.paste_from_clipboard("word " * 50_000)
    editor = app.page.locator("#source .cm-content")
    app.page.keyboard.press("ControlOrMeta+Home")
    expect(app.page.locator("#undo")).to_contain_text("paste")
    app.page.keyboard.insert_text("mine")
    app.undo()
    expect(editor).not_to_contain_text("mine")
    app.redo()
    expect(editor).to_contain_text("mineword")
