/**
 * Reading a token stream: texts, bytes, spans and joins of its tokens.
 *
 * @module
 */

import { PARTS } from "./engine/protocol.js";

/**
 * @typedef {import("./engine/protocol.js").TokenStream} TokenStream
 * @typedef {{start: number, stop: number, part: string, message: number}} Span
 */

const SPAN = 4;
const JOIN = 2;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Tokens {
  #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #lenient = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @param {TokenStream} stream */
  constructor(stream) {
    this.stream = stream;
    this.length = stream.ids.length;
    this.spanCount = stream.spans.length / SPAN;
  }

  /** @param {number} index */
  id(index) {
    return this.stream.ids[index] ?? -1;
  }

  /**
   * Where a token's bytes begin; for `length`, where the last token's end.
   *
   * @param {number} index
   */
  offset(index) {
    return index > 0 ? (this.stream.ends[index - 1] ?? 0) : 0;
  }

  /** @param {number} start @param {number} [stop] */
  bytes(start, stop = start + 1) {
    return this.stream.bytes.subarray(this.offset(start), this.offset(stop));
  }

  /**
   * @param {number} index
   * @returns {string | null} `null` if the bytes are not whole characters.
   */
  text(index) {
    try {
      return this.#strict.decode(this.bytes(index));
    } catch {
      return null;
    }
  }

  /** @param {number} start @param {number} stop */
  textOf(start, stop) {
    return this.#lenient.decode(this.bytes(start, stop));
  }

  /** @param {number} index */
  hex(index) {
    return hex(this.bytes(index));
  }

  /**
   * @param {number} ordinal Of the span.
   * @returns {Span}
   */
  span(ordinal) {
    const { spans } = this.stream;
    const at = ordinal * SPAN;
    return {
      start: spans[at] ?? 0,
      stop: spans[at + 1] ?? 0,
      part: PARTS[spans[at + 2] ?? -1] ?? "stray",
      message: spans[at + 3] ?? -1,
    };
  }

  /**
   * @param {number} index Of a token.
   * @returns {number} Ordinal of the span that holds it.
   */
  spanAt(index) {
    const { spans } = this.stream;
    return search(this.spanCount, (ordinal) => (spans[ordinal * SPAN + 1] ?? 0) > index);
  }

  /**
   * The run of tokens, this one among them, that can only be shown as text together.
   *
   * @param {number} index
   * @returns {{start: number, stop: number} | null}
   */
  joinAt(index) {
    const { joins } = this.stream;
    const count = joins.length / JOIN;
    const ordinal = search(count, (at) => (joins[at * JOIN + 1] ?? 0) > index);
    if (ordinal === count) return null;
    const start = joins[ordinal * JOIN] ?? 0;
    return start <= index ? { start, stop: joins[ordinal * JOIN + 1] ?? 0 } : null;
  }

  /**
   * The tokens of one part of a message, as far as they are in one run.
   *
   * @param {number} message Ordinal.
   * @param {string | null} part All of the message if `null`.
   * @returns {{start: number, stop: number} | null}
   */
  rangeOf(message, part) {
    const { spans } = this.stream;
    // Ordinals rise along the stream; -1 (stray) may stand anywhere, so look for the first hit.
    let found = null;
    for (let ordinal = 0; ordinal < this.spanCount; ordinal++) {
      if (spans[ordinal * SPAN + 3] !== message) {
        if (found) break;
        continue;
      }
      const span = this.span(ordinal);
      if (part !== null && span.part !== part) continue;
      found = found ? { start: found.start, stop: span.stop } : span;
    }
    return found && { start: found.start, stop: found.stop };
  }

  /**
   * Whether a line ends right after the token's last byte, so that its spaces trail.
   *
   * @param {number} index
   */
  isLineEnd(index) {
    if (index + 1 >= this.length) return true;
    const next = this.stream.bytes[this.offset(index + 1)];
    return (
      next === NEWLINE || next === RETURN || this.span(this.spanAt(index + 1)).part === "marker"
    );
  }

  /** @param {number} index */
  endsLine(index) {
    return this.stream.bytes[this.offset(index + 1) - 1] === NEWLINE;
  }

  /** @param {number} start @param {number} stop Token indexes. */
  countLines(start, stop) {
    const bytes = this.bytes(start, stop);
    let count = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
    return count;
  }
}

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * The number of leading tokens that are the same in both streams, with the same spans.
 *
 * @param {Tokens} before
 * @param {Tokens} after
 */
export function commonPrefix(before, after) {
  const a = before.stream.ids;
  const b = after.stream.ids;
  const limit = Math.min(a.length, b.length);
  let same = 0;
  while (same < limit && a[same] === b[same]) same++;
  const spans = Math.min(before.spanCount, after.spanCount);
  for (let ordinal = 0; ordinal < spans; ordinal++) {
    const old = before.span(ordinal);
    const now = after.span(ordinal);
    if (old.start >= same) break;
    if (old.part !== now.part || old.message !== now.message) return Math.min(same, old.start);
    if (old.stop !== now.stop) return Math.min(same, old.stop, now.stop);
  }
  return same;
}

/**
 * The first of `count` ordinals for which `test` holds; `count` if none. Once it holds, it must
 * hold for all that follow.
 *
 * @param {number} count
 * @param {(ordinal: number) => boolean} test
 */
export function search(count, test) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
