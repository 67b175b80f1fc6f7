"""axe finds nothing, in both modes, both colour schemes and at two widths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from support.harmony_page import HarmonyPage

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320], ids=["desktop", "phone"])
@pytest.mark.parametrize("mode", ["write", "inspect"])
def test_axe_finds_no_violation(app: HarmonyPage, mode: str, width: int, scheme: str) -> None:
    page = app.page
    before = page.viewport_size
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    try:
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
