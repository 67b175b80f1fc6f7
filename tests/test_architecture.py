"""Who imports whom, read from the sources and compared with ARCHITECTURE.md."""

from __future__ import annotations

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harmony_core

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(harmony_core.__file__).parent
MODULES = {
    ".".join(("harmony_core", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in PACKAGE.rglob("*.py")
}

DOCUMENT = (Path(__file__).parents[1] / "ARCHITECTURE.md").read_text(encoding="utf-8")
# From top to bottom: a module imports from its own layer and from those below it.
LAYERS = [line.split() for line in DOCUMENT.split("```layers\n")[1].split("\n```")[0].splitlines()]
# Not to be imported, though the layer allows it: by whom, what.
NEVER = (
    ("tokenizer", "tools"),
    ("tools", "tokenizer"),
    ("format.render", "format.parse"),
    ("format.render", "format.parse_whole"),
    ("format.parse", "format.render"),
    ("format.parse_whole", "format.render"),
    *((room, "bridge") for room in ("harmony_core", *LAYERS[1]) if room != "bridge"),
)
# Other people's packages: used where they are installed, and in these rooms only.
OPTIONAL = {
    "arrow": {"pyarrow"},
    "batch": {"pyarrow"},
    "batch.cluster": {"ray"},
    "contents": {"pydantic_core"},  # in what pydantic alone calls
    "tokenizer._backends": {"tiktoken"},
}


def imports(source: str, *, while_running: bool = False) -> Iterator[str]:
    """The modules that a module imports; also those for type checking, unless they are unwanted."""
    nodes: list[list[ast.AST]] = [[ast.parse(source)]]
    while nodes:
        for node in nodes.pop():
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, "a relative import"
                for alias in node.names:
                    name = f"{node.module}.{alias.name}"
                    yield name if name in MODULES else str(node.module)
            elif not (while_running and is_for_type_checking(node)):
                nodes.append([*ast.iter_child_nodes(node)])


def is_for_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def within(module: str, room: str) -> bool:
    return f"{module}.".startswith(f"{room}.")


def layer(name: str) -> int:
    return next(
        depth for depth, rooms in enumerate(LAYERS) if name.split(".", maxsplit=1)[0] in rooms
    )


def faults(module: str, source: str) -> Iterator[str]:
    """What a module may not import, and does."""
    name = module.removeprefix("harmony_core.")
    for imported in imports(source):
        if not within(imported, "harmony_core"):
            optional = (own for room, own in OPTIONAL.items() if within(name, room))
            known = {*sys.stdlib_module_names}.union(*optional)
            if imported.split(".")[0] not in known:
                yield f"{imported} is not in the standard library"
        elif imported == "harmony_core":  # for its version, or for all that a person needs
            if layer(name) != 1:
                yield "the whole package"
        else:
            target = imported.removeprefix("harmony_core.")
            if layer(name) > layer(target):
                yield f"{target} is above {name}"
            if any(within(name, room) and within(target, other) for room, other in NEVER):
                yield f"{target} is none of {name}'s business"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_what_it_may(module: str) -> None:
    assert [*faults(module, MODULES[module].read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cli._parse", "from harmony_core.bridge import _wire"),
        ("cli._parse", "from harmony_core import bridge"),
        ("cli", "import harmony_core.bridge"),
        ("", "from harmony_core.bridge import _wire"),
        ("encoding", "def later():\n    from harmony_core.registry import load_harmony_encoding"),
        ("encoding", "if TYPE_CHECKING:\n    from harmony_core.registry import EncodingSpec"),
        ("tokenizer._bpe", "from harmony_core.format._markers import Markers"),
        ("tokenizer._bpe", "from harmony_core.tools import ToolDescription"),
        ("tools", "try:\n    import harmony_core.tokenizer\nexcept ImportError:\n    pass"),
        ("format.render", "from harmony_core.format.parse import StreamState"),
        ("format.parse", "from harmony_core.format import render"),
        ("chat", "from harmony_core import Role"),
        ("chat", "import tiktoken"),
        ("tokenizer._bpe", "from tiktoken import Encoding"),
        ("encoding", "import pyarrow"),
        ("batch.run", "import ray"),
    ],
)
def test_what_it_may_not_is_noticed(module: str, source: str) -> None:
    assert len([*faults(f"harmony_core.{module}".rstrip("."), source)]) == 1


def test_no_modules_import_each_other() -> None:
    """Not even within a room; for type checking they may."""
    graph = {
        module: {*imports(path.read_text(encoding="utf-8"), while_running=True)} & {*MODULES}
        for module, path in MODULES.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError
