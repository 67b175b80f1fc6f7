/**
 * From the store to the engine and back: one request for each change of a mode's input, the last
 * answer wins.
 *
 * @module
 */

import { HarmonyError } from "./engine/connection.js";
import { modeOf, setAnswer } from "./store.js";
import { debounce } from "./timing.js";

/**
 * @typedef {import("./engine/client.js").EngineClient} EngineClient
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./modes/mode.js").AnyMode} AnyMode
 * @typedef {import("./store.js").Store} Store
 */

/** A pause of about a frame; a longer one where each request costs more than that. */
const PAUSE = 16;
const LONG_PAUSE = 200;
const LONG = 200_000;

/**
 * @param {Store} store
 * @param {Pick<EngineClient, "ask">} engine
 * @param {readonly AnyMode[]} modes
 */
export function connectEngine(store, engine, modes) {
  // What is shown is answered first.
  const isShown = ({ id = "" }) => Number(id === store.state.mode);
  for (const mode of modes.toSorted((a, b) => isShown(b) - isShown(a))) {
    connectMode(store, engine, mode);
  }
}

/** @param {Store} store @param {Pick<EngineClient, "ask">} engine @param {AnyMode} mode */
function connectMode(store, engine, { id, request, sizeOf, reads }) {
  /** @param {Partial<import("./store.js").Answer<unknown, unknown>>} changes */
  const answer = (changes) => store.update(setAnswer(id, changes));

  /** What it read of the other mode, while it was shown last. @type {unknown} */
  let other = null;

  /** All that the answer is made from. @param {import("./store.js").State} state */
  function inputs(state) {
    if (reads !== undefined && state.mode === id) other = modeOf(state, reads).input;
    return { input: modeOf(state, id).input, other };
  }

  async function ask() {
    const { input, other: read } = inputs(store.state);
    const isLatest = () => {
      const now = inputs(store.state);
      return now.input === input && now.other === read;
    };
    const from = reads === undefined ? { input } : { input, other: read };
    const asked = request(input, read);
    if (!asked) return answer({ value: null, ...from, fault: null, busy: false });
    if ("fault" in asked) return answer({ fault: asked.fault, busy: false });
    try {
      const value = await engine.ask(id, asked);
      if (!value) return; // A newer request took its place.
      if (isLatest()) return answer({ value, ...from, fault: null, busy: false });
      // While the newer input waits, this is the nearest to it. If it asked nothing, it has its
      // answer already, and this one comes too late.
      if (modeOf(store.state, id).answer.busy) answer({ value, ...from, fault: null });
    } catch (error) {
      const fault = error instanceof HarmonyError ? error.fault : pageFault(error);
      if (isLatest()) answer({ fault, busy: false });
    }
  }

  function inputSize() {
    const now = inputs(store.state);
    return sizeOf(now.input, now.other);
  }
  const askSoon = debounce(ask, () => (inputSize() > LONG ? LONG_PAUSE : PAUSE));
  store.watch(
    (state) => Object.values(inputs(state)),
    () => {
      answer({ busy: true });
      askSoon();
    },
  );
}

/** @param {unknown} error @returns {Fault} */
function pageFault(error) {
  return {
    kind: "page",
    message: `The page failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Change the input or reload the page. Your text is kept.",
    token: null,
    path: [],
    place: null,
  };
}
