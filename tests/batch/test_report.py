"""Reports of inspect runs: counts that add up, and a page that is safe and opens offline."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from support.streams import encoded

from harmony_core import Role, load_harmony_encoding
from harmony_core._page_link import INSPECT_FRAGMENT, inspect_link
from harmony_core.arrow import InspectSettings
from harmony_core.batch import BatchError, make_report, run_batch
from harmony_core.batch.page import report_page

if TYPE_CHECKING:
    from pathlib import Path

ENCODING = load_harmony_encoding("HarmonyGptOss")
ANALYSIS = "<|channel|>analysis<|message|>Hm<|end|><|start|>assistant"
SOUND = ANALYSIS + "<|channel|>final<|message|>4<|return|>"
EVIL = "<script>alert(1)</script>&\"'"
OUTPUTS = [
    ("small", SOUND),
    ("small", SOUND + "<|start|>user<|message|>" + EVIL + "<|end|>"),
    ("large", SOUND),
    ("large", ANALYSIS + '<|channel|>commentary to=functions.f<|message|>{"a"<|call|>'),
    (EVIL, SOUND[:-10]),
    (None, SOUND),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("report")
    lines = [json.dumps({"model": model, "output": [*encoded(text)]}) for model, text in OUTPUTS]
    source = base / "outputs.jsonl"
    source.write_text("\n".join([*lines, "{", '{"output": null, "model": "large"}']) + "\n")
    run_batch(
        "inspect",
        [str(source)],
        str(base / "out"),
        InspectSettings(),
        line_field="output",
        keep=("model",),
        rows_per_shard=3,
    )
    return base / "out"


def test_the_counts_are_those_of_the_inspections(folder: Path) -> None:
    report = make_report(str(folder), "model")
    inspections = [(m, ENCODING.inspect(encoded(t), Role.ASSISTANT)) for m, t in OUTPUTS]
    codes = Counter(
        code for _, each in inspections for code in {found.code for found in each.diagnostics}
    )
    codes |= {"unreadable: invalid-json": 1, "unreadable: missing-value": 1}
    assert {code: count.outputs for code, count in report.total.codes.items()} == codes
    assert report.total.outputs == len(OUTPUTS) + 2
    assert report.total.ok == sum(each.ok for _, each in inspections)
    assert report.total.tokens_by_channel.total() == sum(len(encoded(t)) for _, t in OUTPUTS)
    assert sum(group.outputs for group in report.groups.values()) == report.total.outputs
    assert [*report.groups] == ["large", "null", "small", EVIL]
    assert report.whole


def test_an_example_is_an_output_with_the_code(folder: Path) -> None:
    report = make_report(str(folder))
    for code, count in report.total.codes.items():
        example = count.example
        if code.startswith("unreadable"):
            assert example.tokens is None
            continue
        assert example.tokens is not None
        assert example.tokens == [*encoded(OUTPUTS[example.row][1])]
        found = ENCODING.inspect(example.tokens, Role.ASSISTANT).diagnostics
        assert (code, example.start, example.stop) in {(f.code, f.start, f.stop) for f in found}


class Page(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_safe_and_loads_nothing(folder: Path) -> None:
    report = make_report(str(folder), "model")
    text = report_page(report, ENCODING, "https://example.org/harmony/#write")
    page = Page(text)
    assert page.tags["svg"] == 2
    assert page.tags["script"] == 0
    assert EVIL in page.text
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on") or name in {"src", "srcset"}}
    assert "default-src 'none'" in text
    addresses = [value or "" for name, value in page.attributes if name == "href"]
    assert addresses
    for address in addresses:
        assert address.startswith("https://example.org/harmony/" + INSPECT_FRAGMENT)
        ids = json.loads(linked(address)["source"])
        assert ids in [[*encoded(output)] for _, output in OUTPUTS]
    for code in report.total.codes:
        assert code in page.text


def test_without_the_pages_address_there_are_no_links(folder: Path) -> None:
    page = Page(report_page(make_report(str(folder)), ENCODING))
    assert page.tags["a"] == 0


def linked(address: str) -> dict[str, Any]:
    """What a link opens Inspect on."""
    data = address.partition(INSPECT_FRAGMENT)[2]
    assert re.fullmatch(r"[\w-]+", data)
    state = zlib.decompress(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    value: dict[str, Any] = json.loads(state)
    return value


def test_a_link() -> None:
    address = inspect_link("https://x/#write", [1, 2])
    assert address.startswith("https://x/#inspect=1.")
    assert linked(address) == {"source": "[1, 2]"}


def test_nothing_found(tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps([*encoded(SOUND)]) + "\n")
    run_batch("inspect", [str(source)], str(tmp_path / "out"))
    report = make_report(str(tmp_path / "out"))
    assert report.total.codes == {}
    assert "Nothing was found" in report_page(report, ENCODING)


def test_no_outputs_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    run_batch("inspect", [str(tmp_path / "a.jsonl")], str(tmp_path / "out"))
    report = make_report(str(tmp_path / "out"))
    assert report.total.outputs == 0
    assert "0 outputs" in report_page(report, ENCODING)


def test_an_unfinished_run_says_so(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        if path.name not in {"_SUCCESS", "part-00001.parquet"}:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    report = make_report(str(tmp_path))
    assert not report.whole
    assert report.total.outputs == 5
    assert "not finished" in report_page(report, ENCODING)


def test_what_no_report_can_be_made_of(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="holds no run"):
        make_report(str(tmp_path))
    with pytest.raises(BatchError, match=re.escape("no column 'x'; the columns are: file, row")):
        make_report(str(folder), "x")
    source = tmp_path / "a.jsonl"
    source.write_text('{"messages": []}\n')
    run_batch("render", [str(source)], str(tmp_path / "out"))
    with pytest.raises(BatchError, match="holds no run of harmony-core batch inspect"):
        make_report(str(tmp_path / "out"))


def test_the_json_is_the_report(folder: Path) -> None:
    report = make_report(str(folder), "model")
    data: dict[str, Any] = json.loads(json.dumps(report.to_dict()))
    assert data["total"]["outputs"] == report.total.outputs
    for code, count in data["total"]["codes"].items():
        assert count["share"] == report.total.codes[code].outputs / report.total.outputs
