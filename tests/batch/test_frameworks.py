"""The functions of ``harmony_core.arrow`` run as they are in frameworks of data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from support.batches import ELSEWHERE
from support.turns import conversation

from harmony_core import load_harmony_encoding
from harmony_core.arrow import render_batch, render_schema

if TYPE_CHECKING:
    from pathlib import Path

WHOLES = [conversation(letters) for letters in ("uf", "uaf", "uactaf")]
ROWS = [{"id": number, "messages": whole.to_json()} for number, whole in enumerate(WHOLES)]
ROWS.append({"id": len(WHOLES), "messages": "not a conversation"})
ENCODING = load_harmony_encoding("HarmonyGptOss")
EXPECTED = [ENCODING.render_for_training(whole).tokens for whole in WHOLES]


def check(rows: list[dict[str, Any]]) -> None:
    ordered = sorted(rows, key=lambda row: int(row["id"]))
    assert [[*row["tokens"]] for row in ordered[:-1]] == EXPECTED
    assert [sum(row["loss_mask"]) > 0 for row in ordered[:-1]] == [True] * len(EXPECTED)
    assert [row["error"] is None for row in ordered] == [True, True, True, False]
    assert ordered[-1]["error"]["kind"] == "invalid-json"


def test_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    datasets = pytest.importorskip("datasets", exc_type=ImportError)
    data = datasets.Dataset.from_list(ROWS).with_format("arrow")
    rendered = data.map(render_batch, batched=True, batch_size=2, remove_columns=data.column_names)
    check(rendered.with_format(None).to_list())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_dask() -> None:
    dataframe = pytest.importorskip("dask.dataframe", exc_type=ImportError)
    import pandas as pd  # noqa: PLC0415 - comes with dask

    def render_partition(frame: Any) -> Any:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        return render_batch(table).to_pandas()

    frame = dataframe.from_pandas(pd.DataFrame(ROWS), npartitions=2)
    empty = pa.table({"id": pa.array([], pa.int64()), "messages": pa.array([], pa.string())})
    rendered = frame.map_partitions(render_partition, meta=render_batch(empty).to_pandas())
    check(rendered.compute(scheduler="threads").to_dict("records"))


@pytest.mark.filterwarnings("ignore")
def test_daft() -> None:
    daft = pytest.importorskip("daft", exc_type=ImportError)
    added = render_schema(pa.schema({"messages": pa.string()}))
    kind = daft.DataType.from_arrow_type(pa.struct([*added]))

    @daft.udf(return_dtype=kind)  # type: ignore[untyped-decorator]
    def render(messages: Any) -> Any:
        texts = messages.to_arrow().cast(pa.string())
        return render_batch(pa.table({"messages": texts})).to_struct_array()

    frame = daft.from_pylist(ROWS)
    rows = frame.select(frame["id"], render(frame["messages"]).alias("out")).to_pylist()
    check([{"id": row["id"], **row["out"]} for row in rows])


SPARK = """
import json, sys
import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema
from harmony_core.arrow import render_batch, render_schema

rows = json.loads(sys.stdin.read())
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
frame = spark.createDataFrame(rows, "id long, messages string")
schema = from_arrow_schema(render_schema(pa.schema({"id": pa.int64(), "messages": pa.string()})))
done = frame.mapInArrow(lambda batches: map(render_batch, batches), schema).collect()
open(sys.argv[1], "w").write(json.dumps([row.asDict(recursive=True) for row in done]))
spark.stop()
"""

RAY_DATA = """
import json, os, sys
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
import ray
from harmony_core.arrow import render_batch

rows = json.loads(sys.stdin.read())
ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
data = ray.data.from_items(rows).map_batches(render_batch, batch_format="pyarrow")
open(sys.argv[1], "w").write(json.dumps(data.to_pandas().to_json(orient="records")))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("package", "program"), [("pyspark", SPARK), ("ray", RAY_DATA)])
def test_frameworks_that_start_processes(tmp_path: Path, package: str, program: str) -> None:
    pytest.importorskip(package, exc_type=ImportError)
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "rows.json"],
        input=json.dumps(ROWS),
        capture_output=True,
        text=True,
        check=False,
        cwd=ELSEWHERE,
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "rows.json").read_text())
    check(json.loads(rows) if isinstance(rows, str) else rows)
