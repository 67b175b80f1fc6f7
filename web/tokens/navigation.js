/** @module */

import { closest } from "../dom.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

/**
 * @typedef {object} Navigated
 * @property {() => Tokens | null} tokens
 * @property {() => "text" | "table"} layout
 * @property {(token: number) => HTMLElement | null} reach
 * @property {(token: number) => void} move
 * @property {(on: "hover" | "focus", token: number | null) => void} point
 */

/** How far to look for the next line, in tokens. */
const FAR = 2_000;

/**
 * Pointer, focus and keys on a token stream: one listener a kind, for all tokens.
 *
 * @param {HTMLElement} host
 * @param {Navigated} stream
 */
export function createNavigation(host, stream) {
  /** @param {Event} event */
  const tokenOf = (event) => {
    const index = closest(event, "[data-token-index]")?.dataset["tokenIndex"];
    return index === undefined ? null : Number(index);
  };
  host.addEventListener("pointerover", (event) => stream.point("hover", tokenOf(event)));
  host.addEventListener("pointerleave", () => stream.point("hover", null));
  host.addEventListener("focusin", (event) => stream.point("focus", tokenOf(event)));
  host.addEventListener("focusout", () => stream.point("focus", null));
  host.addEventListener("keydown", (event) => {
    const from = tokenOf(event);
    if (from === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = target(stream, event.key, from);
    if (to === null) return;
    event.preventDefault();
    stream.move(to);
  });
}

/**
 * @param {Navigated} stream
 * @param {string} key
 * @param {number} from
 * @returns {number | null} The token the key leads to; `null` if it is no such key.
 */
export function target(stream, key, from) {
  const tokens = stream.tokens();
  if (!tokens) return null;
  const last = tokens.length - 1;
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowRight":
      return Math.min(last, from + 1);
    case "ArrowUp":
      return stream.layout() === "table" ? Math.max(0, from - 1) : nextLine(stream, from, -1, last);
    case "ArrowDown":
      return stream.layout() === "table"
        ? Math.min(last, from + 1)
        : nextLine(stream, from, 1, last);
    case "Home":
      return 0;
    case "End":
      return last;
    case "PageUp":
      return previousMessage(tokens, from);
    case "PageDown":
      return nextMessage(tokens, from);
    default:
      return null;
  }
}

/** @param {Tokens} tokens @param {number} from */
function nextMessage(tokens, from) {
  let ordinal = tokens.spanAt(from);
  const { message } = tokens.span(ordinal);
  while (ordinal < tokens.spanCount && tokens.span(ordinal).message === message) ordinal++;
  return ordinal < tokens.spanCount ? tokens.span(ordinal).start : tokens.length - 1;
}

/** @param {Tokens} tokens @param {number} from */
function previousMessage(tokens, from) {
  let ordinal = tokens.spanAt(Math.max(0, from - 1));
  const { message } = tokens.span(ordinal);
  while (ordinal > 0 && tokens.span(ordinal - 1).message === message) ordinal--;
  return tokens.span(ordinal).start;
}

/**
 * The token nearest above or below, as the lines happen to be broken.
 *
 * @param {Navigated} stream
 * @param {number} from
 * @param {-1 | 1} step
 * @param {number} last
 */
function nextLine(stream, from, step, last) {
  const here = frameOf(stream.reach(from));
  if (!here) return from;
  const middle = here.left + here.width / 2;
  let found = from;
  let distance = Infinity;
  let top = NaN;
  for (let index = from + step; index >= 0 && index <= last; index += step) {
    const frame = frameOf(stream.reach(index));
    if (!frame || Math.abs(index - from) > FAR) break;
    if (Math.abs(frame.top - here.top) < here.height / 2) continue;
    if (Number.isNaN(top)) top = frame.top;
    if (Math.abs(frame.top - top) > here.height / 2) break;
    const away = Math.abs(frame.left + frame.width / 2 - middle);
    if (away >= distance) break;
    distance = away;
    found = index;
  }
  return found;
}

/** A token that holds a line end has a frame on each line; its place is where it begins. @param {HTMLElement | null} element */
const frameOf = (element) => element?.getClientRects()[0] ?? null;
