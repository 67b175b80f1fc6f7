"""Write: a conversation becomes the reference's tokens, live, and every token explains itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from types import ModuleType

    import openai_harmony
    from support.harmony_page import HarmonyPage

SYSTEM = {
    "type": "system_content",
    "model_identity": "You are ChatGPT, a large language model trained by OpenAI.",
    "reasoning_effort": "High",
    "conversation_start_date": "2025-06-28",
    "knowledge_cutoff": "2024-06",
    "channel_config": {
        "valid_channels": ["analysis", "commentary", "final"],
        "channel_required": True,
    },
}
TOOL = {
    "name": "get_weather",
    "description": "Gets the weather.\nAnywhere.",
    "parameters": {
        "type": "object",
        "properties": {
            "place": {"type": "string", "description": "City"},
            "unit": {"type": "string", "enum": ["C", "F"], "default": "C"},
            "days": {"type": "number", "default": 1.0},
        },
        "required": ["place"],
    },
}
DEVELOPER = {
    "type": "developer_content",
    "instructions": "Be brief.",
    "tools": {"functions": {"name": "functions", "tools": [TOOL]}},
}
CONVERSATION: dict[str, Any] = {
    "messages": [
        {"role": "system", "content": [SYSTEM]},
        {"role": "developer", "content": [DEVELOPER]},
        {"role": "user", "name": "ada", "content": "Rain in Zürich? ☔ <|end|> 你好"},
        {"role": "assistant", "channel": "analysis", "content": "Look it up."},
        {
            "role": "assistant",
            "channel": "commentary",
            "recipient": "functions.get_weather",
            "content_type": "<|constrain|>json",
            "content": '{"place": "Zürich"}',
        },
        {
            "role": "tool",
            "name": "functions.get_weather",
            "recipient": "assistant",
            "channel": "commentary",
            "content": '{"sky": "rain"}',
        },
        {"role": "assistant", "channel": "final", "content": "Yes, take one 👩‍👩‍👧‍👦."},
    ]
}


def expected_ids(
    reference: ModuleType,
    encoding: openai_harmony.HarmonyEncoding,
    mode: str,
    *,
    drop: bool = True,
    conversation: dict[str, Any] = CONVERSATION,
) -> list[int]:
    theirs = reference.Conversation.from_json(json.dumps(conversation))
    config = reference.RenderConversationConfig(auto_drop_analysis=drop)
    if mode == "completion":
        return encoding.render_conversation_for_completion(theirs, reference.Role.ASSISTANT, config)
    if mode == "training":
        return encoding.render_conversation_for_training(theirs, config)
    return encoding.render_conversation(theirs, config)


@pytest.mark.parametrize("mode", ["conversation", "completion", "training"])
@pytest.mark.parametrize("drop", [True, False], ids=["dropping", "keeping"])
def test_ids_are_the_references(
    app: HarmonyPage,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
    mode: str,
    drop: bool,
) -> None:
    app.write_json(CONVERSATION)
    app.choose("mode", mode)
    app.page.get_by_label("drop past analysis").set_checked(drop)
    expected = expected_ids(reference, reference_encoding, mode, drop=drop)
    app.expect_count(len(expected))
    assert app.copied_ids() == expected
    assert app.copied("text") == reference_encoding.decode(expected)


def test_a_number_reaches_the_renderer_as_it_was_written(
    app: HarmonyPage,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> None:
    """Editing a card must not turn a schema's `1.0` into `1`."""
    app.write_json(CONVERSATION)
    app.show_cards()
    app.page.get_by_label("Message 3, user").locator("textarea").fill("Changed")
    changed = json.loads(json.dumps(CONVERSATION))
    changed["messages"][2]["content"] = "Changed"
    expected = expected_ids(reference, reference_encoding, "conversation", conversation=changed)
    app.expect_count(len(expected))
    assert app.copied_ids() == expected


