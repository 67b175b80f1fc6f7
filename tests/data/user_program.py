"""A program that uses openai_harmony in many ways, and prints what it finds as JSON."""

from __future__ import annotations

import copy
import importlib.metadata
import importlib.util
import json
import multiprocessing
import pickle
import sys
from typing import Any

import openai_harmony
from openai_harmony import (
    Author,
    Conversation,
    DeveloperContent,
    HarmonyEncodingName,
    HarmonyError,
    Message,
    ReasoningEffort,
    RenderConversationConfig,
    Role,
    StreamableParser,
    StreamState,
    SystemContent,
    ToolDescription,
    ToolNamespaceConfig,
    load_harmony_encoding,
)
from pydantic import BaseModel


class Noted(Message):
    """A message of the program's own."""

    note: str = ""


class Request(BaseModel, extra="allow"):
    """What a server receives."""

    messages: list[Message | dict[str, Any]]
    effort: ReasoningEffort = ReasoningEffort.LOW


def conversation() -> Conversation:
    weather = ToolDescription.new(
        "get_weather",
        "The weather.",
        parameters={"type": "object", "properties": {"city": {"type": "string"}}},
    )
    system = SystemContent.new().with_reasoning_effort(ReasoningEffort.HIGH).with_browser_tool()
    developer = DeveloperContent.new().with_instructions("Be brief.").with_function_tools([weather])
    call = Message.from_role_and_content(Role.ASSISTANT, '{"city": "Köln"}')
    return Conversation.from_messages(
        [
            Message.from_role_and_content(
                Role.SYSTEM, system.with_conversation_start_date("2025-06-28")
            ),
            Message.from_role_and_content(Role.DEVELOPER, developer),
            Noted.from_role_and_content(Role.USER, "How is the weather?"),
            Message.from_role_and_content(Role.ASSISTANT, "I need a tool.").with_channel(
                "analysis"
            ),
            call.with_channel("commentary")
            .with_recipient("functions.get_weather")
            .with_content_type("json"),
            Message.from_author_and_content(
                Author.new(Role.TOOL, "functions.get_weather"), "20 °C"
            ),
        ]
    )


def render(messages: list[Message]) -> list[int]:
    """Run in another process, where everything is imported anew."""
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    return encoding.render_conversation(Conversation.from_messages(messages))


def streamed(tokens: list[int]) -> list[object]:
    encoding = load_harmony_encoding("HarmonyGptOss")
    parser = StreamableParser(encoding, role=Role.ASSISTANT)
    found: list[object] = []
    for token in tokens:
        parser.process(token)
        found.append((parser.state.value, parser.last_content_delta, parser.current_channel))
    assert parser.state is StreamState.EXPECT_START
    for message in parser.messages:
        message.recipient = "changed"
    return [*found, [message.to_dict() for message in parser.messages]]


def refused(action: Any) -> str:
    try:
        action()
    except (HarmonyError, ValueError) as error:
        return str(error).splitlines()[0]
    return "nothing"


def findings(*, spawn: bool) -> dict[str, object]:
    encoding = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    talk = conversation()
    prompt = encoding.render_conversation_for_completion(talk, Role.ASSISTANT)
    output = (
        "<|channel|>analysis<|message|>Grüße 🦜<|end|>"
        "<|start|>assistant<|channel|>final<|message|>20<|return|>"
    )
    tokens = encoding.encode(output, allowed_special="all")
    request = Request.model_validate(
        {
            "messages": [
                talk.messages[2],
                {"role": "user", "content": [{"type": "text", "text": "x"}]},
            ]
        }
    )
    spec = importlib.util.find_spec("openai_harmony")
    found: dict[str, object] = {
        "prompt": prompt,
        "text": encoding.decode_utf8(prompt),
        "training": encoding.render_conversation_for_training(
            talk, RenderConversationConfig(auto_drop_analysis=False)
        ),
        "one": encoding.render(talk.messages[1]),
        "messages": [
            message.to_dict()
            for message in encoding.parse_messages_from_completion_tokens(tokens, Role.ASSISTANT)
        ],
        "stream": streamed(tokens),
        "stops": sorted(encoding.stop_tokens_for_assistant_actions()),
        "special": len(encoding.special_tokens_set),
        "json": json.loads(talk.to_json()),
        "again": Conversation.from_json(talk.to_json()).to_json() == talk.to_json(),
        "pickled": [repr(pickle.loads(pickle.dumps(message))) for message in talk],  # noqa: S301 - its own
        "copied": repr(copy.deepcopy(talk)),
        "request": [
            repr(request.messages),
            request.effort.value,
            request.messages[0] is talk.messages[2],
        ],
        "note": Noted(author=Author(role=Role.USER), note="n").note,
        "vars": {name: repr(value) for name, value in vars(talk.messages[0]).items()},
        "browser": repr(ToolNamespaceConfig.browser()),
        "refused": [
            refused(lambda: Role("nobody")),
            refused(lambda: encoding.encode("<|end|>")),
            refused(lambda: encoding.parse_messages_from_completion_tokens([1, 2])),
            refused(lambda: load_harmony_encoding("x"))[:30],
        ],
        "version": importlib.metadata.version("openai-harmony"),
        "installed": spec is not None and spec.name,
    }
    in_another_process = render(list(talk))
    if spawn:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            in_another_process = pool.apply_async(render, (list(talk),)).get(timeout=120)
    return {**found, "elsewhere": in_another_process}


if __name__ == "__main__":
    sys.stderr.write(f"{Message.__module__} {openai_harmony.Role.__module__}\n")
    sys.stdout.write(json.dumps(findings(spawn=sys.argv[1] == "spawn"), indent=1) + "\n")
