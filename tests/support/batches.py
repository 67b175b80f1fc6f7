"""Inputs and programs for the tests of batch runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from support.turns import conversation

# Ray's workers also import what is in the folder of the driver: there are no sources here.
ELSEWHERE = tempfile.gettempdir()

LETTERS = ("uf", "uaf", "uactaf", "ufuaf", "sDuactf")


def messages(number: int) -> list[dict[str, Any]]:
    """The messages of a row, which tell the rows apart."""
    letters = LETTERS[number % len(LETTERS)]
    whole = conversation(letters, [f"{number} {place}" for place in range(len(letters))])
    found: list[dict[str, Any]] = whole.to_dict()["messages"]
    return found


def write_jsonl(path: Path, count: int, poison: tuple[int, ...] = ()) -> Path:
    """A file of conversations; those at fault are no JSON."""
    lines = [
        "{" if number in poison else json.dumps({"id": number, "messages": messages(number)})
        for number in range(count)
    ]
    data = "".join(line + "\n" for line in lines).encode()
    compressions = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
    if path.suffix in compressions:
        with pa.CompressedOutputStream(str(path), compressions[path.suffix]) as stream:
            stream.write(data)
    else:
        path.write_bytes(data)
    return path


def write_parquet(path: Path, count: int, row_group_size: int = 7) -> Path:
    """A file of conversations, as JSON in a column."""
    table = pa.table(
        {
            "id": pa.array(range(count), pa.int64()),
            "messages": [json.dumps(messages(number)) for number in range(count)],
            "split": pa.array(["train", "test"] * count).slice(0, count).dictionary_encode(),
        }
    )
    pq.write_table(table, path, row_group_size=row_group_size)
    return path


def parts(folder: Path) -> list[Path]:
    """The files of results, in order."""
    return sorted(folder.glob("part-*.parquet"))


def results(folder: Path) -> list[dict[str, Any]]:
    """All results, in order, without the input's path."""
    rows: list[dict[str, Any]] = []
    for path in parts(folder):
        rows += pq.read_table(path).to_pylist()
    return [{**row, "file": Path(row["file"]).name} for row in rows]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ELSEWHERE,
        env={**os.environ, **environment},
    )


def command(*arguments: str | Path) -> list[str]:
    """The command line as a list."""
    return [sys.executable, "-m", "harmony_core", *map(str, arguments)]
