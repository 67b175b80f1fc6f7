/**
 * JSON whose numbers stay as they were written: `1.0` stays `1.0`, and an integer of thirty
 * digits keeps them all. Where the browser cannot do that, numbers become ordinary ones.
 *
 * @module
 */

/**
 * What `lib.es2023` does not declare yet.
 *
 * @typedef {object} RawJson
 * @property {(text: string) => object} rawJSON
 * @property {(value: unknown) => boolean} isRawJSON
 */

const raw = /** @type {Partial<RawJson>} */ (/** @type {unknown} */ (JSON));

/** Whether this browser keeps every number as written. */
export const keepsNumbers = typeof raw.rawJSON === "function";

/**
 * @param {string} text
 * @returns {unknown} Numbers that a float would change are opaque values which
 *   {@link stringify} writes as they were.
 * @throws {SyntaxError}
 */
export function parse(text) {
  return JSON.parse(text, keepsNumbers ? keepNumber : undefined);
}

/**
 * @param {unknown} value
 * @param {number} [indent]
 */
export function stringify(value, indent = 0) {
  return JSON.stringify(value, null, indent) ?? "null";
}

/**
 * Whether the value is a JSON object (not a list, and not a number kept as written).
 *
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRaw(value);
}

/**
 * @param {string} _key
 * @param {unknown} value
 * @param {{source?: string}} [context]
 */
function keepNumber(_key, value, context) {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  return raw.rawJSON?.(source);
}

/** @param {unknown} value */
function isRaw(value) {
  return raw.isRawJSON?.(value) ?? false;
}
