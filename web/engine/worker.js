/**
 * The worker of a page: fetches the runtime from the folder `pyodide/` beside this script.
 *
 * @module
 */

import { fetch } from "./counted_fetch.js";
import { start } from "./runtime.js";

const folder = new URL("pyodide/", import.meta.url);
const response = fetch(new URL(WHEEL_NAME, folder));
const script = new URL("pyodide.asm.mjs", folder).href;

/** @param {object} settings */
async function createPyodideModule(settings) {
  const module = await import(script).catch((error) => {
    throw new Error(`${script} could not be loaded: ${error.message}`);
  });
  return module.default(settings);
}

void start(
  self,
  { indexURL: folder.href, createPyodideModule },
  response.then(async (wheel) => new Uint8Array(await wheel.arrayBuffer())),
);
