"""Sources of a vocabulary: folders, a cache, a real server, and what each can do wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from support.vocabularies import as_file, describe
from support.vocabulary_server import VocabularyServer, serve

from harmony_core.errors import VocabularyError
from harmony_core.tokenizer import _loading, load_tokenizer
from harmony_core.tokenizer._encodings import O200K_VOCABULARY, find_encoding
from harmony_core.tokenizer._sources import read_published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE, CACHE = "TIKTOKEN_ENCODINGS_BASE", "TIKTOKEN_RS_CACHE_DIR"
DATA = as_file([bytes([byte]) for byte in range(256)] + [b"ab"])
SMALL = describe(DATA)
TIMEOUT = 10.0
SHORT_TIMEOUT = 0.2

INVALID = "invalid tiktoken vocab file: "
REMOTE = "error downloading or loading vocab file: "
FAILED = REMOTE + "failed to download or load vocab file: "


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE, str(folder))
    monkeypatch.delenv(BASE, raising=False)
    return folder


@pytest.fixture
def server() -> Iterator[VocabularyServer]:
    with serve(DATA) as running:
        yield running


def fault_of(place: str | None, timeout: float = TIMEOUT) -> str:
    with pytest.raises(VocabularyError) as caught:
        read_published(SMALL, place, timeout)
    assert caught.value.kind == "vocabulary"
    return str(caught.value)


def files(folder: Path) -> list[Path]:
    return list(folder.rglob("*")) if folder.exists() else []


# Folders.


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "small.tiktoken").write_bytes(DATA)
    assert read_published(SMALL, str(tmp_path), TIMEOUT) == DATA


def test_a_folder_without_the_file(tmp_path: Path) -> None:
    assert fault_of(str(tmp_path)) == (
        f"{INVALID}No such file or directory (os error 2): {tmp_path / 'small.tiktoken'}; put the "
        "published file there, or name another folder, or none, by TIKTOKEN_ENCODINGS_BASE"
    )


def test_a_folder_with_another_file(tmp_path: Path) -> None:
    path = tmp_path / "small.tiktoken"
    path.write_bytes(DATA[:-1])
    hashes = f"computed={describe(DATA[:-1]).sha256}, expected={SMALL.sha256}"
    assert fault_of(str(tmp_path)) == (
        f"{INVALID}hash mismatch: {hashes} (it ends within line 257); {path} has "
        f"{len(DATA) - 1} bytes, expected the published {len(DATA)}: put the published file there"
    )


@pytest.mark.posix
def test_a_folder_with_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "small.tiktoken")
    assert fault_of(str(tmp_path)).startswith(
        f"{INVALID}not a regular file (os error 22): {path}; put the published file there"
    )
    path.unlink()
    path.mkdir()
    assert fault_of(str(tmp_path)).startswith(f"{INVALID}Is a directory (os error 21): {path}; ")


@pytest.mark.parametrize("place", ["file:///x", "FTP://x/y", "s3://x"])
def test_an_address_of_another_kind(place: str) -> None:
    scheme = place.partition("/")[0] + "//"
    assert fault_of(place) == (
        f"{INVALID}{place} is no address that is understood: found {scheme}, expected http:// or "
        "https://; name a folder by its path alone"
    )


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "line cut in its token": lambda data: data[: data.index(b"\n", 1_000_000) + 3],
    "line cut in its rank": lambda data: data[: data.index(b"\n", 1_000_000) - 1],
    "whole lines missing": lambda data: data[: data.index(b"\n", 1_000_000) + 1],
    "no space": lambda data: data.replace(b" 100\n", b"\n"),
    "no base64": lambda data: data.replace(b"=", b"$", 1),
    "no rank": lambda data: data.replace(b" 100\n", b" x\n"),
    "negative rank": lambda data: data.replace(b" 100\n", b" -100\n"),
    "other rank": lambda data: data.replace(b" 100\n", b" 101\n"),
    "blank line": lambda data: data.replace(b" 100\n", b" 100\n\n"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_told_in_the_words_of_the_reference(
    published_vocabulary: Path, tmp_path: Path, damage: Callable[[bytes], bytes | None]
) -> None:
    data = damage(published_vocabulary.read_bytes())
    if data is not None:
        (tmp_path / "o200k_base.tiktoken").write_bytes(data)
    with pytest.raises(VocabularyError) as caught:
        load_tokenizer("o200k_base", source=tmp_path)
    theirs = run_reference({BASE: str(tmp_path)})
    # Behind "at line N: " it says what its decoders say.
    head, at_line, rest = theirs.partition(" at line ")
    words = head + at_line + rest.partition(":")[0]
    assert words.startswith(INVALID)
    assert str(caught.value).startswith(words)


def run_reference(variables: dict[str, str]) -> str:
    """Load the reference's encoding in a process without network; tell its error, or ``ok``."""
    program = (
        "import openai_harmony as o\n"
        "try: o.load_harmony_encoding('HarmonyGptOss')\n"
        "except o.HarmonyError as error: print(error)\n"
        "else: print('ok')"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TIKTOKEN_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**clean, "HTTPS_PROXY": "http://127.0.0.1:9", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


# The server and the cache.


@pytest.mark.parametrize("manner", ["good", "good-without-length", "moved"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_downloaded_once_and_then_used_offline(
    server: VocabularyServer, cache: Path, manner: str, slash: str
) -> None:
    place = server.address(manner) + slash
    assert read_published(SMALL, place, TIMEOUT) == DATA
    assert server.requests[0] == f"/{manner}/small.tiktoken"
    asked = len(server.requests)
    server.shutdown()
    server.server_close()
    assert read_published(SMALL, place, SHORT_TIMEOUT) == DATA
    assert len(server.requests) == asked
    assert [path.read_bytes() for path in files(cache)] == [DATA]


def test_a_damaged_file_in_the_cache_is_downloaded_anew(
    server: VocabularyServer, cache: Path
) -> None:
    read_published(SMALL, server.address("good"), TIMEOUT)
    (path,) = files(cache)
    path.write_bytes(DATA[:500])
    assert read_published(SMALL, server.address("good"), TIMEOUT) == DATA
    assert path.read_bytes() == DATA
    assert len(server.requests) == 2


@pytest.mark.posix
def test_what_is_no_file_in_the_cache_is_replaced(server: VocabularyServer, cache: Path) -> None:
    read_published(SMALL, server.address("good"), TIMEOUT)
    (path,) = files(cache)
    path.unlink()
    os.mkfifo(path)
    assert read_published(SMALL, server.address("good"), TIMEOUT) == DATA
    assert path.read_bytes() == DATA


def test_threads_that_download_at_once(server: VocabularyServer, cache: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda _: read_published(SMALL, server.address("good"), TIMEOUT), range(16)
        )
        assert set(found) == {DATA}
    assert [path.read_bytes() for path in files(cache)] == [DATA]


TOO_LATE = (
    "not complete within 0.2 s; try again, or name another address or a folder by "
    "TIKTOKEN_ENCODINGS_BASE"
)
SERVER_FAULTS = {
    "missing": "the server answered 404 Not Found; try again, or name another address or a folder "
    "by TIKTOKEN_ENCODINGS_BASE",
    "broken": "the server answered 500 Internal Server Error; try again, or name another address "
    "or a folder by TIKTOKEN_ENCODINGS_BASE",
    "silent": TOO_LATE,
    "stalling": TOO_LATE,
    "dripping": TOO_LATE,
    "dripping-head": TOO_LATE,
    "closing": f"the connection closed after 1000 of {len(DATA)} bytes; try again",
    "closing-at-once": "RemoteDisconnected: Remote end closed connection without response; try "
    "again, or name another address or a folder by TIKTOKEN_ENCODINGS_BASE",
    "closing-within-a-chunk": "the connection closed early; try again, or name another "
    "address or a folder by TIKTOKEN_ENCODINGS_BASE",
    "nonsense": "BadStatusLine: nonsense; try again, or name another address or a folder by "
    "TIKTOKEN_ENCODINGS_BASE",
}


@pytest.mark.parametrize(("manner", "words"), SERVER_FAULTS.items(), ids=SERVER_FAULTS)
def test_a_server_that_fails(
    server: VocabularyServer, cache: Path, manner: str, words: str
) -> None:
    stalls = words.startswith("not complete")
    place = server.address(manner)
    found = fault_of(place, SHORT_TIMEOUT if stalls else TIMEOUT)
    assert found == f"{FAILED}{place}/small.tiktoken: {words}"
    assert files(cache) == []


def test_who_waits_for_a_server_keeps_nobody_else_waiting(
    server: VocabularyServer, cache: Path
) -> None:
    place = server.address("silent")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(load_tokenizer, "o200k_base", source=place, timeout=TIMEOUT)
        while not server.requests:
            assert not waiting.done()
        assert load_tokenizer("o200k_harmony").n_vocab == 201_089
        assert not waiting.done()
        server.closing.set()
        assert isinstance(waiting.exception(), VocabularyError)
    assert files(cache) == []


def test_a_server_that_is_not_there(server: VocabularyServer, cache: Path) -> None:
    place = server.address("good")
    server.shutdown()
    server.server_close()
    found = fault_of(place)
    assert found.startswith(f"{FAILED}{place}/small.tiktoken: ConnectionRefusedError: ")
    assert files(cache) == []


def test_an_address_that_is_none(cache: Path) -> None:
    assert fault_of("http://[::1").startswith(f"{FAILED}http://[::1/small.tiktoken: ValueError: ")
    assert fault_of("http:// x").startswith(f"{FAILED}http:// x/small.tiktoken: InvalidURL: ")
    assert files(cache) == []


@pytest.mark.parametrize(
    ("manner", "size", "words"),
    [
        ("other", len(DATA), "hash mismatch: computed="),
        ("cut", 1000, ""),
        ("page", 27, "failed to decode base64 token at line 1: found b'<html>Please'"),
        ("junk", f"more than {len(DATA)}", "expected token and rank, could not split on ' ' at"),
    ],
)
def test_a_server_that_gives_another_file(
    server: VocabularyServer, cache: Path, manner: str, size: int | str, words: str
) -> None:
    place = server.address(manner)
    found = fault_of(place)
    assert found.startswith(
        f"{REMOTE}hash mismatch for remote file {place}/small.tiktoken: {words}"
    )
    assert found.endswith(
        f"; it has {size} bytes, expected the published {len(DATA)}: name another address by "
        "TIKTOKEN_ENCODINGS_BASE"
    )
    assert files(cache) == []


def test_a_cache_that_cannot_be_made(
    server: VocabularyServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file")
    monkeypatch.setenv(CACHE, str(cache / "below"))
    found = fault_of(server.address("good"))
    assert found.startswith(f"{REMOTE}an underlying IO error occurred while creating file ")
    assert found.endswith(
        "Not a directory (os error 20); set TIKTOKEN_RS_CACHE_DIR to a folder that can be written"
    )
    assert cache.read_text() == "a file"


def test_a_cache_that_cannot_take_the_file(server: VocabularyServer, cache: Path) -> None:
    read_published(SMALL, server.address("good"), TIMEOUT)
    (path,) = files(cache)
    path.unlink()
    path.mkdir()
    found = fault_of(server.address("good"))
    words = f'{REMOTE}an underlying IO error occurred while creating file "{path}": '
    assert found.startswith(words)
    assert files(cache) == [path]


def test_the_cache_is_in_the_temporary_folder_by_default(
    server: VocabularyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CACHE, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read_published(SMALL, server.address("good"), TIMEOUT)
    (path,) = (tmp_path / "tiktoken-rs-cache").iterdir()
    assert path.read_bytes() == DATA


def test_the_cache_is_that_of_the_reference(published_vocabulary: Path, cache: Path) -> None:
    cache.mkdir()
    # SHA-1 of the address it is published at.
    (cache / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(
        published_vocabulary.read_bytes()
    )
    assert run_reference({CACHE: str(cache)}) == "ok"
    data = read_published(O200K_VOCABULARY, None, TIMEOUT)
    assert data == published_vocabulary.read_bytes()


def test_nothing_is_downloaded_unasked(cache: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        load_tokenizer("cl100k_base")
    assert str(caught.value) == (
        f"{REMOTE}cl100k_base.tiktoken is neither in this package nor in the cache, and nothing "
        "is downloaded unasked; set TIKTOKEN_ENCODINGS_BASE to a folder that holds it, or to "
        "https://openaipublic.blob.core.windows.net/encodings to download it once"
    )
    assert files(cache) == []


# Which source is used.


def test_the_variable_names_a_folder_or_an_address(
    published_vocabulary: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = load_tokenizer("o200k_base")
    with serve(published_vocabulary.read_bytes()) as server:
        for place in (str(published_vocabulary.parent), server.address("good"), ""):
            monkeypatch.setenv(BASE, place)
            # The published file holds what is bundled: it is checked, and nothing is kept twice.
            assert load_tokenizer("o200k_base") is bundled
        assert server.requests == ["/good/o200k_base.tiktoken"]
    assert len(files(cache)) == 1


def test_an_argument_is_stronger_than_the_variable(
    published_vocabulary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BASE, str(tmp_path / "nowhere"))
    with pytest.raises(VocabularyError, match="No such file or directory"):
        load_tokenizer("o200k_harmony")
    assert load_tokenizer("o200k_harmony", source=published_vocabulary.parent).n_vocab == 201_089


def test_a_vocabulary_that_is_not_bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of cl100k_base, with a small file in the place of the published one."""
    (tmp_path / "small.tiktoken").write_bytes(DATA)
    spec = find_encoding("cl100k_base")._replace(vocabulary=SMALL)
    monkeypatch.setattr(_loading, "find_encoding", lambda _: spec)
    tokenizer = load_tokenizer("small", source=tmp_path)
    assert tokenizer.encode("cab<|endoftext|>", allowed_special="all") == [99, 256, 100_257]
    assert tokenizer.decode([99, 256, 100_257]) == "cab<|endoftext|>"
    assert load_tokenizer("small", source=tmp_path) is tokenizer
