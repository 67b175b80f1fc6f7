"""What the repository's documents and workflows name is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import harmony_core

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob(".github/**/*.md")]
WORKFLOWS = [*ROOT.glob(".github/workflows/*.yml")]
FOLDERS = "harmony_core|web|tests|bench|buildlib|docs|examples|requirements"


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{FOLDERS})/[^`*\s]*)`", text)
    linked = re.findall(r"\]\((?!\w+:)([^)#]+)", text)
    for name in named:
        assert (ROOT / name.split("::")[0]).exists(), name
    for name in linked:
        assert (document.parent / name).exists(), name


def test_each_change_says_what_it_touches() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = text.split("## Where a change goes")[1].split("| --- | --- | --- |\n")[1].splitlines()
    assert len(rows) >= 10
    for row in rows:
        _, change, touched, tests, _ = row.split("|")
        assert re.search(rf"`(?:{FOLDERS})/", touched), change
        assert "`tests/" in tests, change


def test_every_room_is_on_the_plan() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [path.parent for path in (ROOT / "harmony_core").glob("*/__init__.py")]
    rooms += [path.parent for path in (ROOT / "web").glob("*/*.js")]
    for room in rooms:
        assert f"`{room.relative_to(ROOT).as_posix()}/`" in text, room


def test_every_command_that_is_named_exists() -> None:
    usage = subprocess.run(
        [sys.executable, ROOT / "build.py", "--help"], capture_output=True, text=True, check=True
    ).stdout
    known = {*re.findall(r"^    (\w+)", usage, flags=re.MULTILINE)}
    assert {"serve", "test"} <= known
    for path in (*DOCUMENTS, *WORKFLOWS):
        found = re.findall(r"python3? build\.py ([a-z]\w*)", path.read_text(encoding="utf-8"))
        assert {*found} <= known, path


def test_actions_are_pinned() -> None:
    for path in WORKFLOWS:
        for action in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8")):
            pinned = re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
            assert pinned or action.startswith("./"), (path, action)


def test_the_tests_run_on_every_python_that_the_package_is_for() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    classified = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    (tested,) = re.findall(r"^        python: \[(.*)\]", workflow, re.MULTILINE)
    assert re.findall(r"3\.\d+", tested) == classified
    assert f'requires-python = ">={classified[0]}"' in project


def test_the_changelog_has_this_version_or_unreleased_changes() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[(.*?)\](?: - (\d{4}-\d\d-\d\d))?$", changes, re.MULTILINE)
    assert len(sections) == len(re.findall(r"^## ", changes, re.MULTILINE))
    first, date = sections[0]
    assert (first == "Unreleased") == (date == "")
    assert first in {"Unreleased", harmony_core.__version__}
