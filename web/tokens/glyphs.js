/**
 * Makes every character visible: line ends, tabs, trailing spaces, and all that has no shape of
 * its own or would change the shape of others.
 *
 * @module
 */

import { make } from "../dom.js";

/** Spaces, and whatever must not reach the page as itself. */
const SPECIAL =
  / +|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]|(?![ \u3000])\p{Zs}/gu;
const HAS_SPECIAL = new RegExp(SPECIAL.source, "u");
const COMBINING = /^\p{M}/u;
const DOTTED_CIRCLE = "\u25cc";

/**
 * @param {HTMLElement} parent
 * @param {string} text
 * @param {boolean} lineEnd Whether a line ends after the text.
 */
export function appendVisible(parent, text, lineEnd) {
  if (COMBINING.test(text)) parent.append(DOTTED_CIRCLE);
  if (!HAS_SPECIAL.test(text)) {
    parent.append(text);
    return;
  }
  const document = parent.ownerDocument;
  let done = 0;
  for (const match of text.matchAll(SPECIAL)) {
    const [found] = match;
    const end = match.index + found.length;
    if (found[0] === " " && !isTrailing(text, end, lineEnd)) continue;
    if (match.index > done) parent.append(text.slice(done, match.index));
    parent.append(show(document, found));
    done = end;
  }
  if (done < text.length) parent.append(text.slice(done));
}

/** @param {string} text @param {number} end @param {boolean} lineEnd */
function isTrailing(text, end, lineEnd) {
  const next = text[end];
  return next === undefined ? lineEnd : next === "\n" || next === "\r";
}

/** @param {Document} document @param {string} found */
function show(document, found) {
  if (found === "\n") return make(document, "span", "nl", "\n");
  if (found === "\t") return make(document, "span", "tab", "\t");
  if (found[0] === " ") return make(document, "span", "sp", "·".repeat(found.length));
  return make(document, "span", "cp", codePoint(found));
}

/** @param {string} character */
function codePoint(character) {
  if (character === "\r") return "\\r";
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Bytes that are no characters.
 *
 * @param {HTMLElement} parent
 * @param {string} hex
 */
export function appendBytes(parent, hex) {
  parent.append(make(parent.ownerDocument, "span", "raw", hex));
}

/**
 * Words for a text that only consists of white space, which has nothing to read out.
 *
 * @param {string} text
 * @returns {string | null}
 */
export function spoken(text) {
  if (text.trim()) return null;
  const names = Array.from(text, (character) => WHITE[character] ?? codePoint(character));
  const first = names.slice(0, SPOKEN).join(", ");
  return names.length > SPOKEN ? `${first} and ${names.length - SPOKEN} more` : first;
}

const SPOKEN = 8;
/** @type {Record<string, string>} */
const WHITE = { " ": "space", "\n": "line break", "\t": "tab", "\r": "carriage return" };
