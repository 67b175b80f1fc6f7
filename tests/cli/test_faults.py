"""What the command line complains of, and the exit codes."""

from __future__ import annotations

import errno
import io
from typing import TYPE_CHECKING, Any

import pytest
from support.command import run

from harmony_core.cli._faults import ExitCode
from harmony_core.cli._source import Source

if TYPE_CHECKING:
    from pathlib import Path


FAULTS = {
    "not UTF-8": ("encode", b"one\ntw\xff", "<stdin>:2: byte 0xff at offset 6 is not UTF-8"),
    "half a character": ("count", "é".encode()[:1], "<stdin>:1: byte 0xc3 at offset 0 is not"),
    "UTF-16": (
        "encode",
        "a".encode("utf-16"),
        "<stdin>:1: byte 0xff at offset 0 is not UTF-8; thi",
    ),
    "a string": ("encode --jsonl", b"1", "<stdin>:1: expected a JSON string, found a number"),
    "no field": ("encode --jsonl --field t", b"{}", '<stdin>:1: there is no field "t"'),
    "not ids": ("decode", b"1 2\n3 x", "<stdin>:2: column 3: Found 'x' where"),
    "negative": ("decode --lines", b"1\n-5", "<stdin>:2: column 1: -5 is a negative number"),
    "huge": ("decode", b"9" * 5000, "<stdin>:1: column 1: 9999"),
    "huge in JSON": ("decode --jsonl", b"[" + b"9" * 5000 + b"]", "<stdin>:1: "),
    "text for ids": ("decode", b'{"text": "<|end|>"}', "<stdin>:1: column 1: This holds text, "),
    "no JSON": ("render", b'{"messages":\n oops', "<stdin>:2: column 2: not JSON: expecting value"),
    "empty": ("render", b" \n", "<stdin>: nothing here, where JSON was expected"),
    "deep": ("render", b"[" * 100_000, "<stdin>: this JSON is nested too deeply"),
    "no conversation": ("render --jsonl", b"\n5", "<stdin>:2: "),
    "a bad field": (
        "render",
        b'[{"role": "user", "content": "", "channel": 5}]',
        "<stdin>: messages[0].channel: ",
    ),
    "a bad message": (
        "render",
        b'[{"role": "tool", "content": ""}]',
        "<stdin>: messages[0]: Tools should have a name!",
    ),
    "an unknown field": (
        "render --refuse-unknown",
        b'[{"role": "user", "content": "", "chanel": "x"}]',
        "<stdin>: messages[0].chanel: Unknown field `chanel`; did you mean `channel`?",
    ),
    "no conversation to show": ("tokens", b'{"messages": 5}', "<stdin>: messages: "),
    "a message begun": ("parse", b"<|start|>user", "<stdin>: token 2: Unexpected EOS"),
}


@pytest.mark.parametrize(("command", "source", "complaint"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_with_its_place(command: str, source: bytes, complaint: str) -> None:
    done = run(*command.split(), stdin=source)
    assert done.code == (ExitCode.FOUND if command == "parse" else ExitCode.INPUT)
    assert len(done.complaints) == 1
    assert done.err.startswith(complaint)
    assert len(done.err) <= 1001


BAD_LINES = b'"Hi"\n"\xff"\n"<|end|>"\n{\n"Hi"\n'


def test_a_bad_line_ends_the_run_or_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_bytes(BAD_LINES)
    stopped = run("encode", path)
    assert (stopped.code, stopped.out, len(stopped.complaints)) == (4, b"[12194]\n", 1)
    skipped = run("encode", "--on-error", "skip", path, tmp_path / "none", path)
    assert (skipped.code, skipped.out) == (4, b"[12194]\n" * 4)
    places = [f"{path}:{line}:" for line in (2, 3, 4)]
    expected = [*places, f"{tmp_path / 'none'}:", *places]
    assert [complaint.split(" ")[0] for complaint in skipped.complaints] == expected


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", tmp_path / "a\nb\x1b"):
        done = run("count", path)
        assert (done.code, len(done.complaints)) == (4, 1)
        assert ": cannot be read: " in done.err
        assert "\x1b" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["encode", "--nonsense"],
        ["encode", "--lines", "--jsonl"],
        ["encode", "--allowed-special", "nonsense"],
        ["encode", "--field", "x"],
        ["parse", "--role", "nobody"],
    ],
)
def test_a_wrong_command_line_is_told_in_one_line(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out, len(done.complaints)) == (2, b"", 1)
    assert done.err.startswith("harmony-core")


def test_a_file_gets_the_results_or_keeps_what_it_held(tmp_path: Path) -> None:
    source, target = tmp_path / "texts.jsonl", tmp_path / "ids.jsonl"
    source.write_bytes(BAD_LINES)
    target.write_text("old")
    assert run("encode", tmp_path / "none", "--output", target).code == 4
    assert target.read_text() == "old"
    assert run("encode", source, "--output", target)[:2] == (4, b"")
    assert target.read_text() == "[12194]\n"
    assert run("encode", "--jsonl", "-o", target).code == 0
    assert target.read_text() == ""
    assert run("encode", source, "-o", source).code == 2
    assert source.read_bytes() == BAD_LINES
    assert run("encode", "-", "-o", "-", stdin=b"Hi").text == "12194\n"
    nowhere = run("encode", "-o", tmp_path / "none" / "ids")
    assert (nowhere.code, len(nowhere.complaints)) == (3, 1)


class Full(io.RawIOBase):
    """A disk that takes three bytes."""

    def __init__(self) -> None:
        self.held = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if len(self.held) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.held += bytes(data[:1])
        return 1


@pytest.mark.parametrize("arguments", [["encode"], ["--help"], ["count", "--help"], ["--version"]])
def test_a_full_disk_is_told(arguments: list[str]) -> None:
    disk = Full()
    done = run(*arguments, stdin=b"Hello", stdout=disk)
    assert done.code == 3
    message = "harmony-core: cannot write the standard output: No space left on device"
    assert done.complaints == [message]
    assert len(disk.held) == 3


def test_a_program_fault_is_one_line_unless_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "documents", None)
    done = run("encode")
    assert (done.code, len(done.complaints)) == (70, 1)
    with pytest.raises(TypeError):
        run("encode", HARMONY_DEBUG="1")
