"""Write a prompt, and read what the model answered.

Run it with a question: ``python basic_usage.py "What is 2 + 2?"``.
"""

from __future__ import annotations

import sys

from harmony_core import (
    Conversation,
    DeveloperContent,
    HarmonyEncodingName,
    Message,
    ReasoningEffort,
    Role,
    SystemContent,
    TextContent,
    load_harmony_encoding,
)


def text_of(message: Message) -> str:
    """Join the texts of a message."""
    return "".join(part.text for part in message.content if isinstance(part, TextContent))


def complete(_prompt: list[int]) -> list[int]:
    """Stand in for a model: an inference engine takes token ids and gives token ids."""
    answer = (
        "<|channel|>analysis<|message|>Simple arithmetic.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>2 + 2 = 4.<|return|>"
    )
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    return encoding.encode(answer, allowed_special="all")


def main() -> None:
    """Ask one question."""
    question = sys.argv[1] if len(sys.argv) > 1 else "What is 2 + 2?"
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    system = (
        SystemContent.new()
        .with_reasoning_effort(ReasoningEffort.LOW)
        .with_conversation_start_date("2025-06-28")
    )
    developer = DeveloperContent.new().with_instructions("Answer in one sentence.")
    conversation = Conversation.from_messages(
        [
            Message.from_role_and_content(Role.SYSTEM, system),
            Message.from_role_and_content(Role.DEVELOPER, developer),
            Message.from_role_and_content(Role.USER, question),
        ]
    )
    prompt = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT)
    print(f"The prompt has {len(prompt)} tokens and ends with {encoding.decode(prompt[-2:])!r}.")
    print(f"Sampling stops at {encoding.stop_tokens_for_assistant_actions()}.")

    completion = complete(prompt)
    for message in encoding.parse_messages_from_completion_tokens(completion, Role.ASSISTANT):
        print(f"{message.channel}: {text_of(message)}")


if __name__ == "__main__":
    main()
