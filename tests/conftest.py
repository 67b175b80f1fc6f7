"""What every test may ask for: the tokenizer, and the two oracles fed with our own vocabulary."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from support.oracles import load_reference, load_tiktoken, write_published_vocabulary

from harmony_core.tokenizer import Tokenizer, load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    import openai_harmony
    import tiktoken

# How long a case takes says nothing of whether it is right, and machines differ.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# To notice a fault is enough: a smaller example of it interests nobody.
settings.register_profile(
    "mutation",
    settings.get_profile("project"),
    phases=[Phase.explicit, Phase.generate],
    database=None,
)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if sys.platform == "win32":
        for item in items:
            if item.get_closest_marker("posix"):
                item.add_marker(pytest.mark.skip("needs signals or named pipes"))


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    """The tokenizer in pure Python; the tokenizer's own tests try every backend."""
    return load_tokenizer(backend="python")


@pytest.fixture(scope="session")
def published_vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file o200k_base.tiktoken, expanded from our packed vocabulary."""
    path = tmp_path_factory.mktemp("encodings") / "o200k_base.tiktoken"
    write_published_vocabulary(load_tokenizer(), path)
    return path


@pytest.fixture(scope="session")
def reference(published_vocabulary: Path) -> Iterator[ModuleType]:
    """The module openai_harmony, which checks the vocabulary's published hash itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_ENCODINGS_BASE", str(published_vocabulary.parent))
        yield load_reference()


@pytest.fixture(scope="session")
def reference_encoding(reference: ModuleType) -> openai_harmony.HarmonyEncoding:
    name = reference.HarmonyEncodingName.HARMONY_GPT_OSS
    encoding: openai_harmony.HarmonyEncoding = reference.load_harmony_encoding(name)
    return encoding


@pytest.fixture(scope="session")
def tiktoken_encoding() -> tiktoken.Encoding:
    """tiktoken's encoder with our ranks, and the pattern and special tokens of o200k_harmony."""
    return load_tiktoken(load_tokenizer())
