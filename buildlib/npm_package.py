"""What makes ``dist/`` an npm package as well: type declarations and a ``package.json``."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from buildlib.project import NODE_MODULES, ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

_TSC = NODE_MODULES / "typescript" / "bin" / "tsc"


def describe(dist: Path, version: str) -> None:
    """Write the declarations of ``harmony.js`` and the package's description."""
    run(
        *("node", _TSC, "--ignoreConfig", "--allowJs", "--declaration", "--emitDeclarationOnly"),
        *("--skipLibCheck", "--strict", "--target", "es2023", "--lib", "es2023,dom"),
        *("--module", "esnext", "--moduleResolution", "bundler", "--outDir", dist / "types"),
        *("web/harmony.js", "web/engine/globals.d.ts"),
    )
    package = {
        "name": "harmony-core",
        "version": version,
        "description": "OpenAI's Harmony format: tokenizer, renderer, streaming parser.",
        "license": "MIT",
        "type": "module",
        "exports": {
            ".": {
                "types": "./types/harmony.d.ts",
                "node": "./npm/node.js",
                "default": "./npm/index.js",
            },
            "./harmony.js": {"types": "./types/harmony.d.ts", "default": "./harmony.js"},
            "./worker.js": "./worker.js",
            "./pyodide/*": "./pyodide/*",
            "./package.json": "./package.json",
        },
        "types": "./types/harmony.d.ts",
        "sideEffects": False,
        "engines": {"node": ">=20"},
        "files": ["harmony.js", "worker.js", "pyodide", "npm", "types"],
    }
    text = json.dumps(package, indent=2) + "\n"
    (dist / "package.json").write_text(text, encoding="utf-8")
    for name in ("README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, dist / name)
