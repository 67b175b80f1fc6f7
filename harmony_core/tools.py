"""The tools a conversation offers to the model: descriptions, namespaces, the built-in two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harmony_core import _coercion
from harmony_core._model import Model, from_fields, instance, model
from harmony_core.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Mapping


@model
@dataclass(kw_only=True, slots=True)
class ToolDescription(Model):
    """One function the model may call.

    Attributes:
        name: The function's name within its namespace.
        description: What it does. Each line becomes a comment above the function.
        parameters: JSON Schema of its one argument, or ``None`` if it takes none. Keys keep
            their order.

    Raises:
        ChatError: A field is missing or of the wrong type.
    """

    name: str
    description: str
    parameters: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        self.name = _coercion.text(self.name, "name")
        self.description = _coercion.text(self.description, "description")
        if self.parameters is not None:
            self.parameters = dict(_coercion.mapping(self.parameters, "parameters"))

    @classmethod
    def new(
        cls, name: str, description: str, parameters: dict[str, Any] | None = None
    ) -> ToolDescription:
        """Make a description from positional arguments."""
        return cls(name=name, description=description, parameters=parameters)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> ToolDescription:
        """Read a dictionary as ``to_dict`` makes it; unknown keys are ignored.

        Raises:
            ChatError: A field is missing or of the wrong type.
        """
        return from_fields(cls, _coercion.mapping(raw))

    def to_dict(self) -> dict[str, Any]:
        """The fields as a new dictionary; ``parameters`` only if given.

        Raises:
            ChatError: ``parameters`` is nested too deeply to be copied.
        """
        out: dict[str, Any] = {"name": self.name, "description": self.description}
        if self.parameters is not None:
            try:
                out["parameters"] = _coercion.copied(self.parameters)
            except RecursionError:
                raise ChatError("The schema is nested too deeply") from None
        return out


@model
@dataclass(kw_only=True, slots=True)
class ToolNamespaceConfig(Model):
    """A named group of tools.

    Attributes:
        name: The namespace's name, such as ``"functions"``.
        description: Text shown above the tools, or alone if there are no tools.
        tools: The functions of the namespace.

    Raises:
        ChatError: A field is missing or of the wrong type.
    """

    name: str
    description: str | None = None
    tools: list[ToolDescription]

    def __post_init__(self) -> None:
        self.name = _coercion.text(self.name, "name")
        self.description = _coercion.optional_text(self.description, "description")
        self.tools = _coercion.each(_tool, self.tools, "tools")

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> ToolNamespaceConfig:
        """Read a dictionary as ``to_dict`` makes it; unknown keys are ignored.

        Raises:
            ChatError: A field is missing or of the wrong type.
        """
        return from_fields(cls, _coercion.mapping(raw))

    def to_dict(self) -> dict[str, Any]:
        """The fields as a new dictionary; ``description`` only if given."""
        out: dict[str, Any] = {"name": self.name}
        if self.description is not None:
            out["description"] = self.description
        out["tools"] = [tool.to_dict() for tool in self.tools]
        return out

    @staticmethod
    def browser() -> ToolNamespaceConfig:
        """The browsing tool the gpt-oss models were trained with."""
        return ToolNamespaceConfig(
            name="browser",
            description=_BROWSER,
            tools=[
                ToolDescription(
                    name="search",
                    description=_BROWSER_SEARCH,
                    parameters={
                        "type": "object",
                        "properties": {
                            "query": {"type": "string"},
                            "topn": {"type": "number", "default": 10},
                            "source": {"type": "string"},
                        },
                        "required": ["query"],
                    },
                ),
                ToolDescription(
                    name="open",
                    description=_BROWSER_OPEN,
                    parameters={
                        "type": "object",
                        "properties": {
                            "id": {"type": ["number", "string"], "default": -1},
                            "cursor": {"type": "number", "default": -1},
                            "loc": {"type": "number", "default": -1},
                            "num_lines": {"type": "number", "default": -1},
                            "view_source": {"type": "boolean", "default": False},
                            "source": {"type": "string"},
                        },
                    },
                ),
                ToolDescription(
                    name="find",
                    description=_BROWSER_FIND,
                    parameters={
                        "type": "object",
                        "properties": {
                            "pattern": {"type": "string"},
                            "cursor": {"type": "number", "default": -1},
                        },
                        "required": ["pattern"],
                    },
                ),
            ],
        )

    @staticmethod
    def python() -> ToolNamespaceConfig:
        """The Python tool the gpt-oss models were trained with: a description, no functions."""
        return ToolNamespaceConfig(name="python", description=_PYTHON, tools=[])


def _tool(value: object) -> ToolDescription:
    return instance(ToolDescription, value)


# The models were trained on these very words: a changed character is another prompt.
_BROWSER = """\
Tool for browsing.
The `cursor` appears in brackets before each browsing display: `[{cursor}]`.
Cite information from the tool using the following format:
`\u3010{cursor}\u2020L{line_start}(-L{line_end})?\u3011`, \
for example: `\u30106\u2020L9-L11\u3011` or `\u30108\u2020L3\u3011`.
Do not quote more than 10 words directly from the tool output.
sources=web (default: web)"""
_BROWSER_SEARCH = "Searches for information related to `query` and displays `topn` results."
_BROWSER_OPEN = """\
Opens the link `id` from the page indicated by `cursor` starting at line number `loc`, \
showing `num_lines` lines.
Valid link ids are displayed with the formatting: `\u3010{id}\u2020.*\u3011`.
If `cursor` is not provided, the most recent page is implied.
If `id` is a string, it is treated as a fully qualified URL associated with `source`.
If `loc` is not provided, the viewport will be positioned at the beginning of the document \
or centered on the most relevant passage, if available.
Use this function without `id` to scroll to a new location of an opened page."""
_BROWSER_FIND = (
    "Finds exact matches of `pattern` in the current page, or the page given by `cursor`."
)
_PYTHON = """\
Use this tool to execute Python code in your chain of thought. The code will not be shown \
to the user. This tool should be used for internal reasoning, but not for code that is \
intended to be visible to the user (e.g. when creating plots, tables, or files).

When you send a message containing Python code to python, it will be executed in a stateful \
Jupyter notebook environment. python will respond with the output of the execution or time \
out after 120.0 seconds. The drive at '/mnt/data' can be used to save and persist user \
files. Internet access for this session is UNKNOWN. Depends on the cluster."""
