"""The tests run against what users install, and the page gets the same."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

import harmony_core

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "harmony_core"
DIST = ROOT / "dist"


def page_wheel() -> Path:
    (wheel,) = (DIST / "pyodide").glob("harmony_core-*.whl")
    return wheel


def test_the_package_under_test_is_installed_not_the_source_tree() -> None:
    assert not Path(harmony_core.__file__).is_relative_to(ROOT / "harmony_core")


@pytest.mark.page
def test_the_wheel_holds_the_sources_and_nothing_else() -> None:
    with zipfile.ZipFile(page_wheel()) as wheel:
        packed = {
            name: wheel.read(name) for name in wheel.namelist() if name.startswith("harmony_core/")
        }
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in SOURCES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == sources


@pytest.mark.page
def test_the_installed_files_are_the_page_wheels() -> None:
    with zipfile.ZipFile(page_wheel()) as wheel:
        (record,) = [name for name in wheel.namelist() if name.endswith("RECORD")]
        rows = list(csv.reader(wheel.read(record).decode().splitlines()))
    installed = Path(harmony_core.__file__).resolve().parents[1]
    for name, digest, _ in rows:
        if not name.startswith("harmony_core/"):
            continue
        found = hashlib.sha256((installed / name).read_bytes()).digest()
        assert digest == "sha256=" + base64.urlsafe_b64encode(found).rstrip(b"=").decode()


def test_it_needs_nothing_else() -> None:
    required = distribution("harmony-core").requires or []
    assert [line for line in required if "extra ==" not in line] == []


@pytest.mark.page
def test_the_lock_file_names_what_lies_beside_it() -> None:
    lock = json.loads((DIST / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert set(lock["packages"]) == {"harmony-core", "micropip"}
    for package in lock["packages"].values():
        file = DIST / "pyodide" / package["file_name"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == package["sha256"]


@pytest.mark.page
def test_no_file_of_the_page_is_fetched_from_elsewhere() -> None:
    page = (DIST / "index.html").read_text(encoding="utf-8")
    assert "http:" not in page
    assert "https:" not in page
