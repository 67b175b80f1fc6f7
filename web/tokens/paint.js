/**
 * How one token is drawn, wherever it is: its text, its bytes, and a character that it shares
 * with other tokens.
 *
 * @module
 */

import { make } from "../dom.js";
import { appendBytes, appendVisible, spoken } from "./glyphs.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

const EMPTY = "∅";

/**
 * The element of a token. Focus, pointer and marks find it by its index.
 *
 * @template {"span" | "div"} T
 * @param {Document} document
 * @param {T} name
 * @param {number} index
 * @param {string} [classes] Besides `token`, with a space before each.
 */
export function makeToken(document, name, index, classes = "") {
  const token = make(document, name, `token${classes}`);
  token.dataset["tokenIndex"] = String(index);
  token.tabIndex = -1;
  return token;
}

/**
 * A token in running text. The first of several that share a character shows all of it; each
 * then shows its own bytes.
 *
 * @param {HTMLElement} run
 * @param {Tokens} tokens
 * @param {number} index
 * @param {number} end Where the run ends.
 * @param {string} [marked] Classes of its marks.
 */
export function paintInText(run, tokens, index, end, marked = "") {
  const document = run.ownerDocument;
  const token = makeToken(document, "span", index, `${index % 2 ? " odd" : ""}${marked}`);
  token.setAttribute("role", "option");
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
    appendOwn(token, tokens, index, (text?.endsWith(" ") ?? false) && tokens.isLineEnd(index));
    const words = text && spoken(text);
    if (words) token.setAttribute("aria-label", words);
  }
  run.append(token);
}

/**
 * A token by itself, as a chip. One that shares a character shows all of it, and which of how
 * many tokens it is.
 *
 * @param {HTMLElement} parent
 * @param {Tokens} tokens
 * @param {number} index
 */
export function paintAlone(parent, tokens, index) {
  const document = parent.ownerDocument;
  const chip = make(document, "span", "chip");
  parent.append(chip);
  const join = tokens.joinAt(index);
  if (!join) return appendOwn(chip, tokens, index, true);
  appendVisible(chip, tokens.textOf(join.start, join.stop), false);
  const share = `token ${index - join.start + 1} of ${join.stop - join.start}`;
  parent.append(make(document, "span", "share", share));
}

/**
 * What a token holds by itself: text, or bytes that are no characters, or nothing.
 *
 * @param {HTMLElement} parent
 * @param {Tokens} tokens
 * @param {number} index
 * @param {boolean} lineEnd Whether a line ends after it, so that its last spaces show.
 */
function appendOwn(parent, tokens, index, lineEnd) {
  const text = tokens.text(index);
  if (text === null) appendBytes(parent, tokens.hex(index));
  else if (text === "") parent.append(EMPTY);
  else appendVisible(parent, text, lineEnd);
}

/** A part's name in words. @param {string} part */
export const partName = (part) => part.replace("_", " ");
