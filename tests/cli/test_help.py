"""The help, the page about the command line, and the examples in both."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.command import run

from harmony_core.cli._arguments import COMMANDS, EXIT_CODES
from harmony_core.cli._explain import Explain
from harmony_core.cli._shell import Completion, Man

if TYPE_CHECKING:
    from harmony_core.cli._command import Command

PAGE = (Path(__file__).parent.parent.parent / "docs" / "cli.md").read_text(encoding="utf-8")
TOLD: list[type[Command | Explain | Completion | Man]] = [*COMMANDS, Explain, Completion, Man]
EXAMPLES = [example for command in TOLD for example in command.examples]
CONVERSATION = '{"messages": [{"role": "user", "content": "Hi"}]}'
COMPLETION = "<|channel|>final<|message|>Hi<|return|>"
FILES = {
    "notes.txt": "Some notes.\n",
    "prompt.txt": "<|start|>user<|message|>Hi<|end|><|start|>assistant",
    "texts.jsonl": '{"text": "Hi"}\n',
    "ids.jsonl": "[12194]\n",
    "conversation.json": CONVERSATION,
    "conversations.jsonl": f"{CONVERSATION}\n" * 2,
    "completion.txt": COMPLETION,
    "completions.jsonl": f'"{COMPLETION}"\n' * 2,
    "log.jsonl": f'{{"output": "{COMPLETION}"}}\n' * 2,
}


def options_of(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))


def section(command: type[Command | Explain | Completion | Man]) -> str:
    return PAGE.split(f"\n## {command.name}\n")[1].split("\n## ")[0]


def shared() -> str:
    return PAGE.split("\n## encode\n")[0]


def test_the_page_has_all_commands_and_exit_codes() -> None:
    assert re.findall(r"^## ([a-z]+)$", PAGE, re.MULTILINE) == [each.name for each in TOLD]
    for command in TOLD:
        assert f"| `{command.name}` | {command.summary} |" in PAGE
    for code, meaning in EXIT_CODES.items():
        assert f"| {code.value} | {meaning} |" in PAGE.replace("`", "")


@pytest.mark.parametrize("command", TOLD, ids=lambda command: command.name)
def test_the_page_has_all_options_of_a_command_and_no_others(
    command: type[Command | Explain | Completion | Man],
) -> None:
    helped = run(command.name, "--help", COLUMNS="200").text
    options = options_of(helped.partition("examples:")[0]) - {"-h", "--help"}
    told = section(command)
    if command.name == "count":
        told += section(COMMANDS[0])
    assert options <= options_of(told) | options_of(shared())
    # Code blocks and calls of jq have options that are not this command's.
    about_options = re.sub(r"```.*?```|`jq [^`]*`", "", section(command), flags=re.DOTALL)
    assert options_of(about_options) <= options
    for example in command.examples:
        assert f"# {example.purpose}\n{example.line}\n" in told
        assert f"  # {example.purpose}\n  {example.line}\n" in helped


@pytest.mark.parametrize("line", [example.line for example in EXAMPLES])
def test_an_example_does_what_it_says(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    data = b""
    for step in line.split(" | "):
        program, *arguments = shlex.split(step)
        if program == "echo":
            data = " ".join([*arguments, "\n"]).encode()
        elif program == "harmony-core":
            done = run(*arguments, stdin=data)
            assert (done.code, done.err) == (0, "")
            data = done.out
        else:
            assert program == "less"
    made = re.search(r" (?:-o|--output) (\S+)", line)
    assert data or (made and (tmp_path / made[1]).read_text())