def test_a_conversation_is_built_from_cards(
    app: HarmonyPage,
    reference: ModuleType,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> None:
    page = app.page
    app.show_cards()
    cards = page.locator("#cards > li")
    while cards.count():
        cards.first.get_by_label("Delete").click()
    for role in ("System", "Developer", "User", "Assistant"):
        page.locator(".add").get_by_role("button", name=role).click()
    system, developer, user, assistant = (cards.nth(index) for index in range(4))
    system.get_by_label("Model identity").fill("I am a test.")
    system.get_by_label("Reasoning effort").select_option("Low")
    system.get_by_label("Conversation start").fill("2026-01-02")
    system.get_by_label("Knowledge cutoff").fill("2025-01")
    system.get_by_label("Valid channels").fill("analysis, final")
    system.get_by_label("channel required").check()
    system.get_by_label("browser tool").check()
    system.get_by_label("python tool").check()
    developer.get_by_label("Instructions").fill("Obey.")
    developer.get_by_role("button", name="Add function tool").click()
    developer.get_by_label("Function", exact=True).fill("f")
    developer.get_by_label("Description", exact=True).fill("Does f.")
    developer.get_by_label("Parameters (JSON Schema)").fill('{"type": "object", "properties": {}}')
    user.locator("textarea").fill("Hello")
    assistant.get_by_label("Channel").fill("final")
    assistant.locator("textarea").fill("Hi")

    r = reference
    theirs = r.Conversation.from_messages(
        [
            r.Message.from_role_and_content(
                r.Role.SYSTEM,
                r.SystemContent.new()
                .with_model_identity("I am a test.")
                .with_reasoning_effort(r.ReasoningEffort.LOW)
                .with_conversation_start_date("2026-01-02")
                .with_knowledge_cutoff("2025-01")
                .with_required_channels(["analysis", "final"])
                .with_browser_tool()
                .with_python_tool(),
            ),
            r.Message.from_role_and_content(
                r.Role.DEVELOPER,
                r.DeveloperContent.new()
                .with_instructions("Obey.")
                .with_function_tools(
                    [
                        r.ToolDescription.new(
                            "f", "Does f.", parameters={"type": "object", "properties": {}}
                        )
                    ]
                ),
            ),
            r.Message.from_role_and_content(r.Role.USER, "Hello"),
            r.Message.from_role_and_content(r.Role.ASSISTANT, "Hi").with_channel("final"),
        ]
    )
    expected = reference_encoding.render_conversation(theirs)
    app.expect_count(len(expected))
    assert app.copied_ids() == expected


def render_system(app: HarmonyPage) -> str:
    app.wait_until_idle()
    return app.copied("text").removeprefix("<|start|>system<|message|>").removesuffix("<|end|>")


def test_a_new_system_card_shows_what_is_rendered(app: HarmonyPage) -> None:
    app.show_cards()
    app.page.locator(".add").get_by_role("button", name="System").click()
    card = app.page.locator("#cards > li")
    identity = card.get_by_label("Model identity")
    shown = (
        f"{identity.input_value()}\n"
        f"Knowledge cutoff: {card.get_by_label('Knowledge cutoff').input_value()}\n\n"
        f"Reasoning: {card.get_by_label('Reasoning effort').input_value().lower()}\n\n"
        f"# Valid channels: {card.get_by_label('Valid channels').input_value()}."
        " Channel must be included for every message."
    )
    expect(card.get_by_label("channel required")).to_be_checked()
    assert render_system(app) == shown
    # A default that is cleared stays away.
    identity.fill("")
    assert render_system(app) == shown.partition("\n")[2]
    expect(identity).to_have_value("")
    card.get_by_label("Reasoning effort").select_option("")
    card.get_by_label("Knowledge cutoff").fill("")
    assert render_system(app) == shown.rpartition("\n\n")[2]


def test_channel_required_says_whether_it_is(app: HarmonyPage) -> None:
    app.show_cards()
    app.page.locator(".add").get_by_role("button", name="System").click()
    card = app.page.locator("#cards > li")
    required = card.get_by_label("channel required")
    rule = " Channel must be included for every message."
    required.uncheck()
    channels = "# Valid channels: analysis, commentary, final."
    assert render_system(app).endswith(channels)
    expect(card.get_by_label("Valid channels")).to_have_value("analysis, commentary, final")
    required.check()
    assert render_system(app).endswith(channels + rule)
    card.get_by_label("Valid channels").fill("final")
    assert render_system(app).endswith("# Valid channels: final." + rule)
    card.get_by_label("Valid channels").fill("")
    assert "Valid channels" not in render_system(app)
    expect(card.get_by_label("Valid channels")).to_have_value("")
    expect(required).to_be_checked()


def test_cards_are_moved_duplicated_deleted_and_restored(app: HarmonyPage) -> None:
    messages = [{"role": "user", "content": text} for text in "abc"]
    app.write_json({"messages": messages})
    app.show_cards()
    cards = app.page.locator("#cards > li")

    def texts() -> list[str]:
        return [area.input_value() for area in cards.locator("textarea").all()]

    expect(cards).to_have_count(3)
    cards.nth(2).get_by_label("Move up").click()
    assert texts() == ["a", "c", "b"]
    cards.nth(0).get_by_label("Move down").click()
    assert texts() == ["c", "a", "b"]
    cards.nth(1).get_by_label("Duplicate").click()
    assert texts() == ["c", "a", "a", "b"]
    cards.nth(0).get_by_label("Delete").click()
    assert texts() == ["a", "a", "b"]
    app.undo()
    assert texts() == ["c", "a", "a", "b"]
    wire = json.loads(app.copied("json"))
    assert [message["content"] for message in wire["messages"]] == ["c", "a", "a", "b"]


def test_tokens_are_live_while_typing(
    app: HarmonyPage, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    app.write_json({"messages": [{"role": "user", "content": ""}]})
    app.show_cards()
    area = app.page.locator("#cards textarea").first
    area.focus()
    for typed in ("Hello", " world", " 🦜"):
        app.page.keyboard.insert_text(typed)
        text = "<|start|>user<|message|>" + area.input_value() + "<|end|>"
        app.expect_count(len(reference_encoding.encode(text, allowed_special="all")))


def test_a_dropped_message_says_so(app: HarmonyPage) -> None:
    app.write_json(CONVERSATION)
    app.show_cards()
    dropped = app.page.locator("#cards > li").nth(3).locator(".dropped")
    expect(dropped).to_be_visible()
    app.page.get_by_label("drop past analysis").uncheck()
    expect(dropped).to_be_hidden()


def test_a_token_tells_all_about_itself(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "name": "ada", "content": "Hello"}]})
    app.show_cards()
    app.expect_count(7)
    assert app.copied_ids()[5] == 13225
    app.token(5).hover()
    for fact in ("13225", "48 65 6c 6c 6f", "Hello", "content"):
        expect(app.detail).to_contain_text(fact)
    expect(app.page.locator("#cards > li.is-lit")).to_have_count(1)
    app.token(0).hover()
    for fact in ("200006", "<|start|>", "marker"):
        expect(app.detail).to_contain_text(fact)


