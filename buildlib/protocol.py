"""The package's protocol -> the JavaScript that declares the same messages.

``harmony_core.bridge.protocol`` and ``shapes`` say what crosses; this writes it with JSDoc types,
formatted as Prettier would.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

from harmony_core.bridge.protocol import FROM_WORKER, OPERATIONS, Request
from harmony_core.bridge.shapes import LISTS, RECORDS, JsType
from harmony_core.contents import SystemContent
from harmony_core.format.wire import WireContent

if TYPE_CHECKING:
    from harmony_core.bridge.shapes import SharedList

_WIDTH = 100
_HEAD = """\
/**
 * Every message that crosses between the page and the package, in its wire names. Generated from
 * `harmony_core/bridge/protocol.py` by `python3 build.py protocol`: do not edit.
 *
 * The page sends {@link Request}s, each with an id of its own; the worker answers each with an
 * {@link Answered} or {@link Refused} of that id, in order. While it starts, it sends
 * {@link Progress}, which has no id.
 *
 * @module
 */
"""
_TYPES = """\
/** @typedef {keyof Operations} Operation */

/**
 * @template {Operation} Name
 * @typedef {Operations[Name]["params"]} ParamsOf
 */

/**
 * @template {Operation} Name
 * @typedef {Operations[Name]["value"]} ValueOf
 */

/**
 * The parameters that have a default, all of them.
 *
 * @template {object} Params
 * @typedef {{[K in keyof Params as {} extends Pick<Params, K> ? K : never]-?: Params[K]}}
 *   DefaultsOf
 */
"""
_PLAIN = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    object: "unknown",
    Any: "unknown",
}


def generate() -> str:
    """Write the JavaScript module's text."""
    named: dict[str, type[Any]] = {}
    for operation in OPERATIONS.values():
        _collect(operation.params, named)
        _collect(operation.value, named)
    for message in (Request, *FROM_WORKER):
        _collect(message, named)
    parts = [
        _HEAD,
        *map(_list, LISTS),
        *(_record(name, record) for name, record in RECORDS.items()),
        *map(_typedef, named.values()),
        _union("FromWorker", FROM_WORKER),
        _operations(),
        _TYPES,
        _defaults(),
        _system_content(),
    ]
    return "\n".join(parts)


def _collect(kind: Any, named: dict[str, type[Any]]) -> None:  # noqa: ANN401 - any type
    """Find the named types in a type; those that others are made of come first."""
    for argument in (*get_args(kind), *_bases(kind)):
        _collect(argument, named)
    if _is_shape(kind) and named.get(kind.__name__) is not kind:
        if kind.__name__ in named:
            raise ValueError(f"Two shapes are named {kind.__name__}.")
        for declared in _fields(kind).values():
            _collect(declared, named)
        named[kind.__name__] = kind


# What else there is in it depends on its type.
_OPEN = WireContent


def _is_shape(kind: object) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "__total__"))


def _bases(kind: Any) -> list[type[Any]]:  # noqa: ANN401 - any type
    """The public shapes that a ``TypedDict`` extends; Python 3.11 keeps them in the source only."""
    if not _is_shape(kind) or is_dataclass(kind):
        return []
    (statement,) = ast.parse(inspect.getsource(kind)).body
    bases = statement.bases if isinstance(statement, ast.ClassDef) else []
    names = [base.id for base in bases if isinstance(base, ast.Name)]
    found = (vars(sys.modules[kind.__module__])[name] for name in names if name[0] != "_")
    return [base for base in found if _is_shape(base)]


