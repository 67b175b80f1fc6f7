/**
 * The encoding in the worker: the reference's methods, and those that say more.
 *
 * @module
 */

import { Inspector, StreamableParser } from "./streams.js";
import { toIds } from "./token_ids.js";

/**
 * @typedef {import("./connection.js").Connection} Connection
 * @typedef {import("./protocol.js").About} About
 * @typedef {import("./protocol.js").InspectParams} InspectParams
 * @typedef {import("./protocol.js").InspectValue} InspectValue
 * @typedef {import("./protocol.js").OpenInspectorParams} OpenInspectorParams
 * @typedef {import("./protocol.js").Operation} Operation
 * @typedef {import("./protocol.js").RenderMessageParams} RenderMessageParams
 * @typedef {import("./protocol.js").RenderParams} RenderParams
 * @typedef {import("./protocol.js").RenderValue} RenderValue
 * @typedef {import("./protocol.js").Role} Role
 * @typedef {import("./protocol.js").WireMessage} WireMessage
 * @typedef {import("./token_ids.js").Tokens} Tokens
 */

/** @typedef {{messages: WireMessage[]}} Conversation */
/** @typedef {Omit<RenderParams, "conversation" | "mode" | "next_role">} RenderConversationConfig */
/** @typedef {Omit<RenderMessageParams, "message">} RenderOptions */
/** @typedef {"all" | string[]} Special Special tokens by their text. */
/** @typedef {Omit<InspectParams, "source"> & {source: string | Tokens}} InspectOptions */

/** The encoding of the gpt-oss models. Every method may throw a `HarmonyError`. */
export class HarmonyEncoding {
  #connection;

  /** @param {Connection} connection @param {About} about */
  constructor(connection, about) {
    this.#connection = connection;
    /** What runs in the worker. */
    this.about = about;
  }

  /**
   * Asks the worker for an operation of the protocol.
   *
   * @template {Operation} Name
   * @param {Name} operation
   * @param {import("./protocol.js").ParamsOf<Name>} params
   * @returns {Promise<import("./protocol.js").ValueOf<Name>>}
   */
  request(operation, params) {
    return this.#connection.request(operation, params);
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
    return (await this.request("encode", params)).tokens;
  }

  /**
   * Bytes that are not UTF-8 come out as U+FFFD.
   *
   * @param {Tokens} tokens
   * @returns {Promise<string>}
   */
  async decode(tokens) {
    return (await this.request("decode", { tokens: toIds(tokens) })).text;
  }

  /**
   * Bytes that are not UTF-8 are refused.
   *
   * @param {Tokens} tokens
   * @returns {Promise<string>}
   */
  async decodeUtf8(tokens) {
    return (await this.request("decode_utf8", { tokens: toIds(tokens) })).text;
  }

  /**
   * @param {Tokens} tokens
   * @returns {Promise<Uint8Array>}
   */
  async decodeBytes(tokens) {
    return (await this.request("decode_bytes", { tokens: toIds(tokens) })).bytes;
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
    return (await this.request("render_message", params)).tokens;
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
    return (await this.request("render_conversation", params)).tokens;
  }

  /**
   * @param {Tokens} tokens
   * @param {Role | null} [role] The role of the first message, if the tokens begin within its
   *   header, as a completion's do.
   * @param {boolean} [strict]
   * @returns {Promise<WireMessage[]>}
   */
  async parseMessagesFromCompletionTokens(tokens, role = null, strict = true) {
    return (await this.request("parse", { role, strict, tokens: toIds(tokens) })).messages;
  }

  /** @returns {Promise<string[]>} The texts of all special tokens. */
  async specialTokens() {
    return (await this.request("special_tokens", {})).texts;
  }

  /**
   * @param {number} token
   * @returns {Promise<boolean>}
   */
  async isSpecialToken(token) {
    return (await this.request("is_special_token", { token })).special;
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
    return (await this.request("stop_tokens", { assistant_actions: false })).tokens;
  }

  /** @returns {Promise<Uint32Array>} The tokens that end the assistant's turn. */
  async stopTokensForAssistantActions() {
    return (await this.request("stop_tokens", { assistant_actions: true })).tokens;
  }

  /**
   * Opens a parser that reads tokens as they come.
   *
   * @param {Role | null} [role] As for `parseMessagesFromCompletionTokens`.
   * @param {boolean} [strict]
   * @returns {Promise<StreamableParser>}
   */
  async createParser(role = null, strict = true) {
    const parser = new StreamableParser(this, role, strict);
    await parser.open();
    return parser;
  }

  /**
   * Opens an inspector that reads tokens as they come.
   *
   * @param {OpenInspectorParams} [options]
   * @returns {Promise<Inspector>}
   */
  async createInspector(options = {}) {
    const inspector = new Inspector(this, options);
    await inspector.open();
    return inspector;
  }

  /**
   * Renders a conversation and says of every token where it comes from.
   *
   * @param {RenderParams} params
   * @returns {Promise<RenderValue>}
   */
  renderWithSpans(params) {
    return this.request("render_with_spans", params);
  }

  /**
   * Finds the messages in any output, and what is wrong with it.
   *
   * @param {InspectOptions} options The source, a text or token ids, and how to read it.
   * @returns {Promise<InspectValue>}
   */
  async inspect({ source, ...options }) {
    const given = typeof source === "string" ? source : toIds(source);
    return this.request("inspect", { ...options, source: given });
  }

  /** Ends the worker. Everything still asked is refused with a `LoadError`. */
  close() {
    this.#connection.close();
  }
}
