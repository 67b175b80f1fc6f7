/**
 * Every message that crosses between the page and the package, in its wire names. Generated from
 * `harmony_core/bridge/protocol.py` by `python3 build.py protocol`: do not edit.
 *
 * The page sends {@link Request}s, each with an id of its own; the worker answers each with an
 * {@link Answered} or {@link Refused} of that id, in order. While it starts, it sends
 * {@link Progress}, which has no id.
 *
 * @module
 */

/** Who writes a message. */
export const ROLES = Object.freeze(
  /** @type {const} */ (["user", "assistant", "system", "developer", "tool"]),
);

/** @typedef {typeof ROLES[number]} Role */

/** What a token belongs to. */
export const PARTS = Object.freeze(
  /** @type {const} */ ([
    "marker",
    "role",
    "name",
    "recipient",
    "channel",
    "content_type",
    "content",
    "stray",
  ]),
);

/** @typedef {typeof PARTS[number]} Part */

/** How much a diagnostic matters, worst first. */
export const SEVERITIES = Object.freeze(/** @type {const} */ (["error", "warning", "info"]));

/** @typedef {typeof SEVERITIES[number]} Severity */

/** What a mark says of its tokens, gravest first. */
export const MARKS = Object.freeze(/** @type {const} */ (["error", "warning", "info", "literal"]));

/** @typedef {typeof MARKS[number]} Mark */

/** The steps of starting, in order. */
export const STAGES = Object.freeze(/** @type {const} */ (["runtime", "package", "vocabulary"]));

/** @typedef {typeof STAGES[number]} Stage */

/** What a pasted source is read as. */
export const SOURCE_KINDS = Object.freeze(/** @type {const} */ (["auto", "tokens", "text"]));

/** @typedef {typeof SOURCE_KINDS[number]} SourceKind */

/** What a conversation is rendered for. */
export const RENDER_MODES = Object.freeze(
  /** @type {const} */ (["conversation", "completion", "training"]),
);

/** @typedef {typeof RENDER_MODES[number]} RenderMode */

/** What a parser expects next. */
export const STREAM_STATES = Object.freeze(
  /** @type {const} */ (["ExpectStart", "Header", "Content"]),
);

/** @typedef {typeof STREAM_STATES[number]} StreamState */

/** How much to reason. */
export const EFFORTS = Object.freeze(/** @type {const} */ (["Low", "Medium", "High"]));

/** @typedef {typeof EFFORTS[number]} ReasoningEffort */

/** The tools that come with the model. */
export const BUILTIN_TOOLS = Object.freeze(/** @type {const} */ (["browser", "python"]));

/** @typedef {typeof BUILTIN_TOOLS[number]} BuiltinTool */

/** The encodings there are. */
export const ENCODINGS = Object.freeze(/** @type {const} */ (["HarmonyGptOss"]));

/** @typedef {typeof ENCODINGS[number]} EncodingName */

/**
 * A marker, or neighbouring tokens that belong to the same part of the same message. Where its
 * numbers are in a flat array:
 * - `start`: Index of the first token.
 * - `stop`: Index after the last token.
 * - `part`: What the tokens belong to.
 * - `message`: The ordinal of the message, `null` for tokens that are in none.
 */
export const SPAN = Object.freeze({ start: 0, stop: 1, part: 2, message: 3, size: 4 });

/**
 * Tokens that are pointed out. Where its numbers are in a flat array:
 * - `start`: The first token.
 * - `stop`: One past the last; `start` if something is missing there.
 * - `kind`: Index into `MARKS`.
 * - `item`: Index into the value's `diagnostics` or `literals`, if that is so long.
 */
export const MARK = Object.freeze({ start: 0, stop: 1, kind: 2, item: 3, size: 4 });

/**
 * Tokens that share a character, so that they can only be shown as text together. Where its numbers
 * are in a flat array:
 * - `start`: The first token.
 * - `stop`: One past the last.
 */
export const JOIN = Object.freeze({ start: 0, stop: 1, size: 2 });

