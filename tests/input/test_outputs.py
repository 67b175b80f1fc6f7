"""What people paste and servers answer, shape by shape: ``tests/data/outputs.json``.

A case gives its input as ``json`` (a value), as ``text``, or as ``lines`` (values and texts), and
either the outputs to be read from it or the error. ``source`` tells where the shape is from.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harmony_core.format.finish import Finish
from harmony_core.input import AlreadyParsedError, Outputs, TokenInputError, read_outputs
from harmony_core.input.engines import REQUESTS, SHAPES, SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.tokenizer import Tokenizer

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "outputs.json").read_text("utf-8")
)


def given(case: dict[str, Any]) -> str:
    if "json" in case:
        return json.dumps(case["json"])
    if "lines" in case:
        return "\n".join(
            line if isinstance(line, str) else json.dumps(line) for line in case["lines"]
        )
    return str(case["text"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_shape(case: dict[str, Any], tokenizer: Tokenizer) -> None:
    assert case["source"]
    source = given(case)
    if "error" in case:
        with pytest.raises(TokenInputError) as caught:
            read_outputs(source, tokenizer)
        error = caught.value
        assert error.kind == case["error"], str(error)
        assert isinstance(error, AlreadyParsedError) == (error.kind == "already-parsed")
        assert error.hint
        assert 0 <= error.start <= error.stop <= len(source)
        return
    found = read_outputs(source, tokenizer)
    assert [
        {
            "text": tokenizer.decode(output.tokens),
            "path": output.path,
            "engine": output.engine,
            "kind": output.kind,
        }
        for output in found.outputs
    ] == [
        {name: wanted[name] for name in ("text", "path", "engine", "kind")}
        for wanted in case["outputs"]
    ]
    for output, wanted in zip(found.outputs, case["outputs"], strict=True):
        assert output.finish == Finish(*wanted.get("finish", ()))
        assert output.prompt == wanted.get("prompt")
        assert output.form
        assert output.title
    if "left" in case:
        assert [left.kind for left in found.left] == case["left"]
    assert not any(left.is_fault for left in found.left) or "left" in case


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_bytes_say_what_text_says(case: dict[str, Any], tokenizer: Tokenizer) -> None:
    source = given(case)
    expected = outcome(source, tokenizer)
    assert outcome(gzip.compress(source.encode()), tokenizer) == expected
    assert outcome(source.encode("utf-16"), tokenizer) == expected


def outcome(source: str | bytes, tokenizer: Tokenizer) -> Outputs | tuple[str, str]:
    try:
        return read_outputs(source, tokenizer)
    except TokenInputError as error:
        return error.kind, str(error)


def test_the_documented_tables_are_those_of_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "input.md").read_text("utf-8")
    rows = [
        f"| {shape.engine} "
        f"| {', '.join(f'`{each}`' if each else 'the answer' for each in shape.each)} "
        f"| {', '.join(f'`{path}`' for path in (*shape.ids, *shape.pieces, *shape.text))} "
        f"| {shape.source} |\n"
        for shape in SHAPES
    ]
    assert "".join(rows) in page
    assert "".join(f"| {engine} | {request} |\n" for engine, request in REQUESTS.items()) in page


def test_every_shape_has_a_case() -> None:
    engines = {output["engine"] for case in CASES for output in case.get("outputs", ())}
    parsed = " ".join(case["name"] for case in CASES if case.get("error") == "already-parsed")
    for shape in SHAPES:
        name = shape.engine
        assert name in parsed or any(engine.endswith(name) for engine in engines), name


@pytest.mark.parametrize("engine", [engine for _, engine in SIGNS])
def test_every_engine_is_told_by_its_signs(engine: str) -> None:
    shown = [output["engine"] for case in CASES for output in case.get("outputs", ())]
    parsed = [case["name"] for case in CASES if case.get("error") == "already-parsed"]
    assert any(name.startswith(engine) for name in (*shown, *parsed))


def test_what_to_ask_for_names_the_engine_that_answered_first(tokenizer: Tokenizer) -> None:
    source = '{"response": "Hi", "done": true, "done_reason": "stop"}'
    with pytest.raises(AlreadyParsedError) as caught:
        read_outputs(source, tokenizer)
    assert next(iter(caught.value.requests)) == "Ollama"
    assert caught.value.requests["Ollama"] in caught.value.hint
    assert set(caught.value.requests) == set(REQUESTS)


def test_zstandard(tokenizer: Tokenizer) -> None:
    source = "<|channel|>final<|message|>Hi<|return|>"
    assert outcome(zstandard().compress(source.encode()), tokenizer) == outcome(source, tokenizer)


@pytest.mark.parametrize("compress", [gzip.compress, lambda data: zstandard().compress(data)])
def test_compressed_data_cut_short(
    compress: Callable[[bytes], bytes], tokenizer: Tokenizer
) -> None:
    data = compress(b"<|channel|>final<|message|>Hi<|return|>" * 100)
    with pytest.raises(TokenInputError) as caught:
        read_outputs(data[: len(data) // 2], tokenizer)
    assert caught.value.kind == "compressed"


def zstandard() -> Any:
    return pytest.importorskip(
        "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    )


def test_bytes_that_are_no_text(tokenizer: Tokenizer) -> None:
    for data, kind in ((b"\xff\x00\x01\x00", "binary"), (b"caf\xe9", "not-utf8")):
        with pytest.raises(TokenInputError) as caught:
            read_outputs(data, tokenizer)
        assert caught.value.kind == kind
