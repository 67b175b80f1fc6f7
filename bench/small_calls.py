"""Calls that take microseconds, which a server makes once for every token or message."""

from __future__ import annotations

import json
from importlib import import_module
from timeit import Timer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SMALL_CALLS = (
    "special_tokens_set",
    "is_special_token",
    "decode, 1 token",
    "decode, 100 tokens",
    "Message.from_dict",
    "Message.from_dict, system",
    "Conversation.from_json",
    "Message.to_dict",
    "parser.state_data",
    "parser.messages",
)

_MESSAGE = {
    "role": "assistant",
    "name": None,
    "content": [{"type": "text", "text": "The weather is fine."}],
    "channel": "final",
}
_STREAM = "<|start|>assistant<|channel|>analysis<|message|>So.<|end|>" * 5
_STREAM += "<|start|>assistant<|channel|>final<|message|>" + "The weather is fine today. " * 15
# Long enough for the clock, short enough for a benchmark.
_SECONDS_A_RUN = 0.02


def small_calls(package: str, encoding: Any) -> Mapping[str, Callable[[], object]]:  # noqa: ANN401 - of a package
    """The calls by name, with what they are made on prepared.

    Args:
        package: ``"harmony_core"`` or ``"openai_harmony"``.
        encoding: Its encoding.
    """
    module = import_module(package)
    tokens = encoding.encode(_STREAM, allowed_special="all")
    parser = module.StreamableParser(encoding, None)
    for token in tokens:
        parser.process(token)
    message = module.Message.from_dict(_MESSAGE)
    system = module.SystemContent.new().with_browser_tool()
    system_message = json.loads(
        module.Message.from_role_and_content(module.Role.SYSTEM, system).to_json()
    )
    conversation = json.dumps({"messages": [_MESSAGE] * 10})
    one, hundred = tokens[-1:], tokens[-100:]
    calls: list[Callable[[], object]] = [
        lambda: encoding.special_tokens_set,
        lambda: encoding.is_special_token(200_006),
        lambda: encoding.decode(one),
        lambda: encoding.decode(hundred),
        lambda: module.Message.from_dict(_MESSAGE),
        lambda: module.Message.from_dict(system_message),
        lambda: module.Conversation.from_json(conversation),
        message.to_dict,
        lambda: parser.state_data,
        lambda: parser.messages,
    ]
    return dict(zip(SMALL_CALLS, calls, strict=True))


def seconds_a_call(call: Callable[[], object], repeats: int) -> list[float]:
    """Time a call many times in a row; the average of each run."""
    timer = Timer(call)
    number, taken = timer.autorange()
    number = max(1, int(number * _SECONDS_A_RUN / taken))
    return [seconds / number for seconds in timer.repeat(repeats, number)]
