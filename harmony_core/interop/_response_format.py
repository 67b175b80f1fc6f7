"""Structured outputs <-> the section that ends the developer message.

Its form is that of the format's guide (https://cookbook.openai.com/articles/openai-harmony,
"Structured output"): the format's name as a heading, its description as a comment, its schema.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from harmony_core.interop._fields import compact_json, fields, optional_text, text
from harmony_core.interop._losses import refusal

if TYPE_CHECKING:
    from harmony_core.interop._losses import JsonPath, Losses

__all__ = ["ResponseFormat", "read_response_format", "split_response_format"]

HEADING = "# Response Formats"
# The section that ``ResponseFormat.section`` writes.
_SECTION = re.compile(
    rf"(?:\A|\n\n){HEADING}\n\n## (?P<name>[^\n]+)\n\n(?P<comments>(?://[^\n]*\n)*)(?P<schema>.*)\Z",
    re.DOTALL,
)
# The JSON mode of both APIs has a type, and neither a name nor a schema.
_JSON_MODE = "json_object"
_ANY_OBJECT = {"type": "object"}


class ResponseFormat(NamedTuple):
    """A format that the answer is to have.

    Attributes:
        name: Its name.
        description: What it is for, or ``None``.
        schema: Its JSON Schema.
    """

    name: str
    description: str | None
    schema: Any

    def section(self) -> str:
        """The section of the developer message."""
        lines = [] if self.description is None else self.description.split("\n")
        comments = "".join(f"// {line}\n" for line in lines)
        schema = compact_json(self.schema, ("schema",))
        return f"{HEADING}\n\n## {self.name}\n\n{comments}{schema}"

    def to_chat(self) -> dict[str, Any]:
        """The format as ``response_format`` of a Chat Completions request."""
        if self == _json_mode(_ANY_OBJECT):
            return {"type": _JSON_MODE}
        return {"type": "json_schema", "json_schema": self._described()}

    def to_responses(self) -> dict[str, Any]:
        """The format as ``text.format`` of a Responses request."""
        if self == _json_mode(_ANY_OBJECT):
            return {"type": _JSON_MODE}
        return {"type": "json_schema", **self._described()}

    def _described(self) -> dict[str, Any]:
        described = {} if self.description is None else {"description": self.description}
        return {"name": self.name, **described, "schema": self.schema}


def _json_mode(schema: object) -> ResponseFormat:
    return ResponseFormat(_JSON_MODE, None, schema)


def read_response_format(value: object, path: JsonPath, losses: Losses) -> ResponseFormat | None:
    """Read ``response_format`` or ``text.format``; ``None`` if any text will do.

    Raises:
        ChatError: It is not what the APIs define.
    """
    given = fields(value, path)
    kind = text(given.get("type"), (*path, "type"))
    if kind == "text":
        return None
    if kind == _JSON_MODE:
        losses.add_unknown(given, ("type", "schema"), path, "Not a field of a JSON object format")
        schema = given.get("schema")
        if schema is not None:
            compact_json(schema, (*path, "schema"))
        return _json_mode(_ANY_OBJECT if schema is None else schema)
    if kind != "json_schema":
        losses.add(
            path,
            value,
            f"A {kind!r} format only constrains sampling; the prompt can describe JSON only",
        )
        return None
    if "json_schema" in given:  # Chat Completions has the format one level deeper
        losses.add_unknown(given, ("type", "json_schema"), path, "Not a field of a response format")
        path = (*path, "json_schema")
        given = fields(given["json_schema"], path)
    known = ("type", "name", "description", "schema", "strict")
    losses.add_unknown(given, known, path, "Not a field of a response format")
    schema = given.get("schema")
    compact_json(schema, (*path, "schema"))
    name = text(given.get("name"), (*path, "name"))
    if not name or "\n" in name:
        raise refusal("a name of one line", name, (*path, "name"))
    description = optional_text(given.get("description"), (*path, "description"))
    return ResponseFormat(name, description, {} if schema is None else schema)


def split_response_format(developer_text: str) -> tuple[str, ResponseFormat | None]:
    """Split a developer's text into what precedes its response format, and the format.

    A section that does not read back, such as one with several formats, is left in the text.
    """
    match = _SECTION.search(developer_text)
    if match is None:
        return developer_text, None
    comments = [line.removeprefix("//") for line in match["comments"].split("\n")[:-1]]
    description = "\n".join(line.removeprefix(" ") for line in comments) if comments else None
    try:
        found = ResponseFormat(match["name"], description, json.loads(match["schema"]))
        unchanged = match.group().lstrip("\n") == found.section()
    except (ValueError, RecursionError):
        return developer_text, None
    return (developer_text[: match.start()], found) if unchanged else (developer_text, None)
