"""Columns of Arrow: values out of them, row by row, and columns made of what rows gave.

Lists of numbers are the bulk of both, and go through flat buffers: a Python object for each
cell of Arrow's would take longer than rendering does.
"""

from __future__ import annotations

from array import array
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import pyarrow as pa

from harmony_core.arrow.settings import SettingsError
from harmony_core.chat import load_json
from harmony_core.errors import ChatError, HarmonyError, RenderError
from harmony_core.format.spans import Part
from harmony_core.interop._losses import json_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harmony_core.arrow.settings import Settings
    from harmony_core.format.spans import Span

SPAN = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("stop", pa.int32(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("message", pa.int32()),
    ]
)
ERROR = pa.struct(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
    ]
)
# By identity: hashing a member of an enumeration is a call of Python's.
_PARTS = {id(part): number for number, part in enumerate(Part)}
_INT32 = range(-(2**31), 2**31)


class RowError(NamedTuple):
    """What is wrong with a row.

    Attributes:
        kind: A stable name.
        message: What was found, and what to do about it.
        path: Where in the row's value, as JSONPath.
    """

    kind: str
    message: str
    path: str = "$"


def error_of(fault: Exception) -> RowError:
    """Describe whatever a row has caused."""
    path: tuple[str | int, ...] = getattr(fault, "path", ())
    if isinstance(fault, RenderError) and fault.message_index is not None:
        path = ("messages", fault.message_index)
    if isinstance(fault, HarmonyError):
        return RowError(fault.kind, writable(str(fault)), writable(json_path(path)))
    if isinstance(fault, UnicodeDecodeError):
        return RowError("not-utf8", f"The text is not UTF-8: {fault.reason} at byte {fault.start}")
    if isinstance(fault, RecursionError):
        return RowError("too-deep", "The value is nested too deeply")
    return RowError("internal", writable(f"{type(fault).__name__}: {fault}"))


def writable(text: str) -> str:
    """A text that UTF-8 can hold: lone surrogates are escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def output_schema(schema: pa.Schema, settings: Settings, added: pa.Schema) -> pa.Schema:
    """The columns that are carried through, and those that are added.

    Raises:
        SettingsError: There is no such column, there are two, or one has an added one's name.
    """
    count = schema.names.count(settings.column)
    if count != 1:
        has = ", ".join(schema.names) or "none"
        what = "no column" if count == 0 else f"{count} columns"
        raise SettingsError(f"There is {what} {settings.column!r}; the columns are: {has}")
    carried = [field for field in schema if field.name != settings.column]
    names = {field.name for field in carried}
    new = [field.with_name(settings.prefix + field.name) for field in added]
    taken = [field.name for field in new if field.name in names]
    if taken:
        raise SettingsError(
            f"The batch has a column {taken[0]!r} of its own: set a prefix for what is added"
        )
    return pa.schema([*carried, *new])


class Results:
    """What the rows of a batch gave: any number of results a row.

    Args:
        columns: The columns that are added, in the order of their schema.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._rows: list[int] = []  # of which row each result is

    def add(self, row: int, values: Iterable[Any]) -> None:
        """Add a result: a value for each column."""
        self._rows.append(row)
        for column, value in zip(self._columns, values, strict=True):
            column.add(value)

    def batch(
        self,
        source: pa.RecordBatch,
        column: str,
        schema: pa.Schema,
        given: Mapping[str, pa.Array] | None = None,
    ) -> pa.RecordBatch:
        """The results as a batch, beside what the rows had in other columns.

        Args:
            source: The rows.
            column: The column that is not carried through.
            schema: The schema of the results.
            given: Columns that are there already, if each row has one result.
        """
        carried = [source.column(i) for i, name in enumerate(source.schema.names) if name != column]
        if self._rows != [*range(source.num_rows)]:
            rows = pa.array(self._rows, pa.int64())
            carried = [values.take(rows) for values in carried]
        added = schema.names[len(carried) :]
        arrays = [
            given[name] if given and name in given else column.array()
            for name, column in zip(added, self._columns, strict=True)
        ]
        arrays = [*carried, *arrays]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)


