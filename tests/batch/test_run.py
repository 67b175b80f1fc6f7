"""Batch runs in one process: shards, plans, resumption, and faults that really happen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.arrow import poison_columns
from support.batches import command, messages, parts, results, write_jsonl, write_parquet

from harmony_core import Conversation, load_harmony_encoding
from harmony_core.arrow import RenderSettings, SettingsError
from harmony_core.batch import BatchError, Progress, make_plan, run_batch, shard
from harmony_core.batch.files import open_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENCODING = load_harmony_encoding("HarmonyGptOss")


def render(source: Path, folder: Path, **options: Any) -> Any:
    field = {"line_field": "messages", "keep": ("id",)}
    return run_batch("render", [str(source)], str(folder), **{**field, **options})


def expected(count: int) -> list[tuple[int, list[int]]]:
    wholes = [Conversation.from_dict({"messages": messages(number)}) for number in range(count)]
    return [
        (number, ENCODING.render_for_training(whole).tokens) for number, whole in enumerate(wholes)
    ]


def found(folder: Path) -> list[tuple[int, list[int]]]:
    return [(int(row["id"]), row["tokens"]) for row in results(folder)]


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.ndjson", "a.jsonl.gz", "a.jsonl.zst", "a.jsonl.bz2"]
)
@pytest.mark.parametrize("size", [1, 4, 7, 1000])
def test_lines_in_order_whatever_the_shards(tmp_path: Path, name: str, size: int) -> None:
    source = write_jsonl(tmp_path / name, 20)
    summary = render(source, tmp_path / "out", rows_per_shard=size)
    assert found(tmp_path / "out") == expected(20)
    assert [row["row"] for row in results(tmp_path / "out")] == [*range(20)]
    assert len(parts(tmp_path / "out")) == summary.shards == -(-20 // size)
    assert summary.counts == (20, 20, 0)
    assert json.loads((tmp_path / "out" / "_SUCCESS").read_text()) == summary.counts._asdict()


@pytest.mark.parametrize("size", [1, 5, 7, 1000])
@pytest.mark.parametrize("groups", [1, 3, 100])
def test_parquet_in_order_whatever_the_shards(tmp_path: Path, size: int, groups: int) -> None:
    source = write_parquet(tmp_path / "a.parquet", 20, row_group_size=groups)
    render(source, tmp_path / "out", rows_per_shard=size, keep=None)
    assert found(tmp_path / "out") == expected(20)
    splits = [row["split"] for row in results(tmp_path / "out")]
    assert splits == ["train", "test"] * 10


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    lines=st.lists(
        st.sampled_from(["", " ", '{"messages": [], "id": 1}', "x", "é" * 9]), max_size=12
    ),
    ends=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    size=st.integers(1, 5),
)
def test_shards_cut_lines_where_lines_end(
    tmp_path: Path, lines: list[str], ends: str, last: bool, size: int
) -> None:
    """Each line that is not blank is in one shard, with its number."""
    folder = tmp_path / "out"
    shutil.rmtree(folder, ignore_errors=True)
    source = tmp_path / "a.jsonl"
    text = ends.join(lines) + (ends if last else "")
    source.write_bytes(text.encode())
    render(source, folder, rows_per_shard=size)
    numbers = [number for number, line in enumerate(text.split("\n")) if line.strip()]
    assert [row["row"] for row in results(folder)] == numbers


def test_folders_are_read_by_name(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "b").mkdir(parents=True)
    (data / "_hidden").mkdir()
    write_jsonl(data / "b" / "2.jsonl", 2)
    write_jsonl(data / "1.jsonl.gz", 3)
    write_jsonl(data / "_hidden" / "3.jsonl", 1)
    (data / "notes.txt").write_text("x")
    render(data, tmp_path / "out")
    assert [row["file"] for row in results(tmp_path / "out")] == ["1.jsonl.gz"] * 3 + [
        "2.jsonl"
    ] * 2


def test_an_address_of_a_file_system(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 3)
    run_batch(
        "render",
        [source.as_uri()],
        (tmp_path / "out").as_uri(),
        line_field="messages",
        keep=("id",),
    )
    assert found(tmp_path / "out") == expected(3)


def test_nothing_at_all(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text("")
    summary = render(source, tmp_path / "out")
    assert summary.counts == (0, 0, 0)
    assert results(tmp_path / "out") == []
    assert len(parts(tmp_path / "out")) == 1


# Rows at fault.


def test_rows_at_fault_are_results_and_dead_letters(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 10, poison=(2, 7))
    summary = render(source, tmp_path / "out", rows_per_shard=4)
    assert summary.counts == (10, 10, 2)
    errors = [row["error"] and row["error"]["kind"] for row in results(tmp_path / "out")]
    assert errors == [None, None, "invalid-json", *[None] * 4, "invalid-json", None, None]
    lines = (tmp_path / "out" / "dead_letters.jsonl").read_text(encoding="utf-8").splitlines()
    letters = [json.loads(line) for line in lines]
    assert [(letter["row"], letter["kind"], letter["value"]) for letter in letters] == [
        (2, "invalid-json", "{"),
        (7, "invalid-json", "{"),
    ]
    assert {letter["file"] for letter in letters} == {str(source)}
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "_plan.json",
        "_SUCCESS",
        "dead_letters.jsonl",
        *(p.name for p in parts(tmp_path / "out")),
    }


@pytest.mark.parametrize("name", poison_columns())
def test_columns_of_every_type(tmp_path: Path, name: str) -> None:
    column = poison_columns()[name]
    table = pa.table({"messages": column, "id": ["a", "b"]})
    try:
        pq.write_table(table, tmp_path / "a.parquet")
    except (pa.ArrowException, NotImplementedError) as error:
        pytest.skip(f"Parquet has no such column: {error}")
    summary = render(tmp_path / "a.parquet", tmp_path / "out", keep=None)
    assert summary.counts == (2, 2, 2)
    assert [row["id"] for row in results(tmp_path / "out")] == ["a", "b"]
    letters = (tmp_path / "out" / "dead_letters.jsonl").read_text().splitlines()
    assert [json.loads(letter)["row"] for letter in letters] == [0, 1]


# Going on.


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 20, poison=(3,))
    folder = tmp_path / "out"
    render(source, folder, rows_per_shard=4)
    before = results(folder)
    times = {path: path.stat().st_mtime_ns for path in parts(folder)}
    letters = (folder / "dead_letters.jsonl").read_text()
    again = render(source, folder, rows_per_shard=4)
    assert (again.resumed, again.counts) == (5, (20, 20, 1))
    assert times == {path: path.stat().st_mtime_ns for path in parts(folder)}
    assert (folder / "dead_letters.jsonl").read_text() == letters
    assert results(folder) == before


@pytest.mark.parametrize("damage", ["missing", "cut", "empty"])
def test_a_file_that_is_not_sound_is_made_again(tmp_path: Path, damage: str) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 20)
    folder = tmp_path / "out"
    render(source, folder, rows_per_shard=4)
    before = results(folder)
    (folder / "_SUCCESS").unlink()
    part = parts(folder)[2]
    if damage == "missing":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:-9] if damage == "cut" else b"")
    assert render(source, folder, rows_per_shard=4).resumed == 4
    assert results(folder) == before


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rows_per_shard": 5}, "has 4 rows a shard, not 5"),
        ({"settings": RenderSettings(turns="all")}, "turns='last', not turns='all'"),
        ({"keep": None}, "keeps other columns"),
        ({"line_field": None}, "reads another field"),
    ],
)
def test_another_run_in_the_folder_is_refused(
    tmp_path: Path, change: dict[str, Any], text: str
) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 8)
    render(source, tmp_path / "out", rows_per_shard=4)
    with pytest.raises(BatchError, match=text) as caught:
        render(source, tmp_path / "out", **{"rows_per_shard": 4, **change})
    assert caught.value.kind == "plan"


def test_other_inputs_in_the_folder_are_refused(tmp_path: Path) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 8)
    render(source, tmp_path / "out")
    write_jsonl(source, 9)
    with pytest.raises(
        BatchError, match=r"has other inputs: .*a\.jsonl of \d+ bytes, not .*a\.jsonl"
    ):
        render(source, tmp_path / "out")
    with pytest.raises(BatchError, match="has other inputs"):
        render(write_jsonl(tmp_path / "b.jsonl", 8), tmp_path / "out")


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "work.txt").write_text("x")
    with pytest.raises(BatchError, match="no plan, and other files in it, such as work"):
        render(write_jsonl(tmp_path / "a.jsonl", 1), tmp_path / "out")


def test_a_plan_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "_plan.json").write_text("{")
    with pytest.raises(BatchError, match="cannot be read"):
        render(write_jsonl(tmp_path / "a.jsonl", 1), tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("missing.jsonl", "missing.* does not exist"),
        ("a.csv", "is neither"),
        ("empty", "has no"),
    ],
)
def test_inputs_that_are_none(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(BatchError, match=text) as caught:
        render(tmp_path / name, tmp_path / "out")
    assert caught.value.kind == "input"
    assert not (tmp_path / "out").exists()


def test_an_input_that_cannot_be_read_leaves_its_shards_out(tmp_path: Path) -> None:
    """The others are answered; nothing says that all is there."""
    data = tmp_path / "data"
    data.mkdir()
    write_jsonl(data / "1.jsonl.gz", 200)
    write_jsonl(data / "2.jsonl.gz", 5)
    folder = tmp_path / "out"
    plan = make_plan("render", [str(data)], line_field="messages", keep=("id",), rows_per_shard=150)
    assert len(plan.shards) == 3
    whole = (data / "1.jsonl.gz").read_bytes()
    stat = (data / "1.jsonl.gz").stat()
    folder.mkdir()
    (folder / "_plan.json").write_text(json.dumps(plan.to_dict()))
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 255
    (data / "1.jsonl.gz").write_bytes(damaged)
    os.utime(data / "1.jsonl.gz", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    summary = render(data, folder, rows_per_shard=150)
    assert {left.number for left in summary.left_out} >= {1}
    assert "Cannot read" in summary.left_out[-1].reason
    assert parts(folder)
    assert not (folder / "_SUCCESS").exists()
    (data / "1.jsonl.gz").write_bytes(whole)
    os.utime(data / "1.jsonl.gz", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert render(data, folder, rows_per_shard=150).left_out == []
    assert len(results(folder)) == 205


def test_inputs_of_different_columns_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write_parquet(data / "a.parquet", 2)
    write_jsonl(data / "b.jsonl", 2)
    with pytest.raises(SettingsError, match="have different columns"):
        render(data, tmp_path / "out", keep=("id",))
    render(data, tmp_path / "out", keep=())
    assert len(results(tmp_path / "out")) == 4


@pytest.mark.parametrize("keep", [("nothing",), ("id", "nothing")])
def test_a_column_that_is_not_there(tmp_path: Path, keep: tuple[str, ...]) -> None:
    source = write_parquet(tmp_path / "a.parquet", 2)
    with pytest.raises(SettingsError, match="no column 'nothing'; the columns are: id, messages"):
        render(source, tmp_path / "out", keep=keep)


def test_progress(tmp_path: Path) -> None:
    told: list[Progress] = []
    source = write_jsonl(tmp_path / "a.jsonl", 8, poison=(5,))
    render(source, tmp_path / "out", rows_per_shard=2, progress=told.append)
    assert [each.shards for each in told] == [1, 2, 3, 4]
    assert [each.rows_left for each in told] == [6, 4, 2, 0]
    assert [each.errors for each in told] == [0, 0, 1, 1]
    assert told[-1].rows_per_second > 0
    assert told[-1].seconds_left == 0


# Kills and full disks.


@pytest.mark.posix
@pytest.mark.parametrize("delay", [0.0, 0.2, 0.5])
def test_the_run_is_killed_and_goes_on(tmp_path: Path, delay: float) -> None:
    source = write_jsonl(tmp_path / "a.jsonl", 6000, poison=(5,))
    folder = tmp_path / "out"
    line = command(
        *("batch", "render", source, "-o", folder, "--rows-per-shard", "100", "--keep", "id")
    )
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not parts(folder) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(delay)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    there = len(parts(folder))
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    rows = results(folder)
    assert [row["row"] for row in rows] == [*range(6000)]
    assert [row["error"] is None for row in rows] == [number != 5 for number in range(6000)]
    assert f"{there} of them there before" in done.stdout
    assert not (folder / "_aside").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds 200 kilobytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"No file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    """What was written is sound, and the run goes on when there is room."""
    source = write_jsonl(tmp_path / "a.jsonl", 4000)
    folder = small_disk / "out"
    line = command(
        *("batch", "render", source, "-o", folder, "--rows-per-shard", "200", "--keep", "id")
    )
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    there = parts(folder)
    assert 0 < len(there) < 20
    assert [row["row"] for row in results(folder)] == [*range(len(there) * 200)]
    assert not (folder / "_SUCCESS").exists()
    subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{len(there)} of them there before" in done.stdout
    assert [row["row"] for row in results(folder)] == [*range(4000)]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BatchError) as caught:
        render(write_jsonl(tmp_path / "a.jsonl", 1), tmp_path / "file" / "out")
    assert caught.value.kind in {"output", "plan"}


def test_a_shard_reads_no_more_than_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last shard of a big file does not read the whole file."""
    source = tmp_path / "a.jsonl"
    source.write_text('{"messages": []}\n' * 400_000)
    monkeypatch.setattr(shard, "_CHUNK", 1 << 12)
    plan = make_plan("render", [str(source)], rows_per_shard=100)
    last = plan.shards[-1]
    read = 0

    class Counted:
        def __init__(self, file: Any) -> None:
            self.stream = open_bytes(file)

        def __enter__(self) -> Counted:  # noqa: PYI034 - Self is 3.11
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def seek(self, offset: int) -> None:
            self.stream.seek(offset)

        def read(self, size: int) -> bytes:
            nonlocal read
            data: bytes = self.stream.read(size)
            read += len(data)
            return data

    monkeypatch.setattr(shard, "open_bytes", Counted)
    lines = [*shard._lines(last, plan.inputs[0])]
    assert [number for number, _ in lines] == [*range(399_900, 400_000)]
    assert read <= 100 * 17 + (1 << 12)
