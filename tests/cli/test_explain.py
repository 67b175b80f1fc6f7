"""``explain``: codes, errors, and what is neither."""

from __future__ import annotations

import json

import pytest
from support.command import run

from harmony_core.format.diagnosis.codes import CODES

ERROR = "Unexpected token 12606 while expecting start token 200006"


@pytest.mark.parametrize("name", CODES)
def test_every_code_is_explained(name: str) -> None:
    done = run("explain", name)
    assert (done.code, done.err) == (0, "")
    assert done.text.startswith(f"{name} ({CODES[name].severity.value})\n")
    assert " ".join(CODES[name].advice.split()) in " ".join(done.text.split())
    assert all(len(line) <= 88 or " " not in line.strip() for line in done.text.splitlines())
    assert json.loads(run("explain", "--json", name).out)["codes"] == [CODES[name].to_dict()]


def test_an_error_is_explained_wherever_it_is_in_a_line() -> None:
    for arguments, stdin in (
        ([ERROR], b""),
        (ERROR.split(), b""),
        ([], f"openai: {ERROR}".encode()),
    ):
        done = run("explain", *arguments, stdin=stdin)
        assert done.code == 0
        assert "'comment'" in done.text
        assert "\nmissing-start (warning)\n" in done.text


def test_what_is_neither_is_told_with_what_is_near() -> None:
    done = run("explain", "mising-end\x1b[2J")
    assert (done.code, done.out) == (2, b"")
    assert "did you mean missing-end" in done.err
    assert "\x1b" not in done.err
    assert run("explain").code == 2


def test_all_codes_are_listed() -> None:
    assert [line.split()[0] for line in run("explain", "--list").text.splitlines()] == list(CODES)
    listed = json.loads(run("explain", "--list", "--json").out)
    assert [code["name"] for code in listed] == list(CODES)
