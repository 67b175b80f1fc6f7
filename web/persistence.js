/**
 * What survives a reload, in the browser's own storage. Storage may be full, forbidden or
 * hold anything; then the page starts as if it were empty.
 *
 * @module
 */

import { modeOf } from "./store.js";

/**
 * @typedef {import("./store.js").State} State
 * @typedef {Pick<Storage, "getItem" | "setItem">} Box
 */

/**
 * What a mode keeps over a reload.
 *
 * @template Input, View
 * @typedef {object} Kept
 * @property {string} id
 * @property {(state: {input: Input, view: View}) => Record<string, string>} save The texts to
 *   keep, by names of its own.
 * @property {(read: (name: string) => string | null) => {input: Input, view: View}} restore
 *   Its state from the texts that were kept; `null` for one that was not.
 */

const PREFIX = "harmony-core:";

/**
 * @param {Box | null} box
 * @param {readonly Kept<any, any>[]} modes
 * @returns {Record<string, {input: unknown, view: unknown}>} By the modes' ids.
 */
export function restore(box, modes) {
  /** @param {string} name */
  const readText = (name) => {
    try {
      return box?.getItem(PREFIX + name) ?? null;
    } catch {
      return null;
    }
  };
  return Object.fromEntries(modes.map((mode) => [mode.id, mode.restore(readText)]));
}

/**
 * @param {Box | null} box
 * @param {readonly Kept<any, any>[]} modes
 * @param {State} state
 * @returns {boolean} Whether all of it could be stored.
 */
export function save(box, modes, state) {
  return modes
    .flatMap((mode) => Object.entries(mode.save(modeOf(state, mode.id))))
    .map(([name, text]) => store(box, PREFIX + name, text))
    .every(Boolean);
}

/** @param {Window} window @returns {Box | null} */
export function findStorage(window) {
  try {
    return window.localStorage;
  } catch {
    return null; // Forbidden by the browser's settings.
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

/**
 * Settings that were kept as JSON.
 *
 * @param {string | null} text
 * @returns {Record<string, unknown>} Empty if they cannot be read.
 */
export function readSettings(text) {
  try {
    const value = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
