/**
 * The page's use of the module: for each asker the latest request wins, one that still waits
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
 * @property {string} asker Only the latest call of each waits.
 * @property {(harmony: Harmony) => Promise<any>} ask
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** What the page asks. */
const METHODS = {
  /** @param {Harmony} harmony @param {RenderParams} params @returns {Promise<RenderValue>} */
  render: (harmony, params) => harmony.renderWithSpans(params),
  /** @param {Harmony} harmony @param {InspectParams} params @returns {Promise<InspectValue>} */
  inspect: (harmony, params) => harmony.inspect(params),
};

/** @typedef {keyof typeof METHODS} PageMethod */
/**
 * @template {PageMethod} M
 * @typedef {{method: M, params: Parameters<typeof METHODS[M]>[1]}} PageRequest
 */
/**
 * @template {PageMethod} M
 * @typedef {Awaited<ReturnType<typeof METHODS[M]>>} PageValue
 */

/** @param {Listener} listener */
export function createEngine(listener) {
  /** @type {Harmony | null} */
  let harmony = null;
  /** @type {Map<string, Call>} */
  const waiting = new Map();
  let busy = false;
  let starts = 0;

  /** @param {string} asker @param {Call["ask"]} ask */
  function request(asker, ask) {
    return new Promise((resolve, reject) => {
      waiting.get(asker)?.resolve(null);
      // Deleted first, so that somebody who asks again queues behind the other one.
      waiting.delete(asker);
      waiting.set(asker, { asker, ask, resolve, reject });
      void sendNext();
    });
  }

  async function sendNext() {
    const [call] = waiting.values();
    if (!harmony || busy || !call) return;
    waiting.delete(call.asker);
    busy = true;
    try {
      call.resolve(await call.ask(harmony));
    } catch (error) {
      if (error instanceof LoadError) {
        if (waiting.has(call.asker)) call.resolve(null);
        else waiting.set(call.asker, call);
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
     * @template {PageMethod} M
     * @param {string} asker Of the calls of one asker, only the latest waits.
     * @param {PageRequest<M>} request
     * @returns {Promise<PageValue<M> | null>} `null` if a newer call took its place.
     * @throws {import("./connection.js").HarmonyError}
     */
    ask(asker, { method, params }) {
      /** @type {(harmony: Harmony, params: any) => Promise<any>} */
      const call = METHODS[method];
      return request(asker, (loaded) => call(loaded, params));
    },
  };
}

/** @typedef {ReturnType<typeof createEngine>} EngineClient */