/**
 * Text to encode.
 *
 * @typedef {object} EncodeParams
 * @property {string} text The text.
 * @property {"all" | string[]} [allowed_special] The special tokens to read as such, by their
 *   texts. By default `[]`.
 * @property {"all" | string[]} [disallowed_special] The special tokens to refuse; what is neither
 *   is plain text. By default `"all"`.
 */

/**
 * Token ids.
 *
 * @typedef {object} TokensValue
 * @property {Uint32Array} tokens
 */

/**
 * Tokens to decode.
 *
 * @typedef {object} TokensParams
 * @property {Uint32Array} tokens
 */

/**
 * A text.
 *
 * @typedef {object} TextValue
 * @property {string} text
 */

/**
 * The bytes that tokens stand for.
 *
 * @typedef {object} BytesValue
 * @property {Uint8Array} bytes
 */

/**
 * A message to render.
 *
 * @typedef {object} RenderMessageParams
 * @property {string} message JSON text, so that a number such as `1.0` is rendered as it was
 *   written.
 * @property {boolean} [conversation_has_function_tools] Say in a system message where calls of
 *   functions go. By default `false`.
 * @property {"reference" | "full"} [schema] As in `RenderConversationConfig`. By default
 *   `"reference"`.
 */

/**
 * A conversation to render.
 *
 * @typedef {object} RenderParams
 * @property {string} conversation JSON text, so that a number such as `1.0` is rendered as it was
 *   written.
 * @property {boolean} [auto_drop_analysis] Leave out analysis messages that the model no longer
 *   needs. By default `true`.
 * @property {"before-first-final" | "finished-turns"} [drop] Which those are.
 *   `"before-first-final"`, as in the reference: those before the first final message, once the
 *   assistant's last message is a final one. `"finished-turns"`, as the format's guide has it:
 *   those of every turn that the assistant has ended with a final message; the turn that ends a
 *   conversation rendered for training is still to be learnt, and keeps its own. By default
 *   `"before-first-final"`.
 * @property {"reference" | "full"} [schema] How the tools' JSON Schemas are written. `"reference"`:
 *   as the reference does, which loses what it does not know. `"full"`: with `$ref`, `anyOf`,
 *   `allOf`, `const`, values that are no strings, maps and tuples. By default `"reference"`.
 * @property {RenderMode} [mode] What for: the messages alone, a prompt to complete, or a training
 *   example. By default `"conversation"`.
 * @property {Role} [next_role] Whose message is to be completed. By default `"assistant"`.
 */

/**
 * A run of tokens. Token `i` has the bytes from `ends[i - 1]`, or 0, to `ends[i]`.
 *
 * @typedef {object} TokenStream
 * @property {Uint32Array} ids Token ids.
 * @property {Uint32Array} ends Where each token's bytes end.
 * @property {Uint8Array} bytes The bytes of all tokens. An id that is in no vocabulary has none.
 * @property {Int32Array} spans `SPAN` records, which tile the stream: `part` is an index into
 *   `PARTS`, `message` an index into the value's messages, or -1.
 * @property {Int32Array} joins `JOIN` records, in order and disjoint.
 * @property {Int32Array} marks `MARK` records, in the order of their starts; they may overlap.
 */

/**
 * A message that was rendered.
 *
 * @typedef {object} RenderedMessage
 * @property {number} index Its index in the conversation.
 * @property {number} start Its first token.
 * @property {number} stop One past its last token.
 */

/**
 * Text that spells a special token, but is sent as plain text.
 *
 * @typedef {object} LiteralText
 * @property {number} message Index of the rendered message.
 * @property {string} text The special token's text.
 * @property {number} start The first token that has some of it.
 * @property {number} stop One past the last.
 */

/**
 * A rendered conversation.
 *
 * @typedef {object} RenderValue
 * @property {TokenStream} tokens Its tokens; the messages of their spans are indexes into
 *   `messages`.
 * @property {RenderedMessage[]} messages The messages that were rendered, in order; a dropped one
 *   is absent.
 * @property {LiteralText[]} literals The first thousand literals.
 */

