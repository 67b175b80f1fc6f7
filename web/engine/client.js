/**
 * The page's use of the worker: for each asker the latest request wins, one that still waits
 * when the next is made is never sent; and after a failure one can start again.
 *
 * @module
 */

import { connect, LoadError } from "./connection.js";
import { createWorker } from "./create_worker.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./protocol.js").About} About
 * @typedef {import("./protocol.js").Operation} Operation
 * @typedef {import("./protocol.js").Progress} Progress
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
 * @property {(connection: Connection) => Promise<any>} ask
 * @property {(value: any) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/**
 * @template {Operation} Name
 * @typedef {{operation: Name, params: import("./protocol.js").ParamsOf<Name>}} PageRequest
 */

/** @param {Listener} listener */
export function createEngine(listener) {
  /** @type {Connection | null} */
  let connection = null;
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
    if (!connection || busy || !call) return;
    waiting.delete(call.asker);
    busy = true;
    try {
      call.resolve(await call.ask(connection));
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
    connection = null;
    listener.onFailed({ message: error instanceof Error ? error.message : String(error) });
  }

  async function start() {
    const turn = ++starts;
    connection?.close();
    connection = null;
    try {
      const script = new URL("worker.js", import.meta.url);
      const opened = connect(
        createWorker(script),
        (progress) => turn === starts && listener.onProgress(progress),
        script.href,
      );
      const about = await opened.ready;
      if (turn !== starts) return opened.close();
      connection = opened;
      listener.onReady(about);
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
     * @template {Operation} Name
     * @param {string} asker Of the calls of one asker, only the latest waits.
     * @param {PageRequest<Name>} request
     * @returns {Promise<import("./protocol.js").ValueOf<Name> | null>} `null` if a newer call took
     *   its place.
     * @throws {import("./connection.js").HarmonyError}
     */
    ask: (asker, { operation, params }) =>
      request(asker, (opened) => opened.request(operation, params)),
  };
}

/** @typedef {ReturnType<typeof createEngine>} EngineClient */
