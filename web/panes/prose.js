/** @module */

import { make } from "../dom.js";

/**
 * Prose that holds code between backticks.
 *
 * @param {HTMLElement} parent
 * @param {string} text
 */
export function appendProse(parent, text) {
  for (const [index, piece] of text.split("`").entries()) {
    parent.append(index % 2 ? make(parent.ownerDocument, "code", "", piece) : piece);
  }
}
