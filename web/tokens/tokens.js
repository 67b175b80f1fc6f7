/**
 * Reading a token stream: texts, bytes, spans and joins of its tokens.
 *
 * @module
 */

import { JOIN, MARK, MARKS, PARTS, SPAN } from "../engine/protocol.js";

/**
 * @typedef {import("../engine/protocol.js").TokenStream} TokenStream
 * @typedef {{start: number, stop: number, part: string, message: number}} Span
 * @typedef {{start: number, stop: number, kind: typeof MARKS[number], item: number}} Mark
 */

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class Tokens {
  #strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #lenient = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * @param {TokenStream} stream
   * @param {Uint8Array | null} [mask] For each token, 1 if it is a target of training.
   */
  constructor(stream, mask = null) {
    this.stream = stream;
    this.mask = mask;
    this.length = stream.ids.length;
    this.spanCount = stream.spans.length / SPAN.size;
    this.markCount = stream.marks.length / MARK.size;
    /** How far the marks up to each reach: marks may overlap. */
    this.reach = new Int32Array(this.markCount);
    let reach = 0;
    for (let ordinal = 0; ordinal < this.markCount; ordinal++) {
      reach = Math.max(reach, this.tokensOf(this.mark(ordinal)).stop);
      this.reach[ordinal] = reach;
    }
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

  /**
   * @param {number} index
   * @returns {boolean | null} Whether it is a target; `null` if there is no mask.
   */
  isTarget(index) {
    return this.mask && this.mask[index] === 1;
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
    const at = ordinal * SPAN.size;
    return {
      start: spans[at + SPAN.start] ?? 0,
      stop: spans[at + SPAN.stop] ?? 0,
      part: PARTS[spans[at + SPAN.part] ?? -1] ?? "stray",
      message: spans[at + SPAN.message] ?? -1,
    };
  }

  /**
   * @param {number} index Of a token.
   * @returns {number} Ordinal of the span that holds it.
   */
  spanAt(index) {
    const { spans } = this.stream;
    return search(
      this.spanCount,
      (ordinal) => (spans[ordinal * SPAN.size + SPAN.stop] ?? 0) > index,
    );
  }

  /**
   * The run of tokens, this one among them, that can only be shown as text together.
   *
   * @param {number} index
   * @returns {{start: number, stop: number} | null}
   */
  joinAt(index) {
    const { joins } = this.stream;
    const count = joins.length / JOIN.size;
    const ordinal = search(count, (at) => (joins[at * JOIN.size + JOIN.stop] ?? 0) > index);
    if (ordinal === count) return null;
    const start = joins[ordinal * JOIN.size + JOIN.start] ?? 0;
    return start <= index ? { start, stop: joins[ordinal * JOIN.size + JOIN.stop] ?? 0 } : null;
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
      if (spans[ordinal * SPAN.size + SPAN.message] !== message) {
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
   * @param {number} ordinal
   * @returns {Mark}
   */
  mark(ordinal) {
    const { marks } = this.stream;
    const at = ordinal * MARK.size;
    return {
      start: marks[at + MARK.start] ?? 0,
      stop: marks[at + MARK.stop] ?? 0,
      kind: MARKS[marks[at + MARK.kind] ?? 0] ?? "error",
      item: marks[at + MARK.item] ?? 0,
    };
  }

  /**
   * The tokens a mark is shown on: where something is missing, the one it is missing before, or
   * at the end the one it is missing after.
   *
   * @param {{start: number, stop: number}} mark
   */
  tokensOf({ start, stop }) {
    if (start < stop) return { start, stop };
    const token = Math.max(0, Math.min(start, this.length - 1));
    return { start: token, stop: token + 1 };
  }

  /**
   * The marks shown on any token of a range.
   *
   * @param {number} start @param {number} stop
   * @returns {Mark[]}
   */
  marksIn(start, stop) {
    const found = [];
    for (
      let ordinal = search(this.markCount, (at) => (this.reach[at] ?? 0) > start);
      ordinal < this.markCount;
      ordinal++
    ) {
      const mark = this.mark(ordinal);
      const on = this.tokensOf(mark);
      if (on.start >= stop) break;
      if (on.stop > start) found.push(mark);
    }
    return found;
  }

  /**
   * The next token with a mark of its own, or the last before.
   *
   * @param {number} from A token, or -1.
   * @param {1 | -1} step
   * @returns {number | null} Round the end, it starts again.
   */
  markedToken(from, step) {
    if (!this.markCount || !this.length) return null;
    /** @param {number} ordinal */
    const tokenOf = (ordinal) => this.tokensOf(this.mark(ordinal)).start;
    const after = search(this.markCount, (ordinal) => tokenOf(ordinal) > from);
    if (step > 0) return tokenOf(after % this.markCount);
    const here = search(this.markCount, (ordinal) => tokenOf(ordinal) >= from);
    return tokenOf((here - 1 + this.markCount) % this.markCount);
  }

  /** Whether something is missing after the last token. */
  get endsTooEarly() {
    const { start, kind } = this.mark(this.markCount - 1);
    return this.markCount > 0 && start >= this.length && kind === "error";
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

/**
 * @param {Tokens} tokens
 * @param {import("../engine/protocol.js").Edit} edit
 * @returns {{ids: number[], text: string}} The stream after the edit.
 */
export function applyEdit(tokens, { start, stop, tokens: added, text }) {
  const { ids } = tokens.stream;
  const pieces = [
    tokens.bytes(0, start),
    new TextEncoder().encode(text),
    tokens.bytes(stop, tokens.length),
  ];
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return {
    ids: [...ids.subarray(0, start), ...added, ...ids.subarray(stop)],
    text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
  };
}

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * The number of leading tokens that are the same in both streams, with the same spans and marks.
 *
 * @param {Tokens} before
 * @param {Tokens} after
 */
export function commonPrefix(before, after) {
  const a = before.stream.ids;
  const b = after.stream.ids;
  const limit = Math.min(a.length, b.length);
  let same = 0;
  const isSame = (/** @type {number} */ at) =>
    a[at] === b[at] && before.isTarget(at) === after.isTarget(at);
  while (same < limit && isSame(same)) same++;
  same = Math.min(same, firstOtherMark(before, after));
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

/** @param {Tokens} before @param {Tokens} after */
function firstOtherMark(before, after) {
  const marks = Math.max(before.markCount, after.markCount);
  for (let ordinal = 0; ordinal < marks; ordinal++) {
    const old = ordinal < before.markCount ? before.mark(ordinal) : null;
    const now = ordinal < after.markCount ? after.mark(ordinal) : null;
    if (old && now && old.start === now.start && old.stop === now.stop && old.kind === now.kind) {
      continue;
    }
    return Math.max(0, Math.min(old?.start ?? Infinity, now?.start ?? Infinity) - 1);
  }
  return Infinity;
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
