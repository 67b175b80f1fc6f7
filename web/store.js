/**
 * The page's state and every change of it. Views read the state; only these functions make the
 * next one. What a mode's state holds is known to the mode alone.
 *
 * @module
 */

import * as history from "./history.js";

/**
 * @typedef {import("./engine/protocol.js").About} About
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./engine/protocol.js").Progress} Progress
 */

/**
 * @typedef {{status: "loading", progress: Progress | null}
 *   | {status: "ready", about: About}
 *   | {status: "failed", message: string}} Engine
 */

/**
 * What the pointer or the focus is on.
 *
 * @typedef {object} Spot
 * @property {number} message Ordinal among the messages of the result, or -1.
 * @property {string | null} part `null` for the whole message.
 * @property {number | null} token `null` when it is on a message's field.
 */

/** @typedef {Spot & {mode: string}} Pointed */

/**
 * The last good answer, and what is wrong with the present input, if anything.
 *
 * @template Input, Value
 * @typedef {object} Answer
 * @property {Value | null} value
 * @property {Input | null} input What the value was made from.
 * @property {unknown} [other] The input of the other mode that it was made from, if it reads one.
 * @property {Fault | null} fault The present input's. Then `value` is stale.
 * @property {boolean} busy Whether the present input still waits for its answer.
 */

/**
 * @template Input, View, Value
 * @typedef {object} ModeState
 * @property {Input} input What the answer is made from, and what undo brings back.
 * @property {View} view How it is shown. Kept over a reload, but not undone.
 * @property {Answer<Input, Value>} answer
 * @property {history.History<Input>} history
 * @property {history.Step<Input> | null} dismissed The step whose notice was dismissed.
 */

/** @typedef {ModeState<any, any, any>} AnyModeState Of a mode that is known by its id only. */

/**
 * @typedef {object} State
 * @property {string} mode The id of the one that is shown.
 * @property {Record<string, AnyModeState>} modes By id.
 * @property {Engine} engine
 * @property {Pointed | null} hover
 * @property {Pointed | null} focus
 */

/** @typedef {(state: State) => State} Change */

/**
 * @param {Record<string, {input: unknown, view: unknown}>} restored By the modes' ids.
 * @param {string} mode The one to show.
 * @returns {State}
 */
export function initialState(restored, mode) {
  const modes = Object.entries(restored).map(([id, { input, view }]) => [
    id,
    {
      input,
      view,
      answer: { value: null, input: null, fault: null, busy: false },
      history: history.emptyHistory(),
      dismissed: null,
    },
  ]);
  return {
    mode,
    modes: Object.fromEntries(modes),
    engine: { status: "loading", progress: null },
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

/** The state of a mode. @param {State} state @param {string} id @returns {AnyModeState} */
export function modeOf(state, id) {
  const found = state.modes[id];
  if (!found) throw new Error(`There is no mode ${id}.`);
  return found;
}

/** @type {(id: string, changes: Partial<AnyModeState>) => Change} */
const setMode = (id, changes) => (state) => ({
  ...state,
  modes: { ...state.modes, [id]: { ...modeOf(state, id), ...changes } },
});

/** @type {(engine: Engine) => Change} */
export const setEngine = (engine) => (state) => ({ ...state, engine });

/** @type {(mode: string) => Change} */
export const turnTo = (mode) => (state) => ({ ...state, mode, hover: null });

/**
 * The newer of pointer and focus counts: a pointer at rest does not hide where the keys went.
 *
 * @type {(on: "hover" | "focus", spot: Pointed | null) => Change}
 */
export const point = (on, spot) => (state) => {
  if (on === "hover") return { ...state, hover: spot };
  return { ...state, focus: spot, hover: spot ? null : state.hover };
};

/** @type {(id: string, changes: object) => Change} */
export const setView = (id, changes) => (state) =>
  setMode(id, { view: { ...modeOf(state, id).view, ...changes } })(state);

/** @type {(id: string, changes: Partial<Answer<any, any>>) => Change} */
export const setAnswer = (id, changes) => (state) =>
  setMode(id, { answer: { ...modeOf(state, id).answer, ...changes } })(state);

/**
 * Changes a mode's input, in a way that can be undone.
 *
 * @param {string} id
 * @param {(input: any) => any} change Gives the same input if there is nothing to change.
 * @param {history.Change} what
 * @param {{now: number, size?: number}} at Now, in milliseconds; the size of the old input.
 * @returns {Change}
 */
export const edit = (id, change, what, at) => (state) => {
  const { input: before, history: steps } = modeOf(state, id);
  const input = change(before);
  if (input === before) return state;
  return setMode(id, { input, history: history.record(steps, before, what, at) })(state);
};

/** @type {(id: string, way: "undo" | "redo") => Change} */
export const goBack = (id, way) => (state) => {
  const { input, history: steps } = modeOf(state, id);
  const found = history[way](steps, input);
  return found ? setMode(id, { input: found.value, history: found.history })(state) : state;
};

/** The step that undo or redo would take. @type {(state: State, way: "undo" | "redo") => history.Step<unknown> | null} */
export const nextStep = (state, way) => {
  const { past, future } = modeOf(state, state.mode).history;
  return (way === "undo" ? past : future).at(-1) ?? null;
};

/**
 * What there is to say about the last change; gone with the next one.
 *
 * @param {AnyModeState} mode
 * @returns {string | null}
 */
export function noticeOf({ history: { past }, dismissed }) {
  const step = past.at(-1);
  return step && step !== dismissed ? step.notice : null;
}

/** @type {(id: string) => Change} */
export const dismissNotice = (id) => (state) =>
  setMode(id, { dismissed: modeOf(state, id).history.past.at(-1) ?? null })(state);
