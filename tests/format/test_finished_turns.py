"""The option ``drop="finished-turns"``: analysis goes once its turn has ended, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from support import strategies

from harmony_core import (
    ChatError,
    Conversation,
    HarmonyEncoding,
    RenderConversationConfig,
    Role,
    load_harmony_encoding,
)

FINISHED = RenderConversationConfig(drop="finished-turns")


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


# One letter a message: user, analysis, call, tool's result, preamble, final.
LETTERS: dict[str, dict[str, Any]] = {
    "u": {"role": "user"},
    "a": {"role": "assistant", "channel": "analysis"},
    "c": {"role": "assistant", "channel": "commentary", "recipient": "functions.f"},
    "t": {"role": "tool", "name": "functions.f", "channel": "commentary"},
    "p": {"role": "assistant", "channel": "commentary"},
    "f": {"role": "assistant", "channel": "final"},
    "x": {"role": "user", "channel": "final"},
}


def conversation(letters: str) -> Conversation:
    messages = [{**LETTERS[letter], "content": ""} for letter in letters]
    return Conversation.from_dict({"messages": messages})


def kept(
    encoding: HarmonyEncoding,
    letters: str,
    config: RenderConversationConfig,
    **ending: Any,
) -> str:
    _, ranges = encoding.render_ranges(conversation(letters), config, **ending)
    return "".join(letters[index] for index, _, _ in ranges)


@pytest.mark.parametrize(
    ("letters", "expected", "as_the_reference"),
    [
        ("", "", ""),
        ("ua", "ua", "ua"),
        ("au", "au", "au"),
        ("af", "f", "f"),
        ("uaf", "uf", "uf"),
        ("uafuaf", "ufuf", "ufuaf"),  # the reference keeps what follows the first final
        ("uafu", "ufu", "ufu"),
        ("uafuact", "ufuact", "uafuact"),  # and keeps everything within an ongoing turn
        ("uafuafuact", "ufufuact", "uafuafuact"),
        ("uactapf", "uctpf", "uctpf"),
        ("uactapfuac", "uctpfuac", "uactapfuac"),
        ("uaxa", "uaxa", "uaxa"),  # a user ends no turn of the assistant's
        ("uxaf", "uxf", "uxaf"),
    ],
)
def test_analysis_of_finished_turns_is_dropped(
    encoding: HarmonyEncoding, letters: str, expected: str, as_the_reference: str
) -> None:
    assert kept(encoding, letters, FINISHED) == expected
    assert kept(encoding, letters, FINISHED, next_turn_role=Role.ASSISTANT) == expected
    assert kept(encoding, letters, RenderConversationConfig()) == as_the_reference


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("uaf", "uaf"), ("uafuaf", "ufuaf"), ("uafuacta", "ufuacta"), ("uafu", "ufu"), ("", "")],
)
def test_the_turn_to_be_learnt_keeps_its_analysis(
    encoding: HarmonyEncoding, letters: str, expected: str
) -> None:
    assert kept(encoding, letters, FINISHED, training=True) == expected
    whole = conversation(expected)
    everything = RenderConversationConfig(auto_drop_analysis=False)
    assert encoding.render_conversation_for_training(
        conversation(letters), FINISHED
    ) == encoding.render_conversation_for_training(whole, everything)


@given(data=strategies.channel_conversations)
def test_nothing_but_analysis_is_dropped(encoding: HarmonyEncoding, data: dict[str, Any]) -> None:
    whole = Conversation.from_dict(data)
    _, ranges = encoding.render_ranges(whole, FINISHED)
    dropped = {*range(len(whole.messages))} - {index for index, _, _ in ranges}
    assert all(whole.messages[index].channel == "analysis" for index in dropped)


def test_dropping_can_still_be_switched_off(encoding: HarmonyEncoding) -> None:
    config = RenderConversationConfig(auto_drop_analysis=False, drop="finished-turns")
    assert kept(encoding, "uafuaf", config) == "uafuaf"


def test_another_value_is_refused() -> None:
    with pytest.raises(ChatError, match="'finished-turns' for `drop`") as caught:
        RenderConversationConfig(drop="all")  # type: ignore[arg-type]
    assert caught.value.path == ("drop",)
