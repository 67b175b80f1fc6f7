"""The programs in examples/ run as a user runs them, and print what they promise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

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
WARM = "<|start|>functions.get_weather to=assistant<|channel|>commentary<|message|>21 °C<|end|>"
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
    "verifiers_renderer": [
        "get_weather",
        "True",
        WARM + "<|start|>assistant",
        "rendered anew: turn-returned",
        "None",
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
WITH_SERVER = {"vllm_tool_loop"}


def test_every_example_is_run() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED) | WITH_SERVER


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


@contextmanager
def vllm_server(
    completions: list[list[int]], *, has_stop_token: bool
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that streams recorded completions as vLLM does, and keeps the requests."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            tokens = completions[len(requests) - 1]
            stop_token = tokens[-1]
            tokens = tokens if has_stop_token else tokens[:-1]
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for at in range(0, len(tokens), 3):
                is_last = at + 3 >= len(tokens)
                choice = {
                    "index": 0,
                    "text": "",
                    "token_ids": tokens[at : at + 3],
                    "finish_reason": "stop" if is_last else None,
                    "stop_reason": stop_token if is_last else None,
                }
                event = {"object": "text_completion", "choices": [choice]}
                self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("has_stop_token", [True, False])
def test_the_tool_loop_runs_a_call_from_a_stream(has_stop_token: bool, tmp_path: Path) -> None:
    recording = json.loads((EXAMPLES / "recorded_tool_call.json").read_text("utf-8"))
    completions = recording["completions"]
    with vllm_server(completions, has_stop_token=has_stop_token) as (address, requests):
        done = subprocess.run(
            [sys.executable, EXAMPLES / "vllm_tool_loop.py", address, "Weather in Tokyo?"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [CALL, "It is 21 °C in Tokyo, with a clear sky. 🌤️"]
    first, second = requests
    assert second["prompt"][: len(first["prompt"]) - 2] == first["prompt"][:-2]
    assert first["stop_token_ids"] == [200002, 200012]
