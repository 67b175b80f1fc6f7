/**
 * The page's use of the module: for each method the latest request wins, one that still waits
 * when the next is made is never sent; and after a failure one can start again.
 *
 * @module
 */

import { LoadError } from "./connection.js";
import { loadHarmony } from "../harmony.js";

/**
 * @typedef {import("../harmony.js").Harmony} Harmony
 * @typedef {import("./protocol.js").About} About
 * @typedef {import("./protocol.js").InspectParams} InspectParams
 * @typedef {import("./protocol.js").InspectValue} InspectValue
 * @typedef {import("./protocol.js").Progress} Progress
 * @typedef {import("./protocol.js").RenderParams} RenderParams
 * @typedef {import("./protocol.js").RenderValue} RenderValue
 */

/**
 * @typedef {object} Listener
 * @property {(progress: Progress) => void} onProgress
 * @property {(about: About) => void} onReady
 * @property {(failure: {message: string}) => void} onFailed The worker never became ready, or
 *   died. Requests are kept for the next start.
 */

/**
 * @typedef {object} Call
 * @property {string} name Of the method; only the latest call of each waits.
 * @property {(harmony: Harmony) => Promise<any>} ask
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** @param {Listener} listener */
export function createEngine(listener) {
  /** @type {Harmony | null} */
  let harmony = null;
  /** @type {Map<string, Call>} */
  const waiting = new Map();
  let busy = false;
  let starts = 0;

  /** @param {string} name @param {Call["ask"]} ask */
  function request(name, ask) {
    return new Promise((resolve, reject) => {
      waiting.get(name)?.resolve(null);
      // Deleted first, so that a method asked for again queues behind the other one.
      waiting.delete(name);
      waiting.set(name, { name, ask, resolve, reject });
      void sendNext();
    });
  }

  async function sendNext() {
    const [call] = waiting.values();
    if (!harmony || busy || !call) return;
    waiting.delete(call.name);
    busy = true;
    try {
      call.resolve(await call.ask(harmony));
    } catch (error) {
      if (error instanceof LoadError) {
        if (waiting.has(call.name)) call.resolve(null);
        else waiting.set(call.name, call);
        fail(error);
      } else {
        call.reject(error);
      }
    }
    busy = false;
    void sendNext();
  }

  /** @param {unknown} error */
  function fail(error) {
    harmony = null;
    listener.onFailed({ message: error instanceof Error ? error.message : String(error) });
  }

  async function start() {
    const turn = ++starts;
    harmony?.close();
    harmony = null;
    try {
      const loaded = await loadHarmony({
        onProgress: (progress) => turn === starts && listener.onProgress(progress),
      });
      if (turn !== starts) return loaded.close();
      harmony = loaded;
      listener.onReady(loaded.about);
      void sendNext();
    } catch (error) {
      if (turn === starts) fail(error);
    }
  }

  return {
    start,
    /** Start afresh after a failure. */
    retry: start,
    /**
     * @param {RenderParams} params
     * @returns {Promise<RenderValue | null>} `null` if a newer call took its place.
     * @throws {import("./connection.js").HarmonyError}
     */
    render: (params) => request("render", (loaded) => loaded.renderWithSpans(params)),
    /**
     * @param {InspectParams} params
     * @returns {Promise<InspectValue | null>} `null` if a newer call took its place.
     * @throws {import("./connection.js").HarmonyError}
     */
    inspect: (params) => request("inspect", (loaded) => loaded.inspect(params)),
  };
}
