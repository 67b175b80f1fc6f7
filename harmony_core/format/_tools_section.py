"""The tools of a system or developer message, as the model sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from harmony_core.format._typescript import typescript_type
from harmony_core.format._typescript_full import FullWriter
from harmony_core.reference.rust_text import lines
from harmony_core.reference.serde_json import read_json, well_formed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harmony_core.tools import ToolDescription, ToolNamespaceConfig

__all__ = ["SchemaNotation", "tools_section"]

SchemaNotation: TypeAlias = Literal["reference", "full"]


def tools_section(
    namespaces: Mapping[str, ToolNamespaceConfig],
    room: int,
    *,
    notation: SchemaNotation = "reference",
) -> str:
    """Write the tools of a system or developer message.

    Args:
        namespaces: The namespaces; they are written in the order of their keys.
        room: How many levels of lists and dictionaries a schema may have.
        notation: Whether schemas are written with the reference's losses, or in full.

    Raises:
        ChatError: A schema is not valid JSON, or nested too deeply.
    """
    keys = sorted(namespaces, key=well_formed)
    sections = ["\n".join(_namespace_lines(namespaces[key], room, notation)) for key in keys]
    return "\n\n".join(["# Tools", *sections])


def _namespace_lines(
    namespace: ToolNamespaceConfig, room: int, notation: SchemaNotation
) -> Iterator[str]:
    yield f"## {namespace.name}\n"
    comment = "// " if namespace.tools else ""
    for line in lines(namespace.description or ""):
        yield comment + line
    if not namespace.tools:
        return
    yield f"namespace {namespace.name} {{\n"
    taken = {tool.name: 1 for tool in namespace.tools}
    for tool in namespace.tools:
        yield from _tool_lines(tool, room, notation, taken)
    yield f"}} // namespace {namespace.name}"


def _tool_lines(
    tool: ToolDescription, room: int, notation: SchemaNotation, taken: dict[str, int]
) -> Iterator[str]:
    parameters = None
    if tool.parameters is not None:
        schema = read_json(tool.parameters, room)
        if notation == "full":
            writer = FullWriter(schema, tool.name, taken)
            parameters = writer.root_type()
            yield from writer.declarations()
        else:
            parameters = typescript_type(schema)
    for line in lines(tool.description):
        yield f"// {line}"
    arguments = "()" if parameters is None else f"(_: {parameters})"
    yield f"type {tool.name} = {arguments} => any;\n"