class Column:
    """A column of values that Arrow converts.

    Args:
        kind: Arrow's type.
    """

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._values: list[Any] = []

    def add(self, value: Any) -> None:  # noqa: ANN401 - a value of the type
        """Add a value, or ``None``."""
        self._values.append(value)

    def array(self) -> pa.Array:
        """All of them."""
        return pa.array(self._values, self._kind)


class _Lists(Column):
    """A column of lists, whose items are in flat buffers."""

    def __init__(self) -> None:
        self._offsets: list[int | None] = []
        self._stop = 0

    def add(self, value: Sequence[Any] | None) -> None:
        """Add a list, or ``None``."""
        self._offsets.append(None if value is None else self._stop)
        if value:
            self._extend(value)
            self._stop += len(value)

    def array(self) -> pa.Array:
        """All of them."""
        offsets = pa.array([*self._offsets, self._stop], pa.int32())
        return pa.ListArray.from_arrays(offsets, self._items())

    def _extend(self, items: Sequence[Any]) -> None:
        raise NotImplementedError

    def _items(self) -> pa.Array:
        raise NotImplementedError


class Tokens(_Lists):
    """Lists of token ids; an id that 32 bits cannot hold is null in its list."""

    def __init__(self) -> None:
        super().__init__()
        self._flat = array("i")
        self._not_int32: list[int] = []

    def _extend(self, items: Sequence[int]) -> None:
        try:
            self._flat += array("i", items)
        except OverflowError:
            for place, item in enumerate(items, self._stop):
                if item not in _INT32:
                    self._not_int32.append(place)
                self._flat.append(item if item in _INT32 else 0)

    def _items(self) -> pa.Array:
        items = _from_buffer(self._flat, pa.int32())
        if not self._not_int32:
            return items
        values = items.to_pylist()
        for place in self._not_int32:
            values[place] = None
        return pa.array(values, pa.int32())


class Flags(_Lists):
    """Lists of booleans."""

    def __init__(self) -> None:
        super().__init__()
        self._flat = bytearray()

    def _extend(self, items: Sequence[bool]) -> None:
        self._flat += bytes(items)

    def _items(self) -> pa.Array:
        return _from_buffer(self._flat, pa.uint8()).cast(pa.bool_())


class Weights(_Lists):
    """Lists of 32-bit floats."""

    def __init__(self) -> None:
        super().__init__()
        self._flat = array("f")

    def _extend(self, items: Sequence[float]) -> None:
        self._flat += array("f", items)

    def _items(self) -> pa.Array:
        return _from_buffer(self._flat, pa.float32())


class Spans(_Lists):
    """Lists of spans."""

    def __init__(self) -> None:
        super().__init__()
        self._starts, self._stops = array("i"), array("i")
        self._parts = bytearray()
        self._messages: list[int | None] = []

    def _extend(self, items: Sequence[Span]) -> None:
        starts, stops, parts, messages = zip(*items, strict=True)
        self._starts += array("i", starts)
        self._stops += array("i", stops)
        self._parts += bytes(map(_PARTS.__getitem__, map(id, parts)))
        self._messages += messages

    def _items(self) -> pa.Array:
        numbers = _from_buffer(self._parts, pa.uint8())
        names = pa.array([part.value for part in Part], pa.string())
        return pa.StructArray.from_arrays(
            [
                _from_buffer(self._starts, pa.int32()),
                _from_buffer(self._stops, pa.int32()),
                names.take(numbers),
                pa.array(self._messages, pa.int32()),
            ],
            fields=[*SPAN],
        )


