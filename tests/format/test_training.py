"""Training samples: a token is a target if and only if the model would have sampled it."""

from __future__ import annotations

import math
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import strategies
from support.turns import LETTERS, conversation, conversations, lettered

from harmony_core import (
    ChatError,
    Conversation,
    ExtensionError,
    HarmonyEncoding,
    HarmonyError,
    Message,
    RenderConversationConfig,
    RenderError,
    Role,
    SystemContent,
    TrainingError,
    TrainingSample,
    load_harmony_encoding,
)
from harmony_core.format.spans import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

FINISHED = RenderConversationConfig(drop="finished-turns")
KEEP_ALL = RenderConversationConfig(auto_drop_analysis=False)
CONFIGS = [None, FINISHED, KEEP_ALL, RenderConversationConfig()]
configs = st.sampled_from(CONFIGS)
CHANNELS = ("analysis", "commentary", "final")
ENCODING = load_harmony_encoding("HarmonyGptOss")


# The slow reference: sample the last turn again, prompt by prompt, message by message.


def sampled_again(
    encoding: HarmonyEncoding, whole: Conversation, config: RenderConversationConfig
) -> list[bool]:
    """For each token of the training text, whether it comes out of the model."""
    full = encoding.render_conversation_for_training(whole, config)
    seen: list[int] = []
    mask: list[bool] = []
    at = last_turn(whole.messages)
    while at < len(whole.messages):
        if whole.messages[at].author.role is not Role.ASSISTANT:
            at += 1
            continue
        before = Conversation.from_messages(whole.messages[:at])
        prompt = encoding.render_conversation_for_completion(before, Role.ASSISTANT, config)
        assert prompt[: len(seen)] == seen
        completion, at = complete(encoding, whole.messages, at)
        mask += [False] * (len(prompt) - len(seen)) + [True] * len(completion)
        seen = prompt + completion
    assert full[: len(seen)] == seen
    return mask + [False] * (len(full) - len(seen))


def last_turn(messages: list[Message]) -> int:
    for at in range(len(messages) - 2, -1, -1):
        if (messages[at].author.role, messages[at].channel) == (Role.ASSISTANT, "final"):
            return at + 1
    return 0


def complete(encoding: HarmonyEncoding, messages: list[Message], at: int) -> tuple[list[int], int]:
    """What the model samples from message ``at`` on, until it stops or is interrupted."""
    text = ""
    while at < len(messages) and messages[at].author.role is Role.ASSISTANT:
        text += encoding.decode(encoding.render(messages[at])[:-1])
        stop = "<|end|>"
        if messages[at].channel == "final":
            stop = "<|return|>"
        elif messages[at].recipient is not None:
            stop = "<|call|>"
        text += stop
        at += 1
        if stop != "<|end|>":
            break
    opening = "<|start|>assistant"
    assert text.startswith(opening)
    return encoding.encode(text.removeprefix(opening), allowed_special="all"), at


plain = st.text(st.characters(codec="utf-8", exclude_characters="<|>"), max_size=12)
plain_conversations = st.builds(conversation, lettered, st.lists(plain, max_size=14))


@given(plain_conversations, st.sampled_from([FINISHED, KEEP_ALL]))
def test_targets_are_what_the_model_samples(
    whole: Conversation, config: RenderConversationConfig
) -> None:
    first = last_turn(whole.messages)
    assume(any(message.author.role is Role.ASSISTANT for message in whole.messages[first:]))
    breaks = ENCODING.prefix_breaks(whole, config)
    assume(not any(found.at > first + 1 and found.reason == "tools-declared" for found in breaks))
    sample = ENCODING.render_for_training(whole, config=config)
    assert sample.loss_mask == sampled_again(ENCODING, whole, config)


@given(conversations, configs)
def test_tokens_are_those_of_the_training_text(
    whole: Conversation, config: RenderConversationConfig | None
) -> None:
    sample = rendered(whole, config)
    expected = ENCODING.render_conversation_for_training(whole, config or FINISHED)
    assert sample.tokens == expected


