/**
 * The page's state and every change of it. Views read the state; only these functions make the
 * next one.
 *
 * @module
 */

import * as conversation from "./conversation.js";

/**
 * @typedef {import("./conversation.js").Draft} Draft
 * @typedef {import("./conversation.js").Path} Path
 * @typedef {import("./engine/protocol.js").About} About
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("./engine/protocol.js").Progress} Progress
 * @typedef {import("./engine/protocol.js").RenderParams} RenderParams
 * @typedef {import("./engine/protocol.js").InspectParams} InspectParams
 * @typedef {import("./engine/protocol.js").RenderValue} RenderValue
 * @typedef {import("./engine/protocol.js").Role} Role
 */

/** @typedef {"write" | "inspect"} Mode */

/**
 * @typedef {{status: "loading", progress: Progress | null}
 *   | {status: "ready", about: About}
 *   | {status: "failed", message: string}} Engine
 */

/**
 * What the pointer or the focus is on. `token` is `null` when it is on a message's field.
 *
 * @typedef {object} Pointed
 * @property {Mode} mode
 * @property {number} message Ordinal among the messages of the result, or -1.
 * @property {string | null} part `null` for the whole message.
 * @property {number | null} token
 */

/**
 * The last good answer, and what is wrong with the present input, if anything.
 *
 * @template T
 * @typedef {object} Answer
 * @property {T | null} value
 * @property {Fault | null} fault The present input's. Then `value` is stale.
 * @property {boolean} busy
 */

/** @typedef {Omit<RenderParams, "conversation">} RenderOptions */
/** @typedef {Omit<InspectParams, "source">} InspectOptions */

/**
 * @typedef {object} WriteState
 * @property {Draft} draft
 * @property {"cards" | "json"} form
 * @property {RenderOptions} options
 * @property {Answer<RenderValue>} answer
 * @property {number[]} keys Of the entries the answer's value was made from.
 * @property {{label: string, draft: Draft} | null} undo
 */

/**
 * @typedef {object} InspectState
 * @property {string} source
 * @property {InspectOptions} options
 * @property {Answer<InspectValue>} answer
 * @property {{label: string, source: string, options: InspectOptions} | null} undo
 */

/**
 * @typedef {object} State
 * @property {Mode} mode
 * @property {Engine} engine
 * @property {WriteState} write
 * @property {InspectState} inspect
 * @property {Pointed | null} hover
 * @property {Pointed | null} focus
 */

/** @typedef {(state: State) => State} Change */

/** @returns {State} */
export function initialState() {
  return {
    mode: "write",
    engine: { status: "loading", progress: null },
    write: {
      draft: conversation.emptyDraft(),
      form: "cards",
      options: { mode: "conversation", next_role: "assistant", drop_analysis: true },
      answer: { value: null, fault: null, busy: false },
      keys: [],
      undo: null,
    },
    inspect: {
      source: "",
      options: {
        reading: "auto",
        role: "assistant",
        missing_call_is_call: false,
        recover_stripped_markers: false,
      },
      answer: { value: null, fault: null, busy: false },
      undo: null,
    },
    hover: null,
    focus: null,
  };
}

