"""Show a model's output while it comes, token by token, as a chat program does.

The stream is a recorded turn, in which the model calls a tool: see ``tool_integration.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

from harmony_core import (
    HarmonyEncodingName,
    ParseError,
    Role,
    StreamableParser,
    load_harmony_encoding,
)

RECORDING = Path(__file__).with_name("recorded_tool_call.json")


def show(tokens: list[int]) -> None:
    """Print each message as its tokens come, under a heading."""
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    parser = StreamableParser(encoding, role=Role.ASSISTANT)
    begun = 0
    for token in tokens:
        parser.process(token)
        # The messages done, and the one whose content is coming, if its header is complete.
        headed = len(parser.messages) + (parser.current_channel is not None)
        if headed > begun:
            begun = headed
            to = f" to {parser.current_recipient}" if parser.current_recipient else ""
            print(f"[{parser.current_channel}{to}] ", end="")
        if parser.last_content_delta:
            print(parser.last_content_delta, end="", flush=True)
        if token in encoding.stop_tokens():
            print()
    parser.process_eos()
    print(f"{len(parser.messages)} messages in {len(parser.tokens)} tokens")


def main() -> None:
    """Show the recorded turn, then what happens if it is cut off."""
    completions = json.loads(RECORDING.read_text())["completions"]
    for completion in completions:
        show(completion)
    cut_off = completions[0][:2]
    try:
        show(cut_off)
    except ParseError as error:
        print(f"{error.kind} at token {error.token_index}: {error}")


if __name__ == "__main__":
    main()
