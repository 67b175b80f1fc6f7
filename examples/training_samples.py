"""Training samples of a conversation, and the next prompt of an agent that samples.

The output has a line for each turn, which shows the tokens that the model is to learn.
"""

from __future__ import annotations

from typing import Any

from harmony_core import (
    Conversation,
    ExtensionError,
    HarmonyEncoding,
    HarmonyEncodingName,
    Message,
    Role,
    load_harmony_encoding,
)

CALL = {
    "role": "assistant",
    "channel": "commentary",
    "recipient": "functions.get_weather",
    "content_type": "<|constrain|>json",
    "content": '{"city":"Tokyo"}',
}
RESULT: dict[str, Any] = {
    "role": "tool",
    "name": "functions.get_weather",
    "recipient": "assistant",
    "channel": "commentary",
    "content": "21 °C",
}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": [{"type": "system_content"}]},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "channel": "final", "content": "Hello! What can I do for you?"},
    {"role": "user", "content": "How warm is it in Tokyo?"},
    {"role": "assistant", "channel": "analysis", "content": "Call get_weather."},
    CALL,
    RESULT,
    {"role": "assistant", "channel": "final", "content": "It is 21 °C."},
]


def show_samples(encoding: HarmonyEncoding, conversation: Conversation) -> None:
    """Print what is to be learnt in each turn."""
    for sample in encoding.split_turns(conversation):
        pairs = zip(sample.tokens, sample.loss_mask, strict=True)
        targets = encoding.decode(token for token, target in pairs if target)
        print(f"turn {sample.turn}, {len(sample.tokens)} tokens: {targets}")


def go_on(encoding: HarmonyEncoding) -> None:
    """Make the next prompt out of sampled tokens, which are not rendered again."""
    conversation = Conversation.from_dict({"messages": MESSAGES[:4]})
    prompt = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT)
    sampled = '<|channel|>commentary to=functions.get_weather<|message|>{"city":'  # cut off
    completion = encoding.encode(sampled, allowed_special="all")
    result = Message.from_dict({**RESULT, "content": "invalid JSON"})
    print(encoding.decode(encoding.extend(prompt, completion, [result])[len(prompt) :]))

    completion = encoding.encode("<|channel|>final<|message|>Bye.<|return|>", allowed_special="all")
    try:
        encoding.extend(prompt, completion, [Message.from_dict(MESSAGES[1])])
    except ExtensionError as error:
        print(error.kind)


def main() -> None:
    """Show both."""
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    conversation = Conversation.from_dict({"messages": MESSAGES})
    show_samples(encoding, conversation)
    for found in encoding.prefix_breaks(conversation):
        print(found)
    go_on(encoding)


if __name__ == "__main__":
    main()
