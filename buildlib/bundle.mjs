// Bundles the scripts and the style sheet the browser loads, each with all that it imports.
// Usage: node bundle.mjs OUTPUT_FOLDER DOWNLOAD_SIZE

import { build } from "esbuild";

const [outdir, downloadSize] = process.argv.slice(2);
await build({
  entryPoints: ["web/main.js", "web/harmony.js", "web/engine/worker.js", "web/style.css"],
  entryNames: "[name]",
  outdir,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  charset: "utf8",
  legalComments: "eof",
  logLevel: "warning",
  // Pyodide looks for Node's modules only under Node.
  external: ["node:*"],
  // Pyodide's downloads are counted.
  inject: ["web/engine/counted_fetch.js"],
  define: { DOWNLOAD_SIZE: downloadSize },
});
