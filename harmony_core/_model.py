"""What the classes of the chat model have in common.

The reference's classes are pydantic models. These are dataclasses that behave the same where a
program can tell: what a constructor accepts, ``vars``, weak references, subclasses that declare
fields, and use as a field of another pydantic model.
"""

from __future__ import annotations

import functools
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from harmony_core import _coercion
from harmony_core._unknown_fields import warn_ignored
from harmony_core.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

M = TypeVar("M", bound="Model")


class Model:
    """Base of the chat model's classes."""

    __slots__ = ("__weakref__",)

    # Without this, a pydantic model that holds one of these applies its own configuration to
    # it: extra fields, aliases, stripped strings and the like.
    __pydantic_config__: ClassVar[dict[str, Any]] = {}

    # The fields are slots, so that a misspelt attribute is an error; ``vars`` still shows them.
    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # a copy, for reading only
        """The fields as a new dictionary."""
        return {name: getattr(self, name) for name in field_names(type(self))}


def model(cls: type[M]) -> type[M]:
    """Make a dataclass's constructor accept what a pydantic model's does.

    An unknown keyword is ignored with an ``UnknownFieldWarning``, and a missing one is a
    ``ChatError``. A subclass may declare further fields without being a dataclass itself.
    """
    dataclass_init = cls.__init__
    names = frozenset(field_names(cls))
    required = [each.name for each in fields(cls) if _is_required(each)]  # type: ignore[arg-type]

    @functools.wraps(dataclass_init)
    def __init__(self: M, /, **given: object) -> None:  # noqa: N807 - it becomes the class's own
        if type(self) is not cls:
            given = _set_declared(self, cls, given)
        try:
            dataclass_init(self, **given)
        except TypeError:
            known = {name: value for name, value in given.items() if name in names}
            absent = [name for name in required if name not in known]
            if len(known) == len(given) and not absent:
                raise  # the names are not what is wrong
        else:
            return
        warn_ignored(cls, given, known)
        if absent:
            raise _coercion.missing(absent[0])
        dataclass_init(self, **known)

    cls.__init__ = __init__  # type: ignore[assignment]
    return cls


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _set_declared(self: M, base: type[M], given: dict[str, object]) -> dict[str, object]:
    """Set the fields that subclasses of ``base`` declare, and return the other keywords."""
    for kind in reversed(type(self).__mro__[: type(self).__mro__.index(base)]):
        if "__dataclass_fields__" not in vars(kind):
            _make_dataclass(kind)
    own = field_names(base)
    for declared in fields(self):  # type: ignore[arg-type]
        name = declared.name
        if name in own:
            continue
        if name in given:
            value = given[name]
        elif declared.default is not MISSING:
            value = declared.default
        elif declared.default_factory is not MISSING:
            value = declared.default_factory()
        else:
            raise _coercion.missing(name)
        setattr(self, name, value)
    every = field_names(type(self))
    return {name: value for name, value in given.items() if name in own or name not in every}


def _make_dataclass(kind: type[Any]) -> None:
    """Make a subclass a dataclass, once its definition is complete.

    A default that is a list, dictionary or set is copied for each object, as in pydantic.
    """
    for name, value in list(vars(kind).items()):
        if name in getattr(kind, "__annotations__", ()) and isinstance(value, (list, dict, set)):
            setattr(kind, name, field(default_factory=value.copy))
    dataclass(init=False)(kind)


def field_names(cls: type[Any]) -> Collection[str]:
    """The names of the fields of dataclass ``cls``, in order."""
    names: dict[str, Field[Any]] = cls.__dataclass_fields__
    return names


def instance(cls: type[M], value: object, name: str | None = None) -> M:
    """An object of ``cls``, given itself or as a dictionary of its fields."""
    if isinstance(value, cls):
        return value
    if not _coercion.is_mapping(value):
        raise _coercion.wrong(f"a valid dictionary or instance of {cls.__name__}", value, name)
    try:
        return from_fields(cls, value)
    except ChatError as error:
        if name:
            error.path = (name, *error.path)
        raise


def from_fields(cls: type[M], values: Mapping[Any, Any]) -> M:
    """An object of ``cls`` from a dictionary of its fields."""
    try:
        return cls(**values)
    except TypeError:
        named = {key: value for key, value in values.items() if isinstance(key, str)}
        if len(named) == len(values):
            raise
    warn_ignored(cls, values, named)
    return cls(**named)
