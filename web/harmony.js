/**
 * The Harmony format for JavaScript: `harmony_core` in a worker, behind promises.
 *
 * ```js
 * import { loadHarmony } from "./harmony.js";
 * const harmony = await loadHarmony();
 * const tokens = await harmony.renderConversationForCompletion({ messages }, "assistant");
 * ```
 *
 * The names are those of the reference's JavaScript bindings. Conversations and messages are plain
 * objects in their wire form, token ids come back as a `Uint32Array`.
 *
 * @module
 */

import { createWorker } from "./engine/create_worker.js";
import { byName, openHarmony } from "./engine/open.js";

export { HarmonyError, LoadError } from "./engine/connection.js";
export { HarmonyEncoding } from "./engine/encoding.js";
export { Inspector, StreamableParser, StreamState } from "./engine/streams.js";

/**
 * @typedef {import("./engine/encoding.js").Conversation} Conversation
 * @typedef {import("./engine/encoding.js").HarmonyEncoding} Harmony
 * @typedef {import("./engine/encoding.js").InspectOptions} InspectOptions
 * @typedef {import("./engine/encoding.js").RenderConversationConfig} RenderConversationConfig
 * @typedef {import("./engine/encoding.js").RenderOptions} RenderOptions
 * @typedef {import("./engine/encoding.js").Special} Special
 * @typedef {import("./engine/open.js").LoadByName} LoadByName
 * @typedef {import("./engine/open.js").LoadOptions} LoadOptions
 * @typedef {import("./engine/protocol.js").About} About
 * @typedef {import("./engine/protocol.js").EncodingName} EncodingName
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("./engine/protocol.js").OpenInspectorParams} OpenInspectorParams
 * @typedef {import("./engine/protocol.js").Progress} Progress
 * @typedef {import("./engine/protocol.js").RenderParams} RenderParams
 * @typedef {import("./engine/protocol.js").RenderValue} RenderValue
 * @typedef {import("./engine/protocol.js").Role} Role
 * @typedef {import("./engine/protocol.js").StreamPart} StreamPart
 * @typedef {import("./engine/protocol.js").TokenStream} TokenStream
 * @typedef {import("./engine/protocol.js").WireDiagnostic} WireDiagnostic
 * @typedef {import("./engine/protocol.js").WireInspectedMessage} WireInspectedMessage
 * @typedef {import("./engine/protocol.js").WireMessage} WireMessage
 * @typedef {import("./engine/streams.js").TokenSource} TokenSource
 * @typedef {import("./engine/token_ids.js").Tokens} Tokens
 */

/**
 * Starts the worker and waits until it is ready: a few seconds, of which the browser caches
 * the downloads.
 *
 * @param {LoadOptions} [options]
 * @returns {Promise<Harmony>}
 * @throws {import("./engine/connection.js").LoadError}
 */
export async function loadHarmony(options = {}) {
  const base = new URL(options.assets ?? import.meta.url, globalThis.location?.href);
  const script = new URL("worker.js", base);
  return openHarmony(createWorker(script), options, { script: script.href });
}

/** @type {LoadByName} */
export const load_harmony_encoding = byName(loadHarmony);
