/**
 * The npm package in a browser or a web worker.
 *
 * @module
 */

import { startScript } from "../engine/create_worker.js";
import { byName, openHarmony } from "../engine/open.js";
import { loadHarmony as loadFromFolder } from "../harmony.js";
import { startInline } from "./inline.js";

export { HarmonyError, LoadError } from "../engine/connection.js";
export { HarmonyEncoding } from "../engine/encoding.js";
export { Inspector, StreamableParser, StreamState } from "../engine/streams.js";

/**
 * Starts the worker and waits until it is ready: a few seconds.
 *
 * @param {import("../engine/open.js").LoadOptions} [options] Without `assets`, everything comes from this package's
 *   modules, which any bundler finds.
 * @returns {Promise<import("../engine/encoding.js").HarmonyEncoding>}
 * @throws {import("../engine/connection.js").LoadError}
 */
export async function loadHarmony(options = {}) {
  if (options.assets !== undefined) return loadFromFolder(options);
  return openHarmony(await startInline(startScript), options);
}

/** @type {import("../engine/open.js").LoadByName} */
export const load_harmony_encoding = byName(loadHarmony);
