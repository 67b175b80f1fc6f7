"""A renderer as verifiers and prime-rl use them: messages to tokens, and back, and on.

It has the methods of the ``Renderer`` protocol of the package ``renderers``, takes messages of
Chat Completions, and knows of every token which message it is of and whether the model samples
it. A rollout goes on by ``bridge_to_next_turn``, which renders nothing that was sampled again;
it is ``None`` where the prompt has to be rendered anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harmony_core import ExtensionError, Role, TrainingError, load_harmony_encoding
from harmony_core.encoding import RenderConversationConfig
from harmony_core.interop import chat_completions

Message = dict[str, Any]


@dataclass
class RenderedTokens:
    """Tokens, and for each the index of its message, or -1, and whether it is sampled."""

    token_ids: list[int]
    message_indices: list[int]
    sampled_mask: list[bool]


class HarmonyRenderer:
    """Renders for gpt-oss."""

    is_prefix_stable = False  # the analysis of finished turns is left out

    def __init__(self) -> None:
        self._encoding = load_harmony_encoding("HarmonyGptOss")
        self._config = RenderConversationConfig(drop="finished-turns")

    def render(
        self,
        messages: list[Message],
        *,
        tools: list[Message] | None = None,
        add_generation_prompt: bool = False,
    ) -> RenderedTokens:
        """Render messages: as a prompt, or as a sample of the last turn."""
        conversation = chat_completions.to_conversation(messages, tools).conversation
        tokens, ranges = self._encoding.render_ranges(
            conversation,
            self._config,
            next_turn_role=Role.ASSISTANT if add_generation_prompt else None,
            training=not add_generation_prompt,
        )
        sampled = [False] * len(tokens)
        if not add_generation_prompt:
            with suppress(TrainingError):  # nothing in it may be the model's
                sampled = self._encoding.render_for_training(conversation).loss_mask
        owners = self._owners(messages, tools)
        indices = [-1] * len(tokens)
        for index, start, stop in ranges:
            indices[start:stop] = [owners[index]] * (stop - start)
        return RenderedTokens(tokens, indices, sampled)

    def _owners(self, messages: list[Message], tools: list[Message] | None) -> list[int]:
        """For each message of Harmony, which of the given ones it was made of; -1 if of none."""
        owners: list[int] = []
        for count in range(len(messages) + 1):
            made = chat_completions.to_conversation(messages[:count], tools).conversation
            owners += [count - 1] * (len(made.messages) - len(owners))
        return owners

    def render_ids(
        self,
        messages: list[Message],
        *,
        tools: list[Message] | None = None,
        add_generation_prompt: bool = False,
    ) -> list[int]:
        """The tokens alone."""
        rendered = self.render(messages, tools=tools, add_generation_prompt=add_generation_prompt)
        return rendered.token_ids

    def parse_response(self, token_ids: list[int], **_tools_and_prompt: object) -> Message:
        """What the model sampled, as a message of Chat Completions."""
        parsed = self._encoding.parse_messages_from_completion_tokens(token_ids, Role.ASSISTANT)
        return chat_completions.from_completion(parsed).message

    def get_stop_token_ids(self) -> list[int]:
        """Where sampling stops."""
        return self._encoding.stop_tokens_for_assistant_actions()

    def bridge_to_next_turn(
        self,
        previous_prompt_ids: list[int],
        previous_completion_ids: list[int],
        new_messages: list[Message],
        **_tools: object,
    ) -> RenderedTokens | None:
        """The next prompt, which begins with what was given and sampled."""
        before = self.parse_response(previous_completion_ids)
        made = [
            chat_completions.to_conversation(messages, system=False).conversation.messages
            for messages in ([before], [before, *new_messages])
        ]
        try:
            tokens = self._encoding.extend(
                previous_prompt_ids, previous_completion_ids, made[1][len(made[0]) :]
            )
        except ExtensionError as error:
            print(f"rendered anew: {error.kind}")
            return None
        return RenderedTokens(tokens, [-1] * len(tokens), [False] * len(tokens))


WEATHER = [
    {
        "type": "function",
        "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}},
    }
]


def main() -> None:
    """Roll out two turns of a recorded model."""
    renderer = HarmonyRenderer()
    encoding = load_harmony_encoding("HarmonyGptOss")
    prompt = renderer.render_ids(
        [{"role": "user", "content": "How warm is it?"}], tools=WEATHER, add_generation_prompt=True
    )
    sampled = encoding.encode(
        "<|channel|>analysis<|message|>Call it.<|end|><|start|>assistant<|channel|>commentary"
        " to=functions.get_weather <|constrain|>json<|message|>{}<|call|>",
        allowed_special="all",
    )
    call = renderer.parse_response(sampled)
    print(call["tool_calls"][0]["function"]["name"])
    result = {"role": "tool", "tool_call_id": call["tool_calls"][0]["id"], "content": "21 °C"}
    bridged = renderer.bridge_to_next_turn(prompt, sampled, [result])
    assert bridged is not None  # noqa: S101 - for the type checker
    print(bridged.token_ids[: len(prompt) + len(sampled)] == prompt + sampled)
    print(encoding.decode(bridged.token_ids[len(prompt) + len(sampled) :]))

    answer = encoding.encode("<|channel|>final<|message|>21 °C.<|return|>", allowed_special="all")
    thanks = {"role": "user", "content": "Thanks."}
    print(renderer.bridge_to_next_turn(bridged.token_ids, answer, [thanks]))


if __name__ == "__main__":
    main()
