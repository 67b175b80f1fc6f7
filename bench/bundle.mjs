// Bundles the benchmark's page and its workers, each with the package it measures.
// Usage: node bundle.mjs OUTPUT_FOLDER

import { build } from "esbuild";

await build({
  entryPoints: ["main", "harmony_core", "gpt_tokenizer", "tiktoken"].map(
    (name) => `bench/page/${name}.js`,
  ),
  outdir: process.argv[2],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  logLevel: "warning",
  loader: { ".py": "text", ".wasm": "file" },
  // Pyodide looks for Node's modules only under Node.
  external: ["node:*"],
});