def rendered(
    whole: Conversation,
    config: RenderConversationConfig | None,
    **options: Any,
) -> TrainingSample:
    try:
        return ENCODING.render_for_training(whole, config=config, **options)
    except TrainingError:
        assume(False)
        raise


CALL = " to=functions.f<|channel|>commentary <|constrain|>json<|message|>hello<|call|>"
BUILTIN = " to=python<|channel|>analysis<|message|>hello<|call|>"
THOUGHT = "<|channel|>analysis<|message|>hello<|end|>"
PREAMBLE = "<|channel|>commentary<|message|>hello<|end|>"
ANSWER = "<|channel|>final<|message|>hello<|return|>"
START = "<|start|>assistant"


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("uf", ANSWER),
        ("f", ANSWER),
        ("ff", ANSWER),
        # The start of a message is sampled after the assistant's own <|end|>, ...
        ("uaf", THOUGHT + START + ANSWER),
        ("uapc", THOUGHT + START + PREAMBLE + START + CALL),
        # ... and given after a call, and after another's message.
        ("uctpf", CALL + PREAMBLE + START + ANSWER),
        ("ubb", BUILTIN + BUILTIN),
        # A tool's result is not learnt, nor the <|end|> that an earlier final gets.
        ("uct", CALL),
        ("ufuf", ANSWER),
        # A turn that was interrupted ends with the <|end|> that was sampled.
        ("ua", THOUGHT),
        ("uauf", THOUGHT + ANSWER),
    ],
)
def test_the_targets_of(letters: str, expected: str) -> None:
    sample = ENCODING.render_for_training(conversation(letters))
    pairs = zip(sample.tokens, sample.loss_mask, strict=True)
    assert ENCODING.decode(token for token, target in pairs if target) == expected


def test_a_name_of_the_assistant_is_sampled() -> None:
    whole = Conversation.from_dict(
        {"messages": [{"role": "assistant", "name": "x", "channel": "final", "content": ""}]}
    )
    sample = ENCODING.render_for_training(whole)
    assert sample.loss_mask.index(True) == 2  # after <|start|> and "assistant"


@given(plain_conversations, st.sets(st.sampled_from([*CHANNELS, None])), configs)
def test_only_the_channels_to_learn(
    whole: Conversation, learn: set[str | None], config: RenderConversationConfig | None
) -> None:
    every = rendered(whole, config)
    some = rendered(whole, config, learn=learn)
    for span in every.spans:
        channel = whole.messages[span.message or 0].channel
        for index in range(span.start, span.stop):
            assert some.loss_mask[index] == (every.loss_mask[index] and channel in learn)


@given(conversations, configs)
def test_spans_lead_to_the_messages(
    whole: Conversation, config: RenderConversationConfig | None
) -> None:
    sample = rendered(whole, config)
    assert [span.start for span in sample.spans] == [0, *(s.stop for s in sample.spans[:-1])]
    assert sample.spans[-1].stop == len(sample.tokens)
    for span in sample.spans:
        assert span.message is not None
        if any(sample.loss_mask[span.start : span.stop]):
            assert whole.messages[span.message].author.role is Role.ASSISTANT
        if span.part is Part.CHANNEL:
            text = ENCODING.decode(sample.tokens[span.start : span.stop])
            assert text == whole.messages[span.message].channel


@given(conversations, configs)
def test_labels(whole: Conversation, config: RenderConversationConfig | None) -> None:
    sample = rendered(whole, config)
    assert [label != -100 for label in sample.labels()] == sample.loss_mask
    assert all(
        label in (-100, token) for label, token in zip(sample.labels(), sample.tokens, strict=True)
    )
    assert sample.labels(ignored=-1).count(-1) == sample.loss_mask.count(False)


# Weights.

weights = st.dictionaries(
    st.sampled_from([*CHANNELS, None]), st.sampled_from([0, 0.25, 1, 1.0, 3.5])
)


