"""The build's steps: done when they must be, told when they fail; the server; the browser."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from support.build_tools import import_build_tool

project = import_build_tool("project")
serve = import_build_tool("serve")
browser = import_build_tool("browser")
checks = import_build_tool("checks")
release = import_build_tool("release")
testing = import_build_tool("testing")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def stamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(project, "ROOT", tmp_path)
    monkeypatch.setattr(project, "STAMPS", tmp_path / "stamps")
    return tmp_path / "stamps"


def test_a_step_is_done_once_and_again_when_an_input_or_output_changes(
    tmp_path: Path, stamps: Path
) -> None:
    source, output = tmp_path / "source", tmp_path / "output"
    source.write_text("1", encoding="utf-8")
    done: list[str] = []

    def act() -> None:
        done.append(source.read_text(encoding="utf-8"))
        output.touch()

    for _ in range(2):
        project.step("A step", [source], [output], act)
    assert done == ["1"]
    source.write_text("2", encoding="utf-8")
    project.step("A step", [source], [output], act)
    output.unlink()
    project.step("A step", [source], [output], act)
    assert done == ["1", "2", "2"]
    assert stamps.is_dir()


def test_a_step_that_another_process_does_is_waited_for(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "buildlib", tmp_path / "buildlib")
    program = """
import time
from buildlib.project import ROOT, step

def act() -> None:
    with (ROOT / "output").open("a") as output:
        time.sleep(0.3)
        output.write("done ")

step("A step", [], [ROOT / "output"], act)
"""
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, cwd=tmp_path) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert (tmp_path / "output").read_text(encoding="utf-8") == "done "


def test_a_failed_step_is_done_again(stamps: Path) -> None:
    outcomes = iter([project.BuildError("no"), None])
    runs: list[object] = []

    def act() -> None:
        outcome = next(outcomes)
        runs.append(outcome)
        if outcome:
            raise outcome

    with pytest.raises(project.BuildError):
        project.step("A step", [], [], act)
    project.step("A step", [], [], act)
    project.step("A step", [], [], act)
    assert len(runs) == 2
    assert stamps.is_dir()


def test_a_failing_program_is_told_with_its_output() -> None:
    code = "import sys; print('what happened'); sys.exit(3)"
    with pytest.raises(project.BuildError, match=r"(?s)exit code 3.*what happened"):
        project.run(sys.executable, "-c", code)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(project.BuildError, match="no-such-program was not found"):
        project.run("no-such-program")


@pytest.mark.usefixtures("stamps")
def test_every_check_is_run_and_every_complaint_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "_SETTINGS", ())

    def exits(code: int, words: str) -> Any:
        program = f"import sys; print({words!r}); sys.exit({code})"
        return checks._Check(words, (), (sys.executable, "-c", program))

    failed = checks._failed([exits(1, "one complaint"), exits(0, "fine"), exits(2, "another")])
    assert failed == ["one complaint", "another"]
    shown = capsys.readouterr().out
    assert "exit code 1:\none complaint" in shown
    assert "exit code 2:\nanother" in shown
    assert "fine: done" in shown


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run, each of which fails; the name of the program alone."""
    commands: list[list[str]] = []

    def show(*command: object, **_: str) -> int:
        commands.append([Path(str(command[0])).name, *map(str, command[1:])])
        return 1

    monkeypatch.setattr(testing, "show", show)
    return commands


SPREAD = ["--numprocesses", "N", "--dist", "worksteal"]


@pytest.mark.parametrize(
    ("arguments", "fast", "expected"),
    [
        (["tests/test_build.py::test_x"], False, [["pytest", "tests/test_build.py::test_x"]]),
        (["tests/js/a.test.js"], False, [["node", "--test", "tests/js/a.test.js"]]),
        (
            ["tests/js/a.test.js", "tests/cli", "-x"],
            False,
            [["node", "--test", "tests/js/a.test.js"], ["pytest", "tests/cli", "-x"]],
        ),
        (["-k", "parse"], False, [["pytest", *SPREAD, "-k", "parse"]]),
        (["-k", "x"], True, [["pytest", "-m", "not slow and not page", *SPREAD, "-k", "x"]]),
    ],
)
def test_some_tests_are_chosen(
    shown: list[list[str]], arguments: list[str], fast: bool, expected: list[list[str]]
) -> None:
    failed = testing.run_tests(arguments, fast=fast)
    workers = str(testing._workers())
    assert shown == [[workers if word == "N" else word for word in words] for words in expected]
    names = {"node": "node --test", "pytest": "pytest"}
    assert failed == [names[words[0]] for words in shown]


