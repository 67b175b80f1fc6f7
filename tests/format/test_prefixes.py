"""Prompts that begin with what was given and sampled: where they do, and how they are made."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.turns import conversation, conversations

from harmony_core import (
    ChatError,
    Conversation,
    ExtensionError,
    Message,
    RenderConversationConfig,
    RenderError,
    Role,
    load_harmony_encoding,
)

ENCODING = load_harmony_encoding("HarmonyGptOss")
FINISHED = RenderConversationConfig(drop="finished-turns")
KEEP_ALL = RenderConversationConfig(auto_drop_analysis=False)


def encoded(text: str) -> list[int]:
    return ENCODING.encode(text, allowed_special="all")


configs = st.sampled_from([None, FINISHED, KEEP_ALL])


def prompt_for(
    messages: list[Message], config: RenderConversationConfig | None = None
) -> list[int]:
    before = Conversation.from_messages(messages)
    return ENCODING.render_conversation_for_completion(before, Role.ASSISTANT, config)


def runs(messages: list[Message]) -> list[tuple[int, int]]:
    """Where the assistant begins to sample, and where it stops."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(messages):
        start = at
        while at < len(messages) and messages[at].author.role is Role.ASSISTANT:
            at += 1
            if messages[at - 1].recipient or messages[at - 1].channel == "final":
                break
        if at > start:
            found.append((start, at))
        else:
            at += 1
    return found


def sampled(messages: list[Message]) -> list[int]:
    tokens = [token for message in messages for token in ENCODING.render(message)]
    if messages[-1].channel == "final":
        tokens[-1:] = encoded("<|return|>")
    return tokens[2:]  # <|start|>assistant is given


@given(conversations, configs)
def test_breaks_are_where_the_tokens_differ(
    whole: Conversation, config: RenderConversationConfig | None
) -> None:
    messages = whole.messages
    breaks = ENCODING.prefix_breaks(whole, config)
    starts = [start for start, _ in runs(messages)]
    if messages[-1].author.role is not Role.ASSISTANT:
        starts.append(len(messages))
    assert {found.at for found in breaks} <= {*starts[1:]}
    for (start, stop), following in zip(runs(messages), starts[1:], strict=False):
        seen = prompt_for(messages[:start], config) + sampled(messages[start:stop])
        prompt = prompt_for(messages[:following], config)
        here = [found for found in breaks if found.at == following]
        assert (prompt[: len(seen)] == seen) == (not here)
        assert [found.message for found in here] == sorted(found.message for found in here)
        assert all(found.message < stop for found in here)


@given(conversations)
def test_what_is_extended_is_what_would_be_rendered(whole: Conversation) -> None:
    """An extension is the prompt rendered anew, or there is a break and it is refused."""
    messages = whole.messages
    broken = {found.at for found in ENCODING.prefix_breaks(whole, FINISHED)}
    starts = [start for start, _ in runs(messages)]
    if messages[-1].author.role is not Role.ASSISTANT:
        starts.append(len(messages))
    for (start, stop), following in zip(runs(messages), starts[1:], strict=False):
        prompt = prompt_for(messages[:start], FINISHED)
        completion, new = sampled(messages[start:stop]), messages[stop:following]
        try:
            extended = ENCODING.extend(prompt, completion, new)
        except ExtensionError as error:
            assert following in broken or error.kind == "nothing-new"  # noqa: PT017
        else:
            assert following not in broken
            assert extended == prompt_for(messages[:following], FINISHED)


COMPLETION = (
    "<|channel|>analysis<|message|>Hmm 🌤️<|end|><|start|>assistant<|channel|>commentary"
    "<|message|>Wait.<|end|><|start|>assistant to=functions.f<|channel|>commentary json"
    '<|message|>{"a":1}<|call|>'
)


@pytest.mark.parametrize("cut", range(len(encoded(COMPLETION)) + 1))
def test_a_completion_cut_anywhere(cut: int) -> None:
    """It gets the stop token of its last message, or the cut is in a header."""
    whole = encoded(COMPLETION)
    prompt = prompt_for(conversation("su").messages)
    new = conversation("t").messages
    completion = whole[:cut]
    start, message = encoded("<|start|><|message|>")
    if [token for token in [start, *completion] if token in (start, message)][-1] == start:
        with pytest.raises(ExtensionError) as caught:
            ENCODING.extend(prompt, completion, new)
        assert caught.value.kind == ("open-header" if cut else "nothing-sampled")
        assert caught.value.token_index == len(prompt) + cut
        return
    extended = ENCODING.extend(prompt, completion, new)
    rest = extended[len(prompt) + cut :]
    assert extended[: len(prompt) + cut] == prompt + completion
    ending = ENCODING.render(new[0]) + encoded("<|start|>assistant")
    assert rest[-len(ending) :] == ending
    stop = ENCODING.decode(rest[: -len(ending)])
    calls = cut > 0 and "functions" in ENCODING.decode(completion)
    ended = completion[-1] in ENCODING.stop_tokens()
    assert stop == ("" if ended else "<|call|>" if calls else "<|end|>")
    ENCODING.parse_messages_from_completion_tokens(extended[:-2])


