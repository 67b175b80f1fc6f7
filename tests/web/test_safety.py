"""Text never becomes markup or code, and nothing leaves the origin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect
from support.harmony_page import HarmonyPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import BrowserContext

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    '"><svg onload=alert(1)> javascript:alert(1) </textarea><iframe srcdoc="x"></iframe> '
    "{{constructor.constructor('alert(1)')()}} \u202egnp.exe\u202c <a href=https://example.com>x</a>"
)


def hostile_conversation() -> dict[str, object]:
    return {
        "messages": [
            {
                "role": "tool",
                "name": HOSTILE,
                "channel": HOSTILE,
                "recipient": HOSTILE,
                "content_type": HOSTILE,
                "content": [{"type": "text", "text": HOSTILE}],
            },
            {
                "role": "developer",
                "content": [
                    {
                        "type": "developer_content",
                        "instructions": HOSTILE,
                        "tools": {
                            "functions": {
                                "name": "functions",
                                "tools": [
                                    {
                                        "name": HOSTILE,
                                        "description": HOSTILE,
                                        "parameters": {
                                            "type": "object",
                                            "properties": {HOSTILE: {}},
                                        },
                                    }
                                ],
                            }
                        },
                    }
                ],
            },
        ]
    }


def expect_nothing_happened(app: HarmonyPage) -> None:
    assert app.page.title() != "owned"
    # The editors have invisible images of their own around a hint.
    for tag in (
        "img:not(.cm-widgetBuffer)",
        "iframe",
        "object",
        "embed",
        "main script",
        "main a[href^=https]",
    ):
        expect(app.page.locator(tag)).to_have_count(0)


def test_a_hostile_conversation_does_nothing(app: HarmonyPage) -> None:
    app.write_json(hostile_conversation())
    app.wait_until_idle()
    assert len(app.copied_ids()) > 100
    app.show_cards()
    expect(app.page.locator("#cards > li")).to_have_count(2)
    app.token_pane.get_by_role("tab", name="Table").click()
    app.token_pane.get_by_role("tab", name="Text").click()
    expect_nothing_happened(app)


def test_a_hostile_output_does_nothing(app: HarmonyPage) -> None:
    app.paste(f"<|channel|>javascript:alert(1)<|message|>{HOSTILE}<|return|>")
    app.wait_until_idle()
    expect(app.page.locator("#messages > li")).to_have_count(1)
    expect_nothing_happened(app)


def test_a_hostile_field_name_in_a_fault_does_nothing(app: HarmonyPage) -> None:
    app.write_json({"messages": [{"role": "user", "content": "x", HOSTILE: 1}]})
    expect(app.alerts.first).to_contain_text("onerror")
    expect_nothing_happened(app)


def test_starting_is_silent_and_stays_on_the_origin(context: BrowserContext, site: str) -> None:
    app = HarmonyPage(context.new_page())
    app.open(site)
    assert app.console == []
    assert app.requests
    assert app.requests_beyond(site) == []


def test_the_policy_allows_no_inline_script_and_no_other_origin(
    context: BrowserContext, site: str
) -> None:
    app = HarmonyPage(context.new_page())
    app.page.goto(site)
    outcome = app.page.evaluate(
        """async () => {
            const script = document.createElement("script");
            const ways = {
                property: () => (script.textContent = "window.ran = true"),
                child: () => script.append("window.ran = true"),
                handler: () => document.body.setAttribute("onclick", "window.ran = true"),
            };
            const refused = [];
            for (const [name, attempt] of Object.entries(ways)) {
                try {
                    attempt();
                } catch {
                    refused.push(name);
                }
            }
            document.body.append(script);
            document.body.click();
            const fetched = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused");
            return { ran: window.ran ?? false, refused, fetched };
        }"""
    )
    assert outcome["ran"] is False
    assert "property" in outcome["refused"]
    assert outcome["fetched"] == "refused"
    assert any("connect-src" in line for line in app.console)


def test_the_worker_is_held_to_the_policy_too(
    context: BrowserContext,
    site: str,
    serving: Callable[[Path], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    (tmp_path / "module.js").write_text("export {}", encoding="utf-8")
    app = HarmonyPage(context.new_page())
    app.open(site)
    (worker,) = app.page.workers
    ask = """async (origin) => {
        const sent = (it) => it.then(() => "sent", () => "refused");
        return {
            fetched: await sent(fetch(`${origin}module.js`)),
            imported: await sent(import(`${origin}module.js`)),
        };
    }"""
    with serving(tmp_path) as elsewhere:
        assert worker.evaluate(ask, elsewhere) == {"fetched": "refused", "imported": "refused"}
    own = app.page.evaluate("() => new URL('pyodide/', location.href).href")
    fetched = worker.evaluate("(own) => fetch(`${own}pyodide-lock.json`).then((it) => it.ok)", own)
    assert fetched is True
