/**
 * Puts the page together: the modes, the store, the shell, the engine.
 *
 * @module
 */

import { createEngine } from "./engine/client.js";
import { connectEngine } from "./engine_sync.js";
import { MODES } from "./modes/index.js";
import { findStorage, restore } from "./persistence.js";
import { createShell, modeInHash } from "./shell.js";
import { createStore, initialState, setEngine } from "./store.js";

const box = findStorage(window);
const store = createStore(initialState(restore(box, MODES), modeInHash(MODES, location.hash)));

/** @param {import("./store.js").Engine} next */
const show = (next) => store.update(setEngine(next));
const engine = createEngine({
  onProgress: (progress) => show({ status: "loading", progress }),
  onReady: (about) => show({ status: "ready", about }),
  onFailed: ({ message }) => show({ status: "failed", message }),
});

createShell(document, {
  store,
  modes: MODES,
  box,
  retry() {
    show({ status: "loading", progress: null });
    engine.retry();
  },
});
connectEngine(store, engine, MODES);
engine.start();