def test_tokens_that_rendering_would_not_give_are_kept() -> None:
    """The model may sample a text in other tokens than the tokenizer's."""
    prompt = prompt_for(conversation("u").messages)
    head, tail = encoded("<|channel|>analysis<|message|>"), encoded("<|end|>")
    completion = [*head, *encoded("h"), *encoded("i"), *tail]
    assert encoded("hi") != [*encoded("h"), *encoded("i")]
    extended = ENCODING.extend(prompt, completion, conversation("u").messages)
    assert extended[: len(prompt) + len(completion)] == prompt + completion


def extended(text: str, letters: str = "t", prompt: str = "su", **options: Any) -> str:
    tokens = prompt_for(conversation(prompt).messages)
    out = ENCODING.extend(tokens, encoded(text), conversation(letters).messages, **options)
    assert out[: len(tokens)] == tokens
    return ENCODING.decode(out[len(tokens) :])


FINAL = "<|channel|>final<|message|>Hello"
ANALYSIS = "<|channel|>analysis<|message|>Hmm<|end|><|start|>assistant"


@pytest.mark.parametrize(
    ("kind", "text", "letters"),
    [
        ("turn-returned", FINAL + "<|return|>", "u"),
        ("turn-returned", ANALYSIS + FINAL + "<|return|>", "u"),
        ("analysis-dropped", ANALYSIS + FINAL, "u"),
        ("analysis-dropped", ANALYSIS + FINAL + "<|end|>", "u"),
        ("tokens-after-stop", FINAL + "<|return|><|start|>user<|message|>Hi<|end|>", "u"),
        ("tokens-after-stop", " to=f<|channel|>commentary<|message|>{}<|call|>x", "t"),
        ("malformed", "<|channel|>analysis<|message|>Hmm<|end|>Hello", "u"),
        ("malformed", " to=a to=b x y<|message|>Hmm<|end|>", "u"),
        ("other-role", "<|channel|>analysis<|message|>x<|end|><|start|>user<|message|>Hi", "u"),
        ("open-header", ANALYSIS, "u"),
        ("open-header", "<|channel|>fin", "u"),
        ("nothing-sampled", "", "u"),
        ("nothing-new", FINAL, ""),
        ("assistant-message", "<|channel|>analysis<|message|>x<|end|>", "uf"),
        ("tools-declared", "<|channel|>analysis<|message|>x<|end|>", "uD"),
    ],
)
def test_what_is_refused(kind: str, text: str, letters: str) -> None:
    with pytest.raises(ExtensionError) as caught:
        extended(text, letters)
    assert caught.value.kind == kind


def test_a_cut_answer_without_analysis_goes_on() -> None:
    assert extended(FINAL, "u") == (
        FINAL + "<|end|><|start|>user<|message|>hello<|end|><|start|>assistant"
    )


def test_analysis_that_is_never_dropped_is_no_obstacle() -> None:
    assert extended(ANALYSIS + FINAL, "u", config=KEEP_ALL).startswith(ANALYSIS + FINAL + "<|end|>")


@pytest.mark.parametrize("stop", ["", "<|return|>"])
def test_a_finished_turn_is_kept_if_wanted(stop: str) -> None:
    text = ANALYSIS + FINAL + stop
    kept = extended(text, "u", finished_turn="keep")
    assert kept.startswith(text + ("" if stop else "<|end|>") + "<|start|>user")
    with pytest.raises(ChatError, match="'keep' for `finished_turn`"):
        extended(text, "u", finished_turn="no")


@pytest.mark.parametrize("prompt", ["sDu", "u", "ou", "oDu"])
def test_tools_may_be_declared_where_no_system_message_tells_of_them(prompt: str) -> None:
    text = "<|channel|>analysis<|message|>x<|end|>"
    assert "namespace functions" in extended(text, "Du", prompt)


