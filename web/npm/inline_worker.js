/**
 * The worker of the npm package: gets the runtime's files in its first message, since no address
 * that a bundler, a server or Node would keep is known for them.
 *
 * @module
 */

import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { countBytes } from "../engine/counted_fetch.js";
import { provideFile } from "../engine/provided_files.js";
import { start } from "../engine/runtime.js";

/** Where Pyodide believes that its files are. Nothing is ever asked of it. */
const NOWHERE = "https://harmony-core.invalid/";

/**
 * @typedef {object} Port
 * @property {(message: any, transfer: Transferable[]) => void} postMessage
 * @property {(type: "message", listener: (event: {data: any}) => void, options?: {once: boolean}) =>
 *   void} addEventListener
 * @property {() => void} [start]
 */

/**
 * @typedef {object} Files Each in Base64, the first one compressed by gzip.
 * @property {string} wasm
 * @property {string} stdlib
 * @property {string} wheel
 */

async function open() {
  /** @type {Port} */
  const port = globalThis.WorkerGlobalScope ? self : await nodePort();
  /** @type {Files} */
  const files = await new Promise((resolve) => {
    port.addEventListener("message", ({ data }) => resolve(data), { once: true });
    port.start?.(); // Node's port waits for it.
  });
  const wheel = decode(files.wheel);
  provideFile("pyodide.asm.wasm", await unzip(decode(files.wasm)));
  provideFile("python_stdlib.zip", decode(files.stdlib));
  countBytes(DOWNLOAD_SIZE);
  const options = /** @type {any} */ ({ indexURL: NOWHERE, createPyodideModule });
  await start(port, options, Promise.resolve(wheel));
}

async function nodePort() {
  const { parentPort } = await import("node:worker_threads");
  return /** @type {any} */ (parentPort);
}

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function decode(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function unzip(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

void open();
