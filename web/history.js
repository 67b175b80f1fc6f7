/**
 * Undo and redo of one value, as pure data: each step keeps the value that it leads back to.
 *
 * @module
 */

/**
 * @typedef {object} Change What is told of a change when it is made.
 * @property {string} label What is done, such as "delete message 2".
 * @property {string | null} [group] Changes of one group, made in one go, are one step.
 * @property {string | null} [notice] What to tell the user, such as "Message 2 was deleted."
 */

/**
 * @template T
 * @typedef {object} Step
 * @property {string} label
 * @property {string | null} group
 * @property {string | null} notice
 * @property {T} value From before the change; in `future`, from after it.
 * @property {number} size Of the value, in characters.
 * @property {number} began When, in milliseconds.
 * @property {number} ended When its last change was made.
 */

/**
 * @template T
 * @typedef {object} History
 * @property {readonly Step<T>[]} past The latest last.
 * @property {readonly Step<T>[]} future The next one last.
 */

/** Typing that goes on without such a pause is one step, unless it lasts longer than a run. */
const PAUSE = 1_000;
const RUN = 10_000;
/** What is kept at most; the latest step always is. */
const MOST_STEPS = 200;
const MOST_CHARACTERS = 40_000_000;

/** @type {History<any>} */
const EMPTY = Object.freeze({ past: Object.freeze([]), future: Object.freeze([]) });

/**
 * @template T
 * @returns {History<T>}
 */
export const emptyHistory = () => EMPTY;

/**
 * The history after a change. What could have been redone is gone.
 *
 * @template T
 * @param {History<T>} history
 * @param {T} before The value before the change.
 * @param {Change} change
 * @param {{now: number, size?: number}} at Now, in milliseconds; the size of `before`.
 * @returns {History<T>}
 */
export function record(history, before, change, { now, size = 0 }) {
  const { label, group = null, notice = null } = change;
  const last = history.past.at(-1);
  if (last && group !== null && last.group === group && !history.future.length) {
    const goesOn = now - last.ended < PAUSE && now - last.began < RUN;
    if (goesOn)
      return { past: [...history.past.slice(0, -1), { ...last, ended: now }], future: [] };
  }
  const step = { label, group, notice, value: before, size, began: now, ended: now };
  return { past: trim([...history.past, step]), future: [] };
}

/**
 * @template T
 * @param {History<T>} history
 * @param {T} present
 * @returns {{value: T, history: History<T>} | null} `null` if there is nothing to undo.
 */
export function undo({ past, future }, present) {
  const step = past.at(-1);
  if (!step) return null;
  const back = { ...step, value: present };
  return { value: step.value, history: { past: past.slice(0, -1), future: [...future, back] } };
}

/**
 * @template T
 * @param {History<T>} history
 * @param {T} present
 * @returns {{value: T, history: History<T>} | null} `null` if there is nothing to redo.
 */
export function redo({ past, future }, present) {
  const step = future.at(-1);
  if (!step) return null;
  // Without a group, so that typing after it is a step of its own.
  const back = { ...step, value: present, group: null };
  return { value: step.value, history: { past: [...past, back], future: future.slice(0, -1) } };
}

/**
 * @template T
 * @param {Step<T>[]} past
 */
function trim(past) {
  let first = past.length - 1;
  let characters = past[first]?.size ?? 0;
  while (first > 0 && past.length - first < MOST_STEPS) {
    characters += past[first - 1]?.size ?? 0;
    if (characters > MOST_CHARACTERS) break;
    first--;
  }
  return past.slice(first);
}
