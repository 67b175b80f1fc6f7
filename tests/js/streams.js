/**
 * Token streams made by hand, as the engine sends them, and random ones.
 *
 * @module
 */

import fc from "fast-check";
import { MARKS, PARTS } from "../../web/engine/protocol.js";
import { Tokens } from "../../web/tokens/tokens.js";

const encoder = new TextEncoder();

/**
 * @param {object} stream
 * @param {(string | number[])[]} stream.pieces Each token's text or bytes.
 * @param {[number, string, number][]} [stream.spans] Each span's length, part and message.
 * @param {[number, number][]} [stream.joins]
 * @param {[number, number, string, number][]} [stream.marks]
 */
export function makeTokens({ pieces, spans, joins = [], marks = [] }) {
  const bytes = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  const ends = [];
  let end = 0;
  for (const piece of bytes) ends.push((end += piece.length));
  const flat = [];
  let start = 0;
  for (const [length, part, message] of spans ?? [[pieces.length, "content", 0]]) {
    flat.push(start, start + length, PARTS.indexOf(part), message);
    start += length;
  }
  return new Tokens({
    ids: Int32Array.from(pieces, (_, index) => 1_000 + index),
    ends: Uint32Array.from(ends),
    bytes: Uint8Array.from(bytes.flatMap((piece) => [...piece])),
    spans: Int32Array.from(flat),
    joins: Int32Array.from(joins.flat()),
    marks: Int32Array.from(
      marks.flatMap(([a, b, kind, item]) => [a, b, MARKS.indexOf(kind), item]),
    ),
  });
}

const piece = fc.constantFrom("a", " word", "\n", "line\n", " ", "", "é");
const spanOf = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom("marker", "content"));

/** Streams with spans, joins and marks; a message has one span or several. */
export const anyTokens = fc
  .record({
    shape: fc.array(spanOf, { minLength: 1, maxLength: 12 }),
    starts: fc.infiniteStream(fc.boolean()),
    texts: fc.infiniteStream(piece),
    joinSizes: fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 2, max: 5 })), { maxLength: 6 }),
    marks: fc.array(fc.tuple(fc.nat(200), fc.nat(6), fc.constantFrom(...MARKS)), { maxLength: 12 }),
  })
  .map(({ shape, starts, texts, joinSizes, marks }) => {
    const length = shape.reduce((sum, [size]) => sum + size, 0);
    let message = -1;
    const spans = shape.map(([size, part]) => {
      if (message < 0 || starts.next().value) message++;
      return /** @type {[number, string, number]} */ ([size, part, message]);
    });
    const joins = [];
    let at = 0;
    for (const [gap, size] of joinSizes) {
      const start = at + gap;
      at = start + size;
      if (at <= length) joins.push(/** @type {[number, number]} */ ([start, at]));
    }
    const sorted = marks
      .map(([start, size, kind]) => [Math.min(start, length), size, kind])
      .map(([start, size, kind], item) => [start, Math.min(start + size, length), kind, item])
      .sort((a, b) => a[0] - b[0]);
    const pieces = Array.from({ length }, () => texts.next().value);
    return makeTokens({ pieces, spans, joins, marks: /** @type {any} */ (sorted) });
  });
