/**
 * Counting the targets of training.
 *
 * @module
 */

/** @typedef {import("./tokens.js").Tokens} Tokens */

/** The tokens that end a message. */
const STOPS = new Set(["<|end|>", "<|return|>", "<|call|>"]);

/** What trainers on top of PyTorch take for "not a target". */
const IGNORED_LABEL = -100;

/**
 * @param {Tokens} tokens
 * @param {number} [start]
 * @param {number} [stop]
 * @returns {{all: number, header: number, content: number, stop: number}} How many of the tokens
 *   are targets: in all, and by what they are there for.
 */
export function countTargets(tokens, start = 0, stop = tokens.length) {
  const counts = { all: 0, header: 0, content: 0, stop: 0 };
  for (let ordinal = tokens.spanAt(start); ordinal < tokens.spanCount; ordinal++) {
    const span = tokens.span(ordinal);
    if (span.start >= stop) break;
    for (let index = Math.max(span.start, start); index < Math.min(span.stop, stop); index++) {
      if (!tokens.isTarget(index)) continue;
      counts.all++;
      if (span.part === "content") counts.content++;
      else if (span.part === "marker" && STOPS.has(tokens.text(index) ?? "")) counts.stop++;
      else counts.header++;
    }
  }
  return counts;
}

/** The labels that a trainer takes. @param {Tokens} tokens @returns {number[]} */
export const labelsOf = (tokens) =>
  Array.from(tokens.stream.ids, (id, index) => (tokens.isTarget(index) ? id : IGNORED_LABEL));
