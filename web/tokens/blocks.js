/**
 * Cuts a token stream into blocks, so that only those near the viewport need elements, and blocks
 * into pages, so that no page is taller than browsers can lay out.
 *
 * @module
 */

import { SPAN } from "../engine/protocol.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

/** A block ends at the first good place after so many tokens, and at the latest after so many. */
const TARGET = 320;
const LIMIT = 640;
const PAGE_HEIGHT = 6_000_000;

/**
 * @param {Tokens} tokens
 * @returns {number[]} Where the blocks start, and last the stream's length. A block ends with a
 *   message or a line if it can, and never inside a character if it can help it.
 */
export function planBlocks(tokens) {
  const { spans } = tokens.stream;
  const starts = [0];
  let start = 0;
  let ordinal = 1;
  while (tokens.length - start > LIMIT) {
    const from = start + TARGET;
    while (ordinal < tokens.spanCount && (spans[ordinal * SPAN.size + SPAN.start] ?? 0) < from)
      ordinal++;
    const cut =
      messageStart(tokens, ordinal, start + LIMIT) ??
      lineStart(tokens, from, start + LIMIT) ??
      start + LIMIT;
    const join = tokens.joinAt(cut);
    start = join && join.start < cut && join.stop - cut < LIMIT ? join.stop : cut;
    starts.push(start);
  }
  if (start < tokens.length) starts.push(tokens.length);
  return starts;
}

/** @param {Tokens} tokens @param {number} from @param {number} limit */
function messageStart(tokens, from, limit) {
  const { spans } = tokens.stream;
  for (let ordinal = from; ordinal < tokens.spanCount; ordinal++) {
    const at = ordinal * SPAN.size;
    const start = spans[at + SPAN.start] ?? 0;
    if (start > limit) return null;
    if (spans[at + SPAN.message] !== spans[at - SPAN.size + SPAN.message]) return start;
  }
  return null;
}

/** @param {Tokens} tokens @param {number} from @param {number} limit */
function lineStart(tokens, from, limit) {
  for (let index = from; index <= limit; index++) {
    if (tokens.endsLine(index - 1)) return index;
  }
  return null;
}

/**
 * @param {number[]} heights Of the blocks.
 * @returns {number[]} The block each page starts with, and last the number of blocks.
 */
export function planPages(heights) {
  const pages = [0];
  let sum = 0;
  for (const [block, height] of heights.entries()) {
    if (sum > 0 && sum + height > PAGE_HEIGHT) {
      pages.push(block);
      sum = 0;
    }
    sum += height;
  }
  pages.push(heights.length);
  return pages;
}
