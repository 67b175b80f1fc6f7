/**
 * Parsers and inspectors that live in the worker, fed token by token or from a stream.
 *
 * @module
 */

import { STREAM_STATES } from "./protocol.js";
import { toIds } from "./token_ids.js";

/**
 * @typedef {import("./encoding.js").HarmonyEncoding} HarmonyEncoding
 * @typedef {import("./protocol.js").Advance} Advance
 * @typedef {import("./protocol.js").InspectionValue} InspectionValue
 * @typedef {import("./protocol.js").OpenInspectorParams} OpenInspectorParams
 * @typedef {import("./protocol.js").OpenStreamValue} OpenStreamValue
 * @typedef {import("./protocol.js").Role} Role
 * @typedef {import("./protocol.js").Snapshot} Snapshot
 * @typedef {import("./protocol.js").StreamPart} StreamPart
 * @typedef {import("./protocol.js").WireDiagnostic} WireDiagnostic
 * @typedef {import("./protocol.js").WireInspectedMessage} WireInspectedMessage
 * @typedef {import("./protocol.js").WireMessage} WireMessage
 * @typedef {import("./token_ids.js").Tokens} Tokens
 */

/** @typedef {Tokens | AsyncIterable<number | Tokens>} TokenSource Tokens, or what will give some. */

/** What a parser expects next; the reference's numbers are texts here, as in Python. */
export const StreamState = /** @type {{readonly [State in Snapshot["state"]]: State}} */ (
  Object.freeze(Object.fromEntries(STREAM_STATES.map((state) => [state, state])))
);

/**
 * Closes the worker's side of a stream that nobody holds any more, and nobody closed.
 *
 * @type {FinalizationRegistry<{encoding: HarmonyEncoding, stream: number}>}
 */
const forgotten = new FinalizationRegistry(({ encoding, stream }) => {
  encoding.request("close_stream", { stream }).catch(() => {}); // The worker may have ended.
});

/** A stream in the worker. Its properties say where it was when the last call was answered. */
class Stream {
  /** @type {HarmonyEncoding} */
  #encoding;
  /** @type {Promise<OpenStreamValue> | null} */
  #opened = null;

  /** @param {HarmonyEncoding} encoding @param {Role | null} role */
  constructor(encoding, role) {
    this.#encoding = encoding;
    /** @type {WireMessage[]} The messages that have ended so far. */
    this.messages = [];
    /** @type {number[]} Every token read so far. */
    this.tokens = [];
    /** What was read of the current message's content. */
    this.currentContent = "";
    /** @type {string | null} What the last token added to it. */
    this.lastContentDelta = null;
    /** @type {Snapshot["state"]} */
    this.state = role === null ? StreamState.ExpectStart : StreamState.Header;
    this.currentRole = role;
    /** @type {string | null} */
    this.currentChannel = null;
    /** @type {string | null} */
    this.currentRecipient = null;
    /** @type {string | null} */
    this.currentContentType = null;
  }

