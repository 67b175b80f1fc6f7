/**
 * A worker as a function: requests in, promises out, matched by id.
 *
 * @module
 */

/**
 * @typedef {import("./protocol.js").About} About
 * @typedef {import("./protocol.js").Fault} Fault
 * @typedef {import("./protocol.js").FromWorker} FromWorker
 * @typedef {import("./protocol.js").Operation} Operation
 * @typedef {import("./protocol.js").Progress} Progress
 */

/** What was given cannot be answered; the fields say why and where. */
export class HarmonyError extends Error {
  /**
   * @param {Fault} fault
   * @param {object | null} [value]
   */
  constructor(fault, value = null) {
    super(fault.message);
    this.name = "HarmonyError";
    this.fault = fault;
    /** A stable name, such as "unexpected-token". */
    this.kind = fault.kind;
    /** Index of the token at fault, or `null`. */
    this.token = fault.token;
    /** What could be answered before the fault, or `null`. */
    this.value = value;
  }
}

/** The worker could not be started, or died. */
export class LoadError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "LoadError";
  }
}

/** Milliseconds that may pass without news while a worker starts. */
const PATIENCE = 120_000;

/**
 * What of a worker is used. Node's can keep its process alive, or let it end.
 *
 * @typedef {object} Channel
 * @property {(message: unknown) => void} postMessage
 * @property {(type: "message" | "error", listener: (event: any) => void) => void} addEventListener
 * @property {() => void} terminate
 * @property {() => void} [ref]
 * @property {() => void} [unref]
 */

/**
 * @param {Channel} worker
 * @param {(progress: Progress) => void} onProgress
 * @param {string} [script] What the worker was started from, in words.
 */
export function connect(worker, onProgress, script = "The worker script") {
  let nextId = 1;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const pending = new Map();
  /** @type {LoadError | null} Why there will be no more answers. */
  let closed = null;
  /** @type {(about: About) => void} */
  let onReady;
  /** @type {(error: LoadError) => void} */
  let onFailed;
  /** @type {Promise<About>} */
  const ready = new Promise((resolve, reject) => {
    [onReady, onFailed] = [resolve, reject];
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** Whatever goes wrong where nobody sees it: starting does not wait for ever. */
  function awaitNews() {
    clearTimeout(waiting);
    const seconds = PATIENCE / 1000;
    waiting = setTimeout(() => close(`${script} has been silent for ${seconds} s.`), PATIENCE);
  }
  awaitNews();

  /** @param {string} message */
  function close(message) {
    if (closed) return;
    clearTimeout(waiting);
    closed = new LoadError(message);
    worker.terminate();
    onFailed(closed);
    for (const { reject } of pending.values()) reject(closed);
    pending.clear();
  }

  /** @param {About} about */
  function becomeReady(about) {
    clearTimeout(waiting);
    if (!pending.size) worker.unref?.();
    onReady(about);
  }

  /** @param {FromWorker} message */
  function receive(message) {
    if ("id" in message) {
      const call = pending.get(message.id);
      pending.delete(message.id);
      if (!pending.size) worker.unref?.();
      if (message.ok) call?.resolve(message.value);
      else call?.reject(new HarmonyError(message.fault, message.value));
    } else if (message.event === "progress") {
      awaitNews();
      onProgress(message);
    } else if (message.event === "ready") becomeReady(message.about);
    else close(message.message);
  }

  worker.addEventListener("message", ({ data }) => receive(data));
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    close(event.message || `${script} could not be loaded.`);
  });

  return {
    /** Resolves once requests are answered. @throws {LoadError} */
    ready,
    /**
     * @template {Operation} Name
     * @param {Name} operation
     * @param {import("./protocol.js").ParamsOf<Name>} params
     * @returns {Promise<import("./protocol.js").ValueOf<Name>>}
     * @throws {HarmonyError | LoadError}
     */
    request(operation, params) {
      if (closed) return Promise.reject(closed);
      const id = nextId++;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        worker.ref?.();
        /** @type {import("./protocol.js").Request} */
        const request = { id, operation, params };
        worker.postMessage(request);
      });
    },
    /** Ends the worker; what is pending is refused. */
    close: () => close("The worker was closed."),
  };
}

/** @typedef {ReturnType<typeof connect>} Connection */