/**
 * A conversation to make training samples of, and what is to be learnt.
 *
 * @typedef {object} TrainingParams
 * @property {string} conversation JSON text, as for `RenderParams`.
 * @property {boolean} [auto_drop_analysis] Leave out analysis messages that the model no longer
 *   needs. By default `true`.
 * @property {"before-first-final" | "finished-turns"} [drop] Which those are.
 *   `"before-first-final"`, as in the reference: those before the first final message, once the
 *   assistant's last message is a final one. `"finished-turns"`, as the format's guide has it:
 *   those of every turn that the assistant has ended with a final message; the turn that ends a
 *   conversation rendered for training is still to be learnt, and keeps its own. By default
 *   `"finished-turns"`.
 * @property {"reference" | "full"} [schema] How the tools' JSON Schemas are written. `"reference"`:
 *   as the reference does, which loses what it does not know. `"full"`: with `$ref`, `anyOf`,
 *   `allOf`, `const`, values that are no strings, maps and tuples. By default `"reference"`.
 * @property {(string | null)[]} [learn] The channels to learn; `null` stands for messages without
 *   one. By default `["analysis", "commentary", "final"]`.
 * @property {boolean[] | null} [learn_messages] For each message, whether it may be learnt; `null`
 *   for all. By default `null`.
 * @property {number | null} [max_tokens] The longest sample allowed. By default `null`.
 * @property {number | null} [turn] The turn whose tokens are wanted, counted from 0; the last one
 *   if `null`. By default `null`.
 */

/**
 * A place in a pasted or typed text.
 *
 * @typedef {object} Place
 * @property {number} start Where it begins, in UTF-16 code units.
 * @property {number} stop Where it ends.
 * @property {number} line Its line, from 1.
 * @property {number} column Its column, from 1.
 */

/**
 * What is wrong with what was given.
 *
 * @typedef {object} Fault
 * @property {string} kind A stable name, such as `"invalid-json"` or `"unexpected-token"`.
 * @property {string} message What was found, and what was expected.
 * @property {string} hint What to do; may be empty.
 * @property {number | null} token Index of the token at fault.
 * @property {(string | number)[]} path Where in the conversation or the parameters, such as
 *   `["messages", 2, "channel"]`; empty if it is not about a field.
 * @property {Place | null} place Where in the text.
 */

/**
 * A turn of the assistant's, and the sample that it gives.
 *
 * @typedef {object} TrainingTurn
 * @property {number} turn Which turn, counted from 0.
 * @property {number} tokens How many tokens the sample has; 0 if there is none.
 * @property {number} targets How many of them are targets.
 * @property {Fault | null} fault Why it gives no sample.
 */

/**
 * The samples that a conversation gives, and the tokens of one.
 *
 * @typedef {object} TrainingValue
 * @property {TrainingTurn[]} turns Each turn of the assistant's, in order.
 * @property {number} turn The turn that the rest is about.
 * @property {TokenStream} tokens The sample's tokens, none if it gives no sample; the messages of
 *   their spans are indexes into `messages`.
 * @property {Uint8Array} loss_mask For each token, 1 if it is a target, else 0. It is not shifted.
 * @property {RenderedMessage[]} messages The messages in the sample, in order.
 * @property {number[]} left_out The indexes of the messages before its last one that it leaves out.
 * @property {number} unused How many messages follow the last turn, and so are in no sample.
 */

/**
 * A completion to parse.
 *
 * @typedef {object} ParseParams
 * @property {Uint32Array} tokens Token ids.
 * @property {Role | null} [role] The role of the first message, if its header is implied by the
 *   prompt. By default `null`.
 * @property {boolean} [strict] Whether a stop token within a header is header text; else it ends
 *   the message. By default `true`.
 */

/**
 * One content of a message; what else it holds depends on its type.
 *
 * @typedef {{type: string, text?: string, [key: string]: unknown}} WireContent
 */

