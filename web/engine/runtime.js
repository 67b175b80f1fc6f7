/**
 * Runs `harmony_core` in Pyodide. The only file that knows either.
 *
 * @module
 */

import { loadPyodide, version as pyodideVersion } from "pyodide";
import { verifyDownloads, watchDownloads } from "./counted_fetch.js";

/**
 * @typedef {import("./protocol.js").FromWorker} FromWorker
 * @typedef {import("./protocol.js").Request} Request
 * @typedef {import("./protocol.js").Stage} Stage
 * @typedef {import("pyodide").PyodideInterface} Pyodide
 */

/**
 * Where requests come from and answers go: a worker's global scope, or Node's port.
 *
 * @typedef {object} Port
 * @property {(message: FromWorker, transfer: Transferable[]) => void} postMessage
 * @property {(type: "message", listener: (event: {data: any}) => void) => void} addEventListener
 */

/** Bytes to receive in all; the build knows. */
const total = DOWNLOAD_SIZE;

/** All packages that Pyodide has to know: none, for the wheel is unpacked as it is. */
const LOCK = { info: { abi_version: PYODIDE_ABI }, packages: {} };

/** @satisfies {import("./protocol.js").Fault} */
const DEFECT = {
  kind: "internal",
  message: "The worker failed on this input. This is a defect; the console has the details.",
  hint: "Change the input, and report what you did.",
  token: null,
  path: [],
  place: null,
};

/**
 * Starts Pyodide with the package, and then answers requests.
 *
 * @param {Port} port
 * @param {import("pyodide").PyodideConfig & Record<string, unknown>} options For Pyodide.
 * @param {Promise<Uint8Array>} wheel
 */
export async function start(port, options, wheel) {
  /** @type {Stage} */
  let stage = "runtime";
  let loaded = 0;

  /** @param {FromWorker} message @param {Transferable[]} [transfer] */
  const send = (message, transfer = []) => port.postMessage(message, transfer);

  /** @param {Stage} next */
  const enter = (next) => {
    stage = next;
    send({ event: "progress", stage, loaded, total });
  };

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

  async function load() {
    enter("runtime");
    const lockFileContents = /** @type {any} */ (LOCK);
    const pyodide = await loadPyodide({ ...options, lockFileContents });
    enter("package");
    pyodide.unpackArchive(await wheel, "wheel");
    enter("vocabulary");
    const bridge = pyodide.pyimport("harmony_core.bridge");
    const about = JSON.parse(bridge.about(pyodideVersion));
    await verifyDownloads();
    port.addEventListener("message", ({ data }) => {
      try {
        answer(pyodide, bridge, data, send);
      } catch (error) {
        // A defect, not a fault of what was given; the next request may do all the same.
        console.error(error); // eslint-disable-line no-console -- for whoever reports it
        send({ id: data.id, ok: false, fault: DEFECT, value: null });
      }
    });
    send({ event: "ready", about });
  }

  try {
    wheel.catch(() => {}); // It is awaited later.
    await Promise.race([failure, load()]);
  } catch (error) {
    send({ event: "failed", stage, message: await reasonOf(error) });
  }
}

/** Why starting failed: rather a damaged file than what came of it. @param {unknown} error */
async function reasonOf(error) {
  try {
    await verifyDownloads();
  } catch (damage) {
    return /** @type {Error} */ (damage).message;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes("Traceback")) return message;
  console.error(error); // eslint-disable-line no-console -- for whoever reports it
  return "Python could not be started; the console has the details.";
}

/**
 * @param {Pyodide} pyodide
 * @param {import("pyodide/ffi").PyProxy} bridge
 * @param {Request} request
 * @param {(message: FromWorker, transfer?: Transferable[]) => void} send
 */
function answer(pyodide, bridge, { id, operation, params }, send) {
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
