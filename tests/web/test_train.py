"""Train: the conversation in Write as samples, with the package's mask on the tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from harmony_core import Conversation, HarmonyEncodingName, load_harmony_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.harmony_page import HarmonyPage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
MESSAGES = [
    {"role": "user", "content": "2 + 2?"},
    {"role": "assistant", "channel": "analysis", "content": "Simple."},
    {"role": "assistant", "channel": "final", "content": "4"},
    {"role": "user", "content": "And 3 + 3?"},
    {"role": "assistant", "channel": "analysis", "content": "Simple, too."},
    {"role": "assistant", "channel": "final", "content": "6"},
]
CONVERSATION = {"messages": MESSAGES}


@pytest.fixture
def training(app: HarmonyPage) -> Iterator[HarmonyPage]:
    """Train, with two turns to learn; its options are turned back afterwards."""
    app.write_json(CONVERSATION)
    app.turn_to("train")
    expect(app.panel.locator(".turn")).to_have_count(2)
    yield app
    app.turn_to("train")
    app.panel.get_by_label("analysis", exact=True).check()
    app.choose("max_tokens", "")


def test_each_turn_is_a_sample_with_the_packages_labels(training: HarmonyPage) -> None:
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    samples = encoding.split_turns(Conversation.from_json(json.dumps(CONVERSATION)))
    for turn, sample in enumerate(samples):
        training.panel.locator(".turn button").nth(turn).click()
        training.expect_count(len(sample.tokens))
        training.wait_until_idle()
        button = training.page.locator("#copy-labels")
        button.click()
        expect(button).to_have_text("copied ✓")
        copied = training.page.evaluate("() => navigator.clipboard.readText()")
        assert json.loads(copied) == sample.labels()
        targets = training.token_pane.locator(".token.target")
        assert targets.count() == sum(sample.loss_mask)
    left_out = training.panel.locator(".train-message[data-place=left-out]")
    expect(left_out).to_have_count(1)
    expect(left_out).to_contain_text("2 · assistant · analysis")


def test_what_is_not_to_be_learned_is_no_target_and_undo_brings_it_back(
    training: HarmonyPage,
) -> None:
    legend = training.token_pane.locator(".mask-legend")
    before = legend.inner_text()
    training.panel.get_by_label("Learn message 5").uncheck()
    expect(legend).not_to_have_text(before)
    training.undo()
    expect(training.panel.get_by_label("Learn message 5")).to_be_checked()
    expect(legend).to_have_text(before.replace("\n", ""))


def test_faults_are_shown_in_place(training: HarmonyPage) -> None:
    training.write_json({"messages": [*MESSAGES[:2], {**MESSAGES[2], "content": "4 " * 3_000}]})
    training.turn_to("train")
    training.choose("max_tokens", "2048")
    expect(training.panel.locator(".turn-fault")).to_contain_text("Longer than 2,048 tokens")
    training.write_json("{")
    training.turn_to("train")
    expect(training.alerts).to_contain_text("Invalid JSON")
    training.undo()
    training.write_json({"messages": MESSAGES[:1]})
    training.turn_to("train")
    expect(training.panel.locator(".turn-fault")).to_contain_text("No target")
    training.panel.get_by_role("button", name="Load an example").click()
    expect(training.panel.locator(".turn")).to_have_count(2)
    expect(training.page.locator("#tab-train")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_axe_finds_no_violation(
    training: HarmonyPage, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = training.page
    before = page.viewport_size
    assert before is not None
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    try:
        training.wait_until_idle()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
        summary = [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in found["violations"]
        ]
        assert summary == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.emulate_media(color_scheme=None)
        page.set_viewport_size(before)