/**
 * A message, as `Message.to_dict` gives it.
 *
 * @typedef {object} WireMessage
 * @property {Role} role The author's role.
 * @property {WireContent[] | string} content The contents; a string stands for a single text.
 * @property {string | null} [name] The author's name, such as a tool's; `null` for none.
 * @property {string} [channel] The channel.
 * @property {string} [recipient] The recipient, such as `functions.get_weather`.
 * @property {string} [content_type] The content type, such as `<|constrain|>json`.
 */

/**
 * Messages in order.
 *
 * @typedef {object} MessagesValue
 * @property {WireMessage[]} messages
 */

/**
 * An output to inspect, and how.
 *
 * @typedef {object} InspectParams
 * @property {string | Uint32Array} source Token ids, or a text as it was pasted: ids in any common
 *   notation, or Harmony text.
 * @property {boolean} [missing_call_is_call] Whether a call without `<|call|>` is one: ended by
 *   another stop token or by the next message, or by the end of the stream if its content is the
 *   JSON it promises. By default `false`.
 * @property {boolean} [recover_stripped_markers] Whether to make messages of a text in which all
 *   special tokens are missing, such as `analysis...assistantfinal...`. None of them is ever a call
 *   to run. By default `true`.
 * @property {string[]} [channels] The channels there are. By default `["analysis", "commentary",
 *   "final"]`.
 * @property {(string | Record<string, unknown>)[] | null} [tools] The tools there are: names, or
 *   functions as a chat request describes them. By default `null`.
 * @property {boolean | null} [completion] Whether the stream is what a model sampled in one go, so
 *   that messages of others, tokens after a call, or no answer at all are wrong. `null`: it is, if
 *   the role given is the assistant's. By default `null`.
 * @property {Role | null} [role] The role of the first message, if its header is implied by the
 *   prompt. By default `null`.
 * @property {SourceKind} [source_kind] What a text is read as. By default `"auto"`.
 * @property {number} [output] Which of the outputs in the source to inspect, from 0. By default
 *   `0`.
 * @property {string | null} [finish_reason] The server's, such as `"stop"` or `"length"`, if it
 *   left the stop token out of the output. If neither is given, the source's own are used. By
 *   default `null`.
 * @property {number | null} [stop_token] The token at which the server says that it stopped. By
 *   default `null`.
 */

/**
 * A recovered message and where it came from.
 *
 * @typedef {object} WireInspectedMessage
 * @property {WireMessage} message The message.
 * @property {number} start Its first token.
 * @property {number} stop One past its last token.
 * @property {boolean} complete Whether a stop token ended it.
 * @property {boolean} repaired Whether something in it was guessed.
 * @property {string[]} guesses The codes of what was.
 * @property {boolean} runnable Whether it is a tool call that is safe to run.
 * @property {boolean} withheld Whether it is a tool call that is not.
 */

/**
 * One thing that is wrong or odd.
 *
 * @typedef {object} WireDiagnostic
 * @property {string} code The kind; a name of the table of codes.
 * @property {Severity} severity How much it matters.
 * @property {number} start The first token it is about.
 * @property {number} stop One past the last; `start` if something is missing there.
 * @property {string} message What was found.
 * @property {string} hint What to do about it.
 */

/**
 * Tokens to put in the place of others.
 *
 * @typedef {object} Edit
 * @property {number} start The first token to go.
 * @property {number} stop One past the last.
 * @property {number[]} tokens What comes in their place.
 * @property {string} text The same as text.
 */

/**
 * A diagnostic with its edit.
 *
 * @typedef {object} Diagnostic
 * @property {string} code The kind; a name of the table of codes.
 * @property {Severity} severity How much it matters.
 * @property {number} start The first token it is about.
 * @property {number} stop One past the last; `start` if something is missing there.
 * @property {string} message What was found.
 * @property {string} hint What to do about it.
 * @property {Edit | null} fix The edit that removes its cause, if there is a plain one.
 */

/**
 * One kind of fault, explained. The texts may hold code between backticks.
 *
 * @typedef {object} WireCode
 * @property {string} name The stable name.
 * @property {Severity} severity How much it matters.
 * @property {boolean} guesses Whether a message with it counts as repaired.
 * @property {string} looks What it looks like.
 * @property {string} cause The likely cause.
 * @property {string} strict What the strict parser does.
 * @property {string} repair What the inspector does.
 * @property {string} advice How to fix it.
 * @property {string} url Where the documentation explains it.
 */