/** @param {State} initial */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  return {
    get state() {
      return state;
    },
    /** @param {Change} change */
    update(change) {
      const next = change(state);
      if (next === state) return;
      state = next;
      for (const notify of watchers) notify();
    },
    /**
     * Calls `listener` now and whenever one of the selected values is another one.
     *
     * @template {readonly unknown[] | []} T
     * @param {(state: State) => T} select
     * @param {(...values: NoInfer<T>) => void} listener
     */
    watch(select, listener) {
      let seen = select(state);
      watchers.add(() => {
        const now = select(state);
        if (now.every((value, index) => Object.is(value, seen[index]))) return;
        seen = now;
        listener(...now);
      });
      listener(...seen);
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * The newer of pointer and focus counts: a pointer at rest does not hide where the keys went.
 *
 * @type {(on: "hover" | "focus", spot: Pointed | null) => Change}
 */
export const point = (on, spot) => (state) => {
  if (on === "hover") return { ...state, hover: spot };
  return { ...state, focus: spot, hover: spot ? null : state.hover };
};

/** @type {(changes: Partial<WriteState>) => Change} */
export const setWrite = (changes) => (state) => ({
  ...state,
  write: { ...state.write, ...changes },
});

/** @type {(changes: Partial<InspectState>) => Change} */
export const setInspect = (changes) => (state) => ({
  ...state,
  inspect: { ...state.inspect, ...changes },
});

/** @type {(changes: Partial<RenderOptions>) => Change} */
export const setRenderOptions = (changes) => (state) =>
  setWrite({ options: { ...state.write.options, ...changes } })(state);

/** @type {(changes: Partial<InspectOptions>) => Change} */
export const setInspectOptions = (changes) => (state) =>
  setInspect({ options: { ...state.inspect.options, ...changes } })(state);

/** @type {(change: (entries: conversation.Entry[]) => conversation.Entry[]) => Change} */
const changeEntries = (change) => (state) => {
  const { draft } = state.write;
  // The cards are now newer than the text.
  const next = { ...draft, entries: change(draft.entries), text: null, textError: null };
  return setWrite({ draft: next })(state);
};

/** @type {(key: number, change: (message: unknown) => unknown) => Change} */
const changeMessage = (key, change) =>
  changeEntries((entries) =>
    entries.map((entry) => (entry.key === key ? { key, message: change(entry.message) } : entry)),
  );

/** @type {(key: number, path: Path, value: unknown) => Change} */
export const editMessage = (key, path, value) =>
  changeMessage(key, (message) =>
    conversation.tidy(conversation.setPath(message, path, value), path),
  );

/** @type {(key: number, path: Path) => Change} */
export const removeTool = (key, path) => (state) => {
  const undo = { label: "A function tool was removed.", draft: state.write.draft };
  return setWrite({ undo })(editMessage(key, path, undefined)(state));
};

/** @type {(key: number, role: Role) => Change} */
export const setRole = (key, role) =>
  changeMessage(key, (message) => {
    const blank = conversation.isBlank(message);
    const content = blank ? { content: [conversation.newContent(role)] } : {};
    return { .../** @type {object} */ (message), role, ...content };
  });

/** @type {(role: Role, after?: number) => Change} */
export const addMessage = (role, after) =>
  changeEntries((entries) => {
    const added = conversation.toEntries([conversation.newMessage(role)]);
    const index = entries.findIndex((entry) => entry.key === after);
    return index < 0 ? [...entries, ...added] : entries.toSpliced(index + 1, 0, ...added);
  });

/** @type {(key: number) => Change} */
export const duplicateMessage = (key) =>
  changeEntries((entries) => {
    const index = entries.findIndex((entry) => entry.key === key);
    const copy = conversation.toEntries([entries[index]?.message]);
    return entries.toSpliced(index + 1, 0, ...copy);
  });

/** @type {(key: number, by: -1 | 1) => Change} */
export const moveMessage = (key, by) =>
  changeEntries((entries) => {
    const index = entries.findIndex((entry) => entry.key === key);
    const entry = entries[index];
    if (!entry || !entries[index + by]) return entries;
    return entries.toSpliced(index, 1).toSpliced(index + by, 0, entry);
  });

/** @type {(key: number) => Change} */
export const deleteMessage = (key) => (state) => {
  const { draft } = state.write;
  const index = draft.entries.findIndex((entry) => entry.key === key);
  const undo = { label: `Message ${index + 1} was deleted.`, draft };
  const next = changeEntries((entries) => entries.filter((entry) => entry.key !== key))(state);
  return setWrite({ undo })(next);
};

/** @type {(messages: unknown[], label: string) => Change} */
export const replaceDraft = (messages, label) => (state) => {
  const { draft } = state.write;
  const next = { ...conversation.emptyDraft(), entries: conversation.toEntries(messages) };
  const undo = draft.entries.length || draft.text !== null ? { label, draft } : null;
  return setWrite({ draft: next, undo })(state);
};

/** @type {Change} */
export const undoWrite = (state) => {
  const { undo } = state.write;
  if (!undo) return state;
  const form = undo.draft.textError === null ? state.write.form : "json";
  return setWrite({ draft: undo.draft, form, undo: null })(state);
};

/** @type {(text: string) => Change} */
export const typeJson = (text) => (state) =>
  setWrite({ draft: conversation.readText(text, state.write.draft) })(state);

/** @type {(source: string, label: string, options?: Partial<InspectOptions>) => Change} */
export const replaceSource = (source, label, options) => (state) => {
  const { inspect } = state;
  const undo = inspect.source ? { label, source: inspect.source, options: inspect.options } : null;
  return setInspect({ source, undo, options: { ...inspect.options, ...options } })(state);
};

/** @type {Change} */
export const undoInspect = (state) => {
  const { undo } = state.inspect;
  if (!undo) return state;
  return setInspect({ source: undo.source, options: undo.options, undo: null })(state);
};
