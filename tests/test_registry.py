from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from harmony_core import HarmonyEncodingName, HarmonyError, load_harmony_encoding, registry

if TYPE_CHECKING:
    from types import ModuleType

N_THREADS = 8


def test_the_name_may_be_text_or_the_enumerations() -> None:
    assert str(HarmonyEncodingName.HARMONY_GPT_OSS) == "HarmonyGptOss"
    by_text = load_harmony_encoding("HarmonyGptOss")
    assert by_text is load_harmony_encoding(HarmonyEncodingName.HARMONY_GPT_OSS)
    assert by_text.name == "HarmonyGptOss"


@pytest.mark.parametrize("name", ["x", "", "harmonygptoss", 3, None])
def test_an_unknown_name_is_refused_as_by_the_reference(reference: ModuleType, name: str) -> None:
    with pytest.raises(ValueError, match="Invalid HarmonyEncodingName") as theirs:
        reference.load_harmony_encoding(name)
    with pytest.raises(ValueError, match="Invalid HarmonyEncodingName") as ours:
        load_harmony_encoding(name)
    assert str(ours.value) == f"{theirs.value}; expected 'HarmonyGptOss'"
    assert isinstance(ours.value, HarmonyError)


def test_threads_that_load_at_once_get_one_encoding() -> None:
    registry._build.cache_clear()
    barrier = Barrier(N_THREADS)

    def load(_: int) -> object:
        barrier.wait()
        return load_harmony_encoding("HarmonyGptOss")

    with ThreadPoolExecutor(N_THREADS) as pool:
        loaded = list(pool.map(load, range(N_THREADS)))
    assert all(encoding is loaded[0] for encoding in loaded)