/**
 * A message that differs from the recovered one.
 *
 * @typedef {object} MessageDifference
 * @property {number} index Its index.
 * @property {WireMessage} message The message.
 */

/**
 * What openai-harmony makes of the tokens.
 *
 * @typedef {object} ReferenceResult
 * @property {number} messages How many messages it returns, or had read before the fault.
 * @property {Fault | null} fault What it raises.
 * @property {number} differing How many of its messages differ from the recovered ones.
 * @property {MessageDifference[]} differences The first of those.
 */

/**
 * The results of its two parsers.
 *
 * @typedef {object} ReferenceResults
 * @property {ReferenceResult} strict With `strict=True`.
 * @property {ReferenceResult} non_strict With `strict=False`.
 */

/**
 * An inspection, as `Inspection.to_dict` gives it, and what a page shows beside it.
 *
 * @typedef {object} InspectionValue
 * @property {number} version The version of the inspection's form.
 * @property {boolean} ok Whether there is no error and no warning.
 * @property {WireInspectedMessage[]} messages Every message recovered, in order.
 * @property {Record<Severity, number>} counts The number of diagnostics of each severity.
 * @property {Diagnostic[]} diagnostics The first thousand diagnostics, in token order.
 * @property {TokenStream} tokens The tokens and their spans.
 * @property {"tokens" | "text"} recognised What the source was read as.
 * @property {string} form In words, such as "a JSON list of token ids" or "Harmony text".
 * @property {Record<string, WireCode>} codes The codes of diagnostics and guesses, explained.
 * @property {ReferenceResults} reference_results What openai-harmony makes of the tokens.
 */

/**
 * One of the outputs in a source.
 *
 * @typedef {object} WireOutput
 * @property {string} title What it is, in a phrase.
 * @property {"tokens" | "text"} kind Whether the source gave ids or text.
 * @property {string} engine What answered, such as "vLLM completion"; empty if that is not known.
 * @property {string} path Where in the source it is; empty if it is the whole source.
 * @property {string} form How it was written, in words.
 * @property {number} tokens How many tokens it has.
 * @property {number | null} prompt_tokens How many the prompt has, if the source gives its ids.
 * @property {string | null} finish_reason Why generation ended, as far as the source says.
 * @property {number | null} stop_token The token that ended it, likewise.
 * @property {Record<Severity, number> | null} counts The number of its diagnostics of each
 *   severity; `null` if it was not inspected because the source holds too much.
 */

/**
 * Something in a source that is no output, or one that could not be read.
 *
 * @typedef {object} WireLeft
 * @property {string} kind A stable name, such as "prompt" or "already-parsed".
 * @property {string} path Where in the source it is.
 * @property {string} message What it is.
 * @property {string} hint What to do about it; empty if nothing needs doing.
 * @property {boolean} is_fault Whether an output is missing because of it.
 */

/**
 * The inspection of one output of a source, and what else the source holds.
 *
 * @typedef {object} InspectValue
 * @property {number} version The version of the inspection's form.
 * @property {boolean} ok Whether there is no error and no warning.
 * @property {WireInspectedMessage[]} messages Every message recovered, in order.
 * @property {Record<Severity, number>} counts The number of diagnostics of each severity.
 * @property {Diagnostic[]} diagnostics The first thousand diagnostics, in token order.
 * @property {TokenStream} tokens The tokens and their spans.
 * @property {"tokens" | "text"} recognised What the source was read as.
 * @property {string} form In words, such as "a JSON list of token ids" or "Harmony text".
 * @property {Record<string, WireCode>} codes The codes of diagnostics and guesses, explained.
 * @property {ReferenceResults} reference_results What openai-harmony makes of the tokens.
 * @property {number} output Which of the outputs was inspected.
 * @property {WireOutput[]} outputs The first thousand outputs; none if the source is blank.
 * @property {number} outputs_total How many there are.
 * @property {WireLeft[]} left What else there is, and what could not be read: the first thousand.
 */

