/** @module */

import { MARKS } from "../engine/protocol.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

/**
 * The classes that show the marks of some tokens, and whether they are targets; where several
 * marks overlap, the gravest counts.
 *
 * @param {Tokens} tokens
 * @param {number} start
 * @param {number} stop
 * @returns {Map<number, string>} By token.
 */
export function markClasses(tokens, start, stop) {
  /** @type {Map<number, number>} */
  const gravest = new Map();
  /** @type {Set<number>} */
  const gaps = new Set();
  for (const mark of tokens.marksIn(start, stop)) {
    const on = tokens.tokensOf(mark);
    const kind = MARKS.indexOf(mark.kind);
    if (mark.start === mark.stop && mark.start < tokens.length) gaps.add(on.start);
    const last = Math.min(on.stop, stop);
    for (let index = Math.max(on.start, start); index < last; index++) {
      gravest.set(index, Math.min(kind, gravest.get(index) ?? kind));
    }
  }
  const classes = new Map(
    Array.from(gravest, ([index, kind]) => [
      index,
      ` marked mark-${MARKS[kind]}${gaps.has(index) ? " gap" : ""}`,
    ]),
  );
  if (tokens.mask) {
    for (let index = start; index < stop; index++) {
      const target = tokens.isTarget(index) ? " target" : " context";
      classes.set(index, target + (classes.get(index) ?? ""));
    }
  }
  return classes;
}
