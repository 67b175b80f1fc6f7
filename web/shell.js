/**
 * What all modes share: their tabs and panels, undo and redo, the link between a message and its
 * tokens, notices, the announcer, the engine's status and what is kept over a reload.
 *
 * @module
 */

import { clone, findElement, make, setText } from "./dom.js";
import { createHistoryButtons } from "./panes/history_buttons.js";
import { createMenu } from "./panes/menu.js";
import { createNotices } from "./panes/notices.js";
import { createStatus } from "./panes/status.js";
import { createTabs } from "./panes/tabs.js";
import { connectLinks } from "./sharing.js";
import { save } from "./persistence.js";
import * as stores from "./store.js";
import { debounce } from "./timing.js";

/**
 * @typedef {import("./history.js").Change} Change
 * @typedef {import("./modes/mode.js").AnyMode} AnyMode
 * @typedef {import("./store.js").Store} Store
 */

/**
 * @typedef {object} Parts
 * @property {Store} store
 * @property {readonly AnyMode[]} modes
 * @property {import("./persistence.js").Box | null} box
 * @property {() => void} retry Starts the engine again.
 */

const SAVE_PAUSE = 400;
const SPEAK_PAUSE = 1_500;

/**
 * The mode that the address names, or the first.
 *
 * @param {readonly AnyMode[]} modes
 * @param {string} hash
 * @returns {string}
 */
export const modeInHash = (modes, hash) =>
  (modes.find(({ id }) => hash === `#${id}` || hash.startsWith(`#${id}=`)) ?? modes[0])?.id ?? "";

/**
 * @param {Document} document
 * @param {Parts} parts
 */
export function createShell(document, { store, modes, box, retry }) {
  const announcer = findElement(document, "#announcer");
  const undoable = connectHistory(document, store, announcer);
  /** @type {Notices} */
  const notices = new Map();
  for (const mode of modes) notices.set(mode.id, mountMode(document, store, modes, mode, undoable));
  connectTabs(document, store, modes);
  connectLinks(document, store, modes, notices);
  const status = createStatus(findElement(document, "#engine"), retry);
  store.watch(
    ({ engine }) => [engine],
    (engine) => status.show(engine),
  );
  connectStorage(document, store, modes, box);
  connectAnnouncer(store, modes, announcer);
}

/** @typedef {ReturnType<typeof connectHistory>} Undoable */
/** @typedef {Map<string, import("./panes/notices.js").Notices>} Notices By the modes' ids. */

/**
 * @param {Document} document
 * @param {Store} store
 * @param {readonly AnyMode[]} modes
 * @param {AnyMode} mode
 * @param {Undoable} undoable
 * @returns {import("./panes/notices.js").Notices} The mode's.
 */
function mountMode(document, store, modes, mode, undoable) {
  const { id } = mode;
  const panel = make(document, "div", "panes");
  panel.id = `${id}-panel`;
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", `tab-${id}`);
  panel.append(clone(document, `${id}-mode`));
  findElement(document, "main").append(panel);

  const notices = createNotices(findElement(panel, ".notices"));
  const own = () => stores.modeOf(store.state, id);
  /** @param {string} to @param {(input: any) => any} change @param {Change} what */
  function edit(to, change, what) {
    const size = modes.find((each) => each.id === to)?.sizeOf(stores.modeOf(store.state, to).input);
    store.update(stores.edit(to, change, what, { now: Date.now(), size: size ?? 0 }));
  }

  mode.mount({
    panel,
    notices,
    get state() {
      return own();
    },
    edit: (change, what) => edit(id, change, what),
    setView: (changes) => store.update(stores.setView(id, changes)),
    undo: () => undoable.go("undo"),
    redo: () => undoable.go("redo"),
    watch(select, listener) {
      store.watch(
        (state) => select(own(), state),
        (...values) => listener(...values),
      );
    },
    point: (on, spot) => store.update(stores.point(on, spot && { mode: id, ...spot })),
    watchSpot: (listener) =>
      store.watch(
        ({ hover, focus }) => [hover ?? focus],
        (spot) => listener(spot?.mode === id ? spot : null),
      ),
    hand(kind, given, what) {
      const taker = modes.find(({ accepts }) => accepts?.[kind]);
      if (!taker) return;
      edit(taker.id, (input) => taker.accepts?.[kind]?.(input, given), what);
      location.hash = taker.id;
      findElement(document, `#tab-${taker.id}`).focus();
    },
  });

  const examples = panel.querySelector(".examples");
  if (examples instanceof HTMLDetailsElement) {
    createMenu(examples, mode.examples, (index) => {
      const example = mode.examples[index];
      if (!example) return;
      const replaced = mode.request(own().input) !== null;
      const notice = replaced ? `Loaded “${example.name}”.` : null;
      edit(id, example.load, { label: `load “${example.name}”`, notice });
    });
  }
  store.watch(
    (state) => [stores.noticeOf(stores.modeOf(state, id))],
    (text) =>
      notices.show(
        "change",
        text === null ? null : { kind: "info", text, actions: undoable.actionsFor(id) },
      ),
  );
  store.watch(
    ({ engine }) => [engine.status],
    (status) => {
      panel.dataset["state"] = status;
    },
  );
  return notices;
}

