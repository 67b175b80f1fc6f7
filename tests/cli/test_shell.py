"""``completion`` and ``man``, by the packages that make them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.command import run

from harmony_core.cli._arguments import COMMANDS, OTHER_COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [command.name for command in (*COMMANDS, *OTHER_COMMANDS)]
COMPLETE = """
source "$1"
COMP_WORDS=(harmony-core "${@:2}"); COMP_CWORD=$(($# - 1))
_shtab_harmony_core 2>/dev/null
printf "%s\\n" "${COMPREPLY[@]}"
"""


def complete(script: Path, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", str(script), *words], capture_output=True, check=True
    )
    return done.stdout.decode().split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_and_choices(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_bytes(run("completion", "bash").out)
    assert complete(script, "ins") == ["inspect"]
    assert set(NAMES) <= set(complete(script, ""))
    assert "--summary-only" in complete(script, "inspect", "--su")
    assert complete(script, "inspect", "--format", "sa") == ["sarif"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_script_names_every_command(shell: str) -> None:
    done = run("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert all(name in done.text for name in NAMES)


def test_the_manual_page_names_every_command_and_its_options() -> None:
    done = run("man")
    assert (done.code, done.err) == (0, "")
    assert done.text.startswith(".TH ")
    plain = done.text.replace("\\-", "-").replace("\\", "")
    assert all(name in plain for name in NAMES)
    assert "--summary-only" in plain
    if shutil.which("groff"):
        shown = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww"], input=done.out, capture_output=True, check=True
        )
        assert "inspect" in shown.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "module"),
    [(["completion", "bash"], "shtab"), (["man"], "argparse_manpage.manpage")],
)
def test_what_is_not_installed_is_told(
    arguments: list[str], module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    done = run(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert "pip install harmony-core[shell]" in done.err