  /**
   * Makes the worker's side of it, unless that has been done. Every call does.
   *
   * @param {(encoding: HarmonyEncoding) => Promise<OpenStreamValue>} ask
   * @returns {Promise<[HarmonyEncoding, number]>} Who to ask, and the stream's number there.
   * @protected
   */
  async openWith(ask) {
    this.#opened ??= this.#open(ask);
    return [this.#encoding, (await this.#opened).stream];
  }

  /** @param {(encoding: HarmonyEncoding) => Promise<OpenStreamValue>} ask */
  async #open(ask) {
    const opened = await ask(this.#encoding);
    forgotten.register(this, { encoding: this.#encoding, stream: opened.stream }, this);
    return opened;
  }

  /** Lets the worker forget this stream; else it does once nobody holds it any more. */
  async close() {
    const opened = await this.#opened?.catch(() => null);
    if (!opened) return;
    forgotten.unregister(this);
    await this.#encoding.request("close_stream", { stream: opened.stream });
  }

  /**
   * @template {Advance} Value
   * @param {Promise<Value>} answer
   * @param {Uint32Array} ids
   * @returns {Promise<Value>}
   * @protected
   */
  async advance(answer, ids) {
    try {
      const value = await answer;
      this.#take(value, ids);
      return value;
    } catch (error) {
      const { value } = /** @type {{value?: Advance | null}} */ (error);
      if (value) this.#take(value, ids);
      throw error;
    }
  }

  /** @param {Advance} value @param {Uint32Array} ids */
  #take({ deltas, parts, ...snapshot }, ids) {
    for (const id of ids.subarray(0, deltas.length)) this.tokens.push(id);
    for (const part of parts) this.takePart(part);
    this.lastContentDelta = deltas.at(-1) ?? null;
    this.state = snapshot.state;
    this.currentRole = snapshot.role;
    this.currentChannel = snapshot.channel;
    this.currentRecipient = snapshot.recipient;
    this.currentContentType = snapshot.content_type;
  }

  /** @param {StreamPart} part @protected */
  takePart({ text, ended }) {
    this.currentContent += text;
    if (!ended) return;
    this.messages.push(ended);
    this.currentContent = "";
  }
}

/** The strict parser, as the reference's. */
export class StreamableParser extends Stream {
  #params;

  /**
   * The worker hears of it with the first call.
   *
   * @param {HarmonyEncoding} encoding
   * @param {Role | null} [role] As for `parseMessagesFromCompletionTokens`.
   * @param {boolean} [strict]
   */
  constructor(encoding, role = null, strict = true) {
    super(encoding, role);
    this.#params = { role, strict };
  }

  /** Makes the worker's side of it, which other calls do by themselves. */
  open() {
    return this.openWith((encoding) => encoding.request("open_parser", this.#params));
  }

  /**
   * Reads a token, or several at once, which is faster.
   *
   * @param {number | Tokens} tokens
   * @returns {Promise<(string | null)[]>} What each token added to its message's content.
   * @throws {HarmonyError} A token does not follow the format; those before it have been read.
   */
  async process(tokens) {
    return (await this.#process(toIds(typeof tokens === "number" ? [tokens] : tokens))).deltas;
  }

  /** @param {Uint32Array} ids */
  async #process(ids) {
    const [encoding, stream] = await this.open();
    return this.advance(encoding.request("process", { stream, tokens: ids }), ids);
  }

  /** Reads the end of the stream. @throws {HarmonyError} It ends within a header. */
  async processEos() {
    await this.#processEos();
  }

  async #processEos() {
    const [encoding, stream] = await this.open();
    return this.advance(encoding.request("process_eos", { stream }), new Uint32Array());
  }

  /**
   * Reads a whole stream, and gives its content as it comes: each time what was added to one
   * message, and the message itself with its last part.
   *
   * @param {TokenSource} source
   * @returns {AsyncGenerator<StreamPart, void, void>}
   * @throws {HarmonyError} As `process` and `processEos` do, after the parts before the fault.
   */
  async *read(source) {
    try {
      for await (const ids of chunksOf(source)) yield* partsOf(this.#process(ids));
      yield* partsOf(this.#processEos());
    } finally {
      await this.close();
    }
  }
}

/** The tolerant parser: it reads anything, and says what is wrong with it. */
export class Inspector extends Stream {
  #params;

  /**
   * The worker hears of it with the first call.
   *
   * @param {HarmonyEncoding} encoding
   * @param {OpenInspectorParams} [options]
   */
  constructor(encoding, options = {}) {
    super(encoding, options.role ?? null);
    this.#params = options;
    /** @type {WireInspectedMessage[]} The messages that have ended so far, with their tokens. */
    this.items = [];
    /** @type {WireDiagnostic[]} What was found so far. `finish` has the last word. */
    this.diagnostics = [];
    /** @type {InspectionValue | null} The whole inspection, once the stream has ended. */
    this.inspection = null;
  }

  /** Makes the worker's side of it, which other calls do by themselves. */
  open() {
    return this.openWith((encoding) => encoding.request("open_inspector", this.#params));
  }

  /**
   * Reads a token, or several at once, which is faster.
   *
   * @param {number | Tokens} tokens
   * @returns {Promise<(string | null)[]>} What each token added to its message's content.
   */
  async process(tokens) {
    return (await this.#feed(toIds(typeof tokens === "number" ? [tokens] : tokens))).deltas;
  }

  /** @param {Uint32Array} ids */
  async #feed(ids) {
    const [encoding, stream] = await this.open();
    const value = await this.advance(encoding.request("feed", { stream, tokens: ids }), ids);
    this.items.push(...value.items);
    this.diagnostics.push(...value.diagnostics);
    return value;
  }

  /**
   * Takes the end of the stream.
   *
   * @param {{finish_reason?: string | null, stop_token?: number | null}} [said] By the server, if
   *   it left the stop token out.
   * @returns {Promise<InspectionValue>}
   */
  async finish(said = {}) {
    await this.#finish(said);
    return /** @type {InspectionValue} */ (this.inspection);
  }

  /** @param {{finish_reason?: string | null, stop_token?: number | null}} said */
  async #finish(said) {
    const [encoding, stream] = await this.open();
    const role = this.#params.role ?? null;
    const { parts, ...inspection } = await encoding.request("finish", { ...said, stream, role });
    for (const part of parts) this.takePart(part);
    this.currentContent = "";
    this.lastContentDelta = null;
    this.items = inspection.messages;
    this.diagnostics = inspection.diagnostics;
    this.inspection = inspection;
    return { parts };
  }

  /**
   * Reads a whole stream, and gives its content as it comes: each time what was added to one
   * message, and the message itself with its last part. Afterwards, `inspection` is there.
   *
   * @param {TokenSource} source
   * @returns {AsyncGenerator<StreamPart, void, void>}
   */
  async *read(source) {
    try {
      for await (const ids of chunksOf(source)) yield* partsOf(this.#feed(ids));
      yield* partsOf(this.#finish({}));
    } finally {
      await this.close();
    }
  }
}

/** @param {TokenSource} source @returns {AsyncGenerator<Uint32Array, void, void>} */
async function* chunksOf(source) {
  if (!(Symbol.asyncIterator in source)) {
    yield toIds(source);
    return;
  }
  for await (const tokens of source) yield toIds(typeof tokens === "number" ? [tokens] : tokens);
}

/**
 * @param {Promise<{parts: StreamPart[]}>} answer
 * @returns {AsyncGenerator<StreamPart, void, void>} Also those before a fault, which is thrown then.
 */
async function* partsOf(answer) {
  try {
    yield* (await answer).parts;
  } catch (error) {
    yield* /** @type {{value?: Advance | null}} */ (error).value?.parts ?? [];
    throw error;
  }
}