/** @param {Document} document @param {Store} store @param {readonly AnyMode[]} modes */
function connectTabs(document, store, modes) {
  const list = findElement(document, ".modes");
  for (const { id, label } of modes) {
    const tab = make(document, "a", "", label);
    tab.id = `tab-${id}`;
    tab.href = `#${id}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `${id}-panel`);
    list.append(tab);
  }
  const tabs = createTabs(list, (id) => {
    location.hash = id;
  });
  addEventListener("hashchange", () =>
    store.update(stores.turnTo(modeInHash(modes, location.hash))),
  );
  store.watch(
    ({ mode }) => [mode],
    (mode) => {
      tabs.select(mode);
      for (const { id } of modes) findElement(document, `#${id}-panel`).hidden = id !== mode;
    },
  );
}

/**
 * Undo and redo, by the buttons, by the keys and from the notices.
 *
 * @param {Document} document
 * @param {Store} store
 * @param {HTMLElement} announcer
 */
function connectHistory(document, store, announcer) {
  const buttons = createHistoryButtons(findElement(document, "#history"), go);

  /** @param {"undo" | "redo"} way */
  function go(way) {
    const step = stores.nextStep(store.state, way);
    if (!step) return;
    store.update(stores.goBack(store.state.mode, way));
    setText(announcer, `${way === "undo" ? "Undone" : "Redone"}: ${step.label}`);
    keepFocus(way);
  }

  /** What had the focus may be gone with the change. @param {"undo" | "redo"} way */
  function keepFocus(way) {
    const { activeElement: focused } = document;
    if (!focused || focused === document.body) buttons.focus(way);
  }

  document.addEventListener("keydown", (event) => {
    const way = historyKey(event);
    if (!way || event.defaultPrevented || isTextField(event.composedPath()[0])) return;
    event.preventDefault();
    go(way);
  });
  store.watch(
    (state) => [stores.nextStep(state, "undo"), stores.nextStep(state, "redo")],
    (undo, redo) => buttons.show({ undo: undo?.label ?? null, redo: redo?.label ?? null }),
  );

  return {
    go,
    /** What a notice about the last change offers. @param {string} id */
    actionsFor: (id) => [
      { label: "Undo", run: () => go("undo") },
      {
        label: "Dismiss",
        run() {
          store.update(stores.dismissNotice(id));
          keepFocus("undo");
        },
      },
    ],
  };
}

/** @param {KeyboardEvent} event @returns {"undo" | "redo" | null} */
function historyKey({ key, ctrlKey, metaKey, shiftKey, altKey }) {
  if (altKey || ctrlKey === metaKey) return null;
  const letter = key.toLowerCase();
  if (letter === "z") return shiftKey ? "redo" : "undo";
  return letter === "y" && ctrlKey && !shiftKey ? "redo" : null;
}

/** Whether it undoes its own typing. @param {EventTarget | undefined} target */
function isTextField(target) {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio"].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}

/**
 * @param {Document} document
 * @param {Store} store
 * @param {readonly AnyMode[]} modes
 * @param {import("./persistence.js").Box | null} box
 */
function connectStorage(document, store, modes, box) {
  let dirty = false;
  const saveNow = () => {
    if (!dirty) return;
    dirty = false;
    findElement(document, "#unsaved").hidden = save(box, modes, store.state);
  };
  const saveSoon = debounce(saveNow, () => SAVE_PAUSE);
  store.watch(
    (state) =>
      modes.flatMap(({ id }) => {
        const { input, view } = stores.modeOf(state, id);
        return [input, view];
      }),
    () => {
      dirty = true;
      saveSoon();
    },
  );
  addEventListener("pagehide", saveNow);
}

/**
 * Says the result's size to those who cannot see it, once the typing has paused.
 *
 * @param {Store} store
 * @param {readonly AnyMode[]} modes
 * @param {HTMLElement} announcer
 */
function connectAnnouncer(store, modes, announcer) {
  const speak = debounce(
    () => {
      const { value, fault } = stores.modeOf(store.state, store.state.mode).answer;
      const mode = modes.find(({ id }) => id === store.state.mode);
      if (mode && value && !fault) setText(announcer, mode.summarise(value));
    },
    () => SPEAK_PAUSE,
  );
  store.watch((state) => [stores.modeOf(state, state.mode).answer, state.mode], speak);
}
