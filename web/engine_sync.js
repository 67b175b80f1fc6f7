/**
 * From the store to the engine and back: one request for each change of the input, the last
 * answer wins.
 *
 * @module
 */

import { schemaFault, writeText } from "./conversation.js";
import { HarmonyError } from "./harmony.js";
import { setInspect, setWrite } from "./store.js";
import { debounce } from "./dom.js";

/**
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./store.js").Store} Store
 */

/** @typedef {Pick<ReturnType<typeof import("./engine/client.js").createEngine>, "render" | "inspect">} Engine */

/** A pause of about a frame; a longer one where each request costs more than that. */
const PAUSE = 16;
const LONG_PAUSE = 200;
const LONG = 200_000;

/**
 * @param {Store} store
 * @param {Engine} engine
 */
export function connectEngine(store, engine) {
  /** @param {() => Promise<void>} ask @param {(fault: Fault) => void} onFault */
  const guard = async (ask, onFault) => {
    try {
      await ask();
    } catch (error) {
      onFault(error instanceof HarmonyError ? error.fault : pageFault(error));
    }
  };

  const render = () =>
    guard(
      async () => {
        const { draft, options } = store.state.write;
        const fault = schemaFault(draft);
        if (fault) return answerWrite({ fault });
        const value = await engine.render({ conversation: writeText(draft), ...options });
        if (!value) return;
        const keys = draft.entries.map(({ key }) => key);
        answerWrite({ value, fault: null }, keys);
      },
      (fault) => answerWrite({ fault }),
    );

  const inspect = () =>
    guard(
      async () => {
        const { source, options } = store.state.inspect;
        if (!source.trim()) return answerInspect({ value: null, fault: null });
        const value = await engine.inspect({ source, ...options });
        // The paste may have been cleared, which asks the engine nothing, in the meantime.
        if (value && store.state.inspect.source.trim()) answerInspect({ value, fault: null });
      },
      (fault) => answerInspect({ fault }),
    );

  /** @param {Partial<import("./store.js").WriteState["answer"]>} changes @param {number[]} [keys] */
  function answerWrite(changes, keys = store.state.write.keys) {
    store.update((state) =>
      setWrite({ answer: { ...state.write.answer, busy: false, ...changes }, keys })(state),
    );
  }

  /** @param {Partial<import("./store.js").InspectState["answer"]>} changes */
  function answerInspect(changes) {
    store.update((state) =>
      setInspect({ answer: { ...state.inspect.answer, busy: false, ...changes } })(state),
    );
  }

  const isLong = () => store.state.inspect.source.length > LONG;
  const renderSoon = debounce(render, () => PAUSE);
  const inspectSoon = debounce(inspect, () => (isLong() ? LONG_PAUSE : PAUSE));

  store.watch(
    ({ write }) => [write.draft, write.options],
    () => {
      answerWrite({ busy: true });
      renderSoon();
    },
  );
  store.watch(
    ({ inspect: { source, options } }) => [source, options],
    () => {
      answerInspect({ busy: true });
      inspectSoon();
    },
  );
}

/** @param {unknown} error @returns {Fault} */
function pageFault(error) {
  return {
    kind: "page",
    message: `The page failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Change the input, or reload the page; what you typed is kept.",
    token: null,
    path: [],
    place: null,
  };
}