/** @typedef {Record<string, never>} NoParams Nothing. */

/**
 * Texts in ascending order.
 *
 * @typedef {object} TextsValue
 * @property {string[]} texts
 */

/**
 * The id of a token to ask about.
 *
 * @typedef {object} TokenParams
 * @property {number} token
 */

/**
 * Whether a token is a special one.
 *
 * @typedef {object} SpecialValue
 * @property {boolean} special
 */

/**
 * Which stop tokens are meant.
 *
 * @typedef {object} StopTokensParams
 * @property {boolean} [assistant_actions] Only those that end the assistant's turn. By default
 *   `false`.
 */

/**
 * How to parse a stream.
 *
 * @typedef {object} OpenParserParams
 * @property {Role | null} [role] As for `ParseParams`. By default `null`.
 * @property {boolean} [strict] As for `ParseParams`. By default `true`.
 */

/**
 * Where a parser is.
 *
 * @typedef {object} Snapshot
 * @property {StreamState} state What it expects next.
 * @property {Role | null} role The role of the message being read.
 * @property {string | null} channel Its channel.
 * @property {string | null} recipient Its recipient.
 * @property {string | null} content_type Its content type.
 */

/**
 * A new parser or inspector.
 *
 * @typedef {object} OpenStreamValue
 * @property {StreamState} state What it expects next.
 * @property {Role | null} role The role of the message being read.
 * @property {string | null} channel Its channel.
 * @property {string | null} recipient Its recipient.
 * @property {string | null} content_type Its content type.
 * @property {number} stream Its number.
 */

/**
 * The next tokens of a stream.
 *
 * @typedef {object} ProcessParams
 * @property {number} stream
 * @property {Uint32Array} tokens
 */

/**
 * Some content of one message of a stream, and its end if that has come.
 *
 * @typedef {object} StreamPart
 * @property {number} message The message's index in the stream.
 * @property {Role | null} role Its role.
 * @property {string | null} channel Its channel.
 * @property {string | null} recipient Its recipient.
 * @property {string | null} content_type Its content type.
 * @property {string} text What was added to its content.
 * @property {WireMessage | null} ended The message, once it has ended.
 */

/**
 * What some tokens did to a stream.
 *
 * @typedef {object} Advance
 * @property {StreamState} state What it expects next.
 * @property {Role | null} role The role of the message being read.
 * @property {string | null} channel Its channel.
 * @property {string | null} recipient Its recipient.
 * @property {string | null} content_type Its content type.
 * @property {(string | null)[]} deltas What each token added to the content.
 * @property {StreamPart[]} parts The same by message, in order.
 */

/**
 * The number of a parser or an inspector.
 *
 * @typedef {object} StreamParams
 * @property {number} stream
 */

/**
 * How to inspect a stream.
 *
 * @typedef {object} OpenInspectorParams
 * @property {boolean} [missing_call_is_call] Whether a call without `<|call|>` is one: ended by
 *   another stop token or by the next message, or by the end of the stream if its content is the
 *   JSON it promises. By default `false`.
 * @property {boolean} [recover_stripped_markers] Whether to make messages of a text in which all
 *   special tokens are missing, such as `analysis...assistantfinal...`. None of them is ever a call
 *   to run. By default `true`.
 * @property {string[]} [channels] The channels there are. By default `["analysis", "commentary",
 *   "final"]`.
 * @property {(string | Record<string, unknown>)[] | null} [tools] The tools there are: names, or
 *   functions as a chat request describes them. By default `null`.
 * @property {boolean | null} [completion] Whether the stream is what a model sampled in one go, so
 *   that messages of others, tokens after a call, or no answer at all are wrong. `null`: it is, if
 *   the role given is the assistant's. By default `null`.
 * @property {Role | null} [role] The role of the first message, if its header is implied by the
 *   prompt. By default `null`.
 */