def test_all_tests_are_those_in_python_and_in_javascript(shown: list[list[str]]) -> None:
    testing.run_tests([])
    assert shown[-1] == ["pytest", "--numprocesses", str(testing._workers()), *SPREAD[2:]]
    scripts = sorted(map(str, (ROOT / "tests" / "js").rglob("*.test.js")))
    assert shown[:-1] == ([["node", "--test", *scripts]] if scripts else [])
    assert 1 <= testing._workers() <= (os.cpu_count() or 1)


CHANGES = "# Changelog\n\n## [1.2.0] - 2026-01-31\n"


def test_a_release_has_one_version() -> None:
    release.check_version("v1.2.0", "1.2.0", CHANGES)
    for tag, version in (("1.2.0", "1.2.0"), ("v1.2.1", "1.2.0"), ("v1.2.0", "1.2.1")):
        with pytest.raises(project.BuildError, match=r"__init__\.py has version"):
            release.check_version(tag, version, CHANGES)
    with pytest.raises(project.BuildError, match=r"no section `## \[1\.3\.0\] - DATE`"):
        release.check_version("v1.3.0", "1.3.0", CHANGES)
    with pytest.raises(project.BuildError, match="no section"):
        release.check_version("v1.2.0", "1.2.0", CHANGES.replace("[1.2.0]", "[Unreleased]"))


def test_the_server_gives_files_with_their_types_and_lets_other_pages_have_them(
    tmp_path: Path,
) -> None:
    types = {
        "a.wasm": "application/wasm",
        "a.mjs": "text/javascript; charset=utf-8",
        "a.js": "text/javascript; charset=utf-8",
        "index.html": "text/html; charset=utf-8",
    }
    for name in types:
        (tmp_path / name).write_text("x", encoding="utf-8")
    with serve.server(tmp_path) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        connection = http.client.HTTPConnection(*listening.server_address)
        for name, kind in types.items():
            connection.request("GET", f"/{name}")
            response = connection.getresponse()
            assert response.read() == b"x"
            assert response.headers["Content-Type"] == kind
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        connection.request("GET", "/../pyproject.toml")
        missing = connection.getresponse()
        missing.read()
        assert missing.status == http.HTTPStatus.NOT_FOUND
        connection.close()
        listening.shutdown()
        thread.join()


@pytest.mark.page
def test_serving_prints_its_address_and_ends_cleanly() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", ROOT / "build.py", "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        line = next(line for line in lines if "http://localhost:" in line)
        port = int(line.rsplit(":", 1)[1].rstrip("/\n"))
        connection = http.client.HTTPConnection("localhost", port)
        connection.request("GET", "/")
        assert b"<title>" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert "Traceback" not in rest


BUILD_THAT_COPIES_OR_FAILS = """
from pathlib import Path
here = Path(__file__).parent
text = (here / "web" / "source").read_text()
if text == "broken":
    raise SystemExit("This source is broken.")
(here / "dist").mkdir(exist_ok=True)
(here / "dist" / "index.html").write_text(text)
"""


@pytest.mark.posix
def test_watching_builds_again_after_each_change_and_serves_the_last_good_page(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "buildlib", tmp_path / "buildlib")
    (tmp_path / "build.py").write_text(BUILD_THAT_COPIES_OR_FAILS, encoding="utf-8")
    source = tmp_path / "web" / "source"
    source.parent.mkdir()
    source.write_text("first", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "buildlib.watch", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None

        def served_after_the_next_build() -> str:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "Serving the page at" in line)
            address = line.split()[4]
            with urllib.request.urlopen(address) as response:  # noqa: S310 - our own server
                return str(response.read(), "utf-8")

        assert served_after_the_next_build() == "first"
        source.write_text("second", encoding="utf-8")
        assert served_after_the_next_build() == "second"
        source.write_text("broken", encoding="utf-8")
        assert next(line for line in process.stdout if "Changed" in line) == "Changed: web/source\n"
        assert "This source is broken." in process.stdout.readline()
        assert served_after_the_next_build() == "second"
        source.write_text("third", encoding="utf-8")
        assert served_after_the_next_build() == "third"
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert rest.endswith("\nStopped.\n")
    assert "Traceback" not in rest


def test_a_browser_that_was_named_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMONY_BROWSER", sys.executable)
    assert browser.find_browser() == sys.executable
    monkeypatch.setenv("HARMONY_BROWSER", "no-such-browser")
    with pytest.raises(project.BuildError, match="no-such-browser"):
        browser.find_browser()


@pytest.mark.page
def test_the_browser_of_this_run_is_there() -> None:
    assert Path(os.environ["HARMONY_BROWSER"]).exists()
