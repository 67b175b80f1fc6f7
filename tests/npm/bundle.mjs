// Bundles a page's `app.js` as its author would, without a word of configuration about this package.
// Usage: node bundle.mjs esbuild|esbuild-node|vite|vite-dev|webpack FOLDER

import path from "node:path";
import process from "node:process";

const [tool, folder] = process.argv.slice(2);
const out = path.join(folder, "out");

const tools = {
  async esbuild() {
    const { build } = await import("esbuild");
    await build({
      absWorkingDir: folder,
      entryPoints: ["app.js", "inner.js"],
      bundle: true,
      format: "esm",
      outdir: "out",
    });
  },

  async "esbuild-node"() {
    const { build } = await import("esbuild");
    await build({
      absWorkingDir: folder,
      entryPoints: ["program.mjs"],
      bundle: true,
      format: "esm",
      platform: "node",
      outdir: "out",
      outExtension: { ".js": ".mjs" },
    });
  },

  async vite() {
    const { build } = await import("vite");
    await build({ root: folder, base: "./", logLevel: "error", build: { outDir: out } });
  },

  /** Serves until its input ends, and says where. */
  async "vite-dev"() {
    const { createServer } = await import("vite");
    const server = await createServer({ root: folder, logLevel: "error", server: { port: 0 } });
    await server.listen();
    process.stdout.write(`http://localhost:${server.httpServer.address().port}/\n`);
    process.stdin.resume();
    process.stdin.on("end", async () => {
      await server.close();
      process.exit();
    });
  },

  async webpack() {
    const { default: webpack } = await import("webpack");
    const stats = await new Promise((resolve, reject) => {
      webpack(
        {
          context: folder,
          mode: "production",
          entry: "./app.js",
          output: { path: out, filename: "app.js" },
          performance: { hints: false },
        },
        (error, done) => (error ? reject(error) : resolve(done)),
      );
    });
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
  },
};

await tools[tool]();
