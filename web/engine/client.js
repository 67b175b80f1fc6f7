/**
 * The page's side of the worker: promises, ids, and for each method the latest request wins:
 * one that still waits when the next is made is never sent.
 *
 * @module
 */

/**
 * @typedef {import("./protocol.js").About} About
 * @typedef {import("./protocol.js").Fault} Fault
 * @typedef {import("./protocol.js").FromWorker} FromWorker
 * @typedef {import("./protocol.js").InspectParams} InspectParams
 * @typedef {import("./protocol.js").InspectValue} InspectValue
 * @typedef {import("./protocol.js").Progress} Progress
 * @typedef {import("./protocol.js").RenderParams} RenderParams
 * @typedef {import("./protocol.js").RenderValue} RenderValue
 * @typedef {import("./protocol.js").Request} Request
 * @typedef {import("./protocol.js").Stage} Stage
 */

/**
 * @typedef {object} Listener
 * @property {(progress: Progress) => void} onProgress
 * @property {(about: About) => void} onReady
 * @property {(failure: {stage: Stage, message: string}) => void} onFailed The worker never
 *   became ready, or died. Requests are kept for the next start.
 */

/**
 * @typedef {object} Call
 * @property {Request} request
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** The input cannot be answered; `fault` says why and where. */
export class EngineFault extends Error {
  /** @param {Fault} fault */
  constructor(fault) {
    super(fault.message);
    this.name = "EngineFault";
    this.fault = fault;
  }
}

/**
 * @param {Listener} listener
 * @param {() => Worker} [createWorker]
 */
export function createEngine(listener, createWorker = defaultWorker) {
  /** @type {Worker | null} */
  let worker = null;
  let ready = false;
  let nextId = 1;
  /** @type {Map<string, Call>} The latest call of each method that is not yet sent. */
  const waiting = new Map();
  /** @type {Call | null} The one call the worker is busy with. */
  let current = null;

  /** @param {Request["method"]} method @param {any} params */
  function request(method, params) {
    return new Promise((resolve, reject) => {
      waiting.get(method)?.resolve(null);
      // Deleted first, so that a method asked for again queues behind the other one.
      waiting.delete(method);
      waiting.set(method, { request: { id: nextId++, method, params }, resolve, reject });
      sendNext();
    });
  }

  function sendNext() {
    if (!ready || !worker || current) return;
    const [next] = waiting.values();
    if (!next) return;
    waiting.delete(next.request.method);
    current = next;
    worker.postMessage(next.request);
  }

  /** @param {FromWorker} message */
  function receive(message) {
    if ("id" in message) {
      const call = current;
      if (!call || call.request.id !== message.id) return;
      current = null;
      sendNext();
      if (message.ok) call.resolve(message.value);
      else call.reject(new EngineFault(message.fault));
    } else if (message.event === "progress") {
      listener.onProgress(message);
    } else if (message.event === "ready") {
      ready = true;
      listener.onReady(message.about);
      sendNext();
    } else {
      fail(message);
    }
  }

  /** @param {{stage: Stage, message: string}} failure */
  function fail({ stage, message }) {
    stop();
    listener.onFailed({ stage, message });
  }

  function stop() {
    worker?.terminate();
    worker = null;
    ready = false;
    if (current && !waiting.has(current.request.method)) {
      waiting.set(current.request.method, current);
    } else {
      current?.resolve(null);
    }
    current = null;
  }

  function start() {
    stop();
    worker = createWorker();
    worker.addEventListener("message", (event) => receive(event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      fail({
        stage: "runtime",
        message: event.message || "The worker script could not be loaded.",
      });
    });
  }

  return {
    start,
    /** Start afresh after a failure. */
    retry: start,
    /** Whether requests are answered at once. */
    get warm() {
      return ready;
    },
    /**
     * @param {RenderParams} params
     * @returns {Promise<RenderValue | null>} `null` if a newer call took its place.
     * @throws {EngineFault}
     */
    render: (params) => request("render", params),
    /**
     * @param {InspectParams} params
     * @returns {Promise<InspectValue | null>} `null` if a newer call took its place.
     * @throws {EngineFault}
     */
    inspect: (params) => request("inspect", params),
  };
}

const workerUrl = new URL("./worker.js", import.meta.url).href;

/** The one script address that the page's policy on trusted types lets through. */
const policy = globalThis.trustedTypes?.createPolicy("harmony-core", {
  createScriptURL: () => workerUrl,
});

function defaultWorker() {
  return new Worker(policy?.createScriptURL("") ?? workerUrl, { type: "module" });
}
