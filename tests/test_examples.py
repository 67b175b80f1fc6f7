"""The programs in examples/ run as a user runs them, and print what they promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

CALL = 'functions.get_weather({"city":"Tokyo"})'
THOUGHT = "The user asks for the weather in Tōkyō. I have get_weather: call it; celsius will do."
TARGETS = (
    "<|channel|>analysis<|message|>Call get_weather.<|end|><|start|>assistant"
    ' to=functions.get_weather<|channel|>commentary <|constrain|>json<|message|>{"city":"Tokyo"}'
    "<|call|><|channel|>final<|message|>It is 21 °C.<|return|>"
)
CUT = '<|channel|>commentary to=functions.get_weather<|message|>{"city":'
RESULT = (
    "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>invalid JSON<|end|>"
)
LOST_NAME = (
    "Lost $.messages[1].name: The format has no speaker names; keep_names=True writes them anyway"
)
SAMPLING = "Sampling options: {'model': 'openai/gpt-oss-20b', 'temperature': 0.5}"
ASSISTANT = (
    'tool_calls: {"role": "assistant", "reasoning": "I need the weather.", "content": null, '
    '"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_weather", '
    '"arguments": "{\\"city\\":\\"Tokyo\\"}"}}]}'
)
EXPECTED = {
    "basic_usage": [
        "The prompt has 87 tokens and ends with '<|start|>assistant'.",
        "Sampling stops at [200002, 200012].",
        "analysis: Simple arithmetic.",
        "final: 2 + 2 = 4.",
    ],
    "tool_integration": [
        CALL + ' -> {"city": "Tokyo", "temperature": 21, "sky": "clear"}',
        "It is 21 °C in Tokyo, with a clear sky. 🌤️",
    ],
    "streaming_parser": [
        "[analysis] " + THOUGHT,
        '[commentary to functions.get_weather] {"city":"Tokyo"}',
        "2 messages in 49 tokens",
        "[analysis] 21 degrees and clear. Answer.",
        "[final] It is 21 °C in Tokyo, with a clear sky. 🌤️",
        "2 messages in 34 tokens",
        "unexpected-eos at token 2: Unexpected EOS while waiting for message header to complete",
    ],
    "training_samples": [
        "turn 0, 70 tokens: <|channel|>final<|message|>Hello! What can I do for you?<|return|>",
        f"turn 1, 139 tokens: {TARGETS}",
        "The prompt for message 4 ends message 2 with <|end|>, where <|return|> was sampled",
        f"{CUT}<|call|>{RESULT}<|start|>assistant",
        "turn-returned",
    ],
    "datasets_training": [
        "Turn 0 has no target: no message from message 0 on is by the assistant",
        "1/0: 24 tokens, 13 targets",
        "1/1: 32 tokens, 8 targets",
    ],
    "chat_server": [
        LOST_NAME,
        SAMPLING,
        "134 tokens of prompt",
        ASSISTANT,
        LOST_NAME,
        SAMPLING,
        '[{"role": "assistant", "content": ""}]',
        *(f'[{{"content": "{word}"}}]' for word in ("It", " is", " sunny", " in", " Tokyo", ".")),
        "[{}]",
        (
            '{"prompt_tokens": 183, "completion_tokens": 10, "total_tokens": 193, '
            '"completion_tokens_details": {"reasoning_tokens": 0}}'
        ),
    ],
    "channel_management": [
        "user: Is 91 a prime number?",
        "assistant: No: 91 is 7 times 13.",
        "27 tokens of analysis left out",
        "analysis kept in an unfinished turn: True",
    ],
}


# What an example needs beside the package, where not all tests have it.
NEEDS = {"datasets_training": "datasets"}


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_prints_what_it_promises(name: str, tmp_path: Path) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name], exc_type=ImportError)
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "PYTHONWARNINGS": "error",
            "HF_HOME": str(tmp_path),
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.splitlines() == EXPECTED[name]
