"""Every token of a rendered conversation is labelled with the field it was rendered from."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import strategies

from harmony_core import (
    Conversation,
    HarmonyEncodingName,
    Role,
    TextContent,
    load_harmony_encoding,
)
from harmony_core.format.spans import Part

ENCODING = load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)


@given(strategies.conversations, st.sampled_from([None, *Role]), st.booleans())
def test_spans_tile_and_hold_their_fields_text(
    data: dict[str, Any], next_role: Role | None, training: bool
) -> None:
    conversation = Conversation.from_dict(data)
    tokens, ranges = ENCODING.render_ranges(
        conversation, next_turn_role=next_role, training=training
    )
    spans = ENCODING.rendered_spans(conversation, tokens, ranges)
    texts: dict[tuple[int | None, Part], list[int]] = defaultdict(list)
    at = 0
    for span in spans:
        assert span.start == at < span.stop
        texts[span.message, span.part] += tokens[span.start : span.stop]
        at = span.stop
    assert at == len(tokens)

    def text(ordinal: int | None, part: Part) -> str:
        return ENCODING.decode(texts[ordinal, part])

    for ordinal, (index, start, stop) in enumerate(ranges):
        message = conversation.messages[index]
        author = message.author
        of_tool = author.role is Role.TOOL
        assert text(ordinal, Part.ROLE) == ("" if of_tool else author.role.value)
        name = author.name or ""
        assert text(ordinal, Part.NAME) == (name if of_tool or author.name is None else f":{name}")
        sent_to = message.recipient not in (None, "all")
        assert text(ordinal, Part.RECIPIENT) == (f" to={message.recipient}" if sent_to else "")
        assert text(ordinal, Part.CHANNEL) == (message.channel or "")
        plain = (message.content_type or "").removeprefix("<|constrain|>")
        typed = message.content_type is not None
        assert text(ordinal, Part.CONTENT_TYPE) == (f" {plain}" if typed else "")
        markers = ["<|start|>", "<|channel|>" * (message.channel is not None)]
        if plain != (message.content_type or ""):
            markers.append("<|constrain|>")
        markers += ["<|message|>", ENCODING.decode(tokens[stop - 1 : stop])]
        assert text(ordinal, Part.MARKER) == "".join(markers)
        rendered = ENCODING.decode(tokens[start : stop - 1])
        assert rendered.endswith(f"<|message|>{text(ordinal, Part.CONTENT)}")
        if all(isinstance(content, TextContent) for content in message.content):
            written = "".join(content.to_dict()["text"] for content in message.content)
            assert text(ordinal, Part.CONTENT) == written
    assert text(None, Part.MARKER) == ("" if next_role is None else "<|start|>")
    assert text(None, Part.ROLE) == ("" if next_role is None else next_role.value)


def test_nothing_has_no_spans() -> None:
    assert ENCODING.rendered_spans(Conversation(), [], []) == []
