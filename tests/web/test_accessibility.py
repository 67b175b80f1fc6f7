"""axe finds nothing, in both modes, both colour schemes and at two widths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from support.harmony_page import HarmonyPage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

BROKEN = (
    "<|channel|>analysis<|message|>Look it up.<|end|><|end|>\nhm<|start|>assistant<|channel|>"
    'commentaryto=functions.f <|constrain|>json<|message|>{"a": 1<|call|><|start|>assistant'
    "<|channel|>final<|message|>Yes, <|endoftext|> it"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320], ids=["desktop", "phone"])
@pytest.mark.parametrize("mode", ["write", "inspect", "problems"])
def test_axe_finds_no_violation(
    app: HarmonyPage, mode: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = app.page
    before = page.viewport_size
    assert before is not None
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    try:
        if mode == "problems":
            app.paste(BROKEN)
            expect(app.problems.nth(5)).to_be_attached()
            app.problems.first.get_by_text("Cause and fix").click()
            app.problems.first.locator(".problem-go").click()
        else:
            app.turn_to(mode)
            page.locator(f"#{mode}-examples > summary").click()
            page.locator(f"#{mode}-examples [data-choice='2']").click()
        app.wait_until_idle()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
        summary = [
            (violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in found["violations"]
        ]
        assert summary == []
        # Nothing sticks out sideways.
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.emulate_media(color_scheme=None)
        page.set_viewport_size(before)
    expect(app.alerts).to_have_count(0)
