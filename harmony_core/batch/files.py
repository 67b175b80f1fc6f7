"""Files in folders and object stores: which inputs there are, and writing aside and renaming."""

from __future__ import annotations

import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.fs as pafs

from harmony_core.batch.failures import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Folder", "InputFile", "list_inputs", "open_bytes"]

_COMPRESSED = (".gz", ".bz2", ".zst", ".lz4")
_FORMATS = {".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
ASIDE = "_aside"


class InputFile(NamedTuple):
    """An input.

    Attributes:
        path: Its absolute path, or its address in an object store.
        form: ``"parquet"`` or ``"jsonl"``.
        size: In bytes.
        modified: When it was last changed, in nanoseconds; 0 if the store does not say.
    """

    path: str
    form: str
    size: int
    modified: int

    @property
    def compressed(self) -> bool:
        """Whether its lines are compressed."""
        return self.path.endswith(_COMPRESSED)


def filesystem_of(path: str) -> tuple[pafs.FileSystem, str]:
    """The file system of a path or address, and the path in it.

    Raises:
        BatchError: There is no such file system.
    """
    if "://" not in path:
        return pafs.LocalFileSystem(), Path(path).absolute().as_posix()
    try:
        filesystem, inner = pafs.FileSystem.from_uri(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BatchError(f"Cannot open {path}: {error}", kind="input") from error
    return filesystem, inner


def list_inputs(paths: list[str]) -> list[InputFile]:
    """The inputs in the order given; those in a folder by name.

    Raises:
        BatchError: One is missing, is neither Parquet nor JSONL, or there is none.
    """
    found: list[InputFile] = []
    for path in paths:
        filesystem, inner = filesystem_of(path)
        address = path[: len(path) - len(inner)] if "://" in path and path.endswith(inner) else ""
        info = _info(filesystem, inner, path)
        if info.type == pafs.FileType.Directory:
            selector = pafs.FileSelector(inner, recursive=True)
            infos = sorted(filesystem.get_file_info(selector), key=lambda info: info.path)
            files = [info for info in infos if info.is_file and not _hidden(info.path, inner)]
            inputs = [_input(info, address) for info in files if _form(info.path)]
            if not inputs:
                raise BatchError(f"{path} has no *.parquet, *.jsonl or *.ndjson", kind="input")
            found += inputs
        elif info.type == pafs.FileType.File:
            if not _form(inner):
                raise BatchError(
                    f"{path} is neither *.parquet nor *.jsonl, *.ndjson or one of these with"
                    f" {', '.join(_COMPRESSED)}",
                    kind="input",
                )
            found.append(_input(info, address))
        else:
            raise BatchError(f"{path} does not exist", kind="input")
    twice = {each.path for each in found if found.count(each) > 1}
    if twice:
        raise BatchError(f"{min(twice)} is given twice", kind="input")
    return found


def _info(filesystem: pafs.FileSystem, inner: str, path: str) -> pafs.FileInfo:
    try:
        return filesystem.get_file_info(inner)
    except (pa.ArrowException, OSError) as error:
        raise BatchError(f"Cannot read {path}: {error}", kind="input") from error


def _input(info: pafs.FileInfo, address: str) -> InputFile:
    return InputFile(
        address + info.path, _form(info.path) or "", info.size or 0, info.mtime_ns or 0
    )


def _form(path: str) -> str | None:
    for ending in _COMPRESSED:
        if path.endswith(ending):
            return "jsonl" if _FORMATS.get(Path(path[: -len(ending)]).suffix) == "jsonl" else None
    return _FORMATS.get(Path(path).suffix)


def _hidden(path: str, folder: str) -> bool:
    inside = path.removeprefix(folder)
    return any(part.startswith((".", "_")) for part in inside.split("/"))


def open_bytes(file: InputFile) -> pa.NativeFile:
    """Open an input for reading, decompressed; what is not compressed can be sought in.

    Raises:
        BatchError: It cannot be opened.
    """
    filesystem, inner = filesystem_of(file.path)
    try:
        if file.form == "parquet" or not file.compressed:
            return filesystem.open_input_file(inner)
        return filesystem.open_input_stream(inner, compression="detect", buffer_size=1 << 20)
    except (pa.ArrowException, OSError) as error:
        raise BatchError(f"Cannot read {file.path}: {error}", kind="input") from error


class Folder:
    """The folder of a run's results.

    Args:
        path: A path, or an address in an object store.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.filesystem, self.inner = filesystem_of(path)

    def make(self) -> None:
        """Make the folder, and clear away what a killed run left unfinished.

        Raises:
            BatchError: It cannot be made.
        """
        with _output_errors(self.path):
            self.filesystem.create_dir(self._at(ASIDE), recursive=True)
            self.filesystem.delete_dir_contents(self._at(ASIDE), missing_dir_ok=True)

    def names(self, folder: str = "") -> set[str]:
        """The names of the files in the folder, or in one inside it."""
        selector = pafs.FileSelector(self._at(folder), allow_not_found=True)
        infos = self.filesystem.get_file_info(selector)
        return {info.base_name for info in infos if info.is_file}

    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self.filesystem.get_file_info(
            pafs.FileSelector(self.inner, allow_not_found=True)
        )

    def read(self, name: str) -> bytes | None:
        """A file's bytes; ``None`` if there is none of the name."""
        if self.filesystem.get_file_info(self._at(name)).type != pafs.FileType.File:
            return None
        with self.filesystem.open_input_stream(self._at(name)) as stream:
            return bytes(stream.read())

    def open(self, name: str) -> pa.NativeFile:
        """Open a file for reading at any place."""
        return self.filesystem.open_input_file(self._at(name))

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file; it is there wholly or not at all.

        Raises:
            BatchError: It cannot be written.
        """
        with self.written_aside(name) as stream:
            stream.write(data)

    def delete(self, name: str) -> None:
        """Delete a file or a folder, if it is there."""
        place = self._at(name)
        with _output_errors(self.path):
            kind = self.filesystem.get_file_info(place).type
            if kind == pafs.FileType.Directory:
                self.filesystem.delete_dir(place)
            elif kind == pafs.FileType.File:
                self.filesystem.delete_file(place)

    @contextmanager
    def written_aside(self, name: str) -> Iterator[pa.NativeFile]:
        """A stream whose bytes become the file of that name when all are written.

        Raises:
            BatchError: It cannot be written.
        """
        aside = self._at(f"{ASIDE}/{uuid.uuid4().hex}")
        parent = self._at(name).rpartition("/")[0]
        try:
            with _output_errors(f"{self.path}/{name}"):
                with self.filesystem.open_output_stream(aside, compression=None) as stream:
                    yield stream
                self.filesystem.create_dir(parent, recursive=True)
                self.filesystem.move(aside, self._at(name))
        except BaseException:
            with suppress(OSError, pa.ArrowException):
                self.filesystem.delete_file(aside)
            raise

    def _at(self, name: str) -> str:
        return f"{self.inner.rstrip('/')}/{name}".rstrip("/")


@contextmanager
def _output_errors(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise BatchError(f"Cannot write {path}: {error}", kind="output") from error
