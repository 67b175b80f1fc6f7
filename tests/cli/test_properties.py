"""Round trips, and inputs of every kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from support import strategies, streams, texts
from support.command import jsonl, lines_of, run

from harmony_core import (
    Conversation,
    HarmonyError,
    ParseError,
    Role,
    StreamableParser,
    load_harmony_encoding,
)
from harmony_core.cli._input import Document, Form

ENCODING = load_harmony_encoding("HarmonyGptOss")
TEXTS = st.lists(texts.texts().map(lambda text: text.replace("\ufeff", "")), max_size=5)


def encode(text: str) -> list[int]:
    return ENCODING.encode(text, allowed_special="all")


@given(TEXTS)
def test_encode_then_decode_gives_the_text_back(found: list[str]) -> None:
    ids = run("encode", "--jsonl", "--ordinary", stdin=jsonl(*found))
    assert lines_of(ids.out) == [ENCODING.encode_ordinary(text) for text in found]
    assert lines_of(run("decode", "--jsonl", stdin=ids.out).out) == found
    whole = "".join(found).encode()
    assert run("decode", stdin=run("encode", "--special", stdin=whole).out).out == whole


@given(TEXTS, st.integers(1, 8))
def test_a_text_encodes_in_chunks_as_it_does_whole(found: list[str], size: int) -> None:
    text = "\n".join(found)
    data = text.encode()
    blocks = [data[start : start + 3] for start in range(0, len(data), 3)]
    chunks = list(Document("", Form.WHOLE, None, blocks, 0).chunks(size))
    assert "".join(chunk.text for chunk in chunks) == text
    assert [token for chunk in chunks for token in encode(chunk.text)] == encode(text)
    before = 0
    for chunk in chunks:
        assert chunk.line == text.count("\n", 0, before) + 1
        before += len(chunk.text)


@given(strategies.any_conversations)
def test_render_says_what_the_encoding_says(data: dict[str, Any]) -> None:
    done = run("render", stdin=json.dumps(data).encode())
    try:
        expected = ENCODING.render_conversation(Conversation.from_dict(data))
    except HarmonyError:
        assert (done.code, done.out, len(done.complaints)) == (4, b"", 1)
    else:
        assert done == (0, (" ".join(map(str, expected)) + "\n").encode(), "")
        again = run("parse", stdin=done.out)
        assert again.code in (0, 1)


@given(streams.any_tokens(), st.sampled_from([None, "assistant"]), st.booleans())
def test_parse_says_what_the_parser_says(tokens: list[int], role: str | None, strict: bool) -> None:
    known = [token for token in tokens if token < ENCODING.tokenizer.n_vocab]
    arguments = [*(["--role", role] if role else []), *([] if strict else ["--non-strict"])]
    done = run("parse", "--read", "ids", *arguments, stdin=json.dumps(known).encode())
    parser = StreamableParser(ENCODING, None if role is None else Role(role), strict=strict)
    fault: ParseError | None = None
    try:
        for token in known:
            parser.process(token)
        parser.process_eos()
    except ParseError as error:
        fault = error
    result = json.loads(done.out)
    assert result["messages"] == [message.to_dict() for message in parser.messages]
    assert ("error" in result) == (fault is not None) == bool(done.code)


@given(st.lists(streams.any_tokens(), max_size=4), st.sampled_from([None, "assistant"]))
def test_inspect_says_what_the_inspector_says(found: list[list[int]], role: str | None) -> None:
    arguments = ["--jsonl", "--json", "--role", role or "none", "--fail-on", "info"]
    done = run("inspect", *arguments, stdin=jsonl(*found))
    inspections = [ENCODING.inspect(each, None if role is None else Role(role)) for each in found]
    for result, inspection in zip(lines_of(done.out), inspections, strict=True):
        line = {"file": "<stdin>", "line": result["line"], "role": role, "output": result["output"]}
        assert result == {**line, **inspection.to_dict()}
    diagnostics = [each for inspection in inspections for each in inspection.diagnostics]
    assert done.code == bool(diagnostics)
    (sums,) = lines_of(run("inspect", *arguments, "--summary-only", stdin=jsonl(*found)).out)
    assert sums["streams"] == len(found) == sums["clean"] + sum(sums["worst"].values())
    items = [item for inspection in inspections for item in inspection.items]
    assert sums["messages"] == len(items)
    assert sums["complete"] == sum(item.complete for item in items)
    assert sums["repaired"] == sum(item.repaired for item in items)
    times = {row["code"]: row["times"] for row in sums["codes"]}
    assert times == Counter(each.code for each in diagnostics)
    having = Counter(
        code for each in inspections for code in {found.code for found in each.diagnostics}
    )
    assert {row["code"]: row["streams"] for row in sums["codes"]} == having


@given(
    st.sampled_from(
        [
            *["encode", "decode", "count", "render", "parse", "tokens"],
            "inspect --fail-on never",
            "inspect --fail-on never --json",
        ]
    ),
    st.sampled_from(["--whole", "--jsonl"]),
    st.binary()
    | st.text('[]{},:"\\0123456789.-e\n<|end|>startmessages\ud7ff').map(str.encode)
    | st.lists(strategies.json_values).map(lambda values: jsonl(*values)),
)
def test_no_input_is_a_fault_of_the_program(command: str, form: str, source: bytes) -> None:
    done = run(*command.split(), form, "--on-error", "skip", stdin=source)
    assert (done.code in (1, 4)) if done.err else (done.code == 0), done.err
    assert done.err == "" or all(line.isprintable() for line in done.complaints)
    if command != "decode":
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.text)
