/**
 * Runs `harmony_core` in Pyodide. The only file that knows either.
 *
 * @module
 */

import { loadPyodide, version as pyodideVersion } from "pyodide";
import { countBytes, watchDownloads } from "./counted_fetch.js";

/**
 * @typedef {import("./protocol.js").FromWorker} FromWorker
 * @typedef {import("./protocol.js").Request} Request
 * @typedef {import("./protocol.js").Stage} Stage
 * @typedef {import("pyodide").PyodideInterface} Pyodide
 */

/** Bytes to download in all; the build knows. */
const total = DOWNLOAD_SIZE;
const runtime = new URL("pyodide/", import.meta.url).href;

/** @satisfies {import("./protocol.js").Fault} */
const DEFECT = {
  kind: "internal",
  message: "The worker failed on this input. This is a defect; the console has the details.",
  hint: "Change the input, and report what you did.",
  token: null,
  path: [],
  place: null,
};

/** @type {Stage} */
let stage = "runtime";
let loaded = 0;

/** @param {FromWorker} message @param {Transferable[]} [transfer] */
function send(message, transfer = []) {
  self.postMessage(message, { transfer });
}

/** @param {Stage} next */
function enter(next) {
  stage = next;
  send({ event: "progress", stage, loaded, total });
}

async function start() {
  enter("runtime");
  /** @type {Promise<never>} Pyodide only logs a failed download and would wait for ever. */
  const failure = new Promise((_, reject) => {
    watchDownloads({
      onBytes(count) {
        loaded = Math.min(count, total);
        send({ event: "progress", stage, loaded, total });
      },
      onFailure: reject,
    });
  });
  const pyodide = await Promise.race([
    failure,
    loadPyodide({ indexURL: runtime, lockFileURL: `${runtime}pyodide-lock.json` }),
  ]);
  enter("package");
  await loadWheel(pyodide);
  enter("vocabulary");
  const bridge = pyodide.pyimport("harmony_core.bridge");
  const about = JSON.parse(bridge.about(pyodideVersion));
  self.addEventListener("message", ({ data }) => {
    try {
      answer(pyodide, bridge, data);
    } catch (error) {
      // A defect, not a fault of what was given; the next request may do all the same.
      console.error(error); // eslint-disable-line no-console -- for whoever reports it
      send({ id: data.id, ok: false, fault: DEFECT, value: null });
    }
  });
  send({ event: "ready", about });
}

/** @param {Pyodide} pyodide */
async function loadWheel(pyodide) {
  /** @type {string[]} */
  const errors = [];
  await pyodide.loadPackage("harmony-core", {
    messageCallback() {},
    errorCallback: (message) => errors.push(message),
  });
  if (!("harmony-core" in pyodide.loadedPackages)) {
    throw new Error(`The package could not be loaded. ${errors.join(" ")}`.trim());
  }
  countBytes(total - loaded);
}

/**
 * @param {Pyodide} pyodide
 * @param {import("pyodide/ffi").PyProxy} bridge
 * @param {Request} request
 */
function answer(pyodide, bridge, { id, operation, params }) {
  const fields = Object.entries(params);
  const isArray = (/** @type {[string, unknown]} */ [, value]) => ArrayBuffer.isView(value);
  const arrays = pyodide.toPy(Object.fromEntries(fields.filter(isArray)));
  const plain = Object.fromEntries(fields.filter((field) => !isArray(field)));
  const proxy = bridge.call(operation, JSON.stringify(plain), arrays);
  const reply = proxy.toJs();
  proxy.destroy();
  arrays.destroy();
  const value = reply.value === undefined ? null : { ...JSON.parse(reply.value), ...reply.arrays };
  if (reply.fault) send({ id, ok: false, fault: JSON.parse(reply.fault), value });
  else send({ id, ok: true, value }, buffersIn(reply.arrays));
}

/** @param {Record<string, unknown>} arrays @returns {ArrayBufferLike[]} */
function buffersIn(arrays) {
  return Object.values(arrays).flatMap((item) =>
    ArrayBuffer.isView(item)
      ? [item.buffer]
      : buffersIn(/** @type {Record<string, unknown>} */ (item)),
  );
}

start().catch((error) => {
  send({ event: "failed", stage, message: error instanceof Error ? error.message : String(error) });
});
