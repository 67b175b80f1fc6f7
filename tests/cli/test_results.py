"""What the commands write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.command import jsonl, lines_of, run

from harmony_core import Conversation, Role, load_harmony_encoding

if TYPE_CHECKING:
    from pathlib import Path

ENCODING = load_harmony_encoding("HarmonyGptOss")
CONVERSATION = {
    "messages": [
        {"role": "user", "content": "Hi 🦜"},
        {"role": "assistant", "channel": "analysis", "content": "Greet."},
        {"role": "assistant", "channel": "final", "content": "Hello!"},
    ]
}
COMPLETION = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|message|>Yo"


def encode(text: str) -> list[int]:
    return ENCODING.encode(text, allowed_special="all")


def test_encode_and_decode_a_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes("Hello\r\nworld 🦜\n".encode())
    ids = run("encode", path)
    assert ids == (0, f"{' '.join(map(str, encode(path.read_bytes().decode())))}\n".encode(), "")
    assert run("decode", stdin=ids.out) == (0, path.read_bytes(), "")


def test_each_line_or_string_is_a_text() -> None:
    assert run("encode", "--lines", stdin=b"Hi\r\n\nHi").text == "12194\n\n12194\n"
    assert lines_of(run("encode", "--jsonl", stdin=b'"Hi"\r\n\n  "Hi"').out) == [[12194], [12194]]
    assert run("encode", "--lines", "--format", "json", stdin=b"Hi\n\n").text == "[12194]\n[]\n"
    assert run("encode", "--jsonl", "--format", "plain", stdin=b'"a\\nb"').text == "64 198 65\n"
    objects = jsonl({"id": 1, "text": "Hi"})
    assert run("encode", "--jsonl", "--field", "text", stdin=objects).text == "[12194]\n"


def test_files_named_so_are_read_line_by_line(tmp_path: Path) -> None:
    for name in ("a.jsonl", "A.NDJSON", "a.txt"):
        (tmp_path / name).write_bytes(b'"Hi"\n"Hi"\n')
    assert run("encode", tmp_path / "a.jsonl").text == "[12194]\n[12194]\n"
    assert run("encode", tmp_path / "A.NDJSON").text == "[12194]\n[12194]\n"
    assert run("encode", tmp_path / "a.txt").out.count(b"\n") == 1
    assert run("encode", "--whole", tmp_path / "a.jsonl").out.count(b"\n") == 1


def test_special_tokens_are_refused_read_or_plain() -> None:
    text = b"one\ntwo<|end|>three"
    refused = run("encode", stdin=text)
    assert (refused.code, refused.out) == (4, b"")
    assert refused.err.startswith("<stdin>:2: column 4: special token '<|end|>';")
    ids = " ".join(map(str, encode(text.decode()))) + "\n"
    for allowing in (["--special"], ["--allowed-special", "all"], ["--allowed-special", "end"]):
        assert run("encode", *allowing, stdin=text).text == ids
    assert run("encode", "--allowed-special", "start", stdin=text).code == 4
    ordinary = ENCODING.encode_ordinary(text.decode())
    assert run("encode", "--ordinary", stdin=text).text.split() == list(map(str, ordinary))


def test_count_tells_each_and_the_total(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Hi")
    (tmp_path / "b.jsonl").write_bytes(jsonl("Hi", "Hi Hi"))
    a, b = tmp_path / "a", tmp_path / "b.jsonl"
    assert run("count", a).text == f"1\t{a}\n"
    assert run("count", "--total", a, b).text == "4\n"
    assert run("count", "--format", "plain", a, b).text == f"1\t{a}\n1\t{b}:1\n2\t{b}:2\n4\ttotal\n"
    assert lines_of(run("count", b).out) == [
        {"file": str(b), "line": 1, "tokens": 1},
        {"file": str(b), "line": 2, "tokens": 2},
        {"total": 3, "texts": 2},
    ]


def test_decode_reads_any_spelling_and_writes_what_it_finds() -> None:
    for spelling in ("12194", "[12194]\n", '{"token_ids": [12194]}', "tensor([12194])"):
        assert run("decode", stdin=spelling.encode()).out == b"Hi"
    assert run("decode", "--jsonl", stdin=b'[12194]\n{"ids": [12194]}\n').text == '"Hi"\n"Hi"\n'
    assert run("decode", "--lines", stdin=b"12194\n\n12194").text == "Hi\n\nHi\n"
    half = jsonl(encode("🦜")[:1])
    assert run("decode", stdin=half).out == ENCODING.decode_bytes(encode("🦜")[:1])
    assert run("decode", "--errors", "replace", stdin=half).text == "\ufffd"
    assert run("decode", "--errors", "strict", stdin=half).code == 4
    assert "incomplete utf-8" in run("decode", "--jsonl", stdin=half).err


def test_render_warns_once_of_each_key_that_it_ignores() -> None:
    message = {"role": "user", "content": "x", "id": "m1"}
    other = {"role": "user", "content": [{"type": "text", "text": "x", "cache": 1}], "id": "m2"}
    done = run("render", "--jsonl", stdin=jsonl([message], [message, other]))
    assert done.code == 0
    assert done.complaints == [
        "<stdin>:1: warning: messages[0].id: unknown field, ignored",
        "<stdin>:2: warning: messages[1].content[0].cache: unknown field, ignored",
    ]


def test_render_makes_ids_or_text_in_three_ways() -> None:
    source = json.dumps(CONVERSATION).encode()
    conversation = Conversation.from_dict(CONVERSATION)
    for mode, ids in {
        "conversation": ENCODING.render_conversation(conversation),
        "completion": ENCODING.render_conversation_for_completion(conversation, Role.ASSISTANT),
        "training": ENCODING.render_conversation_for_training(conversation),
    }.items():
        assert run("render", "--mode", mode, stdin=source).text == " ".join(map(str, ids)) + "\n"
        as_text = run("render", "--mode", mode, "--text", stdin=source).text
        assert as_text == ENCODING.decode(ids)
    asked = run("render", "--mode", "completion", "--next-role", "tool", "--text", stdin=source)
    assert asked.text.endswith("<|start|>tool")
    assert "Greet." not in asked.text
    assert "Greet." in run("render", "--text", "--keep-analysis", stdin=source).text
    lines = run("render", "--jsonl", "--text", stdin=jsonl(CONVERSATION, CONVERSATION["messages"]))
    assert lines_of(lines.out) == [as_text.replace("<|return|>", "<|end|>")] * 2


def test_parse_gives_messages_and_what_came_before_a_fault() -> None:
    done = run("parse", "--role", "assistant", stdin=COMPLETION.encode() + b"\n")
    assert [message["content"][0]["text"] for message in json.loads(done.out)["messages"]] == [
        "Hm.",
        "Yo\n",
    ]
    faulty = (COMPLETION + "<|end|>stray").encode()
    done = run("parse", "--role", "assistant", stdin=faulty)
    result = json.loads(done.out)
    assert len(result["messages"]) == 2
    assert result["error"]["kind"] == "unexpected-token"
    assert done.code == 1
    index = result["error"]["token_index"]
    assert done.err.startswith(f"<stdin>: token {index}: Unexpected token ")
    each = run("parse", "--role", "assistant", "--format", "jsonl", stdin=faulty)
    assert lines_of(each.out) == result["messages"]


def test_parse_is_as_strict_as_asked() -> None:
    cut = b"<|channel|>final<|end|>"
    assert run("parse", "--role", "assistant", stdin=cut).code == 1
    lenient = run("parse", "--role", "assistant", "--non-strict", stdin=cut)
    assert (lenient.code, len(json.loads(lenient.out)["messages"])) == (0, 1)


def test_a_line_end_behind_the_last_stop_token_is_none_of_the_output() -> None:
    assert run("parse", stdin=b"<|start|>user<|message|>x<|end|>\r\n").code == 0


def test_parse_reads_ids_strings_and_objects_line_by_line() -> None:
    text = "<|start|>user<|message|>x<|end|>"
    done = run(
        "parse", "--jsonl", stdin=jsonl(encode(text), text, {"output": {"ids": encode(text)}})
    )
    assert done.code == 0
    assert [len(result["messages"]) for result in lines_of(done.out)] == [1, 1, 1]


def test_tokens_of_a_conversation_and_of_an_output() -> None:
    source = json.dumps(CONVERSATION).encode()
    conversation = Conversation.from_dict(CONVERSATION)
    ids = ENCODING.render_conversation_for_completion(conversation, Role.ASSISTANT)
    done = run("tokens", "--mode", "completion", "--format", "json", stdin=source)
    rows = lines_of(done.out)
    assert [row["id"] for row in rows] == ids
    assert [row["index"] for row in rows] == list(range(len(ids)))
    assert b"".join(bytes.fromhex(row["bytes"]) for row in rows) == ENCODING.decode_bytes(ids)
    assert [row["message"] for row in rows if row["id"] == 200006] == [0, 2, None]
    rows = lines_of(run("tokens", "--format", "json", stdin=jsonl(ids)).out)
    assert (rows[-1]["part"], rows[-1]["message"]) == ("role", None)


def test_the_table_can_be_read() -> None:
    source = '<|start|>user<|message|>🦚\u0301\x1b[31m\u202e\n"\\'.encode()
    table = run("tokens", stdin=source).text.splitlines()
    assert table[0].split() == ["index", "id", "message", "part", "bytes", "text"]
    assert table[2].split() == ["1", "1428", "0", "role", "75", "73", "65", "72", '"user"']
    shown = "".join(line.split(maxsplit=4)[4][26:][1:-1] for line in table[4:])
    assert r"\x9f\xa6" in shown.lower() or "🦚" in shown
    assert r"\u001b" in shown
    assert r"\u202e" in shown
    assert all(line.isprintable() for line in table)


def test_colour_follows_option_variables_and_terminal() -> None:
    def coloured(*arguments: str, terminal: bool = False, **environment: str) -> bool:
        done = run("tokens", *arguments, stdin=b"<|start|>", terminal=terminal, **environment)  # type: ignore[arg-type]
        return b"\x1b[" in done.out

    assert not coloured()
    assert coloured(terminal=True)
    assert not coloured(terminal=True, TERM="dumb")
    assert not coloured(terminal=True, NO_COLOR="1")
    assert coloured(FORCE_COLOR="1")
    assert not coloured(FORCE_COLOR="1", NO_COLOR="1")
    assert coloured("--color", "always", NO_COLOR="1")
    assert not coloured("--color", "never", terminal=True, FORCE_COLOR="1")


@pytest.mark.parametrize(
    ("command", "out"),
    {
        "encode": "\n",
        "decode": "",
        "count": "0\t<stdin>\n",
        "parse": '{"messages": []}\n',
    }.items(),
)
def test_nothing_in_is_nothing_wrong(command: str, out: str) -> None:
    assert run(command) == (0, out.encode(), "")
    assert run(command, stdin=b"\xef\xbb\xbf") == (0, out.encode(), "")
    assert run(command, "--jsonl").code == 0


def test_no_text_takes_hold_of_a_terminal() -> None:
    hostile = "\x1b]0;title\x07\x1b[2Jtext\r\b\x9b31m\u202e\n\ttab"
    ids = run("encode", stdin=hostile.encode()).out
    assert run("decode", stdin=ids).out == hostile.encode()
    shown = run("decode", stdin=ids, terminal=True).text
    assert shown == r"\u001b]0;title\u0007\u001b[2Jtext\u000d\u0008\u009b31m\u202e" + "\n\ttab"
    half = run("encode", stdin="é".encode()).out
    assert run("decode", stdin=half, terminal=True).text == "é"
    conversation = json.dumps([{"role": "user", "content": hostile}]).encode()
    shown = run("render", "--text", stdin=conversation, terminal=True).text
    assert all(line.isprintable() for line in shown.replace("\t", "").split("\n"))


def test_a_completion_without_its_role_is_told_how_to_be_read() -> None:
    done = run("parse", stdin=b"<|channel|>final<|message|>Hi<|return|>")
    assert (done.code, "add --role assistant" in done.err) == (1, True)
    done = run("parse", stdin=b"<|start|>user<|message|>Hi<|end|>stray")
    assert (done.code, "--role" in done.err) == (1, False)
