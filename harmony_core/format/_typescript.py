"""JSON Schema as a TypeScript-like type, in the reference's notation with all its quirks.

The models were trained on it, so it is the default. ``_typescript_full`` writes what it loses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harmony_core.reference.serde_json import Json, json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN_TYPES = {"number": "number", "integer": "number", "boolean": "boolean"}


def typescript_type(schema: Json, indent: str = "") -> str:  # noqa: PLR0911 - one per notation
    """Write a JSON Schema as a type.

    Args:
        schema: The schema, as ``read_json`` gives it. Anything but a dictionary is ``any``.
        indent: What the lines after the first start with.
    """
    if not isinstance(schema, dict):
        return "any"
    variants = schema.get("oneOf")
    if isinstance(variants, list):
        return "".join(_union_member(variant, indent) for variant in variants)
    kind = schema.get("type")
    if isinstance(kind, list):
        names = ["number" if name == "integer" else name for name in _strings(kind)]
        return " | ".join(names) if names else "any"
    if kind == "object":
        return _object_type(schema, indent)
    if kind == "string":
        return " | ".join(f'"{value}"' for value in _strings(schema.get("enum"))) or "string"
    if kind == "array":
        return (
            f"{typescript_type(schema['items'], indent)}[]" if "items" in schema else "Array<any>"
        )
    return _PLAIN_TYPES.get(kind, "any") if isinstance(kind, str) else "any"


def _union_member(variant: Json, indent: str) -> str:
    """One line of a ``oneOf`` that is not directly a property's."""
    comments = list(_strings([_get(variant, "description")]))
    if isinstance(variant, dict) and "default" in variant:
        default = variant["default"]
        quoted = isinstance(default, str) and not _is_enum(variant)
        comments.append(f'default: "{default}"' if quoted else f"default: {json_text(default)}")
    return f"\n{indent} | {_nullable_type(variant, indent + '   ')}{trailing_comment(comments)}"


def _object_type(schema: dict[str, Json], indent: str) -> str:
    out = [*_comment(schema.get("description"), indent), "{\n"]
    properties = schema.get("properties")
    if isinstance(properties, dict):
        required = set(_strings(schema.get("required")))
        for name, value in properties.items():
            out += _property(name if name in required else f"{name}?", value, indent)
    out.append(f"{indent}}}")
    return "".join(out)


def _property(name: str, schema: Json, indent: str) -> Iterator[str]:
    title = _get(schema, "title")
    if isinstance(title, str):
        yield f"{indent}// {title}\n{indent}//\n"
    if _get(schema, "oneOf", missing := object()) is missing:
        yield from _comment(_get(schema, "description"), indent)
    examples = _get(schema, "examples")
    if isinstance(examples, list) and examples:
        yield f"{indent}// Examples:\n"
        for example in _strings(examples):
            yield f'{indent}// - "{example}"\n'
    variants = _get(schema, "oneOf")
    if isinstance(schema, dict) and isinstance(variants, list):
        yield from _union_property(name, schema, variants, indent)
        return
    yield f"{indent}{name}: {_nullable_type(schema, indent + '    ')},"
    if isinstance(schema, dict) and "oneOf" not in schema:
        yield trailing_comment(list(default_comment(schema)))
    yield "\n"


def _union_property(
    name: str, schema: dict[str, Json], variants: list[Json], indent: str
) -> Iterator[str]:
    description = schema.get("description")
    first = _get(variants[0], "description") if variants else None
    # The property's description is left out if the first variant repeats it, and the first
    # variant's if the property has one of its own.
    above = isinstance(description, str) and description != first
    if above:
        yield from _comment(description, indent)
    for default in default_comment(schema):
        yield f"{indent}// {default}\n"
    yield f"{indent}{name}:\n"
    for index, variant in enumerate(variants):
        comments = []
        own = _get(variant, "description")
        if isinstance(own, str) and own != description and not (above and index == 0):
            comments.append(own)
        comments += default_comment(variant)
        yield f"{indent} | {_nullable_type(variant, indent + '   ')}{trailing_comment(comments)}\n"
    yield f"{indent},\n"


def _nullable_type(schema: Json, indent: str) -> str:
    text = typescript_type(schema, indent)
    if _get(schema, "nullable") is True and "null" not in text:
        return f"{text} | null"
    return text


def default_comment(schema: Json) -> Iterator[str]:
    """Say what a schema's default is, if it has one."""
    if not isinstance(schema, dict) or "default" not in schema:
        return
    default = schema["default"]
    if not isinstance(default, str):
        yield f"default: {json_text(default)}"
    elif _is_enum(schema):
        yield f"default: {default}"
    else:
        yield f'default: "{default}"'


def _is_enum(schema: dict[str, Json]) -> bool:
    values = schema.get("enum")
    return isinstance(values, list) and bool(values)


def _comment(text: object, indent: str) -> Iterator[str]:
    if isinstance(text, str):
        yield f"{indent}// {text}\n"


def trailing_comment(comments: list[str]) -> str:
    """The comments at the end of a line."""
    return f" // {' '.join(comments)}" if comments else ""


def _get(schema: Json, key: str, default: object = None) -> object:
    return schema.get(key, default) if isinstance(schema, dict) else default


def _strings(values: object) -> Iterator[str]:
    if isinstance(values, list):
        yield from (value for value in values if isinstance(value, str))
