/** @module */

import { make } from "../dom.js";
import { markClasses } from "./mark_classes.js";
import { paintInText } from "./paint.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

/**
 * Tokens as flowing text: a group a message, a run a part, a chip a token. A character that
 * several tokens share is shown whole, followed by the bytes of each.
 *
 * @param {Document} document
 * @param {Tokens} tokens
 * @param {number} start
 * @param {number} stop
 * @param {(message: number) => string} labelOf
 * @returns {DocumentFragment}
 */
export function paintText(document, tokens, start, stop, labelOf) {
  const painted = document.createDocumentFragment();
  /** @type {HTMLElement | null} */
  let segment = null;
  let message = NaN;
  let ordinal = tokens.spanAt(start);
  const classes = markClasses(tokens, start, stop);
  for (let index = start; index < stop; ordinal++) {
    const span = tokens.span(ordinal);
    const end = Math.min(span.stop, stop);
    if (!segment || span.message !== message) {
      message = span.message;
      const begins = index === 0 || tokens.span(tokens.spanAt(index - 1)).message !== message;
      segment = makeSegment(document, labelOf(message), begins);
      painted.append(segment);
    }
    const run = make(document, "span", "run");
    run.dataset["part"] = span.part;
    run.dataset["of"] = String(span.message);
    for (; index < end; index++) paintInText(run, tokens, index, end, classes.get(index));
    segment.append(run);
  }
  return painted;
}

/** @param {Document} document @param {string} label @param {boolean} begins */
function makeSegment(document, label, begins) {
  const segment = make(document, "div", "segment");
  segment.setAttribute("role", "group");
  segment.setAttribute("aria-label", label ? `Message ${label}` : "No message");
  if (begins) {
    segment.classList.add("begins");
    segment.dataset["label"] = label;
  }
  return segment;
}
