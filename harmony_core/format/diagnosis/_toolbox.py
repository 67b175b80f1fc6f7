"""The tools that the caller says there are, and whether a call's arguments fit them.

The only module that imports ``jsonschema``, and only where a schema was given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from harmony_core.chat import Role
from harmony_core.contents import DeveloperContent, SystemContent
from harmony_core.tools import ToolDescription, ToolNamespaceConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harmony_core.chat import Message

__all__ = ["Misfit", "Tool", "Toolbox", "calls_tool"]

# A recipient, a description, a namespace, what a system or developer message offers, or a
# function as chat requests have it.
Tool: TypeAlias = (
    str
    | ToolDescription
    | ToolNamespaceConfig
    | DeveloperContent
    | SystemContent
    | Mapping[str, Any]
)
_FUNCTIONS = "functions."
_NO_TOOLS = frozenset((*(role.value for role in Role), "all"))


def calls_tool(message: Message) -> bool:
    """Whether a message is the assistant's, to a tool."""
    recipient = message.recipient
    return (
        message.author.role is Role.ASSISTANT
        and recipient is not None
        and recipient not in _NO_TOOLS
    )


class Misfit(NamedTuple):
    """Why arguments do not fit a schema.

    Attributes:
        code: ``arguments-mismatch``, or ``arguments-not-checked`` if nothing can tell.
        message: What is wrong.
        hint: What to do about it; empty for the code's own advice.
    """

    code: str
    message: str
    hint: str = ""


class Toolbox:
    """The tools there are.

    Args:
        tools: Names or descriptions; ``None`` if any tool may be called.

    Attributes:
        names: The recipients there are, or ``None``. A name without a namespace stands for
            the function of that name too.

    Raises:
        TypeError: Something is no tool, or ``tools`` is a single string.
    """

    def __init__(self, tools: Collection[Tool] | Tool | None) -> None:
        found = None if tools is None else dict(_described(tools))
        self.names = None if found is None else frozenset(found)
        self._schemas = {name: schema for name, schema in (found or {}).items() if schema}

    def describes(self, recipient: str) -> bool:
        """Whether there is a schema for the arguments of a recipient."""
        return self._schema_of(recipient) is not None

    def check(self, recipient: str, arguments: Mapping[str, Any]) -> Misfit | None:
        """Compare arguments with the schema of the tool they are for, if there is one."""
        schema = self._schema_of(recipient)
        if schema is None:
            return None
        if self._jsonschema is None:
            message = "The package jsonschema is needed to check arguments, and is not installed."
            return Misfit("arguments-not-checked", message)
        try:
            validator = self._jsonschema.validators.validator_for(schema)
            validator.check_schema(schema)
            faults = validator(schema).iter_errors(arguments)
            best = self._jsonschema.exceptions.best_match(faults)
        except Exception as error:  # noqa: BLE001 - schemas and their references fail in many ways
            message = f"The schema of {recipient} cannot be used: {_first_line(error)}."
            return Misfit("arguments-not-checked", message, "Correct the schema.")
        if best is None:
            return None
        path = "".join(f"[{key!r}]" for key in best.absolute_path)
        where = f" at {path}" if path else ""
        return Misfit(
            "arguments-mismatch",
            f"The arguments do not fit {recipient}{where}: {best.message[:200]}.",
        )

    def _schema_of(self, recipient: str) -> Mapping[str, Any] | None:
        bare = recipient.removeprefix(_FUNCTIONS)
        return self._schemas.get(recipient) or self._schemas.get(bare)

    @cached_property
    def _jsonschema(self) -> Any:  # noqa: ANN401 - an optional package without types
        try:
            return import_module("jsonschema")  # whose types a user need not have
        except ImportError:
            return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def _described(tools: Collection[Tool] | Tool) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    if isinstance(tools, str):
        raise TypeError(f"tools is a collection of names or descriptions: pass [{tools!r}].")
    if isinstance(tools, _SINGLE):
        yield from _names_and_schemas(tools)
    else:
        for tool in tools:
            yield from _names_and_schemas(tool)


_SINGLE = (Mapping, ToolDescription, ToolNamespaceConfig, DeveloperContent, SystemContent)


def _names_and_schemas(tool: object) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    if isinstance(tool, str):
        yield tool, None
    elif isinstance(tool, ToolDescription):
        yield _FUNCTIONS + tool.name, tool.parameters
    elif isinstance(tool, ToolNamespaceConfig):
        if not tool.tools:
            yield tool.name, None  # such as python, which takes text
        for each in tool.tools:
            yield f"{tool.name}.{each.name}", each.parameters
    elif isinstance(tool, (DeveloperContent, SystemContent)):
        for namespace in (tool.tools or {}).values():
            yield from _names_and_schemas(namespace)
    elif isinstance(tool, Mapping):
        inner = tool.get("function", tool)
        if not isinstance(inner, Mapping) or not isinstance(inner.get("name"), str):
            raise TypeError(f"a tool needs a name: {tool!r:.100}")
        yield _FUNCTIONS + inner["name"], inner.get("parameters")
    else:
        raise TypeError(f"not a tool: {tool!r:.100}")
