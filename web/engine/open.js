/**
 * What the entries of the module share: loading, by options or by an encoding's name.
 *
 * @module
 */

import { connect } from "./connection.js";
import { HarmonyEncoding } from "./encoding.js";
import { ENCODINGS } from "./protocol.js";

/** @typedef {import("./connection.js").Channel} Channel */
/** @typedef {import("./protocol.js").EncodingName} EncodingName */
/** @typedef {import("./protocol.js").Progress} Progress */

/**
 * @typedef {object} LoadOptions
 * @property {string | URL} [assets] The folder with `worker.js` and `pyodide/`; by default the one
 *   that this module is in.
 * @property {(progress: Progress) => void} [onProgress]
 */

/** @typedef {(name: EncodingName, options?: LoadOptions) => Promise<HarmonyEncoding>} LoadByName */

/**
 * Makes the reference's function for loading of ours.
 *
 * @param {(options?: LoadOptions) => Promise<HarmonyEncoding>} load
 * @returns {LoadByName}
 */
export function byName(load) {
  return async (name, options) => {
    if (!ENCODINGS.includes(name)) {
      const known = ENCODINGS.join(", ");
      throw new RangeError(`There is no encoding ${name}. The encodings are: ${known}.`);
    }
    return load(options);
  };
}

/**
 * Waits for a worker. For the entries of this package.
 *
 * @param {Channel} worker
 * @param {LoadOptions} options
 * @param {{known?: string[], script?: string}} [about] The options that there are, and the address
 *   that the worker comes from.
 */
export async function openHarmony(worker, options, about = {}) {
  const { known = ["assets", "onProgress"], script } = about;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    worker.terminate();
    const names = known.join(" and ");
    throw new TypeError(`There is no option ${unknown}. The options are ${names}.`);
  }
  const connection = connect(worker, options.onProgress ?? (() => {}), script);
  return new HarmonyEncoding(connection, await connection.ready);
}
