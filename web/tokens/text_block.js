/** @module */

import { make } from "../dom.js";
import { markClasses } from "./mark_classes.js";
import { appendBytes, appendVisible, spoken } from "./glyphs.js";

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
    for (; index < end; index++) paintToken(run, tokens, index, end, classes.get(index));
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

/**
 * @param {HTMLElement} run
 * @param {Tokens} tokens
 * @param {number} index
 * @param {number} end
 * @param {string} [marked]
 */
function paintToken(run, tokens, index, end, marked) {
  const document = run.ownerDocument;
  const token = make(document, "span", index % 2 ? "token odd" : "token");
  if (marked) token.className += marked;
  token.dataset["tokenIndex"] = String(index);
  token.setAttribute("role", "option");
  token.tabIndex = -1;
  const join = tokens.joinAt(index);
  if (join) {
    if (join.start === index) {
      const whole = make(document, "span", "whole");
      appendVisible(whole, tokens.textOf(join.start, join.stop), false);
      run.append(whole);
    }
    token.classList.add("piece");
    if (index + 1 === Math.min(join.stop, end)) token.classList.add("last");
    token.textContent = tokens.hex(index);
  } else {
    const text = tokens.text(index);
    if (text === null) appendBytes(token, tokens.hex(index));
    else if (text === "") token.textContent = "∅";
    else appendVisible(token, text, text.endsWith(" ") && tokens.isLineEnd(index));
    const words = text && spoken(text);
    if (words) token.setAttribute("aria-label", words);
  }
  run.append(token);
}