@given(conversations, configs, weights)
def test_weights_by_channel(
    whole: Conversation,
    config: RenderConversationConfig | None,
    by_channel: dict[str | None, float],
) -> None:
    every = rendered(whole, config)
    sample = rendered(whole, config, weights=by_channel)
    assert every.weights is None
    assert sample.weights is not None
    by_message = [by_channel.get(message.channel) for message in whole.messages]
    assert rendered(whole, config, weights=by_message) == sample
    for span in sample.spans:
        weight = by_channel.get(whole.messages[span.message or 0].channel, 1.0)
        for index in range(span.start, span.stop):
            assert sample.weights[index] == (weight if every.loss_mask[index] else 0)
            assert sample.loss_mask[index] == (sample.weights[index] > 0)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"final": -1}, "number from 0 on, found -1"),
        ({"final": math.nan}, "found nan"),
        ({"final": "1"}, "found '1'"),
        ([1, math.inf], "found inf"),
        ([1], "1 weights for 2 messages"),
        ({"finals": 1}, "Unknown channel 'finals'"),
    ],
)
def test_weights_that_are_none(given: Any, text: str) -> None:
    for render in (ENCODING.render_for_training, ENCODING.split_turns):
        with pytest.raises(ChatError, match=text) as caught:
            render(conversation("uf"), weights=given)
        assert caught.value.path[0] == "weights"
    with pytest.raises(TypeError, match="weights is a mapping"):
        ENCODING.split_turns(conversation("uf"), weights="final")  # type: ignore[arg-type]


def test_a_misspelt_channel_is_found() -> None:
    with pytest.raises(ChatError, match="Unknown channel 'finals'") as caught:
        ENCODING.render_for_training(conversation("uf"), learn=("analysis", "finals"))
    assert caught.value.path == ("learn",)
    with pytest.raises(TypeError, match=r"pass \['final'\]"):
        ENCODING.render_for_training(conversation("uf"), learn="final")


def test_a_channel_of_ones_own_may_be_learnt() -> None:
    whole = conversation("suf")
    whole.messages[2].channel = "summary"
    sample = ENCODING.render_for_training(whole, learn=["summary"])
    assert any(sample.loss_mask)
    whole.messages[0].content = [SystemContent.new().with_required_channels(["plan"])]
    assert ENCODING.render_for_training(whole, learn=["summary", "plan"]).tokens


# Turns.


@given(conversations, configs)
def test_turns_are_prefixes(whole: Conversation, config: RenderConversationConfig | None) -> None:
    try:
        samples = ENCODING.split_turns(whole, config=config)
    except TrainingError:
        assume(False)
        raise
    prefixes = [*turn_prefixes(whole.messages)]
    assert len(samples) == len(prefixes)
    for turn, (sample, prefix) in enumerate(zip(samples, prefixes, strict=True)):
        before = Conversation.from_messages(prefix)
        assert sample.tokens == ENCODING.render_conversation_for_training(
            before, config or FINISHED
        )
        assert sample == ENCODING.render_for_training(before, config=config)
        assert sample.turn == turn


def turn_prefixes(messages: list[Message]) -> Iterator[list[Message]]:
    speaks = False
    for index, message in enumerate(messages):
        speaks |= message.author.role is Role.ASSISTANT
        if message.author.role is Role.ASSISTANT and message.channel == "final":
            yield messages[: index + 1]
            speaks = False
    if speaks:
        yield messages


@given(plain_conversations)
def test_every_message_is_learnt_in_one_turn(whole: Conversation) -> None:
    samples = ENCODING.split_turns(whole, on_error=lambda _: None)
    learnt = [
        {span.message for span in sample.spans if any(sample.loss_mask[span.start : span.stop])}
        for sample in samples
    ]
    of_assistant = [i for i, m in enumerate(whole.messages) if m.author.role is Role.ASSISTANT]
    assert sorted(index for each in learnt for index in each if index is not None) == of_assistant


def test_tools_declared_later_are_in_no_earlier_turn() -> None:
    whole = conversation("sufDuf")
    first, second = ENCODING.split_turns(whole)
    line = "Calls to these tools must go to the commentary channel"
    assert line not in ENCODING.decode(first.tokens)
    assert line in ENCODING.decode(second.tokens)


def test_weights_by_message_are_those_of_the_whole_conversation() -> None:
    first, second = ENCODING.split_turns(conversation("ufuf"), weights=[None, 2, None, 3])
    assert [max(sample.weights or ()) for sample in (first, second)] == [2, 3]


