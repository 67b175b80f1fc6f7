/**
 * Starts a worker from nothing but modules, so that every bundler, server and runtime finds them.
 *
 * @module
 */

import { LoadError } from "../engine/connection.js";

/** @typedef {import("../engine/connection.js").Channel} Channel */

/**
 * @param {(script: string) => Channel} startWorker
 * @returns {Promise<Channel>}
 * @throws {LoadError}
 */
export async function startInline(startWorker) {
  const [script, wasm, stdlib, wheel] = await load().catch((error) => {
    throw new LoadError(`The runtime could not be loaded: ${error.message}`);
  });
  const worker = startWorker(script);
  worker.postMessage({ wasm, stdlib, wheel });
  return worker;
}

/** @returns {Promise<[string, string, string, string]>} */
async function load() {
  const [script, wasm, stdlib, wheel] = await Promise.all([
    import("./runtime/worker.js"),
    import("./runtime/wasm.js"),
    import("./runtime/stdlib.js"),
    import("./runtime/wheel.js"),
  ]);
  return [script.default, wasm.default, stdlib.default, wheel.default];
}
