"""Keep a chat's channels apart: show the user what is final, and prompt without old thoughts.

``analysis`` is the model's thinking, not for users to see; ``commentary`` holds calls of tools
and words about them; ``final`` is the answer.
"""

from __future__ import annotations

from harmony_core import (
    Conversation,
    HarmonyEncodingName,
    Message,
    RenderConversationConfig,
    Role,
    SystemContent,
    TextContent,
    load_harmony_encoding,
)

VISIBLE = {"final"}


def text_of(message: Message) -> str:
    """Join the texts of a message."""
    return "".join(part.text for part in message.content if isinstance(part, TextContent))


def assistant(channel: str, text: str) -> Message:
    """Write a message of the assistant."""
    return Message.from_role_and_content(Role.ASSISTANT, text).with_channel(channel)


def transcript(conversation: Conversation) -> list[str]:
    """List what the user may see, a line a message."""
    return [
        f"{message.author.role.value}: {text_of(message)}"
        for message in conversation
        if message.author.role is Role.USER or message.channel in VISIBLE
    ]


def main() -> None:
    """Go through a chat of two turns."""
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    channels = ["analysis", "commentary", "final"]
    system = SystemContent.new().with_required_channels(channels)
    conversation = Conversation.from_messages(
        [
            Message.from_role_and_content(Role.SYSTEM, system),
            Message.from_role_and_content(Role.USER, "Is 91 a prime number?"),
            assistant("analysis", "91 = 7 * 13, so it is not prime. Say so, with the factors."),
            assistant("final", "No: 91 is 7 times 13."),
        ]
    )
    print("\n".join(transcript(conversation)))

    # A finished turn's analysis is left out of the next prompt, which saves tokens.
    conversation.messages.append(Message.from_role_and_content(Role.USER, "And 97?"))
    lean = encoding.render_conversation_for_completion(conversation, Role.ASSISTANT)
    everything = encoding.render_conversation_for_completion(
        conversation, Role.ASSISTANT, RenderConversationConfig(auto_drop_analysis=False)
    )
    print(f"{len(everything) - len(lean)} tokens of analysis left out")

    # Until the turn is finished, the model needs its thoughts: they are kept.
    unfinished = Conversation.from_messages(conversation.messages[:3])
    text = encoding.decode(encoding.render_conversation(unfinished))
    print(f"analysis kept in an unfinished turn: {'7 * 13' in text}")


if __name__ == "__main__":
    main()
