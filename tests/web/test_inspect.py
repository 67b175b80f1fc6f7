"""Inspect: pasted ids or text become messages, and what is wrong with them is located."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony
    from support.harmony_page import HarmonyPage

COMPLETION = (
    "<|channel|>analysis<|message|>Rain is likely. 🌧<|end|>"
    "<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>"
    '{"place": "Zürich"}<|call|>'
    "<|start|>assistant<|channel|>final<|message|>你好, take an umbrella 👩‍👩‍👧‍👦<|return|>"
)


@pytest.mark.parametrize("spelling", ["text", "json", "spaces", "tensor", "object"])
def test_messages_are_the_references(
    app: HarmonyPage,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    spelling: str,
) -> None:
    ids = reference_encoding.encode(COMPLETION, allowed_special="all")
    sources = {
        "text": COMPLETION,
        "json": json.dumps(ids),
        "spaces": " ".join(map(str, ids)),
        "tensor": f"tensor([{', '.join(map(str, ids))}], device='cuda:0')",
        "object": json.dumps({"choices": [{"index": 0, "token_ids": ids}]}),
    }
    app.paste(sources[spelling])
    app.expect_count(len(ids))
    expected = reference_encoding.parse_messages_from_completion_tokens(
        ids, reference.Role.ASSISTANT
    )
    assert app.inspected() == [message.to_dict() for message in expected]
    assert app.copied_ids() == ids
    expect(app.alerts).to_have_count(0)
    kind = "text" if spelling == "text" else "token ids"
    if spelling != "object":
        expect(app.panel.locator(".recognised")).to_contain_text(kind)


def test_how_to_read_it_can_be_overridden(app: HarmonyPage) -> None:
    app.paste("200006 1428 200008")
    app.expect_count(3)
    app.choose("source_kind", "text")
    expect(app.panel.locator(".recognised")).to_contain_text("Harmony text")
    app.wait_until_idle()
    assert len(app.copied_ids()) > 3


def test_every_choice_is_told_and_can_be_shown(app: HarmonyPage) -> None:
    texts = ["final<|message|>Yes<|return|>", "final<|message|>No<|return|>", "final<|message|>Ma"]
    choices = [{"index": n, "text": f"<|channel|>{text}"} for n, text in enumerate(texts)]
    app.paste(json.dumps({"choices": choices}))
    taken, verdict = app.panel.locator(".taken"), app.panel.locator(".verdict")
    expect(taken).to_contain_text("choices[0].text")
    expect(taken).to_contain_text("Output 1 of 3")
    expect(verdict).to_contain_text("problems in 1 other output")
    expect(verdict).not_to_have_attribute("data-gravity", "good")
    taken.locator("select").select_option("2")
    expect(taken).to_contain_text("Output 3 of 3")
    expect(app.problem("truncated-content")).to_have_count(1)
    app.paste("<|channel|>final<|message|>Yes<|return|>")
    expect(verdict).to_have_text("no problems, 1 message")
    expect(taken.locator("select")).to_be_hidden()


def test_a_parsed_answer_says_what_to_ask_for(app: HarmonyPage) -> None:
    answer = {"choices": [{"message": {"role": "assistant", "content": "Hi"}}]}
    app.paste(json.dumps({"object": "chat.completion", **answer}))
    expect(app.alerts.first).to_contain_text("return_token_ids")


def test_a_cut_off_message_is_marked(app: HarmonyPage) -> None:
    app.paste("<|channel|>final<|message|>The series conv")
    card = app.page.locator("#messages > li")
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("data-complete", "false")
    expect(card.locator(".incomplete")).to_be_visible()
    expect(app.problem("truncated-content")).to_contain_text("at the end")


def test_the_role_of_the_first_message_can_be_its_own(app: HarmonyPage) -> None:
    app.paste("<|start|>user<|message|>Hi<|end|>")
    expect(app.problem("prompt-as-completion")).to_have_count(1)
    app.choose("role", "")
    expect(app.page.locator("#messages > li")).to_have_attribute("data-role", "user")
    expect(app.problems).to_have_count(0)


def test_a_message_and_its_tokens_light_each_other(app: HarmonyPage) -> None:
    app.paste(COMPLETION)
    app.wait_until_idle()
    card = app.page.locator("#messages > li").nth(1)
    card.locator("[data-part=recipient]").hover()
    lit = app.token_pane.locator(".lit")
    expect(lit.first).to_be_visible()
    assert "functions.get" in "".join(lit.all_inner_texts())
    app.token(2).hover()
    expect(app.page.locator("#messages > li.is-lit")).to_have_attribute("data-message", "0")


BAD_SOURCES = {
    "unknown id": ("[200006, 201089]", "201089"),
    "negative": ("[1, -100, 2]", "-100"),
    "huge": ("1 " + "9" * 400, "999"),
    "fraction": ("1, 2.5, 3", "2.5"),
    "word": ("[1, 2, three]", "three"),
    "object without ids": ('{"error": "no such model"}', "no output"),
    "binary": ("\x7fELF\x02\x01\x01\x00\x00\x03", "binary"),
}


@pytest.mark.parametrize(("source", "words"), BAD_SOURCES.values(), ids=BAD_SOURCES)
def test_bad_input_is_explained_and_the_last_result_kept(
    app: HarmonyPage, source: str, words: str
) -> None:
    app.paste("<|channel|>final<|message|>Good<|return|>")
    app.expect_count(5)
    app.paste(source)
    expect(app.alerts.first).to_contain_text(words)
    expect(app.token_pane).to_have_attribute("data-stale", "")
    app.expect_count(5)
    assert "Traceback" not in app.page.locator("body").inner_text()


def test_five_megabytes_leave_the_page_responsive(app: HarmonyPage) -> None:
    text = "<|channel|>final<|message|>" + "The quick brown fox 🦊 jumps. " * 160_000
    app.paste_from_clipboard(text)
    # The page answers while the engine works: the tabs turn, a card takes text.
    app.turn_to("write")
    app.show_cards()
    app.page.locator(".add").get_by_role("button", name="User").click()
    area = app.page.locator("#cards textarea").last
    area.fill("still here")
    assert area.input_value() == "still here"
    app.turn_to("inspect")
    expect(app.token_pane.locator(".count")).to_contain_text("1 message", timeout=120_000)
    # Only what is near the viewport has elements of its own.
    assert app.page.locator("[data-token-index]").count() < 20_000
    app.token_pane.locator("[data-token-index]").first.click()
    app.page.keyboard.press("ArrowRight")
    expect(app.token(1)).to_be_focused()


def test_messages_go_on_in_write(app: HarmonyPage) -> None:
    app.paste(COMPLETION)
    app.wait_until_idle()
    expect(app.page.locator("#messages > li")).to_have_count(3)
    app.page.locator("#edit-in-write").click()
    app.show_cards()
    expect(app.page.locator("#cards > li")).to_have_count(3)


EXAMPLES = 15


@pytest.mark.parametrize("example", range(EXAMPLES))
def test_examples_are_read(app: HarmonyPage, example: int) -> None:
    app.turn_to("inspect")
    app.page.locator("#inspect-examples > summary").click()
    app.page.locator(f"#inspect-examples [data-choice='{example}']").click()
    app.wait_until_idle()
    assert app.copied_ids()
