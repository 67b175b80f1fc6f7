/**
 * The Harmony format for JavaScript: `harmony_core` in a worker, behind promises.
 *
 * ```js
 * import { loadHarmony } from "./harmony.js";
 * const harmony = await loadHarmony();
 * const tokens = await harmony.renderConversationForCompletion({ messages }, "assistant");
 * ```
 *
 * The methods have the names of the reference's JavaScript bindings. Conversations and messages
 * are plain objects in their wire form, token ids come back as a `Uint32Array`.
 *
 * @module
 */

import { connect } from "./engine/connection.js";
import { createWorker } from "./engine/create_worker.js";

export { HarmonyError, LoadError } from "./engine/connection.js";

/**
 * @typedef {import("./engine/connection.js").Connection} Connection
 * @typedef {import("./engine/protocol.js").About} About
 * @typedef {import("./engine/protocol.js").Advance} Advance
 * @typedef {import("./engine/protocol.js").InspectParams} InspectParams
 * @typedef {import("./engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("./engine/protocol.js").Progress} Progress
 * @typedef {import("./engine/protocol.js").RenderParams} RenderParams
 * @typedef {import("./engine/protocol.js").RenderValue} RenderValue
 * @typedef {import("./engine/protocol.js").Role} Role
 * @typedef {import("./engine/protocol.js").OpenParserValue} OpenParserValue
 * @typedef {import("./engine/protocol.js").WireMessage} WireMessage
 */

/** @typedef {{messages: WireMessage[]}} Conversation */
/** @typedef {Omit<RenderParams, "conversation" | "mode" | "next_role">} RenderConversationConfig */
/** @typedef {Omit<import("./engine/protocol.js").RenderMessageParams, "message">} RenderOptions */
/** @typedef {ArrayLike<number> & Iterable<number>} Tokens Token ids, in any list. */
/** @typedef {"all" | string[]} Special Special tokens by their text. */

/**
 * Starts the worker and waits until it is ready: a few seconds, of which the browser caches
 * the downloads.
 *
 * @param {object} [options]
 * @param {string | URL} [options.assets] The folder with `worker.js` and `pyodide/`; by default
 *   the one this module lies in.
 * @param {(progress: Progress) => void} [options.onProgress]
 * @returns {Promise<Harmony>}
 * @throws {LoadError}
 */
export async function loadHarmony({ assets = import.meta.url, onProgress = () => {} } = {}) {
  const base = new URL(assets, globalThis.location?.href);
  const connection = connect(createWorker(new URL("worker.js", base)), onProgress);
  return new Harmony(connection, await connection.ready);
}

/** The encoding of the gpt-oss models. Every method may throw a `HarmonyError`. */
export class Harmony {
  #connection;

  /** @param {Connection} connection @param {About} about */
  constructor(connection, about) {
    this.#connection = connection;
    /** What runs in the worker. */
    this.about = about;
  }

  /** The encoding's name. */
  get name() {
    return this.about.encoding;
  }

