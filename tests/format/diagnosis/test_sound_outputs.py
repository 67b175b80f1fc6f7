"""Nothing sound is called broken: ten thousand outputs as a good model writes them."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from support.mutations import encoding

from harmony_core import Author, Conversation, Inspection, Message, Role, Severity, TextContent

if TYPE_CHECKING:
    from collections.abc import Callable

SENTENCES = (
    "We need to compute the sum.",
    "The user asks about the final answer; analysis first, then commentary.",
    "Let's call functions.get_weather with city = 'Paris'.",
    "The assistant should answer in German: „Guten Tag!“",
    "日本語の質問です。簡潔に答えます。",
    "Emoji are fine 👩‍🚀👍🏽, so are ½ and naïve café.",
    "A header reads: to=functions.f, then json.",
    "assistant: yes. user: no. system: maybe.",
    "In prose, assistantfinal is no word, nor is assistant final.",
    "Is it x < y | z > w? Use `a | b` and <b>bold</b>.",
    "The tags `<think>` and `</think>` are another model's.",
    "1. First\n2. Second\n   - nested\n\n> quoted",
    "| a | b |\n|---|---|\n| 1 | 2 |\n| 1 | 2 |\n| 1 | 2 |",
    "```python\nfor i in range(10):\n    print(i, end=' ')\n```",
    "$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$",
    "-" * 200,
    "0, " * 60,
    "ha" * 40 + "!",
    "\n\n\n",
    '{"this": "looks like JSON", "but": [1, 2, 3]}',
    "See https://example.org/?a=1&b=2 for more.",
)
FUNCTIONS = ("functions.get_weather", "functions.a-b_c2", "functions.read.file")
SEED = 20260101


def text(rng: random.Random, least: int = 1) -> str:
    separator = rng.choice([" ", "\n", "\n\n"])
    return separator.join(rng.choices(SENTENCES, k=rng.randint(least, 8)))


def arguments(rng: random.Random) -> str:
    values = [text(rng), rng.randint(-(10**12), 10**12), rng.random(), None, True, [1, "a"], {}]
    keys = ["city", "path", "n", "content", "name"]
    value = {key: rng.choice(values) for key in rng.sample(keys, rng.randint(0, 4))}
    return json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 2]))


def call(rng: random.Random) -> str:
    if rng.random() < 0.2:
        return f"<|channel|>analysis to=python code<|message|>{text(rng)}<|call|>"
    channel, to = rng.choice(["commentary", "analysis"]), rng.choice(FUNCTIONS)
    header = rng.choice(
        [
            f"<|channel|>{channel} to={to} <|constrain|>json",
            f"<|channel|>{channel} to={to} json",
            f"<|channel|>{channel} to={to} code",
            f"<|channel|>{channel} to={to}",
            f" to={to}<|channel|>{channel} <|constrain|>json",
            f" to={to}<|channel|>{channel} json",
        ]
    )
    return f"{header}<|message|>{arguments(rng)}<|call|>"


def final(rng: random.Random) -> str:
    if rng.random() < 0.1:
        return f"<|channel|>final <|constrain|>json<|message|>{arguments(rng)}<|return|>"
    return f"<|channel|>final<|message|>{text(rng)}.<|return|>"


def completion(rng: random.Random) -> str:
    parts = [
        f"<|channel|>{channel}<|message|>{text(rng)}.<|end|>"
        for channel in ("analysis", "commentary")
        if rng.random() < 0.7
    ]
    parts.append((call if rng.random() < 0.5 else final)(rng))
    return "<|start|>assistant".join(parts)


def serious(inspection: Inspection) -> list[str]:
    return [str(found) for found in inspection.diagnostics if found.severity is not Severity.INFO]


def check(make: Callable[[random.Random], Inspection], count: int) -> None:
    rng = random.Random(SEED)  # noqa: S311 - no secrets
    for _ in range(count):
        inspection = make(rng)
        assert serious(inspection) == [], encoding().decode(inspection.tokens)
        assert inspection.ok
        assert inspection.fixes == []


def test_no_sound_completion_has_a_finding_above_info() -> None:
    def make(rng: random.Random) -> Inspection:
        output = completion(rng)
        inspection = encoding().inspect_text(output, Role.ASSISTANT)
        assert len(inspection.tool_calls()) == output.endswith("<|call|>")
        return inspection

    check(make, 8_000)


def test_no_rendered_conversation_has_a_finding_above_info() -> None:
    def make(rng: random.Random) -> Inspection:
        messages = [
            Message.from_role_and_content(Role.SYSTEM, text(rng)),
            Message.from_role_and_content(Role.USER, text(rng, least=0)),
        ]
        for _ in range(rng.randint(0, 2)):
            to = rng.choice(FUNCTIONS)
            messages += [
                Message.from_role_and_content(Role.ASSISTANT, arguments(rng))
                .with_channel("commentary")
                .with_recipient(to)
                .with_content_type("<|constrain|>json"),
                Message(
                    author=Author(role=Role.TOOL, name=to),
                    content=[TextContent(text=text(rng))],
                    channel="commentary",
                    recipient="assistant",
                ),
            ]
        answer = Message.from_role_and_content(Role.ASSISTANT, text(rng)).with_channel("final")
        conversation = Conversation.from_messages([*messages, answer])
        return encoding().inspect(encoding().render_conversation_for_training(conversation))

    check(make, 2_000)


@pytest.mark.parametrize("word", ["final", "analysis", "commentary", "assistant"])
def test_prose_that_begins_like_a_header_is_prose(word: str) -> None:
    sentence = f"{word} answers are what users see."
    found = encoding().inspect_text(sentence, Role.ASSISTANT).diagnostics
    assert [each.code for each in found] == ["no-markers"]
