/**
 * Messages in their wire form, and pure operations on them. What the page does not know is
 * carried along untouched.
 *
 * @module
 */

import { SYSTEM_CONTENT } from "./engine/protocol.js";
import { isRecord } from "./json.js";

/**
 * @typedef {import("./engine/protocol.js").Role} Role
 * @typedef {(string | number)[]} Path
 */

/**
 * @param {Role} role
 * @returns {Record<string, unknown>}
 */
export function newMessage(role) {
  return { role, content: [newContent(role)] };
}

/**
 * @param {Role} role
 * @returns {Record<string, unknown>} The empty content that fits the role.
 */
export function newContent(role) {
  if (role === "system") return { type: "system_content" };
  if (role === "developer") return { type: "developer_content" };
  return { type: "text", text: "" };
}

/** @param {string} role @returns {Role} The role that usually speaks next. */
export function roleAfter(role) {
  /** @type {Record<string, Role>} */
  const order = { system: "developer", developer: "user", user: "assistant", tool: "assistant" };
  return order[role] ?? "user";
}

/**
 * @param {unknown} value
 * @param {Path} path
 * @returns {unknown}
 */
export function getPath(value, path) {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isRecord(found)) found = found[step];
    else return undefined;
  }
  return found;
}

/**
 * A copy with one place changed; objects on the way are made if missing. `undefined` removes a
 * key or a list item, and an object that is left empty by it stays.
 *
 * @template T
 * @param {T} value
 * @param {Path} path
 * @param {unknown} next
 * @returns {T}
 */
export function setPath(value, path, next) {
  const [step, ...rest] = path;
  if (step === undefined) return /** @type {T} */ (next);
  if (Array.isArray(value)) {
    const list = [...value];
    const index = Number(step);
    if (!rest.length && next === undefined) list.splice(index, 1);
    else list[index] = setPath(list[index], rest, next);
    return /** @type {T} */ (/** @type {unknown} */ (list));
  }
  /** @type {Record<string, unknown>} */
  const record = isRecord(value) ? { ...value } : {};
  if (!rest.length && next === undefined) delete record[step];
  else record[step] = setPath(record[step], rest, next);
  return /** @type {T} */ (/** @type {unknown} */ (record));
}

/**
 * The message after an edit at `path`: a channel configuration has both its fields, and the empty
 * shells that forms leave behind are gone.
 *
 * @template T
 * @param {T} message
 * @param {Path} path
 * @returns {T}
 */
export function tidy(message, path) {
  const base = path.slice(0, 2);
  if (path[2] === "channel_config") {
    const place = [...base, "channel_config"];
    const config = /** @type {object} */ (getPath(message, place));
    const otherwise = /** @type {object} */ (SYSTEM_CONTENT["channel_config"]);
    return setPath(message, place, { ...otherwise, ...config });
  }
  if (path[2] === "tools") {
    const tools = getPath(message, [...base, "tools"]);
    if (isRecord(tools) && !Object.keys(tools).length) {
      return setPath(message, [...base, "tools"], undefined);
    }
  }
  return message;
}

/**
 * @param {unknown} message
 * @returns {string} Its role, or the empty string.
 */
export function roleOf(message) {
  const role = getPath(message, ["role"]);
  return typeof role === "string" ? role : "";
}

/**
 * Whether changing only the role would leave a form that does not fit, and nothing would be lost
 * by starting the content afresh.
 *
 * @param {unknown} message
 */
export function isBlank(message) {
  const content = getPath(message, ["content"]);
  if (content === undefined || content === "") return true;
  if (!Array.isArray(content)) return false;
  if (content.length === 0) return true;
  if (content.length > 1 || !isRecord(content[0])) return false;
  const { type, text, ...others } = content[0];
  return Object.keys(others).length === 0 && (text === undefined || text === "") && type !== null;
}
