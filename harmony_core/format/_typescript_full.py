"""JSON Schema as a TypeScript type without the reference's losses.

A ladder above ``_typescript``: what that notation can say is said in the same words; what it
drops (references, ``anyOf``, ``allOf``, ``const``, values that are no strings, maps, tuples) is
written as TypeScript writes it. A definition that is referred to becomes a type of its own,
so that a schema may contain itself, and the text never grows beyond the schema's own size.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from harmony_core.format._typescript import default_comment, trailing_comment
from harmony_core.reference.serde_json import Json, json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SIMPLE_TYPES = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}
_OBJECT_KEYWORDS = ("properties", "additionalProperties", "patternProperties", "required")
_ARRAY_KEYWORDS = ("items", "prefixItems")
_MAX_INDEX_DIGITS = 9


class _Type(NamedTuple):
    """A type's text, and whether it needs parentheses to be part of another."""

    text: str
    compound: bool = False

    def operand(self) -> str:
        return f"({self.text})" if self.compound else self.text


_ANY = _Type("any")
_NEVER = _Type("never")
_NULL = _Type("null")


class FullWriter:
    """Writes one tool's schema, and the definitions it refers to.

    Args:
        root: The schema, as ``read_json`` gives it; references are looked up in it.
        tool: The tool's name, which names the root if it is referred to.
        taken: Names that a definition may not have, each with the highest number that has been
            appended to it, 1 for none. The definitions' are added.
    """

    def __init__(self, root: Json, tool: str, taken: dict[str, int]) -> None:
        self._root = root
        self._tool = tool
        self._taken = taken
        self._names: dict[str, str] = {}  # pointer -> name
        self._waiting: deque[tuple[str, Json]] = deque()

    def root_type(self) -> str:
        """Write the schema itself; its name, if it refers to itself."""
        written = self._type(self._root, "").text
        return self._names.get("#", written)

    def declarations(self) -> Iterator[str]:
        """Write the definitions referred to so far, each once."""
        while self._waiting:
            name, schema = self._waiting.popleft()
            about = "".join(_comments(_get(schema, "description"), ""))
            yield about + f"type {name} = {self._type(schema, '').text};\n"

    def _type(self, schema: Json, indent: str) -> _Type:
        if schema is False:
            return _NEVER
        if not isinstance(schema, dict):
            return _ANY
        written = _intersection(self._demands(schema, indent))
        if schema.get("nullable") is True and "null" not in _kinds(schema):
            return _union([written, _NULL])
        return written

    def _demands(self, schema: dict[str, Json], indent: str) -> list[_Type]:
        """What each keyword demands; a value has to satisfy all of them."""
        demands = []
        if isinstance(reference := schema.get("$ref"), str):
            demands.append(self._reference(reference))
        if "const" in schema:
            demands.append(_Type(json_text(schema["const"])))
        elif isinstance(values := schema.get("enum"), list) and values:
            demands.append(_union(_Type(json_text(value)) for value in values))
        alternatives = (schema.get(keyword) for keyword in ("anyOf", "oneOf"))
        demands += [
            self._variants(variants, indent)
            for variants in alternatives
            if isinstance(variants, list) and variants
        ]
        if isinstance(parts := schema.get("allOf"), list):
            demands += [self._type(part, indent) for part in parts]
        kinds = _kinds(schema)
        # Beside another demand, the bare name of a type says nothing new.
        if kinds and (not demands or any(word in schema for word in _keywords(kinds))):
            demands.append(_union(self._kind(kind, schema, indent) for kind in kinds))
        return demands

    def _kind(self, kind: str, schema: dict[str, Json], indent: str) -> _Type:
        if kind == "object":
            return self._object(schema, indent)
        if kind == "array":
            return self._array(schema, indent)
        return _Type(_SIMPLE_TYPES.get(kind, "any"))

    def _variants(self, variants: list[Json], indent: str) -> _Type:
        """Write alternatives; on a line each, as the reference does, if any has a comment."""
        comments = [[*_texts(_get(v, "description")), *default_comment(v)] for v in variants]
        if not any(comments):
            return _union(self._type(variant, indent) for variant in variants)
        lines = [
            f"\n{indent} | {self._type(variant, indent + '   ').text}"
            f"{trailing_comment([_one_line(comment) for comment in about])}"
            for variant, about in zip(variants, comments, strict=True)
        ]
        return _Type("".join(lines) + f"\n{indent}", compound=True)

    def _object(self, schema: dict[str, Json], indent: str) -> _Type:
        out = ["{\n"]
        required = schema.get("required")
        names = required if isinstance(required, list) else []
        needed = {name for name in names if isinstance(name, str)}
        if isinstance(properties := schema.get("properties"), dict):
            for name, value in properties.items():
                key = name if name.isidentifier() else json_text(name)
                out += self._property(key if name in needed else f"{key}?", value, indent)
        out += self._index_signature(schema, indent)
        out.append(f"{indent}}}")
        return _Type("".join(out))

    def _index_signature(self, schema: dict[str, Json], indent: str) -> Iterator[str]:
        """Write what the keys without a name hold: TypeScript takes one signature an object."""
        patterns = schema.get("patternProperties")
        values = dict(patterns) if isinstance(patterns, dict) else {}
        keys = [_one_line(pattern) for pattern in values]
        others = schema.get("additionalProperties", False)
        held = [*values.values(), *([] if others is False else [others])]
        if not held:
            return
        if keys and others is not False:
            keys.append("any other")
        about = f" // keys: {', '.join(keys)}" if keys else ""
        written = _union(self._type(value, indent + "    ") for value in held).text
        yield f"{indent}[key: string]: {written},{about}\n"

    def _property(self, key: str, schema: Json, indent: str) -> Iterator[str]:
        for title in _texts(_get(schema, "title")):
            yield from _comments(title, indent)
            yield f"{indent}//\n"
        yield from _comments(_get(schema, "description"), indent)
        examples = _get(schema, "examples")
        if isinstance(examples, list) and examples:
            yield f"{indent}// Examples:\n"
            yield from (f"{indent}// - {json_text(example)}\n" for example in examples)
        written = self._type(schema, indent + "    ").text
        about = [_one_line(comment) for comment in default_comment(schema)]
        space = "" if written.startswith("\n") else " "
        yield f"{indent}{key}:{space}{written},{trailing_comment(about)}\n"

    def _array(self, schema: dict[str, Json], indent: str) -> _Type:
        items, first = schema.get("items"), schema.get("prefixItems")
        if isinstance(items, list):  # as a tuple was written before the draft of 2020
            first, items = items, schema.get("additionalItems")
        if isinstance(first, list):
            members = [self._type(item, indent).text for item in first]
            if isinstance(items, dict):
                members.append(f"...{self._type(items, indent).operand()}[]")
            return _Type(f"[{', '.join(members)}]")
        if items is None:
            return _Type("Array<any>")
        return _Type(f"{self._type(items, indent).operand()}[]")

    def _reference(self, reference: str) -> _Type:
        """Name the definition referred to; ``any`` if it is not in the schema."""
        if reference not in self._names:
            found = _find(self._root, reference)
            if found is None:
                return _ANY
            name = self._free_name(reference)
            self._names[reference] = name
            self._waiting.append((name, found))
        return _Type(self._names[reference])

    def _free_name(self, reference: str) -> str:
        last = unquote(reference.rpartition("/")[2]) if "/" in reference else ""
        base = "".join(c if c.isalnum() else "_" for c in last or f"{self._tool}_parameters")
        base = base if base.isidentifier() else f"_{base}"
        name = base
        while name in self._taken:
            self._taken[base] += 1
            name = f"{base}{self._taken[base]}"
        self._taken[name] = 1
        return name


