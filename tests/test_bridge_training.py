"""Training samples for the page: the package's own, turn by turn, and what is not in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harmony_core import Conversation, HarmonyEncodingName, bridge, load_harmony_encoding

ENCODING = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "2 + 2?"},
    {"role": "assistant", "channel": "analysis", "content": "Simple."},
    {"role": "assistant", "channel": "final", "content": "4"},
    {"role": "user", "content": "And 3 + 3?"},
    {"role": "assistant", "channel": "analysis", "content": "Simple, too."},
    {"role": "assistant", "channel": "final", "content": "6"},
    {"role": "user", "content": "Thanks."},
]
CONVERSATION = json.dumps({"messages": MESSAGES})


def samples(conversation: str = CONVERSATION, **options: object) -> dict[str, Any]:
    given = {"conversation": conversation, **options}
    reply = bridge.call("training_samples", json.dumps(given))
    if "fault" in reply:
        return {"fault": json.loads(reply["fault"])}
    return {**json.loads(reply["value"]), **reply["arrays"]}


@pytest.mark.parametrize("turn", [0, 1, None])
def test_the_tokens_and_the_mask_are_the_packages(turn: int | None) -> None:
    ours = ENCODING.split_turns(Conversation.from_json(CONVERSATION))
    value = samples(turn=turn)
    expected = ours[1 if turn is None else turn]
    assert list(value["tokens"]["ids"]) == expected.tokens
    assert [bool(target) for target in value["loss_mask"]] == expected.loss_mask
    assert value["turn"] == expected.turn
    assert [(each["tokens"], each["targets"]) for each in value["turns"]] == [
        (len(sample.tokens), sum(sample.loss_mask)) for sample in ours
    ]


def test_what_a_sample_leaves_out_is_told() -> None:
    value = samples()
    assert [message["index"] for message in value["messages"]] == [0, 2, 3, 4, 5]
    assert (value["left_out"], value["unused"]) == ([1], 1)
    assert value["messages"][-1]["stop"] == len(value["tokens"]["ids"])
    assert samples(drop="before-first-final", turn=0)["left_out"] == [1]
    assert samples(auto_drop_analysis=False)["left_out"] == []


def test_messages_and_channels_can_be_left_unlearnt() -> None:
    everything = samples()
    finals = samples(learn=["final"])
    assert finals["tokens"]["ids"] == everything["tokens"]["ids"]
    assert sum(finals["loss_mask"]) < sum(everything["loss_mask"])
    without = samples(learn_messages=[index != 4 for index in range(len(MESSAGES))])
    assert without["loss_mask"] == finals["loss_mask"]


def test_a_turn_that_gives_no_sample_says_why_and_the_others_stay() -> None:
    value = samples(max_tokens=len(samples(turn=0)["tokens"]["ids"]))
    assert [turn["fault"] and turn["fault"]["kind"] for turn in value["turns"]] == [
        None,
        "too-long",
    ]
    assert list(value["tokens"]["ids"]) == []
    assert samples(max_tokens=5, turn=0)["turns"][0]["fault"]["kind"] == "too-long"
    nothing = samples(learn=[])
    assert {turn["fault"]["kind"] for turn in nothing["turns"]} == {"no-target"}
    empty = samples('{"messages": []}')
    assert [turn["fault"]["kind"] for turn in empty["turns"]] == ["no-target"]


def test_a_turn_beyond_the_last_is_the_last() -> None:
    assert samples(turn=9)["turn"] == 1


def test_faults_have_their_place() -> None:
    assert samples("{")["fault"]["kind"] == "invalid-json"
    broken = json.dumps({"messages": [{"role": "user", "content": "a", "chanel": "final"}]})
    assert samples(broken)["fault"]["path"] == ["messages", 0, "chanel"]
    odd = samples(learn=["anal"])["fault"]
    assert (odd["kind"], odd["path"]) == ("invalid-chat", ["learn"])
    assert "true and false" in samples(learn_messages=[1])["fault"]["message"]
    assert "strings and nulls" in samples(learn=[1])["fault"]["message"]
