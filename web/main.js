/**
 * Puts the page together: the store, the engine, the views.
 *
 * @module
 */

import { createEngine } from "./engine/client.js";
import { WRITE_EXAMPLES } from "./modes/write_examples.js";
import { createInspect } from "./modes/inspect.js";
import { connectEngine } from "./engine_sync.js";
import { findStorage, restore, save } from "./persistence.js";
import { createStore } from "./store.js";
import { counted, debounce, findElement, setText } from "./dom.js";
import { summarise } from "./panes/problems.js";
import { createStatus } from "./panes/status.js";
import { createTabs } from "./panes/tabs.js";
import { createWrite } from "./modes/write.js";

/** @typedef {import("./store.js").Mode} Mode */

const SAVE_PAUSE = 400;
const SPEAK_PAUSE = 1500;

const box = findStorage(window);
const store = createStore(restore(box, WRITE_EXAMPLES[0]?.messages ?? []));
const engine = createEngine({
  onProgress: (progress) => setEngine({ status: "loading", progress }),
  onReady: (about) => setEngine({ status: "ready", about }),
  onFailed: ({ message }) => setEngine({ status: "failed", message }),
});

/** @param {import("./store.js").Engine} next */
function setEngine(next) {
  store.update((state) => ({ ...state, engine: next }));
}

/** @returns {Mode} */
const modeInHash = () => (location.hash === "#inspect" ? "inspect" : "write");

function connectModes() {
  const tabs = createTabs(findElement(document, ".modes"), (name) => {
    location.hash = name;
  });
  const follow = () => store.update((state) => ({ ...state, mode: modeInHash(), hover: null }));
  addEventListener("hashchange", follow);
  follow();
  store.watch(
    ({ mode }) => [mode],
    (mode) => {
      tabs.select(mode);
      findElement(document, "#write-panel").hidden = mode !== "write";
      findElement(document, "#inspect-panel").hidden = mode !== "inspect";
    },
  );
}

function connectStatus() {
  const status = createStatus(findElement(document, "#engine"), () => {
    setEngine({ status: "loading", progress: null });
    engine.retry();
  });
  store.watch(
    (state) => [state.engine],
    (now) => status.show(now),
  );
}

function connectStorage() {
  let dirty = false;
  const saveNow = () => {
    if (!dirty) return;
    dirty = false;
    const kept = save(box, store.state);
    findElement(document, "#unsaved").hidden = kept;
  };
  const saveSoon = debounce(saveNow, () => SAVE_PAUSE);
  store.watch(
    ({ write, inspect }) => [
      write.draft,
      write.form,
      write.options,
      inspect.source,
      inspect.options,
    ],
    () => {
      dirty = true;
      saveSoon();
    },
  );
  addEventListener("pagehide", saveNow);
}

/** Says the result's size to those who cannot see it, once the typing has paused. */
function connectAnnouncer() {
  const announcer = findElement(document, "#announcer");
  const speak = debounce(
    () => {
      const { value, fault } = store.state[store.state.mode].answer;
      if (!value || fault) return;
      const sizes = `${counted(value.tokens.ids.length, "token")} in ${counted(value.messages.length, "message")}`;
      const problems = "counts" in value ? `; problems: ${summarise(value.counts)}` : "";
      setText(announcer, sizes + problems);
    },
    () => SPEAK_PAUSE,
  );
  store.watch(({ write, inspect, mode }) => [write.answer, inspect.answer, mode], speak);
}

connectModes();
connectStatus();
createWrite(document, store);
createInspect(document, store, () => {
  location.hash = "write";
});
connectEngine(store, engine);
connectStorage();
connectAnnouncer();
engine.start();
