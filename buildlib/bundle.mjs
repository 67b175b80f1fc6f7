// Bundles the scripts and the style sheet the browser loads, each with all that it imports, and the
// npm package's modules.
// Usage: node bundle.mjs OUTPUT_FOLDER

import { createHash } from "node:crypto";
import { readFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const [outdir] = process.argv.slice(2);
const runtime = path.join(outdir, "pyodide");
const wheel = readdirSync(runtime).find((name) => /^harmony_core-.*\.whl$/u.test(name));
const lock = JSON.parse(readFileSync(path.join(runtime, "pyodide-lock.json"), "utf8"));

// The runtime's own script is imported, not fetched, so that its bytes cannot be counted.
const files = ["pyodide.asm.wasm", "python_stdlib.zip", wheel].map((name) => {
  const bytes = readFileSync(path.join(runtime, name));
  return [name, { size: bytes.length, sha256: [...createHash("sha256").update(bytes).digest()] }];
});

const options = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
  // Pyodide looks for Node's modules only under Node.
  external: ["node:*"],
  // Pyodide's downloads are counted.
  inject: ["web/engine/counted_fetch.js"],
  define: {
    DOWNLOAD_SIZE: String(files.reduce((total, [, { size }]) => total + size, 0)),
    // As text: esbuild cannot put an object into a script that it injects.
    BUILT_FILES: JSON.stringify(JSON.stringify(Object.fromEntries(files))),
    WHEEL_NAME: JSON.stringify(wheel),
    PYODIDE_ABI: JSON.stringify(lock.info.abi_version),
  },
};

await build({
  ...options,
  entryPoints: ["web/main.js", "web/harmony.js", "web/engine/worker.js", "web/style.css"],
  entryNames: "[name]",
  outdir,
  minify: true,
  sourcemap: true,
});

// The npm package: no bundler knows where a file is unless a module imports it, so the worker's
// script and the runtime's files are texts in modules.
await build({
  ...options,
  entryPoints: { index: "web/npm/browser.js", node: "web/npm/node.js" },
  outdir: path.join(outdir, "npm"),
  external: ["node:*", "./runtime/*"],
});
const worker = await build({
  ...options,
  entryPoints: ["web/npm/inline_worker.js"],
  // A script that Node evaluates is no module, and has no address.
  format: "iife",
  define: { ...options.define, "import.meta.url": '"file:///C:/harmony-core/worker.js"' },
  alias: { "node:fs/promises": "./web/engine/provided_files.js" },
  minify: true,
  write: false,
});

const modules = path.join(outdir, "npm", "runtime");
mkdirSync(modules);
/** @param {string} name @param {string} text */
const write = (name, text) =>
  writeFileSync(path.join(modules, `${name}.js`), `export default ${JSON.stringify(text)};\n`);
/** @param {string} name */
const read = (name) => readFileSync(path.join(runtime, name));

write("worker", worker.outputFiles[0].text);
write("wasm", gzipSync(read("pyodide.asm.wasm"), { level: 9 }).toString("base64"));
write("stdlib", read("python_stdlib.zip").toString("base64"));
write("wheel", read(wheel).toString("base64"));