class Structs(_Lists):
    """Lists of structs, whose fields Arrow converts.

    Args:
        kind: The struct's type.
    """

    def __init__(self, kind: pa.StructType) -> None:
        super().__init__()
        self._kind = kind
        # Not a tuple for each struct: the garbage collector would look through all of them.
        self._flat: list[list[Any]] = [[] for _ in kind]

    def _extend(self, items: Sequence[Sequence[Any]]) -> None:
        for item in items:
            for values, value in zip(self._flat, item, strict=True):
                values.append(value)

    def _items(self) -> pa.Array:
        return pa.StructArray.from_arrays(
            [
                pa.array(values, field.type)
                for values, field in zip(self._flat, self._kind, strict=True)
            ],
            fields=[*self._kind],
        )


class Errors(Column):
    """What is wrong with rows."""

    def __init__(self) -> None:
        super().__init__(ERROR)

    def add(self, value: RowError | None) -> None:
        """Add an error, or ``None``."""
        self._values.append(None if value is None else value._asdict())


def _from_buffer(buffer: array[Any] | bytearray, kind: pa.DataType) -> pa.Array:
    return pa.Array.from_buffers(kind, len(buffer), [None, pa.py_buffer(buffer)])


R = TypeVar("R")


def answers(
    column: pa.Array,
    field: str | None,
    answer: Callable[[Any], Iterable[R]],
    at_fault: Callable[[RowError], R],
) -> Iterator[tuple[int, R]]:
    """Give each row's value to a function, and what it says of it with the row's number.

    Args:
        column: The values.
        field: The field of the values, which are objects, to give instead; ``None`` for all.
        answer: Makes results of a value; it may raise anything.
        at_fault: Makes a result of what is wrong with a row.
    """
    for row, read in enumerate(_readers(column)):
        for result in _answer(read, field, answer, at_fault):
            yield row, result


def _answer(
    read: Callable[[], Any],
    field: str | None,
    answer: Callable[[Any], Iterable[R]],
    at_fault: Callable[[RowError], R],
) -> Iterable[R]:
    try:
        value = read()
        if value is not None and field is not None:
            value = _picked(value, field)
        if value is None:
            return [at_fault(RowError("missing-value", "The value is null"))]
        return [*answer(value)]
    except Exception as fault:  # noqa: BLE001 - whatever a row holds is the row's own fault
        return [at_fault(error_of(fault))]


def _picked(value: Any, field: str) -> Any:  # noqa: ANN401 - of any column
    """A field of an object, which may be written as JSON.

    Raises:
        ChatError: There is no such object or field.
    """
    fields = value
    if isinstance(value, (str, bytes)):
        fields = load_json(value if isinstance(value, str) else value.decode())
    if not isinstance(fields, dict):
        kind = type(fields).__name__
        raise ChatError(f"Expected an object with the field {field!r}, found {kind}")
    if field not in fields:
        raise ChatError(f"Field required: {field!r}; there are: {', '.join(fields) or 'none'}")
    return fields[field]


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value of a struct column, whose structs have every field, without those not set."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def _readers(column: pa.Array) -> Iterator[Callable[[], Any]]:
    """A function for each row that gives its value."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if is_list and pa.types.is_integer(kind.value_type):
        yield from _integer_lists(column)
    else:
        for index in range(len(column)):
            yield partial(_cell, column, index)


def _cell(column: pa.Array, index: int) -> Any:  # noqa: ANN401 - of any column
    return column[index].as_py()


def _integer_lists(column: pa.Array) -> Iterator[Callable[[], Any]]:
    """Readers of lists of integers, out of one buffer."""
    flat = column.flatten()  # without what null rows hide
    if flat.null_count or pa.types.is_uint64(flat.type):
        for index in range(len(column)):
            yield partial(_cell, column, index)
        return
    wide = flat.cast(pa.int64())
    buffer = wide.buffers()[1]
    numbers = memoryview(b"" if buffer is None else buffer).cast("B").cast("q")
    at = wide.offset
    for length in column.value_lengths().to_pylist():
        if length is None:
            yield _nothing
        else:
            yield numbers[at : at + length].tolist
            at += length


def _nothing() -> None:
    return None
