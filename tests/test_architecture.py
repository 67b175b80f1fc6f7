"""Who imports whom, read from the sources."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harmony_core

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(harmony_core.__file__).parent
MODULES = {
    ".".join(("harmony_core", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in ROOT.rglob("*.py")
}

DOCUMENT = (Path(__file__).parents[1] / "ARCHITECTURE.md").read_text(encoding="utf-8")
# From top to bottom: a module imports from its own layer and from those below it.
LAYERS = [line.split() for line in DOCUMENT.split("```layers\n")[1].split("\n```")[0].splitlines()]
# Within a layer, and still not to be.
NEVER = (
    ("tokenizer", "tools"),
    ("tools", "tokenizer"),
    ("format.render", "format.parse"),
    ("format.parse", "format.render"),
)


def imports(path: Path) -> Iterator[str]:
    """The modules of this package that a module imports; also those for type checking only."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path.name}"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)


def short(module: str) -> str:
    return module.removeprefix("harmony_core.")


def layer(module: str) -> int:
    room = short(module).split(".")[0]
    return next(depth for depth, rooms in enumerate(LAYERS) if room in rooms)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_downwards(module: str) -> None:
    for imported in imports(MODULES[module]):
        if not imported.startswith("harmony_core"):
            continue
        if imported == "harmony_core":  # its version alone
            assert layer(module) == 1
            continue
        assert layer(module) <= layer(imported), f"{module} imports {imported}"
        assert not any(
            short(module).startswith(a) and short(imported).startswith(b) for a, b in NEVER
        )


def test_nobody_imports_the_bridge() -> None:
    for module, path in MODULES.items():
        if layer(module) > 0 and short(module).split(".")[0] != "bridge":
            assert not any(short(name).split(".")[0] == "bridge" for name in imports(path)), module


# Used where it is installed, and only there.
OPTIONAL = {"harmony_core.tokenizer._backends": {"tiktoken"}}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_only_the_standard_library_is_needed(module: str) -> None:
    for imported in imports(MODULES[module]):
        root = imported.split(".")[0]
        known = {"harmony_core", *sys.stdlib_module_names, *OPTIONAL.get(module, ())}
        assert root in known
