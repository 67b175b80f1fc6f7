"""The build's modules, from the checkout, while ``harmony_core`` stays the installed one."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def import_build_tool(name: str) -> ModuleType:
    """Import ``buildlib.<name>`` without putting the checkout on ``sys.path``."""
    if "buildlib" not in sys.modules:
        folder = ROOT / "buildlib"
        spec = spec_from_file_location(
            "buildlib", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"{folder} is no package")
        package = module_from_spec(spec)
        sys.modules["buildlib"] = package
        spec.loader.exec_module(package)
    return import_module(f"buildlib.{name}")
