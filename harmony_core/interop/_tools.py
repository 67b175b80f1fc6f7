"""Tool definitions of the two APIs <-> namespaces of tools.

Chat Completions nests a function under ``function``; Responses has its fields beside ``type``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harmony_core.errors import ChatError
from harmony_core.interop._fields import fields, from_text, items, optional_text, text
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["FUNCTIONS", "OfferedTools", "function_definition", "offered_by", "read_tools"]

FUNCTIONS = "functions"
# The APIs' hosted tools -> the namespaces that gpt-oss was trained with.
_BUILT_IN = {
    "code_interpreter": ToolNamespaceConfig.python,
    "web_search": ToolNamespaceConfig.browser,
    "web_search_preview": ToolNamespaceConfig.browser,
}
_DATE = re.compile(r"_\d{4}_\d{2}_\d{2}\Z")
_NO_KEY = "Harmony shows only a tool's name, description and parameters"


@dataclass
class OfferedTools:
    """The tools of a request.

    Attributes:
        namespaces: Those for the developer message, by name.
        built_in: Those for the system message, by name.
        strict: The names of the functions whose arguments are to be held to their schema.
    """

    namespaces: dict[str, ToolNamespaceConfig] = field(default_factory=dict)
    built_in: dict[str, ToolNamespaceConfig] = field(default_factory=dict)
    strict: list[str] = field(default_factory=list)

    def functions(self) -> set[str]:
        """The names of the functions in the namespace ``functions``."""
        namespace = self.namespaces.get(FUNCTIONS)
        return set() if namespace is None else {tool.name for tool in namespace.tools}


def offered_by(
    settings: Mapping[str, Any], tools: object, losses: Losses, options: dict[str, Any]
) -> OfferedTools:
    """Read the tools that a request offers, or those that are given beside it.

    Args:
        settings: The request.
        tools: The tools given beside it.
        losses: Where to record what has no place.
        options: Where to put the names of strict functions.

    Raises:
        ChatError: There are both, or a tool is not what the APIs define.
    """
    own = settings.get("tools")
    if tools is not None and own is not None:
        raise ChatError("Tools are given twice: as an argument and in the request", path=("tools",))
    given = own if tools is None else tools
    offered = OfferedTools() if given is None else read_tools(given, ("tools",), losses)
    if settings.get("functions") is not None:
        legacy = read_tools(settings["functions"], ("functions",), losses)
        for name, namespace in legacy.namespaces.items():
            known = offered.namespaces.setdefault(name, namespace)
            if known is not namespace:
                known.tools += namespace.tools
        offered.strict += legacy.strict
    if offered.strict:
        options["strict_tools"] = offered.strict
    return offered


def read_tools(given: object, path: JsonPath, losses: Losses) -> OfferedTools:
    """Read the tools of a request, of either API.

    Columns of data sets may have them, or their parameters, as JSON text.

    Raises:
        ChatError: A tool is not what the APIs define.
    """
    offered = OfferedTools()
    for index, tool in enumerate(items(from_text(given, path), path)):
        _read_tool(tool, (*path, index), losses, offered)
    return offered


def _read_tool(tool: object, path: JsonPath, losses: Losses, offered: OfferedTools) -> None:
    given = fields(tool, path)
    kind = text(given.get("type", "function"), (*path, "type"))
    if kind == "function":
        _add_function(given, FUNCTIONS, path, losses, offered)
    elif kind == "namespace":
        _add_namespace(given, path, losses, offered)
    elif built_in := _built_in(kind):
        known = ("type", "container") if given.get("container") == {"type": "auto"} else ("type",)
        losses.add_unknown(given, known, path, "The model's built-in tool has no settings")
        offered.built_in[built_in.name] = built_in
    else:
        losses.add(
            path, tool, f"Harmony has no equivalent of a {kind!r} tool; the model is not offered it"
        )


def _built_in(kind: str) -> ToolNamespaceConfig | None:
    """The model's own tool for a hosted one, whose type may end in a date."""
    make = _BUILT_IN.get(_DATE.sub("", kind))
    return None if make is None else make()


def _add_function(
    given: Mapping[str, Any], namespace: str, path: JsonPath, losses: Losses, offered: OfferedTools
) -> None:
    if given.get("function") is not None:
        losses.add_unknown(given, ("type", "function"), path, _NO_KEY)
        path = (*path, "function")
        given = fields(given["function"], path)
    name = text(given.get("name"), (*path, "name"))
    description = optional_text(given.get("description"), (*path, "description"))
    schema_path = (*path, "parameters")
    parameters = from_text(given.get("parameters"), schema_path)
    if parameters is not None:
        parameters = dict(fields(parameters, schema_path, "a JSON Schema"))
    known = ("type", "name", "description", "parameters", "strict")
    losses.add_unknown(given, known, path, _NO_KEY)
    tool = ToolDescription.new(name, description or "", parameters)
    offered.namespaces.setdefault(namespace, ToolNamespaceConfig(name=namespace, tools=[]))
    offered.namespaces[namespace].tools.append(tool)
    if given.get("strict"):
        offered.strict.append(name if namespace == FUNCTIONS else f"{namespace}.{name}")


def _add_namespace(
    given: Mapping[str, Any], path: JsonPath, losses: Losses, offered: OfferedTools
) -> None:
    name = text(given.get("name"), (*path, "name"))
    description = optional_text(given.get("description"), (*path, "description"))
    losses.add_unknown(given, ("type", "name", "description", "tools"), path, _NO_KEY)
    offered.namespaces.setdefault(name, ToolNamespaceConfig(name=name, tools=[]))
    offered.namespaces[name].description = description or None
    inner = (*path, "tools")
    for index, tool in enumerate(items(given.get("tools"), inner)):
        member = fields(tool, (*inner, index))
        kind = text(member.get("type", "function"), (*inner, index, "type"))
        if kind == "function":
            _add_function(member, name, (*inner, index), losses, offered)
        else:
            reason = f"A namespace has only functions, not {kind!r} tools"
            losses.add((*inner, index), tool, reason)


def function_definition(tool: ToolDescription, *, nested: bool) -> dict[str, Any]:
    """A function as the APIs define it.

    Args:
        tool: The function.
        nested: Whether as in Chat Completions; if not, as in Responses.
    """
    definition = tool.to_dict()
    if not nested:
        return {"type": "function", **definition}
    return {"type": "function", "function": definition}
