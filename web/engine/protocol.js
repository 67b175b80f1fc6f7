/**
 * Every message that crosses between the page and the worker. Nothing else does.
 *
 * The page sends {@link Request}s, each with an id of its own; the worker answers each with one
 * {@link Reply} of that id, in order. While it starts, the worker also
 * sends {@link Progress} events, which have no id.
 *
 * Field names inside `params` and `value` are the wire names of `harmony_core.bridge`.
 *
 * @module
 */

/** @typedef {"runtime" | "package" | "vocabulary"} Stage The steps of starting, in order. */

/**
 * @typedef {object} Progress
 * @property {"progress"} event
 * @property {Stage} stage
 * @property {number} loaded Bytes received so far, of all downloads together.
 * @property {number} total Bytes to receive in all.
 */

/**
 * @typedef {object} Ready
 * @property {"ready"} event
 * @property {About} about
 */

/**
 * @typedef {object} Failed Starting failed; the worker is of no further use.
 * @property {"failed"} event
 * @property {Stage} stage
 * @property {string} message
 */

/**
 * @typedef {object} About
 * @property {string} version Version of harmony_core.
 * @property {string} python
 * @property {string} pyodide
 * @property {string} encoding
 * @property {SpecialToken[]} special_tokens The formatting tokens.
 * @property {{browser: object, python: object}} builtin_tools The built-in tools' definitions, as
 *   the wire JSON has them.
 */

/** @typedef {{id: number, text: string}} SpecialToken */

/** @typedef {"system" | "developer" | "user" | "assistant" | "tool"} Role */

/**
 * A conversation as JSON text, not as an object: a number such as `1.0` in a tool's
 * schema must reach the renderer as it was written.
 *
 * @typedef {object} RenderParams
 * @property {string} conversation JSON text of `{"messages": [...]}`.
 * @property {"conversation" | "completion" | "training"} mode
 * @property {Role} next_role Used by `completion`.
 * @property {boolean} drop_analysis
 */

/**
 * @typedef {object} InspectParams
 * @property {string} source What was pasted.
 * @property {"auto" | "tokens" | "text"} reading How to read it.
 * @property {Role | null} role Role of the first message, if its header is implied by the prompt.
 * @property {boolean} missing_call_is_call Whether a call without `<|call|>` is one.
 * @property {boolean} recover_stripped_markers Whether to make messages of a text that lost all
 *   special tokens.
 */

/**
 * A run of tokens, as flat arrays. Token `i` has id `ids[i]` and the bytes
 * `bytes.subarray(ends[i - 1] ?? 0, ends[i])`.
 *
 * @typedef {object} TokenStream
 * @property {Int32Array} ids
 * @property {Uint32Array} ends
 * @property {Uint8Array} bytes
 * @property {Int32Array} spans Four numbers a span: start, stop (token indexes), index into
 *   {@link PARTS}, message ordinal or -1. The spans tile the stream in order.
 * @property {Int32Array} joins Two numbers each: start and stop of a run of tokens that share
 *   a character, so that they can only be shown as text together. In order, disjoint.
 * @property {Int32Array} marks What is pointed out. Four numbers a mark: start, stop (token
 *   indexes; equal if something is missing there), index into {@link MARKS}, index into the
 *   value's `diagnostics` or `literals`. In the order of their starts; they may overlap.
 */

/**
 * @typedef {object} RenderedMessage
 * @property {number} index Index in the conversation that was sent.
 * @property {number} start First token.
 * @property {number} stop One past the last token.
 */

/**
 * @typedef {object} RenderValue
 * @property {TokenStream} tokens
 * @property {RenderedMessage[]} messages The messages that were rendered, in order; a dropped
 *   analysis message is absent. Ordinals in `spans` count these.
 * @property {Literal[]} literals The first thousand.
 */

/**
 * @typedef {object} Literal Text that spells a special token, but is sent as plain text.
 * @property {number} message Ordinal.
 * @property {string} text The special token's text.
 * @property {number} start First token.
 * @property {number} stop One past the last token.
 */

/**
 * @typedef {object} ParsedMessage
 * @property {number} start
 * @property {number} stop
 * @property {boolean} complete Whether a stop token ended it.
 * @property {boolean} repaired Whether something in it was guessed.
 * @property {string[]} guesses The codes of what was.
 * @property {boolean} withheld Whether it is a tool call that is not safe to run.
 * @property {WireMessage} message
 */

/**
 * @typedef {object} WireMessage
 * @property {Role} role
 * @property {string} [name]
 * @property {string} [channel]
 * @property {string} [recipient]
 * @property {string} [content_type]
 * @property {WireContent[] | string} content
 */

