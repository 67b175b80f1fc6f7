"""All that JavaScript calls: JSON and integer arrays in, JSON and flat arrays out.

The shapes are those of ``web/engine/protocol.js``. A call never raises for what a person or
a program passed; such a fault comes back as data, with its place.
"""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

from harmony_core import __version__
from harmony_core.bridge import _api, _inspect, _render
from harmony_core.bridge._wire import InputFault, encoding, fault_of
from harmony_core.errors import HarmonyError
from harmony_core.tools import ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Callable

    from harmony_core.bridge._wire import Answer

__all__ = ["about", "call"]

_METHODS: dict[str, Callable[..., Answer]] = {
    "render": _render.render,
    "inspect": _inspect.inspect,
    **_api.METHODS,
}


# A word that is not one token: merging it makes the tokenizer ready, before somebody waits.
_RARE_WORD = "Xyzzyland"


def about() -> str:
    """Get ready, and say what runs here, as JSON: versions, markers, the built-in tools."""
    harmony = encoding()
    harmony.encode(_RARE_WORD)
    return json.dumps(
        {
            "version": __version__,
            "python": platform.python_version(),
            "encoding": harmony.name,
            "special_tokens": [
                {"id": token, "text": text} for text, token in harmony.markers.tokens()
            ],
            "builtin_tools": {
                "browser": ToolNamespaceConfig.browser().to_dict(),
                "python": ToolNamespaceConfig.python().to_dict(),
            },
        }
    )


def call(method: str, params: str, tokens: memoryview | None = None) -> dict[str, Any]:
    """Answer one request.

    Args:
        method: A method of the protocol.
        params: The request's parameters, as JSON.
        tokens: Token ids, for the methods that take some.

    Returns:
        ``{"value": JSON, "arrays": {...}}``, where the arrays are fields of the value that go
        as typed arrays. ``{"fault": JSON}`` if the input cannot be answered, with a value
        beside it if a part of it was.
    """
    arguments = json.loads(params)
    if tokens is not None:
        arguments["tokens"] = tokens.tolist()
    try:
        value, arrays = _METHODS[method](**arguments)
    except (InputFault, HarmonyError, ValueError, TypeError) as error:
        fault = error if isinstance(error, InputFault) else fault_of(error)
        reply = {"fault": json.dumps(fault.fault)}
        return reply if fault.value is None else {**reply, "value": json.dumps(fault.value)}
    return {"value": json.dumps(value), "arrays": dict(arrays)}
