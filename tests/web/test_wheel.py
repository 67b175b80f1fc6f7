"""The wheel in somebody else's Pyodide page, on another origin, through micropip."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    import openai_harmony
    from playwright.sync_api import BrowserContext

PAGE = """<!doctype html>
<title>Somebody else's page</title>
<output></output>
<script type="module">
  import { loadPyodide } from "./runtime/pyodide.mjs";
  const output = document.querySelector("output");
  try {
    const pyodide = await loadPyodide({ packages: ["micropip"] });
    pyodide.globals.set("wheel", new URLSearchParams(location.search).get("wheel"));
    output.textContent = await pyodide.runPythonAsync(`
      import json, micropip
      await micropip.install(wheel)
      from harmony_core import load_harmony_encoding
      json.dumps(load_harmony_encoding("HarmonyGptOss").encode("Grüße, 世界 🦜"))
    `);
  } catch (error) {
    output.textContent = String(error);
  }
</script>
"""


def test_micropip_installs_the_wheel_from_its_address(
    tmp_path: Path,
    dist: Path,
    site: str,
    serving: Callable[[Path], AbstractContextManager[str]],
    context: BrowserContext,
    reference_encoding: openai_harmony.HarmonyEncoding,
) -> None:
    root = dist.parent
    runtime = tmp_path / "runtime"
    shutil.copytree(dist / "pyodide", runtime)
    (own_wheel,) = runtime.glob("harmony_core-*.whl")
    own_wheel.unlink()
    shutil.copyfile(root / "node_modules" / "pyodide" / "pyodide.mjs", runtime / "pyodide.mjs")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    with serving(tmp_path) as other_origin:
        page = context.new_page()
        page.goto(f"{other_origin}?wheel={site}pyodide/{own_wheel.name}")
        output = page.locator("output")
        expect(output).not_to_be_empty(timeout=120_000)
        assert json.loads(output.inner_text()) == reference_encoding.encode("Grüße, 世界 🦜")
