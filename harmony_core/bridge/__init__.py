"""All that JavaScript calls: JSON and typed arrays in, JSON and typed arrays out.

``protocol`` declares the messages. A call never raises for what a person or a program passed;
such a fault comes back as data, with its place.
"""

from __future__ import annotations

import json
import platform
import sys
import traceback
from array import array
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, get_args

from harmony_core import __version__
from harmony_core.bridge import _api, _inspect, _render, _streams, _training
from harmony_core.bridge._arguments import read_params
from harmony_core.bridge._wire import RequestFault, encoding, fault_of
from harmony_core.bridge.protocol import OPERATIONS
from harmony_core.bridge.shapes import BuiltinTool
from harmony_core.errors import HarmonyError
from harmony_core.tools import ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harmony_core.bridge.shapes import About, Fault

__all__ = ["about", "call"]

# A word that is not one token: merging it makes the tokenizer ready, before somebody waits.
_RARE_WORD = "Xyzzyland"


# The tests hold each function's types to its operation's.
_MODULES = (_api, _inspect, _render, _streams, _training)
_FUNCTIONS: dict[str, Any] = {
    name: item for module in _MODULES for name, item in vars(module).items()
}
_HANDLERS: dict[str, Callable[[Any], Any]] = {name: _FUNCTIONS[name] for name in OPERATIONS}


def about(pyodide: str = "") -> str:
    """Get ready, and say what answers, as the JSON of an ``About``.

    Args:
        pyodide: The version of Pyodide that this runs in.
    """
    harmony = encoding()
    harmony.encode(_RARE_WORD)
    value: About = {
        "version": __version__,
        "python": platform.python_version(),
        "pyodide": pyodide,
        "encoding": harmony.name,
        "special_tokens": [{"id": token, "text": text} for text, token in harmony.markers.tokens()],
        "builtin_tools": {
            name: getattr(ToolNamespaceConfig, name)().to_dict() for name in get_args(BuiltinTool)
        },
    }
    return json.dumps(value)


def call(
    operation: str, params: str, arrays: Mapping[str, memoryview] | None = None
) -> dict[str, Any]:
    """Answer one request.

    Args:
        operation: A name of ``OPERATIONS``.
        params: The operation's parameters, as JSON.
        arrays: Those of them that go as typed arrays.

    Returns:
        ``{"value": JSON, "arrays": {...}}``, where the arrays are fields of the value that go
        as typed arrays. ``{"fault": JSON}`` if the request cannot be answered, with a value
        beside it if a part of it was.
    """
    try:
        given = json.loads(params)
        given.update((name, view.tolist()) for name, view in (arrays or {}).items())
        value = _HANDLERS[operation](read_params(OPERATIONS[operation].params, given))
    except RequestFault as fault:
        return _refusal(fault.fault, fault.value)
    except HarmonyError as error:
        return _refusal(fault_of(error))
    except Exception as error:  # noqa: BLE001 - a defect of this package must not end the worker
        traceback.print_exception(error, file=sys.stderr)
        return _refusal(_INTERNAL)
    is_binary = {name: _is_binary(item) for name, item in value.items()}
    return {
        "value": json.dumps(
            {name: item for name, item in value.items() if not is_binary[name]},
            default=_plain,
        ),
        "arrays": {name: item for name, item in value.items() if is_binary[name]},
    }


_INTERNAL: Fault = RequestFault(
    "internal",
    "harmony_core failed on this input. This is a defect; the browser's console has the details.",
    "Change the input, and report what you did.",
).fault


def _refusal(fault: Fault, value: Mapping[str, object] | None = None) -> dict[str, Any]:
    reply = {"fault": json.dumps(fault)}
    return reply if value is None else {**reply, "value": json.dumps(value)}


def _is_binary(item: object) -> bool:
    """Whether a field goes as a typed array, or as an object of nothing else."""
    if isinstance(item, dict):
        return bool(item) and all(map(_is_binary, item.values()))
    return isinstance(item, (array, bytes))


def _plain(item: object) -> object:
    """Make JSON's objects of dataclasses."""
    if is_dataclass(item) and not isinstance(item, type):
        return asdict(item)
    raise TypeError
