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
function connectMode(store, engine, { id, request, sizeOf }) {
  /** @param {Partial<import("./store.js").Answer<unknown, unknown>>} changes */
  const answer = (changes) => store.update(setAnswer(id, changes));

  async function ask() {
    const { input } = modeOf(store.state, id);
    const isLatest = () => modeOf(store.state, id).input === input;
    const asked = request(input);
    if (!asked) return answer({ value: null, input, fault: null, busy: false });
    if ("fault" in asked) return answer({ fault: asked.fault, busy: false });
    try {
      const value = await engine.ask(id, asked);
      if (!value) return; // A newer request took its place.
      if (isLatest()) return answer({ value, input, fault: null, busy: false });
      // While the newer input waits, this is the nearest to it. If it asked nothing, it has its
      // answer already, and this one comes too late.
      if (modeOf(store.state, id).answer.busy) answer({ value, input, fault: null });
    } catch (error) {
      const fault = error instanceof HarmonyError ? error.fault : pageFault(error);
      if (isLatest()) answer({ fault, busy: false });
    }
  }

  const inputSize = () => sizeOf(modeOf(store.state, id).input);
  const askSoon = debounce(ask, () => (inputSize() > LONG ? LONG_PAUSE : PAUSE));
  store.watch(
    (state) => [modeOf(state, id).input],
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
