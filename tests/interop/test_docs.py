"""The examples of docs/interop.md run, and print what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harmony_core import Role, interop, load_harmony_encoding
from harmony_core.interop import chat_completions

TEXT = (Path(__file__).parents[2] / "docs" / "interop.md").read_text(encoding="utf-8")
FIRST, STREAM, INSPECTED = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def test_the_first_example(capsys: pytest.CaptureFixture[str]) -> None:
    exec(FIRST, {})  # noqa: S102 - the project's own documentation
    promised = re.findall(r"print\(.*\)  # (.*)", FIRST)
    assert len(promised) == 2
    assert capsys.readouterr().out.splitlines() == promised


def test_the_example_of_a_stream() -> None:
    encoding = load_harmony_encoding("HarmonyGptOss")
    tokens = encoding.encode("<|channel|>final<|message|>Hi<|return|>", allowed_special="all")
    sent: list[dict[str, Any]] = []
    names = {"chat_completions": chat_completions, "encoding": encoding, "engine": tokens}
    exec(STREAM, {**names, "send": sent.append})  # noqa: S102 - as above
    assert [chunk["choices"][0]["delta"].get("content") for chunk in sent] == ["", "Hi", None]


def test_the_example_of_an_inspector() -> None:
    names = {
        "chat_completions": chat_completions,
        "encoding": load_harmony_encoding("HarmonyGptOss"),
    }
    exec(INSPECTED, {**names, "Role": Role})  # noqa: S102 - as above


@pytest.mark.parametrize("name", re.findall(r"`((?:chat_completions|responses)\.\w+)`", TEXT))
def test_what_is_named_is_there(name: str) -> None:

    module, attribute = name.split(".")
    assert attribute in getattr(interop, module).__all__
