"""The npm package as its users have it: installed, bundled by what they use, and run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.build_tools import import_build_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "npm"
PAGE = ROOT / "docs" / "javascript.md"
HELLO = "13225"


@pytest.fixture(scope="session")
def tools() -> Path:
    """The bundlers and runtimes of the tests, installed."""
    environment = import_build_tool("environment")
    environment.npm_packages_of(TOOLS)
    return TOOLS


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory, dist: Path) -> Path:
    """The package as npm packs and unpacks it."""
    npm = shutil.which("npm")
    assert npm is not None
    folder = tmp_path_factory.mktemp("package")
    subprocess.run([npm, "pack", "--pack-destination", folder, dist], check=True)
    (tarball,) = folder.glob("harmony-core-*.tgz")
    shutil.unpack_archive(tarball, folder, filter="data")
    return folder / "package"


@pytest.fixture
def project(tmp_path: Path, package: Path) -> Path:
    """A user's folder, with the package installed."""
    shutil.copytree(TOOLS / "project", tmp_path, dirs_exist_ok=True)
    shutil.copytree(package, tmp_path / "node_modules" / "harmony-core")
    return tmp_path


def check_page(browser: Browser, address: str) -> None:
    """The page and the worker inside it get their tokens, and nobody else is asked."""
    context = browser.new_context()
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    for place in ("outer", "inner"):
        expect(page.locator("body")).to_have_attribute(f"data-{place}", HELLO, timeout=120_000)
    assert all(url.startswith((address, "blob:", "data:")) for url in requests)
    context.close()


def bundle(tools: Path, tool: str, project: Path) -> None:
    done = subprocess.run(
        ["node", tools / "bundle.mjs", tool, project], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("tool", ["esbuild", "vite", "webpack"])
def test_a_bundled_page_works(
    tool: str,
    tools: Path,
    project: Path,
    browser: Browser,
    serving: Callable[[Path], AbstractContextManager[str]],
) -> None:
    bundle(tools, tool, project)
    out = project / "out"
    if tool != "vite":
        shutil.copyfile(project / "index.html", out / "index.html")
    shutil.rmtree(project / "node_modules")
    with serving(out) as address:
        check_page(browser, address)


@contextmanager
def vite_server(tools: Path, project: Path) -> Iterator[str]:
    with subprocess.Popen(
        ["node", tools / "bundle.mjs", "vite-dev", project],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def test_vites_development_server_works(tools: Path, project: Path, browser: Browser) -> None:
    with vite_server(tools, project) as address:
        check_page(browser, address)


@pytest.mark.parametrize("module", ["npm/index.js", "harmony.js"])
def test_a_module_script_works_without_a_bundler(
    module: str,
    project: Path,
    browser: Browser,
    serving: Callable[[Path], AbstractContextManager[str]],
) -> None:
    address_of = f"./node_modules/harmony-core/{module}"
    for name in ("app.js", "inner.js"):
        script = project / name
        script.write_text(script.read_text("utf-8").replace("harmony-core", address_of), "utf-8")
    with serving(project) as address:
        check_page(browser, address)


def check_program(command: list[str | Path], project: Path) -> None:
    """The program gives its results, and ends by itself."""
    done = subprocess.run(
        [*command, project / "program.mjs"],
        cwd=project,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "final": "Hello 🦜",
        "messages": 2,
        "between": True,
        "ended": ["analysis", "final"],
        "ok": True,
        "counts": {"error": 0, "warning": 0, "info": 0},
        "fault": ["HarmonyError", "unknown-option", "Did you mean role?"],
    }


def test_node_works(project: Path) -> None:
    check_program(["node"], project)


FORGETFUL = """
import { loadHarmony } from "harmony-core";
const harmony = await loadHarmony();
const isOpen = (stream) =>
  harmony.request("process", { stream, tokens: new Uint32Array() }).then(() => true, () => false);
let parser = await harmony.createParser();
const first = await parser.open().then(([, stream]) => stream);
console.log(await isOpen(first));
parser = null;
let tries = 0;
do {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
} while (await isOpen(first) && ++tries < 500);
console.log(await isOpen(first));
"""


def test_a_parser_that_nobody_holds_is_closed(project: Path) -> None:
    (project / "forgetful.mjs").write_text(FORGETFUL, encoding="utf-8")
    done = subprocess.run(
        ["node", "--expose-gc", "forgetful.mjs"],
        cwd=project,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split() == ["true", "false"]


def test_the_documented_example_runs(project: Path) -> None:
    example = re.findall(r"```js\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)[0]
    (project / "example.mjs").write_text(example, encoding="utf-8")
    done = subprocess.run(
        ["node", "example.mjs"], cwd=project, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.splitlines() == [
        "<|start|>user<|message|>What is 2 + 2?<|end|><|start|>assistant",
        *("It", " is", " ", "4", "."),
        "true 0",
    ]


def test_the_page_names_every_method(project: Path) -> None:
    types = project / "node_modules" / "harmony-core" / "types" / "engine"
    text = PAGE.read_text("utf-8")
    for method in re.findall(
        r"^    (\w+)\(", (types / "encoding.d.ts").read_text("utf-8"), re.MULTILINE
    ):
        assert method == "constructor" or re.search(rf"\b{method}\b", text), method


def test_node_works_with_a_bundled_program(tools: Path, project: Path) -> None:
    bundle(tools, "esbuild-node", project)
    shutil.rmtree(project / "node_modules")
    (project / "program.mjs").unlink()
    (project / "out" / "program.mjs").rename(project / "program.mjs")
    check_program(["node"], project)


def test_deno_works(tools: Path, project: Path) -> None:
    found = list(tools.glob("node_modules/@deno/*/deno*"))
    if not found:
        pytest.skip("npm has no Deno for this system")
    check_program([found[0], "run", "--quiet", "--allow-all"], project)


def test_bun_works(tools: Path, project: Path) -> None:
    # One for old processors is among them: it runs everywhere.
    found = sorted(tools.glob("node_modules/@oven/bun-*/bin/bun*"), key=lambda path: len(str(path)))
    if not found:
        pytest.skip("npm has no Bun for this system")
    check_program([found[-1]], project)


def test_the_types_fit_a_users_program(project: Path) -> None:
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2023",
        "lib": ["es2023", "dom", "dom.iterable"],
        "types": [],
    }
    for resolution in ("bundler", "nodenext"):
        module = "esnext" if resolution == "bundler" else "nodenext"
        config = {
            "compilerOptions": {**options, "module": module, "moduleResolution": resolution},
            "files": ["program.ts"],
        }
        (project / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
        tsc = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
        done = subprocess.run(
            ["node", tsc, "--project", project], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "")