@pytest.mark.parametrize(("prompt", "told"), [("Du", True), ("du", False), ("sDu", True)])
def test_a_new_system_message_tells_of_the_tools_there_are(prompt: str, told: bool) -> None:
    text = "<|channel|>analysis<|message|>x<|end|>"
    assert ("Calls to these tools" in extended(text, "su", prompt)) == told


def test_the_prompt_may_begin_the_content() -> None:
    prompt = encoded(
        "<|start|>user<|message|>x<|end|><|start|>assistant<|channel|>analysis<|message|>"
    )
    out = ENCODING.extend(prompt, encoded("Hmm"), conversation("u").messages)
    assert ENCODING.decode(out).endswith(
        "analysis<|message|>Hmm<|end|><|start|>user<|message|>hello<|end|><|start|>assistant"
    )


@pytest.mark.parametrize("prompt", ["", "<|start|>user<|message|>x<|end|>"])
def test_the_completion_may_begin_the_message(prompt: str) -> None:
    completion = encoded("<|start|>assistant<|channel|>analysis<|message|>Hmm")
    out = ENCODING.extend(encoded(prompt), completion, conversation("u").messages)
    assert out[: len(encoded(prompt)) + len(completion)] == encoded(prompt) + completion
    with pytest.raises(ExtensionError, match="role user, where assistant was asked for"):
        ENCODING.extend(
            encoded(prompt), encoded("<|start|>user<|message|>"), conversation("u").messages
        )


def test_another_role_may_write_next() -> None:
    text = "<|channel|>analysis<|message|>x<|end|>"
    assert extended(text, "u", next_role=Role.USER).endswith("<|end|><|start|>user")
    prompt = encoded("<|start|>assistant<|channel|>final<|message|>x<|end|><|start|>user")
    out = ENCODING.extend(prompt, encoded("<|message|>Hi"), conversation("d").messages)
    assert "Hi<|end|><|start|>developer" in ENCODING.decode(out)


@pytest.mark.parametrize("kind", [tuple, iter, lambda tokens: array("q", tokens)])
def test_tokens_of_any_sequence(kind: Any) -> None:
    prompt, text = (
        prompt_for(conversation("u").messages),
        encoded("<|channel|>analysis<|message|>x"),
    )
    out = ENCODING.extend(kind(prompt), kind(text), conversation("u").messages)
    assert out[: len(prompt) + len(text)] == prompt + text
    assert {type(token) for token in out} == {int}


@pytest.mark.parametrize(("tokens", "error"), [(["x"], TypeError), ([-1], OverflowError)])
def test_what_is_no_token(tokens: list[Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ENCODING.extend(tokens, encoded(FINAL), conversation("u").messages)
    with pytest.raises(error):
        ENCODING.extend(encoded("<|start|>assistant"), tokens, conversation("u").messages)


def test_a_new_message_at_fault_is_named() -> None:
    new = conversation("ut").messages
    new[1].author.name = None
    prompt = prompt_for(conversation("u").messages)
    with pytest.raises(RenderError) as caught:
        ENCODING.extend(prompt, encoded(FINAL), new)
    assert caught.value.message_index == 1
    new[1].author.name = "f"
    new[1].recipient = 5  # type: ignore[assignment]
    with pytest.raises(ChatError) as refused:
        ENCODING.extend(prompt, encoded(FINAL), new)
    assert refused.value.path[:2] == ("new_messages", 1)


@pytest.mark.parametrize(
    ("letters", "config", "expected"),
    [
        ("uaf", None, []),
        (
            "uafu",
            None,
            [
                "The prompt for message 4 leaves out the analysis of message 1,",
                "The prompt for message 4 ends message 2 with <|end|>, where <|return|> was",
            ],
        ),
        (
            "suaDct",
            None,
            ["The prompt for message 4 tells in system message 0 where calls of functions go"],
        ),
        ("uactapct", None, []),
        ("uafuact", FINISHED, ["leaves out", "ends message 2"]),
        ("uafuact", None, ["leaves out", "ends message 2", "has the analysis of message 1 again"]),
        ("uafuact", KEEP_ALL, ["ends message 2"]),
    ],
)
def test_breaks_say_what_and_why(
    letters: str, config: RenderConversationConfig | None, expected: list[str]
) -> None:
    breaks = ENCODING.prefix_breaks(conversation(letters), config)
    assert len(breaks) == len(expected)
    for found, text in zip(breaks, expected, strict=True):
        assert text in str(found)


def test_nothing_has_no_breaks() -> None:
    assert ENCODING.prefix_breaks(Conversation()) == []