def test_tokens_are_walked_with_the_keyboard(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "Hello world"}]})
    app.expect_count(6)
    app.token(0).click()
    app.page.keyboard.press("ArrowRight")
    expect(app.token(1)).to_be_focused()
    expect(app.detail).to_contain_text("role")
    app.page.keyboard.press("End")
    expect(app.token(5)).to_be_focused()
    expect(app.detail).to_contain_text("200007")
    app.page.keyboard.press("Home")
    expect(app.token(0)).to_be_focused()


def test_a_character_of_several_tokens_is_shown_whole(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "𒀭"}]})
    app.wait_until_idle()
    stream = app.token_pane.locator(".stream-scroll")
    expect(stream).to_contain_text("𒀭")
    assert "\N{REPLACEMENT CHARACTER}" not in stream.inner_text()
    for byte in ("f0", "92", "80", "ad"):
        expect(stream).to_contain_text(byte)


def test_the_table_shows_id_text_and_bytes(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "Hello"}]})
    app.expect_count(5)
    app.token_pane.get_by_role("tab", name="Table").click()
    row = app.token_pane.locator("[data-token-index='3']")
    for cell in ("13225", "Hello", "48 65 6c 6c 6f", "content"):
        expect(row).to_contain_text(cell)
    app.token_pane.get_by_role("tab", name="Text").click()


def test_a_special_tokens_text_in_a_content_is_plain_text(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "<|end|>"}]})
    app.wait_until_idle()
    assert app.copied_ids().count(200007) == 1
    assert app.copied("text") == "<|start|>user<|message|><|end|><|end|>"


def test_literal_special_tokens_are_pointed_out(app: HarmonyPage) -> None:
    message = {"role": "tool", "name": "f", "content": "Ends with <|end|> or <|call|>, <|end|>."}
    app.write_json({"messages": [message]})
    app.show_cards()
    notes = app.page.locator("#cards .literals > li")
    expect(notes).to_have_count(2)
    expect(notes.first).to_contain_text("Contains <|end|> 2 times as plain text")
    literal = app.token_pane.locator(".token.mark-literal")
    control = app.token_pane.locator("[data-part=marker] .token")
    assert "<|end|>" in "".join(literal.all_inner_texts())
    assert control.all_inner_texts() == ["<|start|>", "<|message|>", "<|end|>"]
    notes.first.get_by_role("button", name="Show").click()
    expect(literal.first).to_be_focused()
    expect(app.detail).to_contain_text("not the control token")
    app.page.locator("#cards textarea").fill("Ends.")
    expect(notes).to_have_count(0)
    expect(literal).to_have_count(0)


BAD_CONVERSATIONS = {
    "not json": ('{"messages": [', "Invalid JSON"),
    "no list": ('{"messages": 5}', "messages"),
    "unknown role": ('{"messages": [{"role": "bot", "content": "x"}]}', "bot"),
    "unknown field": (
        '{"messages": [{"role": "user", "content": "x", "chanel": "final"}]}',
        'Did you mean "channel"?',
    ),
    "nameless tool": ('{"messages": [{"role": "tool", "content": "x"}]}', "should have a name"),
    "no content": ('{"messages": [{"role": "user"}]}', "content"),
}


@pytest.mark.parametrize(("text", "words"), BAD_CONVERSATIONS.values(), ids=BAD_CONVERSATIONS)
def test_a_bad_conversation_is_explained_and_the_last_result_kept(
    app: HarmonyPage, text: str, words: str
) -> None:
    app.write_json({"messages": [{"role": "user", "content": "Hello"}]})
    app.expect_count(5)
    app.write_json(text)
    expect(app.alerts.first).to_contain_text(words)
    expect(app.token_pane).to_have_attribute("data-stale", "")
    app.expect_count(5)
    app.write_json({"messages": [{"role": "user", "content": "Hello there"}]})
    app.expect_count(6)
    expect(app.alerts).to_have_count(0)
    expect(app.token_pane).not_to_have_attribute("data-stale", "")


@pytest.mark.parametrize("example", range(6))
def test_examples_render(app: HarmonyPage, example: int) -> None:
    app.page.locator("#write-examples > summary").click()
    app.page.locator(f"#write-examples [data-choice='{example}']").click()
    app.wait_until_idle()
    assert len(app.copied_ids()) > 10
    expect(app.alerts).to_have_count(0)
