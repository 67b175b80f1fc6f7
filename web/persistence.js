/**
 * What survives a reload, in the browser's own storage. Storage may be full, forbidden or
 * hold anything; then the page starts as if it were empty.
 *
 * @module
 */

import { emptyDraft, readText, ROLES, toEntries, writeText } from "./conversation.js";
import { initialState } from "./store.js";

/**
 * @typedef {import("./store.js").State} State
 * @typedef {Pick<Storage, "getItem" | "setItem">} Box
 */

const CONVERSATION = "harmony-core:conversation";
const PASTE = "harmony-core:paste";
const SETTINGS = "harmony-core:settings";

/**
 * @param {Box | null} box
 * @param {unknown[]} example The conversation of a first visit.
 * @returns {State}
 */
export function restore(box, example) {
  const state = initialState();
  const settings = readSettings(read(box, SETTINGS));
  const text = read(box, CONVERSATION);
  const typed = text === null ? null : readText(text, emptyDraft());
  if (!typed) {
    state.write.draft = { ...emptyDraft(), entries: toEntries(example) };
  } else if (typed.textError === null && settings["form"] !== "json") {
    state.write.draft = { ...typed, text: null };
  } else {
    state.write.draft = typed;
  }
  state.write.form = settings["form"] === "json" || typed?.textError ? "json" : "cards";
  const { options } = state.write;
  options.mode = oneOf(settings["mode"], ["conversation", "completion", "training"], options.mode);
  options.next_role = oneOf(settings["nextRole"], ROLES, options.next_role);
  options.drop_analysis = settings["dropAnalysis"] !== false;
  state.inspect.source = read(box, PASTE) ?? "";
  state.inspect.options = {
    reading: oneOf(settings["reading"], ["auto", "tokens", "text"], "auto"),
    role: settings["role"] === null ? null : oneOf(settings["role"], ROLES, "assistant"),
    missing_call_is_call: settings["missing_call_is_call"] === true,
    recover_stripped_markers: settings["recover_stripped_markers"] === true,
  };
  return state;
}

/**
 * @param {Box | null} box
 * @param {State} state
 * @returns {boolean} Whether all of it could be stored.
 */
export function save(box, { write, inspect }) {
  const { mode, next_role: nextRole, drop_analysis: dropAnalysis } = write.options;
  const settings = { form: write.form, mode, nextRole, dropAnalysis, ...inspect.options };
  return [
    store(box, SETTINGS, JSON.stringify(settings)),
    store(box, CONVERSATION, writeText(write.draft)),
    store(box, PASTE, inspect.source),
  ].every(Boolean);
}

/** @param {Window} window @returns {Box | null} */
export function findStorage(window) {
  try {
    return window.localStorage;
  } catch {
    return null; // Forbidden by the browser's settings.
  }
}

/** @param {Box | null} box @param {string} key */
function read(box, key) {
  try {
    return box?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** @param {Box | null} box @param {string} key @param {string} value */
function store(box, key, value) {
  if (!box) return false;
  try {
    if (box.getItem(key) !== value) box.setItem(key, value);
    return true;
  } catch {
    return false; // Over the quota: the older value stays.
  }
}

/** @param {string | null} text @returns {Record<string, unknown>} */
function readSettings(text) {
  try {
    const value = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/**
 * @template {string} T
 * @param {unknown} value
 * @param {readonly T[]} known
 * @param {T} otherwise
 * @returns {T}
 */
function oneOf(value, known, otherwise) {
  return known.find((item) => item === value) ?? otherwise;
}