/**
 * What some tokens did to an inspector.
 *
 * @typedef {object} InspectorAdvance
 * @property {StreamState} state
 * @property {Role | null} role
 * @property {string | null} channel
 * @property {string | null} recipient
 * @property {string | null} content_type
 * @property {(string | null)[]} deltas What each token added to the content.
 * @property {StreamPart[]} parts The same by message, in order.
 * @property {WireDiagnostic[]} diagnostics What was found.
 * @property {WireInspectedMessage[]} items The messages that ended.
 */

/**
 * The end of an inspector's stream.
 *
 * @typedef {object} FinishParams
 * @property {number} stream
 * @property {Role | null} [role] The role that the inspector was opened with. By default `null`.
 * @property {string | null} [finish_reason] As for `InspectParams`. By default `null`.
 * @property {number | null} [stop_token] As for `InspectParams`. By default `null`.
 */

/**
 * The inspection of a stream.
 *
 * @typedef {object} FinishValue
 * @property {number} version The version of the inspection's form.
 * @property {boolean} ok Whether there is no error and no warning.
 * @property {WireInspectedMessage[]} messages Every message recovered, in order.
 * @property {Record<Severity, number>} counts The number of diagnostics of each severity.
 * @property {Diagnostic[]} diagnostics The first thousand diagnostics, in token order.
 * @property {TokenStream} tokens The tokens and their spans.
 * @property {"tokens" | "text"} recognised What the source was read as.
 * @property {string} form In words, such as "a JSON list of token ids" or "Harmony text".
 * @property {Record<string, WireCode>} codes The codes of diagnostics and guesses, explained.
 * @property {ReferenceResults} reference_results What openai-harmony makes of the tokens.
 * @property {StreamPart[]} parts What the end of the stream did.
 */

/** @typedef {Record<string, never>} NoValue Nothing. */

/**
 * Asks for an operation. Typed arrays among the parameters go as such.
 *
 * @typedef {object} Request
 * @property {number} id The request's own number.
 * @property {Operation} operation A name of `OPERATIONS`.
 * @property {object} params Its parameters.
 */

/**
 * Answers a request.
 *
 * @typedef {object} Answered
 * @property {number} id The request's number.
 * @property {true} ok That it was answered.
 * @property {object} value The operation's value.
 */

/**
 * Says why a request cannot be answered.
 *
 * @typedef {object} Refused
 * @property {number} id The request's number.
 * @property {false} ok That it was not answered.
 * @property {Fault} fault What is wrong.
 * @property {object | null} value What could be answered before the fault, if any.
 */

/**
 * How far starting is.
 *
 * @typedef {object} Progress
 * @property {"progress"} event What this is.
 * @property {Stage} stage The step that runs.
 * @property {number} loaded Bytes received so far, of all downloads together.
 * @property {number} total Bytes to receive in all.
 */

/**
 * A special token.
 *
 * @typedef {object} SpecialToken
 * @property {number} id Its id.
 * @property {string} text Its text.
 */

/**
 * What answers.
 *
 * @typedef {object} About
 * @property {string} version The version of harmony_core.
 * @property {string} python The version of Python.
 * @property {string} pyodide The version of Pyodide.
 * @property {EncodingName} encoding The encoding's name.
 * @property {SpecialToken[]} special_tokens The formatting tokens.
 * @property {Record<BuiltinTool, Record<string, unknown>>} builtin_tools The built-in tools'
 *   definitions, for a system content's `tools`.
 */

/**
 * Requests are answered from now on.
 *
 * @typedef {object} Ready
 * @property {"ready"} event What this is.
 * @property {About} about What answers.
 */

/**
 * Starting failed; the worker is of no further use.
 *
 * @typedef {object} Failed
 * @property {"failed"} event What this is.
 * @property {Stage} stage The step that failed.
 * @property {string} message Why.
 */

/** @typedef {Answered | Refused | Progress | Ready | Failed} FromWorker */

