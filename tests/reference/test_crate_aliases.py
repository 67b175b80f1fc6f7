"""The names of the crate harmony-protocol are other names for ours."""

from __future__ import annotations

import pytest

from harmony_core import (
    HarmonyEncodingName,
    Message,
    ReasoningEffort,
    Role,
    StreamableParser,
    SystemContent,
    ToolNamespaceConfig,
    load_harmony_encoding,
)


@pytest.mark.parametrize("enum", [Role, ReasoningEffort, HarmonyEncodingName])
def test_every_member_can_be_called_by_its_name(enum: type[Role]) -> None:
    assert [getattr(enum, member.name.lower())() for member in enum] == list(enum)


def test_a_program_in_the_crates_spelling() -> None:
    encoding = load_harmony_encoding(HarmonyEncodingName.harmony_gpt_oss())
    system = (
        SystemContent()
        .with_model_identity("Test")
        .with_reasoning_effort(ReasoningEffort.medium())
        .with_required_channels(["analysis", "final"])
        .with_browser_tool()
        .with_python_tool()
        .with_tools(ToolNamespaceConfig(name="mine", tools=[]))
    )
    assert list(system.tools or {}) == ["browser", "python", "mine"]
    messages = [
        Message.from_role_and_content(Role.user(), "What is 2 + 2?"),
        Message.from_role_and_content(Role.assistant(), "4").with_channel("final"),
    ]
    tokens = [token for message in messages for token in encoding.render(message)]
    parser = StreamableParser(encoding, None)
    for token in tokens:
        parser.process(token)
    assert parser.process_eos().into_messages() == messages
