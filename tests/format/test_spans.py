"""The labeller: tiles anything, and agrees with renderer and parser where they speak."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.streams import any_tokens, encoded, valid_tokens

from harmony_core import (
    Author,
    Conversation,
    HarmonyEncoding,
    HarmonyError,
    Message,
    Role,
    TextContent,
    load_harmony_encoding,
)
from harmony_core.format.spans import Part, label


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


def labelled(encoding: HarmonyEncoding, text: str, role: Role | None = None) -> list[str]:
    """Spans as ``text|part|message``."""
    tokens = encoded(text)
    spans = label(tokens, encoding.tokenizer, encoding.markers, role=role)
    return [
        f"{encoding.decode(tokens[start:stop])}|{part.value}|{message}"
        for start, stop, part, message in spans
    ]


@settings(max_examples=200, deadline=None)
@given(
    tokens=any_tokens() | st.lists(st.integers() | st.integers(199_990, 201_100)),
    role=st.none() | st.sampled_from(Role),
)
def test_spans_tile_any_tokens(
    encoding: HarmonyEncoding, tokens: list[int], role: Role | None
) -> None:
    spans = label(tokens, encoding.tokenizer, encoding.markers, role=role)
    assert all(span.start < span.stop for span in spans)
    edges = [0, *(span.stop for span in spans)]
    assert [span.start for span in spans] == edges[:-1]
    assert edges[-1] == len(tokens)
    assert all((span.part is Part.STRAY) == (span.message is None) for span in spans)
    ordinals = [span.message for span in spans if span.message is not None]
    assert ordinals == sorted(ordinals)
    assert set(ordinals) == set(range(len(set(ordinals)))) or role is not None


@settings(max_examples=150, deadline=None)
@given(tokens=valid_tokens())
def test_contents_are_the_parsers(encoding: HarmonyEncoding, tokens: list[int]) -> None:
    try:
        messages = encoding.parse_messages_from_completion_tokens(tokens)
        texts = {
            span.message: encoding.decode_utf8(tokens[span.start : span.stop])
            for span in label(tokens, encoding.tokenizer, encoding.markers)
            if span.part is Part.CONTENT
        }
    except HarmonyError:
        return
    assert [texts.get(i, "") for i in range(len(messages))] == [
        message.content[0].text for message in messages
    ]


NAMES = st.from_regex(r"[a-z][a-z_.0-9]{0,12}", fullmatch=True)


@settings(max_examples=150, deadline=None)
@given(
    role=st.sampled_from(Role),
    name=st.none() | NAMES,
    recipient=st.none() | NAMES,
    channel=st.none() | NAMES,
    content_type=st.none() | NAMES.map("<|constrain|>{}".format),
    text=st.text(max_size=5),
)
def test_fields_are_the_renderers(
    encoding: HarmonyEncoding,
    role: Role,
    name: str | None,
    recipient: str | None,
    channel: str | None,
    content_type: str | None,
    text: str,
) -> None:
    message = Message(
        author=Author(role=role, name=name or ("t" if role is Role.TOOL else None)),
        content=[TextContent(text=text)],
        channel=channel,
        recipient=recipient,
        content_type=content_type,
    )
    tokens = encoding.render_conversation_for_completion(
        Conversation.from_messages([message]), Role.ASSISTANT
    )
    fields = dict.fromkeys(Part, "")
    spans = label(tokens, encoding.tokenizer, encoding.markers)
    for span in spans:
        if span.message == 0:
            fields[span.part] += encoding.decode_utf8(tokens[span.start : span.stop])
    expected_name = message.author.name or ""
    if role is not Role.TOOL:
        assert fields[Part.ROLE] == role.value
        expected_name = expected_name and f":{expected_name}"
    assert fields[Part.NAME] == expected_name
    shown = recipient if recipient != "all" else None
    assert fields[Part.RECIPIENT] == (f" to={shown}" if shown else "")
    assert fields[Part.CHANNEL] == (channel or "")
    assert fields[Part.CONTENT_TYPE].strip() == (content_type or "").removeprefix("<|constrain|>")
    assert fields[Part.CONTENT] == text
    assert [(span.part, span.message) for span in spans[-2:]] == [(Part.MARKER, 1), (Part.ROLE, 1)]


def test_a_call_with_every_field(encoding: HarmonyEncoding) -> None:
    text = (
        "<|start|>assistant:bob to=functions.x<|channel|>commentary <|constrain|>json"
        "<|message|>{}<|call|><|start|>assistant"
    )
    assert labelled(encoding, text) == [
        "<|start|>|marker|0",
        "assistant|role|0",
        ":bob|name|0",
        " to=functions.x|recipient|0",
        "<|channel|>|marker|0",
        "commentary|channel|0",
        " |content_type|0",
        "<|constrain|>|marker|0",
        "json|content_type|0",
        "<|message|>|marker|0",
        "{}|content|0",
        "<|call|>|marker|0",
        "<|start|>|marker|1",
        "assistant|role|1",
    ]


def test_a_completion_begins_in_a_header(encoding: HarmonyEncoding) -> None:
    assert labelled(encoding, "<|channel|>final<|message|>Hi", Role.ASSISTANT) == [
        "<|channel|>|marker|0",
        "final|channel|0",
        "<|message|>|marker|0",
        "Hi|content|0",
    ]


def test_a_role_that_the_stream_names_is_not_implied(encoding: HarmonyEncoding) -> None:
    assert labelled(encoding, "<|start|>user", Role.USER) == ["<|start|>|marker|0", "user|role|0"]


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("functions.x to=assistant", ["functions.x|name|0", " to=assistant|recipient|0"]),
        ("user json", ["user|role|0", " json|recipient|0"]),
        ("user x json", ["user|role|0", " x|recipient|0", " json|content_type|0"]),
        ("user a b c", ["user|role|0", " a|stray|None", " b|recipient|0", " c|content_type|0"]),
        ("to=x", ["to=x|recipient|0"]),
        (" ", [" |stray|None"]),
    ],
)
def test_header_words(encoding: HarmonyEncoding, header: str, parts: list[str]) -> None:
    found = labelled(encoding, f"<|start|>{header}<|message|>")
    assert found == ["<|start|>|marker|0", *parts, "<|message|>|marker|0"]


def test_content_holds_everything_up_to_a_stop_token(encoding: HarmonyEncoding) -> None:
    found = labelled(encoding, "<|start|>user<|message|>a<|start|>b<|message|><|end|><|end|>c")
    assert found[3:] == [
        "a<|start|>b<|message|>|content|0",
        "<|end|>|marker|0",
        "<|end|>c|stray|None",
    ]


def test_a_header_that_breaks_off_ends_its_message(encoding: HarmonyEncoding) -> None:
    assert labelled(encoding, "<|start|>user<|end|><|start|><|start|>tool") == [
        "<|start|>|marker|0",
        "user|role|0",
        "<|end|>|marker|0",
        "<|start|>|marker|1",
        "<|start|>|marker|2",
        "tool|role|2",
    ]