def _fields(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else list(hints)
    return {name: hints[name] for name in sorted(names, key=lambda name: _is_optional(kind, name))}


def _is_optional(kind: type[Any], name: str) -> bool:
    if is_dataclass(kind):
        return name in _default_values(kind)
    return name in kind.__optional_keys__


_PARAMS = {operation.params for operation in OPERATIONS.values()}


# ---- Types. ----


def _js_type(kind: Any) -> str:  # noqa: ANN401, PLR0911 - any type; one return for each kind
    """Write a type in TypeScript's notation."""
    shared = _shared(kind)
    if shared is not None:
        return shared.member
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _js_annotated(arguments[0], arguments[1])
    if origin is Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if _is_shape(kind):
        return str(kind.__name__)
    if origin is None:
        return _PLAIN[kind]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"Record<{_js_type(arguments[0])}, {_js_type(arguments[1])}>"
    if isinstance(origin, type) and issubclass(origin, Collection):
        item = _js_type(arguments[0])
        return f"({item})[]" if " | " in item else f"{item}[]"
    return " | ".join(map(_js_type, arguments))


def _js_annotated(kind: Any, says: object) -> str:  # noqa: ANN401 - any type
    if isinstance(says, JsType):
        return says.name
    return _js_type(kind if isinstance(says, str) else says)


def _shared(kind: object) -> SharedList | None:
    return next((shared for shared in LISTS if shared.values == kind), None)


# ---- Declarations. ----


def _list(shared: SharedList) -> str:
    items = [json.dumps(text) for text in shared.texts()]
    head, const = f"export const {shared.constant} = Object.freeze(", "/** @type {const} */ ("
    line = f"{head}{const}[{', '.join(items)}]));"
    if len(line) > _WIDTH:
        line = f"{head}\n  {const}[{', '.join(items)}]),\n);"
    if max(map(len, line.splitlines())) > _WIDTH:
        inner = "".join(f"    {item},\n" for item in items)
        line = f"{head}\n  {const}[\n{inner}  ]),\n);"
    return (
        f"/** {shared.description} */\n{line}\n\n"
        f"/** @typedef {{typeof {shared.constant}[number]}} {shared.member} */\n"
    )


def _record(name: str, record: type[tuple[Any, ...]]) -> str:
    names: tuple[str, ...] = record._fields  # type: ignore[attr-defined]
    offsets = ", ".join(f"{field}: {offset}" for offset, field in enumerate(names))
    summary, documented = _documentation(record)
    lines = [f"{summary} Where its numbers are in a flat array:"]
    lines += [f"- `{field}`: {documented[field]}" for field in names]
    body = f"export const {name} = Object.freeze({{ {offsets}, size: {len(names)} }});\n"
    return _comment([wrapped for line in lines for wrapped in _wrap(line)]) + body


def _typedef(kind: type[Any]) -> str:
    summary, documented = _documentation(kind)
    properties = _fields(kind)
    if not properties:
        return f"/** @typedef {{Record<string, never>}} {kind.__name__} {summary} */\n"
    if kind is _OPEN:
        keys = [
            f"{name}{'?' if _is_optional(kind, name) else ''}: {_js_type(declared)}"
            for name, declared in properties.items()
        ]
        shape = ", ".join([*keys, "[key: string]: unknown"])
        return _comment([*_wrap(summary), "", f"@typedef {{{{{shape}}}}} {kind.__name__}"])
    lines = [*_wrap(summary), "", f"@typedef {{object}} {kind.__name__}"]
    for name, declared in properties.items():
        text = documented.get(name, "")
        shown = name
        if _is_optional(kind, name):
            shown = f"[{name}]"
            if is_dataclass(kind):
                text = f"{text} By default `{json.dumps(_default_values(kind)[name])}`.".strip()
        lines += _wrap(f"@property {{{_js_type(declared)}}} {shown} {text}".rstrip())
    return _comment(lines)


def _union(name: str, kinds: tuple[type[Any], ...]) -> str:
    members = " | ".join(kind.__name__ for kind in kinds)
    return f"/** @typedef {{{members}}} {name} */\n"


def _operations() -> str:
    lines = ["What can be asked.", "", "@typedef {object} Operations"]
    for name, operation in OPERATIONS.items():
        shape = f"params: {operation.params.__name__}, value: {operation.value.__name__}"
        lines.append(f"@property {{{{{shape}}}}} {name}")
    return _comment(lines)


def _default_values(kind: type[Any]) -> dict[str, Any]:
    """The defaults of parameters; a value that is a dataclass has all of its fields."""
    values: dict[str, Any] = {}
    if kind not in _PARAMS:
        return values
    for field in fields(kind):
        if field.default is not MISSING:
            values[field.name] = field.default
        elif field.default_factory is not MISSING:
            values[field.name] = field.default_factory()
    return values


def _defaults() -> str:
    lines = [
        "/**",
        " * The defaults of each operation's parameters.",
        " *",
        " * @type {{readonly [Name in Operation]: Readonly<DefaultsOf<ParamsOf<Name>>>}}",
        " */",
        "export const DEFAULTS = {",
    ]
    for name, operation in OPERATIONS.items():
        values = _default_values(operation.params)
        if not values:
            lines.append(f"  {name}: {{}},")
            continue
        lines.append(f"  {name}: {{")
        lines += [f"    {key}: {json.dumps(value)}," for key, value in values.items()]
        lines.append("  },")
    return "\n".join([*lines, "};", ""])


def _system_content() -> str:
    comment = "The content of a system message that says nothing itself."
    return (
        f"/** {comment} @type {{Readonly<Record<string, unknown>>}} */\n"
        f"export const SYSTEM_CONTENT = Object.freeze({_literal(SystemContent.new().to_dict())});\n"
    )


def _literal(value: object, indent: str = "") -> str:
    if not isinstance(value, dict):
        return json.dumps(value)
    inner = f"{indent}  "
    entries = [f"{inner}{key}: {_literal(each, inner)},\n" for key, each in value.items()]
    return f"{{\n{''.join(entries)}{indent}}}"


# ---- Comments. ----


def _documentation(kind: type[Any]) -> tuple[str, dict[str, str]]:
    """A class's description, and that of each attribute, also of those it inherits."""
    attributes: dict[str, str] = {}
    inherited = [*_bases(kind), *kind.__mro__[1:]]
    for base in (*reversed(inherited), kind):
        section = re.search(r"^Attributes:\n((?: .*\n?|\n)+)", _docstring(base), re.MULTILINE)
        for entry in re.split(r"\n(?=\S)", textwrap.dedent(section[1])) if section else ():
            name, _, text = entry.partition(":")
            attributes[name.strip()] = _prose(text)
    return _prose(_docstring(kind).split("\n\n")[0]), attributes


def _docstring(kind: type[Any]) -> str:
    return inspect.cleandoc(kind.__dict__.get("__doc__") or "")


def _prose(text: str) -> str:
    """One line of a docstring's text, in JavaScript's words."""
    text = " ".join(text.split()).replace("``", "`")
    for python, javascript in (("None", "null"), ("True", "true"), ("False", "false")):
        text = re.sub(rf"`{python}`", f"`{javascript}`", text)
    return text


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH - len(" * "),
        subsequent_indent="  " if text.startswith(("@", "- ")) else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _comment(lines: list[str]) -> str:
    return "".join(["/**\n", *(f" * {line}".rstrip() + "\n" for line in lines), " */\n"])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(generate(), encoding="utf-8")
