"""The JavaScript module: the reference's results, in a page of another origin and from npm."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType

    import openai_harmony
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
BLANK = "<!doctype html><title>Somebody else's page</title>"
CONVERSATION: dict[str, Any] = {
    "messages": [
        {"role": "user", "content": "Grüße 🦜"},
        {"role": "assistant", "channel": "analysis", "content": "Hm."},
        {"role": "assistant", "channel": "final", "content": "Hello"},
    ]
}
COMPLETION = (
    "<|channel|>analysis<|message|>So 🦜.<|end|>"
    "<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>"
)


@contextmanager
def page_with_module(browser: Browser, address: str, module: str) -> Iterator[Page]:
    """A page on which ``harmony`` is loaded from a module's address."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.evaluate(
        "async (module) => { globalThis.api = await import(module); "
        "globalThis.harmony = await api.loadHarmony(); }",
        module,
    )
    yield page
    context.close()


@pytest.fixture(scope="module")
def page(
    browser: Browser,
    site: str,
    serving: Callable[[Path], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Page]:
    """Somebody else's page, on another origin than the module."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "index.html").write_text(BLANK, encoding="utf-8")
    with (
        serving(folder) as origin,
        page_with_module(browser, origin, f"{site}harmony.js") as opened,
    ):
        yield opened


def ask(page: Page, expression: str, argument: object = None) -> Any:
    """Evaluate with the argument as ``x``; typed arrays come back as lists."""
    return page.evaluate(
        f"async (x) => {{ const value = await ({expression}); "
        "return ArrayBuffer.isView(value) ? Array.from(value) : value; }",
        argument,
    )


def test_text_and_tokens(page: Page, reference_encoding: openai_harmony.HarmonyEncoding) -> None:
    text = "Grüße, 世界 🦜 <|end|>"
    everything = reference_encoding.encode(text, allowed_special="all")
    assert ask(page, "harmony.encode(x, 'all')", text) == everything
    ordinary = reference_encoding.encode(text, disallowed_special=())
    assert ask(page, "harmony.encode(x, [], [])", text) == ordinary
    assert ask(page, "harmony.encode(x, ['<|end|>'])", text) == everything
    assert ask(page, "harmony.decode(x)", everything) == text
    assert ask(page, "harmony.decodeUtf8(new Uint32Array(x))", everything) == text
    assert ask(page, "harmony.decodeBytes(x)", everything) == list(text.encode())


def test_rendering(
    page: Page, reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    theirs = reference.Conversation.from_json(json.dumps(CONVERSATION))
    config = reference.RenderConversationConfig(auto_drop_analysis=False)
    encoding = reference_encoding
    expected = {
        "harmony.renderConversation(x)": encoding.render_conversation(theirs),
        "harmony.renderConversation(x, { auto_drop_analysis: false })": (
            encoding.render_conversation(theirs, config)
        ),
        "harmony.renderConversationForCompletion(x, 'assistant')": (
            encoding.render_conversation_for_completion(theirs, reference.Role.ASSISTANT)
        ),
        "harmony.renderConversationForTraining(x)": (
            encoding.render_conversation_for_training(theirs)
        ),
        "harmony.render(x.messages[0])": encoding.render(theirs.messages[0]),
    }
    for expression, tokens in expected.items():
        assert ask(page, expression, CONVERSATION) == tokens


def test_parsing(
    page: Page, reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    tokens = reference_encoding.encode(COMPLETION, allowed_special="all")
    messages = reference_encoding.parse_messages_from_completion_tokens(
        tokens, reference.Role.ASSISTANT
    )
    found = ask(page, "harmony.parseMessagesFromCompletionTokens(x, 'assistant')", tokens)
    assert found == [message.to_dict() for message in messages]


def test_the_streaming_parser_stands_where_the_references_does(
    page: Page, reference: ModuleType, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    tokens = reference_encoding.encode(COMPLETION, allowed_special="all")
    parser = reference.StreamableParser(reference_encoding, reference.Role.ASSISTANT)
    ask(page, "harmony.createParser('assistant').then((it) => { globalThis.parser = it; })")
    for token in tokens:
        parser.process(token)
        ours = ask(page, "parser.process(x).then(() => ({ ...parser }))", token)
        assert ours == {
            "messages": [message.to_dict() for message in parser.messages],
            "tokens": parser.tokens,
            "currentContent": parser.current_content,
            "lastContentDelta": parser.last_content_delta,
            "state": parser.state.value,
            "currentRole": parser.current_role and parser.current_role.value,
            "currentChannel": parser.current_channel,
            "currentRecipient": parser.current_recipient,
            "currentContentType": parser.current_content_type,
        }
    whole = ask(
        page,
        "harmony.createParser('assistant').then(async (it) => "
        "{ await it.process(x); await it.processEos(); await it.close(); return { ...it }; })",
        tokens,
    )
    assert whole["messages"] == [message.to_dict() for message in parser.messages]
    assert whole["tokens"] == tokens


def test_built_in_tools(page: Page, reference: ModuleType) -> None:
    for tool in ("browser", "python"):
        theirs = getattr(reference.ToolNamespaceConfig, tool)().model_dump()
        ours = ask(page, "harmony.getToolNamespaceConfig(x)", tool)
        assert (ours["name"], ours.get("description")) == (theirs["name"], theirs["description"])
        assert len(ours["tools"]) == len(theirs["tools"])


def test_special_and_stop_tokens(
    page: Page, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    assert set(ask(page, "harmony.specialTokens()")) == reference_encoding.special_tokens_set
    assert ask(page, "harmony.isSpecialToken(200006)") is True
    assert ask(page, "harmony.isSpecialToken(1)") is False
    assert set(ask(page, "harmony.stopTokens()")) == set(reference_encoding.stop_tokens())
    assert set(ask(page, "harmony.stopTokensForAssistantActions()")) == set(
        reference_encoding.stop_tokens_for_assistant_actions()
    )


FAULTS = {
    "special": ("harmony.encode('<|end|>')", "HarmonyError", "disallowed special token"),
    "unknown id": ("harmony.decode([300000])", "HarmonyError", "300000"),
    "negative id": ("harmony.decode([-1])", "RangeError", "-1"),
    "fractional id": ("harmony.decode([1.5])", "RangeError", "1.5"),
    "not utf-8": ("harmony.decodeUtf8([135])", "HarmonyError", "utf-8"),
    "message": ("harmony.render({ role: 'tool', content: 'x' })", "HarmonyError", "name"),
    "conversation": ("harmony.renderConversation({})", "HarmonyError", "messages"),
    "role": (
        "harmony.renderConversationForCompletion({ messages: [] }, 'bot')",
        "HarmonyError",
        "bot",
    ),
    "closed parser": (
        "harmony.createParser().then(async (it) => { await it.close(); await it.process(1); })",
        "HarmonyError",
        "closed",
    ),
    "option": ("harmony.inspect({ source: '', rolle: 'x' })", "HarmonyError", "rolle"),
    "load option": ("api.loadHarmony({ onprogress: 1 })", "TypeError", "onprogress"),
    "encoding": ("api.load_harmony_encoding('o200k')", "RangeError", "HarmonyGptOss"),
    "closed inspector": (
        "harmony.createInspector().then(async (it) => { await it.close(); await it.finish(); })",
        "HarmonyError",
        "closed",
    ),
    "stream": (
        "harmony.parseMessagesFromCompletionTokens([1])",
        "HarmonyError",
        "Unexpected token 1 while expecting start token 200006",
    ),
}


@pytest.mark.parametrize(("expression", "name", "words"), FAULTS.values(), ids=FAULTS)
def test_faults_are_errors_with_a_kind(page: Page, expression: str, name: str, words: str) -> None:
    caught = ask(
        page,
        f"{expression}.then(() => null, (e) => ({{ name: e.name, message: e.message, "
        "kind: e.kind ?? null }))",
    )
    assert caught["name"] == name
    assert words in caught["message"]
    assert caught["kind"] or name != "HarmonyError"
    assert "Error" not in caught["message"]


def test_a_fault_while_streaming_keeps_what_came_before_it(page: Page) -> None:
    found = ask(
        page,
        "harmony.createParser('assistant').then(async (it) => { "
        "const tokens = await harmony.encode('<|message|>Hi<|end|>stray', 'all'); "
        "const error = await it.process(tokens).catch((e) => e); "
        "return { kind: error.kind, token: error.token, messages: it.messages, "
        "read: it.tokens }; })",
    )
    assert (found["kind"], found["token"]) == ("unexpected-token", 3)
    assert found["messages"][0]["content"][0]["text"] == "Hi"
    assert len(found["read"]) == 4


def test_the_example_page(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}example.html")
    output = page.locator("output")
    expect(output).to_contain_text("tokens: 200006", timeout=120_000)
    page.get_by_label("Question").fill("Hello")
    expect(output).to_have_text("7 tokens: 200006 1428 200008 13225 200007 200006 173781")


def test_an_inspection_takes_text_and_token_ids_with_its_defaults(
    page: Page, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    tokens = reference_encoding.encode(f"<|start|>assistant{COMPLETION}", allowed_special="all")
    by_ids = ask(page, "harmony.inspect({ source: x }).then((it) => it.messages)", tokens)
    text = f"<|start|>assistant{COMPLETION}"
    assert ask(page, "harmony.inspect({ source: x }).then((it) => it.messages)", text) == by_ids
    assert [item["message"]["channel"] for item in by_ids] == ["analysis", "commentary"]
    tools = "harmony.inspect({ source: x, tools: ['functions.g'] })"
    assert ask(page, f"{tools}.then((it) => it.diagnostics.map(({{ code }}) => code))", tokens) == [
        "unknown-tool"
    ]


def test_an_inspector_is_read_as_it_comes(
    page: Page, reference_encoding: openai_harmony.HarmonyEncoding
) -> None:
    cut = reference_encoding.encode(COMPLETION, allowed_special="all")[:-1]
    found = ask(
        page,
        "harmony.createInspector({ role: 'assistant' }).then(async (it) => { "
        "async function* served() { for (const token of x) yield token; } "
        "const texts = {}; "
        "for await (const { channel, text } of it.read(served())) "
        "texts[channel] = (texts[channel] ?? '') + text; "
        "return { texts, codes: it.diagnostics.map(({ code }) => code), items: it.items, "
        "inspected: it.inspection.messages }; })",
        cut,
    )
    assert found["texts"] == {"analysis": "So 🦜.", "commentary": "{}"}
    assert found["codes"] == ["truncated-content"]
    assert found["items"] == found["inspected"]


DAMAGES: dict[str, tuple[str, Callable[[bytes], bytes | None], str]] = {
    "no worker": ("worker.js", lambda _: None, "could not be loaded"),
    "a faulty worker": ("worker.js", lambda data: data[: len(data) // 2], ""),
    "no script": ("pyodide/pyodide.asm.mjs", lambda _: None, "could not be loaded"),
    "half a script": (
        "pyodide/pyodide.asm.mjs",
        lambda data: data[:500_000],
        "could not be loaded",
    ),
    "no runtime": ("pyodide/pyodide.asm.wasm", lambda _: None, "answered 404"),
    "an empty runtime": ("pyodide/pyodide.asm.wasm", lambda _: b"", "not the file"),
    "half a runtime": ("pyodide/pyodide.asm.wasm", lambda data: data[:5_000_000], "not the file"),
    "a changed runtime": (
        "pyodide/pyodide.asm.wasm",
        lambda data: data[:4_000_000] + b"HARMONY" + data[4_000_007:],
        "not the file",
    ),
    "a page for a runtime": ("pyodide/pyodide.asm.wasm", lambda _: BLANK.encode(), "not the file"),
    "a changed library": (
        "pyodide/python_stdlib.zip",
        lambda data: data[:900_000] + b"HARMONY" + data[900_007:],
        "not the file",
    ),
    "half a library": ("pyodide/python_stdlib.zip", lambda data: data[:900_000], "not the file"),
    "no wheel": ("pyodide/harmony_core-*.whl", lambda _: None, "answered 404"),
    "half a wheel": ("pyodide/harmony_core-*.whl", lambda data: data[:90_000], "not the file"),
}


@pytest.mark.parametrize(("name", "damage", "words"), DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_file_is_named(
    name: str,
    damage: Callable[[bytes], bytes | None],
    words: str,
    browser: Browser,
    dist: Path,
    tmp_path: Path,
    serving: Callable[[Path], AbstractContextManager[str]],
) -> None:
    folder = tmp_path / "page"
    shutil.copytree(dist, folder, ignore=shutil.ignore_patterns("npm", "types", "*.map"))
    (path,) = folder.glob(name)
    damaged = damage(path.read_bytes())
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    (folder / "index.html").write_text(BLANK, encoding="utf-8")
    with serving(folder) as origin:
        context = browser.new_context()
        page = context.new_page()
        page.goto(origin)
        error = page.evaluate(
            "import('./harmony.js').then((it) => it.loadHarmony())"
            ".catch(({ name, message }) => [name, message])"
        )
        context.close()
    assert error[0] == "LoadError"
    assert words in error[1]
    assert f"{origin}{path.relative_to(folder).as_posix()}" in error[1]