/** @typedef {{type: string, text?: string, [key: string]: unknown}} WireContent */

/**
 * @typedef {object} InspectValue
 * @property {"tokens" | "text"} recognised What the paste was read as.
 * @property {string} form In words, such as "a JSON list of token ids" or "Harmony text".
 * @property {TokenStream} tokens
 * @property {ParsedMessage[]} messages All that could be recovered.
 * @property {Record<Severity, number>} counts Of all diagnostics.
 * @property {Diagnostic[]} diagnostics The first thousand, in token order.
 * @property {Record<string, Code>} codes Those of the diagnostics.
 * @property {{strict: Verdict, lenient: Verdict}} verdicts
 */

/** @typedef {"error" | "warning" | "info"} Severity */

/**
 * @typedef {object} Diagnostic
 * @property {string} code
 * @property {Severity} severity
 * @property {number} start First token.
 * @property {number} stop One past the last token; `start` if something is missing there.
 * @property {string} message What was found.
 * @property {string} hint What to do.
 * @property {Edit | null} fix
 */

/**
 * @typedef {object} Edit
 * @property {number} start First token to go.
 * @property {number} stop One past the last.
 * @property {number[]} tokens What comes in their place.
 * @property {string} text The same as text.
 */

/**
 * @typedef {object} Code A kind of fault; the texts may hold code between backticks.
 * @property {boolean} guesses
 * @property {string} looks What it looks like.
 * @property {string} cause
 * @property {string} strict What the strict parser does.
 * @property {string} repair What the inspector does.
 * @property {string} fix How to be rid of it.
 */

/**
 * @typedef {object} Verdict What openai-harmony makes of the tokens.
 * @property {number} messages How many it returns, or had read before the fault.
 * @property {Fault | null} fault What it raises.
 * @property {number} differing How many of its messages are not the recovered ones.
 * @property {{index: number, message: WireMessage}[]} differences The first of those.
 */

/**
 * Something is wrong with what was given. Shown in place, never as a traceback.
 *
 * @typedef {object} Fault
 * @property {string} kind Stable name, such as "not-json" or "unexpected-token".
 * @property {string} message What was found and what was expected.
 * @property {string} hint What to do.
 * @property {number | null} token Index of the token at fault.
 * @property {(string | number)[]} path Where in the conversation, such as
 *   `["messages", 2, "channel"]`; empty if it is not about a field.
 * @property {Place | null} place Where in the pasted or typed text.
 */

/**
 * @typedef {object} Place
 * @property {number} start In UTF-16 code units from the beginning.
 * @property {number} stop
 * @property {number} line From 1.
 * @property {number} column From 1.
 */

/**
 * A call. The page's own methods are `render` and `inspect`; the others are those of the
 * module `harmony.js`, one for each of its methods.
 *
 * @typedef {object} Request
 * @property {number} id
 * @property {Method} method
 * @property {object} params
 * @property {Uint32Array} [tokens] Token ids, for the methods that take some.
 */

/**
 * @typedef {"render" | "inspect" | "encode" | "decode" | "decode_utf8" | "decode_bytes"
 *   | "render_message" | "render_conversation" | "parse" | "special_tokens" | "is_special_token"
 *   | "stop_tokens" | "open_parser" | "process" | "process_eos" | "close_parser"} Method
 */

/**
 * @typedef {object} Snapshot Where a parser stands.
 * @property {"ExpectStart" | "Header" | "Content"} state
 * @property {Role | null} role
 * @property {string | null} channel
 * @property {string | null} recipient
 * @property {string | null} content_type
 */

/**
 * @typedef {object} Advance What some tokens did to a parser.
 * @property {(string | null)[]} deltas What each token added to the content.
 * @property {string} content What was added to the message now being read.
 * @property {boolean} restarted Whether that message's content began anew.
 * @property {WireMessage[]} messages The messages that were completed.
 */

/**
 * @typedef {{id: number, ok: true, value: any}
 *   | {id: number, ok: false, fault: Fault, value: any}} Reply With a fault, the value is what
 *   could be answered before it, or `null`.
 */

/** @typedef {Progress | Ready | Failed | Reply} FromWorker */

/** The parts a token can belong to; a span holds an index into this list. */
export const PARTS = Object.freeze([
  "marker",
  "role",
  "name",
  "recipient",
  "channel",
  "content_type",
  "content",
  "stray",
]);

/** What a mark says of its tokens: how much a diagnostic matters, or that they are plain text. */
export const MARKS = Object.freeze(/** @type {const} */ (["error", "warning", "info", "literal"]));
