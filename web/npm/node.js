/**
 * The npm package in Node.js, Deno and Bun.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import { byName, openHarmony } from "../engine/open.js";
import { startInline } from "./inline.js";

export { HarmonyError, LoadError } from "../engine/connection.js";
export { HarmonyEncoding } from "../engine/encoding.js";
export { Inspector, StreamableParser, StreamState } from "../engine/streams.js";

/**
 * Starts the worker and waits until it is ready: a few seconds. It does not keep the process alive
 * while nothing is asked.
 *
 * @param {Omit<import("../engine/open.js").LoadOptions, "assets">} [options]
 * @returns {Promise<import("../engine/encoding.js").HarmonyEncoding>}
 * @throws {import("../engine/connection.js").LoadError}
 */
export async function loadHarmony(options = {}) {
  return openHarmony(await startInline(startThread), options, { known: ["onProgress"] });
}

/** @type {import("../engine/open.js").LoadByName} */
export const load_harmony_encoding = byName(loadHarmony);

/** @param {string} script @returns {import("../engine/connection.js").Channel} */
function startThread(script) {
  const worker = new Worker(script, { eval: true });
  return {
    postMessage: (message) => worker.postMessage(message),
    addEventListener(type, listener) {
      if (type === "message") worker.on("message", (data) => listener({ data }));
      else {
        worker.on("error", ({ message }) => listener({ message, preventDefault() {} }));
        worker.on("exit", () => listener({ message: "The worker ended.", preventDefault() {} }));
      }
    },
    terminate: () => worker.terminate(),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  };
}
