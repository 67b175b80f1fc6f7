/**
 * @module
 */

/**
 * Calls `task` once the calls have paused for `wait` milliseconds.
 *
 * @param {() => void} task
 * @param {() => number} wait
 */
export function debounce(task, wait) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(task, wait());
  };
}
