/** @module */

import { find, findElement, setText } from "../dom.js";

/** @typedef {"undo" | "redo"} Way */

const KEYS = { undo: "Ctrl+Z", redo: "Ctrl+Shift+Z" };

/**
 * Undo and Redo, which say what they would do. One with nothing to do stays focusable, so that
 * the focus is not lost at the last step.
 *
 * @param {HTMLElement} root
 * @param {(way: Way) => void} onGo
 */
export function createHistoryButtons(root, onGo) {
  const ways = /** @type {const} */ (["undo", "redo"]);
  const buttons = new Map(ways.map((way) => [way, find(root, `#${way}`, HTMLButtonElement)]));
  for (const [way, button] of buttons) button.addEventListener("click", () => onGo(way));

  return {
    /** @param {Record<Way, string | null>} labels What each would undo or redo; `null` for nothing. */
    show(labels) {
      for (const [way, button] of buttons) {
        const label = labels[way];
        button.setAttribute("aria-disabled", String(label === null));
        button.title = label === null ? `Nothing to ${way}` : `${label} (${KEYS[way]})`;
        setText(findElement(button, ".step"), label ?? "");
      }
    },
    /** @param {Way} way */
    focus: (way) => buttons.get(way)?.focus(),
  };
}
