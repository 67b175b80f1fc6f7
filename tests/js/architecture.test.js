/**
 * Who imports whom in `web/`, read from the sources, types included.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { MODES } from "../../web/modes/index.js";

const WEB = new URL("../../web/", import.meta.url).pathname;

/** From top to bottom: a module imports from its own layer and from those below it. */
const LAYERS = [
  ["main.js"],
  ["shell.js", "engine_sync.js"],
  ["sharing.js"],
  ["modes/"],
  ["panes/"],
  ["tokens/"],
  ["dom.js"],
  ["persistence.js", "options.js"],
  ["store.js"],
  ["history.js", "draft.js"],
  ["conversation.js"],
  ["links.js"],
  ["json.js", "timing.js", "words.js"],
];
/** The engine is a room by itself: who may use which of its modules. Types are free to all. */
const ENGINE = {
  "main.js": ["engine/client.js"],
  "engine_sync.js": ["engine/connection.js"],
  "harmony.js": ["engine/"],
  "npm/": ["engine/", "harmony.js", "npm/"],
  "engine/": ["engine/"],
};
/** The protocol's constants are facts that everybody shares. */
const PROTOCOL = "engine/protocol.js";
/** The only ones that may import these packages. */
const PACKAGES = {
  pyodide: ["engine/runtime.js", "npm/inline_worker.js"],
  "node:": ["npm/"],
  "@codemirror/": ["panes/editor.js", "panes/json_pane.js"],
  "@lezer/": ["panes/editor.js", "panes/json_pane.js"],
};

const modules = readdirSync(WEB, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
  .map((entry) => path.relative(WEB, path.join(entry.parentPath ?? entry.path, entry.name)));

/** Whether a module is one that a table names: a file, or any in a folder. */
const isIn = (module, names) =>
  names.some((name) => module === name || (name.endsWith("/") && module.startsWith(name)));

/** @returns {{to: string, typeOnly: boolean}[]} What a module imports: a path below `web/`, or a package. */
function importsOf(module) {
  const source = readFileSync(path.join(WEB, module), "utf8");
  return source.split("\n").flatMap((line) => {
    const typeOnly = /^\s*\/?\*/u.test(line); // Types are imported in comments alone.
    return [...line.matchAll(/(?<how>\bfrom |\bimport |\bimport\()"(?<name>[^"]+)"/gu)]
      .filter(({ groups: { how } }) => !typeOnly || how === "import(")
      .map(({ groups: { name } }) => ({
        to: name.startsWith(".") ? path.join(path.dirname(module), name) : name,
        typeOnly,
      }));
  });
}

const layerOf = (module) => LAYERS.findIndex((names) => isIn(module, names));
const inEngine = (module) => isIn(module, ["engine/", "harmony.js", "npm/"]);

suite("web/", () => {
  test("has modules, and all of them are in the table", () => {
    assert.ok(modules.length > 30);
    for (const module of modules) assert.ok(inEngine(module) || layerOf(module) >= 0, module);
    for (const name of LAYERS.flat())
      assert.ok(
        modules.some((each) => isIn(each, [name])),
        name,
      );
  });

  for (const module of modules) {
    test(`${module} imports downwards`, () => {
      for (const { to, typeOnly } of importsOf(module)) {
        const said = `${module} imports ${to}`;
        if (inEngine(to)) {
          const allowed = Object.entries(ENGINE).flatMap(([who, what]) =>
            isIn(module, [who]) ? what : [],
          );
          assert.ok(typeOnly || to === PROTOCOL || isIn(to, allowed), said);
        } else if (modules.includes(to)) {
          assert.ok(!inEngine(module), said);
          assert.ok(layerOf(module) <= layerOf(to), said);
        } else {
          const allowed = Object.entries(PACKAGES).flatMap(([name, who]) =>
            to === name || to.startsWith(name) ? who : [],
          );
          assert.ok(typeOnly || isIn(module, allowed), said);
        }
      }
    });
  }

  test("names a mode nowhere but in its own modules", () => {
    const ids = MODES.map(({ id }) => id);
    for (const id of ids) assert.ok(modules.includes(`modes/${id}.js`), id);
    const outside = modules.filter((module) => !inEngine(module) && !module.startsWith("modes/"));
    for (const module of outside) {
      const source = readFileSync(path.join(WEB, module), "utf8");
      for (const id of ids) assert.doesNotMatch(source, new RegExp(`["'#]${id}["'-]`, "u"), module);
    }
  });
});