def test_a_turn_without_target() -> None:
    with pytest.raises(TrainingError, match="Turn 0 has no target") as caught:
        ENCODING.split_turns(conversation("ufucuf"), learn=["analysis", "commentary", None])
    assert (caught.value.kind, caught.value.turn) == ("no-target", 0)


@pytest.mark.parametrize(
    ("letters", "learn", "text"),
    [
        ("", CHANNELS, "the conversation is empty"),
        ("u", CHANNELS, "no message from message 0 on is by the assistant"),
        ("ufuafu", CHANNELS, "no message from message 5 on"),
        ("ufuc", ["final"], r"other channels \(commentary\) than those to learn \(final\)"),
        ("uf", [], r"\(final\) than those to learn \(nothing\)"),
    ],
)
def test_no_target(letters: str, learn: list[str], text: str) -> None:
    with pytest.raises(TrainingError, match=text) as caught:
        ENCODING.render_for_training(conversation(letters), learn=learn)
    assert caught.value.kind == "no-target"


def test_a_message_without_a_channel_is_not_learnt_unasked() -> None:
    whole = Conversation.from_dict({"messages": [{"role": "assistant", "content": "x"}]})
    with pytest.raises(TrainingError, match=r"\(none\)"):
        ENCODING.render_for_training(whole)
    assert any(ENCODING.render_for_training(whole, learn=[None]).loss_mask)


def test_a_sample_that_is_too_long() -> None:
    whole = conversation("ufuf")
    length = len(ENCODING.render_for_training(whole).tokens)
    assert ENCODING.render_for_training(whole, max_tokens=length)
    with pytest.raises(TrainingError, match=f"takes {length} tokens, and {length - 1} are") as e:
        ENCODING.render_for_training(whole, max_tokens=length - 1)
    assert (e.value.kind, e.value.turn, e.value.message_index) == ("too-long", 1, 2)


def test_the_other_turns_of_a_conversation_with_one_at_fault() -> None:
    errors: list[TrainingError] = []
    samples = ENCODING.split_turns(
        conversation("ufuafuf"), learn=["analysis"], on_error=errors.append
    )
    assert [sample.turn for sample in samples] == [1]
    assert [(error.turn, error.message_index) for error in errors] == [(0, 0), (2, 5)]


# Faults in the conversation are told as the renderer tells them.


@given(strategies.any_conversations)
def test_any_conversation_gives_samples_or_a_known_error(data: dict[str, Any]) -> None:
    whole = Conversation.from_dict(data)
    try:
        samples = ENCODING.split_turns(whole)
    except (TrainingError, RenderError, ChatError):
        return
    assert samples
    assert all(len(sample.tokens) == len(sample.loss_mask) for sample in samples)


@pytest.mark.parametrize("wrong", [None, {}, "text", 5, [{"role": "user"}], ["u"]])
def test_what_is_no_conversation(wrong: Any) -> None:
    for method in (ENCODING.render_for_training, ENCODING.split_turns, ENCODING.prefix_breaks):
        with pytest.raises(ChatError, match="expected a"):
            method(wrong)


def test_a_message_that_cannot_be_rendered_is_named() -> None:
    whole = conversation("ufuctf")
    whole.messages[4].author.name = None
    with pytest.raises(RenderError) as caught:
        ENCODING.split_turns(whole)
    assert caught.value.message_index == 4


def test_the_sample_is_shown_short() -> None:
    sample = ENCODING.render_for_training(conversation("uf"))
    assert repr(sample) == "<TrainingSample of turn 0: 12 tokens, 5 targets>"


def test_every_letter_is_known() -> None:
    assert ENCODING.split_turns(conversation(LETTERS))


@pytest.mark.parametrize(
    "error",
    [
        TrainingError("x", kind="too-long", turn=1, message_index=2),
        ExtensionError("x", kind="malformed", token_index=3),
    ],
)
def test_errors_cross_processes(error: HarmonyError) -> None:
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - it was made here
    assert (type(copied), copied.args, vars(copied)) == (type(error), ("x",), vars(error))