def _kinds(schema: dict[str, Json]) -> list[str]:
    """The types a value may have; those that the other keywords imply, if none is named."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return [kind]
    if isinstance(kind, list):
        return [name for name in kind if isinstance(name, str)]
    implied = {"object": _OBJECT_KEYWORDS[:-1], "array": _ARRAY_KEYWORDS}
    return [name for name, words in implied.items() if any(word in schema for word in words)]


def _keywords(kinds: list[str]) -> Iterator[str]:
    if "object" in kinds:
        yield from _OBJECT_KEYWORDS
    if "array" in kinds:
        yield from _ARRAY_KEYWORDS


def _union(members: Iterable[_Type]) -> _Type:
    different = list(dict.fromkeys(members))
    if _ANY in different:
        return _ANY
    possible = [member for member in different if member != _NEVER] or [_NEVER]
    if len(possible) == 1:
        return possible[0]
    # All that is compound binds as tightly as a union, or more so.
    return _Type(" | ".join(member.text for member in possible), compound=True)


def _intersection(members: Iterable[_Type]) -> _Type:
    different = [member for member in dict.fromkeys(members) if member != _ANY] or [_ANY]
    if len(different) == 1:
        return different[0]
    return _Type(" & ".join(member.operand() for member in different), compound=True)


def _find(root: Json, reference: str) -> Json:
    """Follow a pointer such as ``#/$defs/Node``; ``None`` if it leads nowhere."""
    here, hash_, pointer = reference.partition("#")
    if here or not hash_ or (pointer and not pointer.startswith("/")):
        return None
    found = root
    for step in pointer.split("/")[1:]:
        key = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(key)
        elif isinstance(found, list) and _is_index(key) and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def _is_index(key: str) -> bool:
    return len(key) <= _MAX_INDEX_DIGITS and key.isascii() and key.isdecimal()


def _comments(text: object, indent: str) -> Iterator[str]:
    for written in _texts(text):
        yield from (f"{indent}// {line.rstrip()}\n" for line in written.split("\n"))


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else []


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _get(schema: Json, key: str) -> object:
    return schema.get(key) if isinstance(schema, dict) else None
