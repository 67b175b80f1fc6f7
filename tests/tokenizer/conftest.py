"""Every test of a tokenizer runs over every backend."""

from __future__ import annotations

import pytest

from harmony_core.tokenizer import BackendName, Tokenizer, load_tokenizer
from harmony_core.tokenizer._vocabulary import Vocabulary, load_packed


@pytest.fixture(scope="session", params=["python", "tiktoken"])
def backend(request: pytest.FixtureRequest) -> BackendName:
    name: BackendName = request.param
    return name


@pytest.fixture(scope="session")
def tokenizer(backend: BackendName) -> Tokenizer:
    return load_tokenizer(backend=backend)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_packed("o200k_base")
