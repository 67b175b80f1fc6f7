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
    "channel_management": [
        "user: Is 91 a prime number?",
        "assistant: No: 91 is 7 times 13.",
        "27 tokens of analysis left out",
        "analysis kept in an unfinished turn: True",
    ],
}


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_prints_what_it_promises(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.splitlines() == EXPECTED[name]
