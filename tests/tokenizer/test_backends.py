"""The backends: which one encodes, and that it cannot be told from the tokens."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import tiktoken

from harmony_core import HarmonyError, load_harmony_encoding
from harmony_core.tokenizer import BackendError, load_tokenizer
from harmony_core.tokenizer import _backends as backends
from harmony_core.tokenizer._backends import make_encoder
from harmony_core.tokenizer._pieces import O200K
from harmony_core.tokenizer._python_encoder import PythonEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from harmony_core.tokenizer import Tokenizer
    from harmony_core.tokenizer._vocabulary import Vocabulary

N_THREADS = 8
TEXT = "It's 12345 o'clock,\r\n\tWE'LL see \u4e2d\u6587 qzqz \U0001f600 "


@pytest.fixture(scope="module")
def python(vocabulary: Vocabulary) -> PythonEncoder:
    return PythonEncoder(O200K, vocabulary)


def test_backend_by_name() -> None:
    for name in ("python", "tiktoken"):
        assert load_tokenizer(backend=name).backend == name
        encoding = load_harmony_encoding("HarmonyGptOss", backend=name)
        assert encoding.tokenizer.backend == name
        assert encoding is load_harmony_encoding("HarmonyGptOss", backend=name)


def test_an_unknown_backend_is_refused() -> None:
    message = "^unknown backend 'rust'; known: auto, python, tiktoken$"
    with pytest.raises(ValueError, match=message):
        load_tokenizer(backend="rust")  # type: ignore[arg-type]


def test_auto_goes_over_to_tiktoken_once_that_pays(
    vocabulary: Vocabulary, python: PythonEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "_PAYS_AFTER", 3 * len(TEXT))
    encoder = make_encoder("auto", O200K, vocabulary)
    expected = python.encode(TEXT)
    seen = []
    for _ in range(4):
        assert encoder.encode(TEXT) == expected
        seen.append(encoder.backend)
    assert seen == ["python", "python", "tiktoken", "tiktoken"]


def test_threads_go_over_together(
    vocabulary: Vocabulary, python: PythonEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "_PAYS_AFTER", 10)
    encoder = make_encoder("auto", O200K, vocabulary)
    barrier = Barrier(N_THREADS)

    def encode(seed: int) -> list[list[int]]:
        barrier.wait()
        return [encoder.encode(f"{TEXT}{seed}{step}") for step in range(20)]

    with ThreadPoolExecutor(N_THREADS) as pool:
        found = list(pool.map(encode, range(N_THREADS)))
    assert encoder.backend == "tiktoken"
    for seed, results in enumerate(found):
        assert results == [python.encode(f"{TEXT}{seed}{step}") for step in range(20)]


@pytest.mark.parametrize(
    "text",
    [
        " " * 1_000_000 + "x",
        "x" + "\u3000" * 1_500_000,
        "x\n" + " " * 500_000 + "\t" + " " * 500_000,
        "x" * 399_999 + " " * 999_999,
        "\n" * 1_000_001,
        "a" * 1_000_000,
    ],
    ids=["blanks", "wide", "mixed", "between blocks", "lines", "letters"],
)
def test_long_runs(tokenizer: Tokenizer, python: PythonEncoder, text: str) -> None:
    """Runs of blanks that tiktoken alone dies of."""
    assert tokenizer.encode_ordinary(text) == python.encode(text)


class OlderUnicode(tiktoken.Encoding):
    """tiktoken, had it been built before the script Garay was in Unicode."""

    def __init__(self, name: str, *, pat_str: str, **tables: Any) -> None:
        older = pat_str.replace(r"\p{L}", r"[\p{L}&&[^\x{10d40}-\x{10d8f}]]")
        super().__init__(name, pat_str=older, **tables)


def fake_module(**names: object) -> ModuleType:
    module = ModuleType("tiktoken")
    vars(module).update(names)
    return module


UNUSABLE = {
    "absent": (None, "install harmony-core[tiktoken]"),
    "empty": (fake_module(), "cannot import name 'Encoding'"),
    "other class": (fake_module(Encoding=str), "its interface is not that of 0.14"),
    "other methods": (fake_module(Encoding=dict), "its interface is not that of 0.14"),
    "other Unicode": (fake_module(Encoding=OlderUnicode), "another version of Unicode"),
}


@pytest.mark.parametrize(("module", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_tiktoken_that_cannot_be_used(
    vocabulary: Vocabulary,
    python: PythonEncoder,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType | None,
    words: str,
) -> None:
    monkeypatch.setitem(sys.modules, "tiktoken", module)
    with pytest.raises(BackendError) as caught:
        make_encoder("tiktoken", O200K, vocabulary)
    assert str(caught.value).startswith("backend 'tiktoken' cannot be used: ")
    assert words in str(caught.value)
    assert str(caught.value).endswith("or choose backend 'python'")
    assert isinstance(caught.value, HarmonyError)
    assert isinstance(caught.value, ImportError)

    monkeypatch.setattr(backends, "_PAYS_AFTER", 1)
    encoder = make_encoder("auto", O200K, vocabulary)
    for _ in range(2):
        assert encoder.encode(TEXT) == python.encode(TEXT)
        assert encoder.backend == "python"


def test_nothing_is_imported_that_is_not_asked_for(tmp_path: Path) -> None:
    program = (
        "import sys; from harmony_core import load_harmony_encoding;"
        "load_harmony_encoding('HarmonyGptOss').encode('hello');"
        "print({'tiktoken', 'regex', 'urllib.request', 'http.client', 'tempfile', 'hashlib'}"
        ".intersection(sys.modules))"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TIKTOKEN_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,  # not the checkout, whose sources would be imported
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