  /**
   * @param {string} text
   * @param {Special} [allowedSpecial] Special tokens to read as such; none by default.
   * @param {Special} [disallowedSpecial] Special tokens to refuse; by default all that are not
   *   allowed. With an empty list they are plain text.
   * @returns {Promise<Uint32Array>}
   */
  async encode(text, allowedSpecial = [], disallowedSpecial = "all") {
    const params = { text, allowed_special: allowedSpecial, disallowed_special: disallowedSpecial };
    return (await this.#connection.request("encode", params)).tokens;
  }

  /**
   * Bytes that are not UTF-8 come out as U+FFFD.
   *
   * @param {Tokens} tokens
   * @returns {Promise<string>}
   */
  async decode(tokens) {
    return (await this.#connection.request("decode", { tokens: toIds(tokens) })).text;
  }

  /**
   * Bytes that are not UTF-8 are refused.
   *
   * @param {Tokens} tokens
   * @returns {Promise<string>}
   */
  async decodeUtf8(tokens) {
    return (await this.#connection.request("decode_utf8", { tokens: toIds(tokens) })).text;
  }

  /**
   * @param {Tokens} tokens
   * @returns {Promise<Uint8Array>}
   */
  async decodeBytes(tokens) {
    return (await this.#connection.request("decode_bytes", { tokens: toIds(tokens) })).bytes;
  }

  /**
   * Renders a single message.
   *
   * @param {WireMessage} message
   * @param {RenderOptions} [options]
   * @returns {Promise<Uint32Array>}
   */
  async render(message, options = {}) {
    const params = { ...options, message: JSON.stringify(message) };
    return (await this.#connection.request("render_message", params)).tokens;
  }

  /**
   * @param {Conversation} conversation
   * @param {RenderConversationConfig} [config]
   * @returns {Promise<Uint32Array>}
   */
  renderConversation(conversation, config) {
    return this.#render(conversation, { ...config, mode: "conversation" });
  }

  /**
   * Renders a prompt: the conversation, and the beginning of the next message.
   *
   * @param {Conversation} conversation
   * @param {Role} nextTurnRole
   * @param {RenderConversationConfig} [config]
   * @returns {Promise<Uint32Array>}
   */
  renderConversationForCompletion(conversation, nextTurnRole, config) {
    return this.#render(conversation, { ...config, mode: "completion", next_role: nextTurnRole });
  }

  /**
   * Renders a conversation to learn from: a final answer at its end closes with `<|return|>`.
   *
   * @param {Conversation} conversation
   * @param {RenderConversationConfig} [config]
   * @returns {Promise<Uint32Array>}
   */
  renderConversationForTraining(conversation, config) {
    return this.#render(conversation, { ...config, mode: "training" });
  }

  /** @param {Conversation} conversation @param {Omit<RenderParams, "conversation">} options */
  async #render(conversation, options) {
    const params = { ...options, conversation: JSON.stringify(conversation) };
    return (await this.#connection.request("render_conversation", params)).tokens;
  }

  /**
   * @param {Tokens} tokens
   * @param {Role | null} [role] The role of the first message, if the tokens begin within its
   *   header, as a completion's do.
   * @param {boolean} [strict]
   * @returns {Promise<WireMessage[]>}
   */
  async parseMessagesFromCompletionTokens(tokens, role = null, strict = true) {
    return (await this.#connection.request("parse", { role, strict, tokens: toIds(tokens) }))
      .messages;
  }

  /** @returns {Promise<string[]>} The texts of all special tokens. */
  async specialTokens() {
    return (await this.#connection.request("special_tokens", {})).texts;
  }

  /**
   * @param {number} token
   * @returns {Promise<boolean>}
   */
  async isSpecialToken(token) {
    return (await this.#connection.request("is_special_token", { token })).special;
  }

  /**
   * The fixed definition of a built-in tool, for a system content's `tools`.
   *
   * @param {"browser" | "python"} tool
   */
  getToolNamespaceConfig(tool) {
    return this.about.builtin_tools[tool];
  }

  /** @returns {Promise<Uint32Array>} The tokens that end a message. */
  async stopTokens() {
    return (await this.#connection.request("stop_tokens", { assistant_actions: false })).tokens;
  }

  /** @returns {Promise<Uint32Array>} The tokens that end the assistant's turn. */
  async stopTokensForAssistantActions() {
    return (await this.#connection.request("stop_tokens", { assistant_actions: true })).tokens;
  }

  /**
   * Opens a parser that reads tokens as they come.
   *
   * @param {Role | null} [role] As for `parseMessagesFromCompletionTokens`.
   * @param {boolean} [strict]
   * @returns {Promise<StreamableParser>}
   */
  async createParser(role = null, strict = true) {
    const opened = await this.#connection.request("open_parser", { role, strict });
    return new StreamableParser(this.#connection, opened);
  }

  /**
   * Renders a conversation and says of every token where it comes from.
   *
   * @param {RenderParams} params
   * @returns {Promise<RenderValue>}
   */
  renderWithSpans(params) {
    return this.#connection.request("render_with_spans", params);
  }

  /**
   * Reads a pasted output and says of every token what it is.
   *
   * @param {InspectParams} params
   * @returns {Promise<InspectValue>}
   */
  inspect(params) {
    return this.#connection.request("inspect", params);
  }

  /** Ends the worker. Everything still asked is refused with a `LoadError`. */
  close() {
    this.#connection.close();
  }
}

/** A parser in the worker. Its properties say where it stood when the last call was answered. */
export class StreamableParser {
  #connection;
  #parser;

  /** @param {Connection} connection @param {OpenParserValue} opened */
  constructor(connection, { parser, ...snapshot }) {
    this.#connection = connection;
    this.#parser = parser;
    /** @type {WireMessage[]} The messages completed so far. */
    this.messages = [];
    /** @type {number[]} Every token read so far. */
    this.tokens = [];
    /** What was read of the current message's content. */
    this.currentContent = "";
    /** @type {string | null} What the last token added to it. */
    this.lastContentDelta = null;
    this.state = snapshot.state;
    this.currentRole = snapshot.role;
    this.currentChannel = snapshot.channel;
    this.currentRecipient = snapshot.recipient;
    this.currentContentType = snapshot.content_type;
  }

  /**
   * Reads a token, or several at once, which is faster.
   *
   * @param {number | Tokens} tokens
   * @returns {Promise<(string | null)[]>} What each token added to its message's content.
   * @throws {HarmonyError} A token does not follow the format; those before it have been read.
   */
  async process(tokens) {
    const ids = toIds(typeof tokens === "number" ? [tokens] : tokens);
    return this.#advance(
      this.#connection.request("process", { parser: this.#parser, tokens: ids }),
      ids,
    );
  }

  /** Reads the end of the stream. @throws {HarmonyError} It ends within a header. */
  async processEos() {
    await this.#advance(this.#connection.request("process_eos", { parser: this.#parser }));
  }

  /** Lets the worker forget this parser. */
  async close() {
    await this.#connection.request("close_parser", { parser: this.#parser });
  }

  /**
   * @param {Promise<Advance>} answer
   * @param {Uint32Array} [ids]
   */
  async #advance(answer, ids = new Uint32Array()) {
    try {
      const value = await answer;
      this.#take(value, ids);
      return value.deltas;
    } catch (error) {
      const value = /** @type {{value?: Advance | null}} */ (error).value;
      if (value) this.#take(value, ids);
      throw error;
    }
  }

  /** @param {Advance} value @param {Uint32Array} ids */
  #take(value, ids) {
    for (const id of ids.subarray(0, value.deltas.length)) this.tokens.push(id);
    this.messages.push(...value.messages);
    this.currentContent = (value.restarted ? "" : this.currentContent) + value.content;
    this.lastContentDelta = value.deltas.at(-1) ?? null;
    this.state = value.state;
    this.currentRole = value.role;
    this.currentChannel = value.channel;
    this.currentRecipient = value.recipient;
    this.currentContentType = value.content_type;
  }
}

/** @param {Tokens} tokens */
function toIds(tokens) {
  if (tokens instanceof Uint32Array) return tokens;
  return Uint32Array.from(tokens, (token, index) => {
    if (Number.isInteger(token) && token >= 0 && token < 2 ** 32) return token;
    throw new RangeError(`Token ${index} is ${token}; token ids are whole numbers of 32 bits.`);
  });
}
