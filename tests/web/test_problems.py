"""Problems: each is listed, underlined in the stream and led to; fixes are applied and undone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony
    from support.harmony_page import HarmonyPage

WHOLE = "<|channel|>analysis<|message|>Look it up.<|end|>"
CALL = '<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{"a": 1}'
BROKEN = WHOLE + " stray words" + CALL + "<|call|><|call|>"


def test_each_problem_is_listed_with_code_cause_and_fix(app: HarmonyPage) -> None:
    app.paste(BROKEN)
    expect(app.problems).to_have_count(2)
    expect(app.page.locator("#problems .count")).to_have_text("1 error, 1 warning")
    stray = app.problem("text-between-messages")
    expect(stray.locator(".severity")).to_have_text("error")
    expect(stray).to_contain_text("stray words")
    stray.get_by_text("Cause and fix").click()
    for label in ("Likely cause", "Strict parser", "Repair", "How to fix it"):
        expect(stray.locator("dt", has_text=label)).to_be_visible()
    expect(app.problem("doubled-stop")).to_have_attribute("data-severity", "warning")
    expect(app.page.locator("#announcer")).to_contain_text("1 error, 1 warning")
    assert [message["channel"] for message in app.inspected()] == ["analysis", "commentary"]


def test_a_problem_leads_to_its_tokens_and_they_to_it(app: HarmonyPage) -> None:
    app.paste(BROKEN)
    stray = app.problem("text-between-messages")
    marked = app.token_pane.locator(".token.mark-error")
    expect(marked).to_have_count(2)
    assert marked.all_inner_texts() == [" stray", " words"]
    stray.locator(".problem-go").click()
    expect(marked.first).to_be_focused()
    expect(stray).to_have_class("problem is-lit")
    expect(app.detail).to_contain_text("text-between-messages")
    app.token_pane.locator(".token.mark-warning").hover()
    expect(app.problem("doubled-stop")).to_have_class("problem is-lit")
    expect(app.detail).to_contain_text("doubled-stop")
    expect(stray).to_have_class("problem")


def test_the_list_scrolls_to_the_problem_of_a_token(app: HarmonyPage) -> None:
    app.paste(BROKEN + "<|start|>user<|message|>Hi" * 20)
    expect(app.problems.nth(21)).to_be_attached()
    app.page.locator("#problems .problem").first.locator(".problem-go").click()
    app.page.keyboard.press("Shift+F8")
    lit = app.page.locator("#problems .problem.is-lit")
    expect(lit.last).to_have_attribute("data-problem", str(app.problems.count() - 1))
    expect(lit.first.locator(".problem-go")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("layout", ["Text", "Table"])
def test_problems_are_walked_with_the_keyboard(app: HarmonyPage, layout: str) -> None:
    app.paste(BROKEN)
    expect(app.problems).to_have_count(2)
    app.token_pane.get_by_role("tab", name=layout).click()
    try:
        error = app.token_pane.locator(".token.mark-error").first
        warning = app.token_pane.locator(".token.mark-warning")
        app.problem("doubled-stop").locator(".problem-go").focus()
        app.page.keyboard.press("Enter")
        expect(warning).to_be_focused()
        assert "doubled-stop" in str(warning.get_attribute("aria-description"))
        app.page.keyboard.press("Shift+F8")
        expect(error).to_be_focused()
        app.page.keyboard.press("F8")
        expect(warning).to_be_focused()
        app.page.keyboard.press("F8")
        expect(error).to_be_focused()
    finally:
        app.token_pane.get_by_role("tab", name="Text").click()


STREAMS = {
    "well-formed": WHOLE + CALL + "<|call|>",
    "stray text": BROKEN,
    "no message marker": "<|channel|>final The answer is 4.<|return|>",
    "stripped": "analysisHello.assistantfinalHello!",
    "glued recipient": "<|channel|>commentaryto=functions.f <|constrain|>json<|message|>{}<|call|>",
    "doubled channel": "<|channel|>analysis<|channel|>final<|message|>Yes.<|return|>",
    "unknown role": WHOLE + "<|start|>bot<|message|>Hi<|end|>",
}


@pytest.mark.parametrize("source", STREAMS.values(), ids=STREAMS)
def test_the_reference_results_are_the_references(
    app: HarmonyPage,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    source: str,
) -> None:
    app.paste(source)
    app.wait_until_idle()
    ids = reference_encoding.encode(source, allowed_special="all")
    app.expect_count(len(ids))
    recovered = app.inspected()
    for name in ("strict", "non-strict"):
        result = app.reference_result(name)
        try:
            messages = reference_encoding.parse_messages_from_completion_tokens(
                ids, reference.Role.ASSISTANT, strict=name == "strict"
            )
        except reference.HarmonyError as error:
            expect(result.locator(".result-text")).to_contain_text("raises")
            expect(result.locator("code")).to_have_text(str(error))
            continue
        count = len(messages)
        words = f"returns {count} message" + ("s" if count != 1 else "")
        expect(result.locator(".result-text")).to_have_text(words)
        theirs = [message.to_dict() for message in messages]
        other = [
            message
            for at, message in enumerate(theirs)
            if at >= len(recovered) or message != recovered[at]
        ]
        expect(result.locator("summary")).to_be_visible(visible=bool(other))
        shown = [json.loads(text) for text in result.locator("pre").all_text_contents()]
        assert shown == other


def test_a_reference_result_leads_to_the_token_it_raises_at(app: HarmonyPage) -> None:
    app.paste(BROKEN)
    strict = app.reference_result("strict")
    expect(strict).to_contain_text("loses 1 message before it")
    strict.get_by_role("button", name="at token 8").click()
    expect(app.token(8)).to_be_focused()


SPELLINGS = ["text", "ids"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_fix_is_applied_and_undone(
    app: HarmonyPage, reference_encoding: openai_harmony.HarmonyEncoding, spelling: str
) -> None:
    ids = reference_encoding.encode(BROKEN, allowed_special="all")
    app.paste(BROKEN if spelling == "text" else json.dumps(ids))
    app.problem("text-between-messages").locator(".apply").click()
    expect(app.problems).to_have_count(1)
    fixed = BROKEN.replace(" stray words", "")
    assert app.copied("text") == fixed
    app.problem("doubled-stop").get_by_role("button", name="Remove").click()
    expect(app.problems).to_have_count(0)
    assert app.copied("text") == WHOLE + CALL + "<|call|>"
    expect(app.reference_result("strict")).to_contain_text("returns 2 messages")
    app.undo()
    expect(app.problems).to_have_count(1)
    assert app.copied("text") == fixed


def test_a_missing_marker_is_put_in(app: HarmonyPage) -> None:
    app.paste("<|channel|>final The answer is 4.<|return|>")
    app.problem("missing-message").get_by_role("button", name="Insert").click()
    expect(app.problems).to_have_count(0)
    assert app.copied("text") == "<|channel|>final<|message|> The answer is 4.<|return|>"


def test_a_repaired_call_is_marked_and_not_to_be_run(app: HarmonyPage) -> None:
    app.paste(STREAMS["glued recipient"])
    card = app.page.locator("#messages > li")
    expect(card.locator(".repaired")).to_be_visible()
    expect(card.locator(".withheld")).to_be_visible()
    expect(card.locator(".guesses")).to_contain_text("glued-recipient")
    app.problem("glued-recipient").locator(".apply").click()
    expect(app.problems).to_have_count(0)
    expect(card.locator(".repaired")).to_be_hidden()
    expect(card.locator(".withheld")).to_be_hidden()


def test_policies_are_options(app: HarmonyPage) -> None:
    app.paste(CALL.removeprefix("<|start|>assistant") + "<|end|>")
    withheld = app.page.locator("#messages > li .withheld")
    expect(withheld).to_be_visible()
    app.panel.get_by_label("accept calls without").check()
    expect(withheld).to_be_hidden()
    app.paste(STREAMS["stripped"])
    app.choose("source_kind", "text")
    expect(app.page.locator("#messages > li")).to_have_count(2)
    app.panel.get_by_label("recover stripped markers").uncheck()
    expect(app.problem("markers-stripped")).to_have_count(1)


def test_thousands_of_problems_leave_the_page_responsive(app: HarmonyPage) -> None:
    app.paste("<|start|>user<|message|>Hi" * 5_000)
    app.choose("role", "")
    expect(app.page.locator("#problems .count")).to_contain_text("4,999 warnings", timeout=60_000)
    expect(app.problems).to_have_count(200)
    app.page.locator("#problems .more").click()
    expect(app.problems).to_have_count(400)
    app.token(0).click()
    app.page.keyboard.press("Shift+F8")
    expect(app.token(19_999)).to_be_focused()