/**
 * What can be asked.
 *
 * @typedef {object} Operations
 * @property {{params: EncodeParams, value: TokensValue}} encode
 * @property {{params: TokensParams, value: TextValue}} decode
 * @property {{params: TokensParams, value: TextValue}} decode_utf8
 * @property {{params: TokensParams, value: BytesValue}} decode_bytes
 * @property {{params: RenderMessageParams, value: TokensValue}} render_message
 * @property {{params: RenderParams, value: TokensValue}} render_conversation
 * @property {{params: RenderParams, value: RenderValue}} render_with_spans
 * @property {{params: TrainingParams, value: TrainingValue}} training_samples
 * @property {{params: ParseParams, value: MessagesValue}} parse
 * @property {{params: InspectParams, value: InspectValue}} inspect
 * @property {{params: NoParams, value: TextsValue}} special_tokens
 * @property {{params: TokenParams, value: SpecialValue}} is_special_token
 * @property {{params: StopTokensParams, value: TokensValue}} stop_tokens
 * @property {{params: OpenParserParams, value: OpenStreamValue}} open_parser
 * @property {{params: ProcessParams, value: Advance}} process
 * @property {{params: StreamParams, value: Advance}} process_eos
 * @property {{params: OpenInspectorParams, value: OpenStreamValue}} open_inspector
 * @property {{params: ProcessParams, value: InspectorAdvance}} feed
 * @property {{params: FinishParams, value: FinishValue}} finish
 * @property {{params: StreamParams, value: NoValue}} close_stream
 */

/** @typedef {keyof Operations} Operation */

/**
 * @template {Operation} Name
 * @typedef {Operations[Name]["params"]} ParamsOf
 */

/**
 * @template {Operation} Name
 * @typedef {Operations[Name]["value"]} ValueOf
 */

/**
 * The parameters that have a default, all of them.
 *
 * @template {object} Params
 * @typedef {{[K in keyof Params as {} extends Pick<Params, K> ? K : never]-?: Params[K]}}
 *   DefaultsOf
 */

/**
 * The defaults of each operation's parameters.
 *
 * @type {{readonly [Name in Operation]: Readonly<DefaultsOf<ParamsOf<Name>>>}}
 */
export const DEFAULTS = {
  encode: {
    allowed_special: [],
    disallowed_special: "all",
  },
  decode: {},
  decode_utf8: {},
  decode_bytes: {},
  render_message: {
    conversation_has_function_tools: false,
    schema: "reference",
  },
  render_conversation: {
    auto_drop_analysis: true,
    drop: "before-first-final",
    schema: "reference",
    mode: "conversation",
    next_role: "assistant",
  },
  render_with_spans: {
    auto_drop_analysis: true,
    drop: "before-first-final",
    schema: "reference",
    mode: "conversation",
    next_role: "assistant",
  },
  training_samples: {
    auto_drop_analysis: true,
    drop: "finished-turns",
    schema: "reference",
    learn: ["analysis", "commentary", "final"],
    learn_messages: null,
    max_tokens: null,
    turn: null,
  },
  parse: {
    role: null,
    strict: true,
  },
  inspect: {
    missing_call_is_call: false,
    recover_stripped_markers: true,
    channels: ["analysis", "commentary", "final"],
    tools: null,
    completion: null,
    role: null,
    source_kind: "auto",
    output: 0,
    finish_reason: null,
    stop_token: null,
  },
  special_tokens: {},
  is_special_token: {},
  stop_tokens: {
    assistant_actions: false,
  },
  open_parser: {
    role: null,
    strict: true,
  },
  process: {},
  process_eos: {},
  open_inspector: {
    missing_call_is_call: false,
    recover_stripped_markers: true,
    channels: ["analysis", "commentary", "final"],
    tools: null,
    completion: null,
    role: null,
  },
  feed: {},
  finish: {
    role: null,
    finish_reason: null,
    stop_token: null,
  },
  close_stream: {},
};

/** The content of a system message that says nothing itself. @type {Readonly<Record<string, unknown>>} */
export const SYSTEM_CONTENT = Object.freeze({
  model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
  reasoning_effort: "Medium",
  knowledge_cutoff: "2024-06",
  channel_config: {
    valid_channels: ["analysis", "commentary", "final"],
    channel_required: true,
  },
  type: "system_content",
});
