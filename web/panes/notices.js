/** @module */

import { cloneElement, findElement, make, setText } from "../dom.js";

/**
 * @typedef {object} Notice
 * @property {"error" | "info"} kind
 * @property {string} text
 * @property {string} [hint]
 * @property {{label: string, run: () => void}[]} [actions]
 */

/**
 * A place for messages about a pane; each slot holds one at most.
 *
 * @param {HTMLElement} root
 */
export function createNotices(root) {
  /** @type {Map<string, {element: HTMLElement, shown: string}>} */
  const slots = new Map();

  return {
    /** @param {string} slot @param {Notice | null} notice */
    show(slot, notice) {
      const now = notice
        ? JSON.stringify([
            notice.kind,
            notice.text,
            notice.hint,
            notice.actions?.map((a) => a.label),
          ])
        : "";
      const before = slots.get(slot);
      if (before?.shown === now) {
        if (notice) connect(before.element, notice);
        return;
      }
      before?.element.remove();
      slots.delete(slot);
      if (!notice) return;
      const element = build(root.ownerDocument, notice);
      element.dataset["slot"] = slot;
      connect(element, notice);
      slots.set(slot, { element, shown: now });
      root.append(element);
    },
  };
}

/** @param {Document} document @param {Notice} notice */
function build(document, { kind, text, hint, actions = [] }) {
  const element = cloneElement(document, "notice-template");
  element.dataset["kind"] = kind;
  element.setAttribute("role", kind === "error" ? "alert" : "status");
  setText(findElement(element, ".notice-text"), text);
  const hints = findElement(element, ".notice-hint");
  setText(hints, hint ?? "");
  hints.hidden = !hint;
  const buttons = actions.map(({ label }) => {
    const button = make(document, "button", "", label);
    button.type = "button";
    return button;
  });
  findElement(element, ".notice-actions").replaceChildren(...buttons);
  return element;
}

/** @param {HTMLElement} element @param {Notice} notice */
function connect(element, { actions = [] }) {
  for (const [index, button] of [...element.querySelectorAll("button")].entries()) {
    button.onclick = () => actions[index]?.run();
  }
}

/** @typedef {ReturnType<typeof createNotices>} Notices */
