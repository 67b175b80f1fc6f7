/**
 * The editable contents of a message: texts, the system form, the developer form, and what only
 * the JSON view can edit.
 *
 * @module
 */

import { getPath } from "../conversation.js";
import { BUILTIN_TOOLS } from "../engine/protocol.js";
import { isRecord, stringify } from "../json.js";
import { clone, cloneElement, findElement } from "../dom.js";
import { placeFields } from "./fields.js";

/** @typedef {import("../conversation.js").Path} Path */

const EXCERPT = 600;

/**
 * What the contents look like, as far as it decides which elements there are. The elements are
 * built anew only when this changes.
 *
 * @param {unknown} message
 */
export function shapeOf(message) {
  return stringify(contentsOf(message).map(({ kind, value }) => [kind, extras(kind, value)]));
}

/**
 * @param {Document} document
 * @param {unknown} message
 * @returns {DocumentFragment}
 */
export function buildContents(document, message) {
  const built = document.createDocumentFragment();
  for (const { kind, path, value } of contentsOf(message)) {
    const part = BUILDERS[kind](document, value);
    placeFields(part, path);
    built.append(part);
  }
  return built;
}

/** @typedef {"text" | "system" | "developer" | "other"} Kind */

/**
 * @param {unknown} message
 * @returns {{kind: Kind, path: Path, value: unknown}[]}
 */
function contentsOf(message) {
  const content = getPath(message, ["content"]);
  if (typeof content === "string") return [{ kind: "text", path: ["content"], value: content }];
  if (!Array.isArray(content)) {
    return content === undefined ? [] : [{ kind: "other", path: ["content"], value: content }];
  }
  return content.map((value, index) => {
    if (typeof value === "string") return { kind: "text", path: ["content", index], value };
    const kind = kindOf(value);
    const path = ["content", index, ...(kind === "text" ? ["text"] : [])];
    return { kind, path, value };
  });
}

/** @param {unknown} content @returns {Kind} */
function kindOf(content) {
  if (!isRecord(content)) return "other";
  if (content["type"] === "text" && typeof (content["text"] ?? "") === "string") return "text";
  if (content["type"] === "system_content") return "system";
  if (content["type"] === "developer_content") return "developer";
  return "other";
}

/** @param {Kind} kind @param {unknown} value */
function extras(kind, value) {
  if (kind === "other") return value;
  if (kind === "text") return 0;
  return [functionsOf(value).length, foreignTools(kind, value)];
}

/** @param {unknown} content @returns {unknown[]} */
function functionsOf(content) {
  const tools = getPath(content, ["tools", "functions", "tools"]);
  return Array.isArray(tools) ? tools : [];
}

/**
 * Tool namespaces that the form has no fields for.
 *
 * @param {Kind} kind
 * @param {unknown} content
 */
function foreignTools(kind, content) {
  const tools = getPath(content, ["tools"]);
  if (!isRecord(tools)) return null;
  /** @type {readonly string[]} */
  const known = kind === "system" ? BUILTIN_TOOLS : ["functions"];
  const foreign = Object.entries(tools).filter(([name]) => !known.includes(name));
  return foreign.length ? Object.fromEntries(foreign) : null;
}

/** @type {Record<Kind, (document: Document, value: unknown) => DocumentFragment>} */
const BUILDERS = {
  text: (document) => clone(document, "text-template"),
  other: buildOther,
  system(document, value) {
    const built = clone(document, "system-template");
    appendForeign(built, "system", value);
    return built;
  },
  developer(document, value) {
    const built = clone(document, "developer-template");
    const list = findElement(built, ".tool-list");
    for (const index of functionsOf(value).keys()) {
      const tool = cloneElement(document, "tool-template");
      tool.dataset["tool"] = String(index);
      placeFields(tool, ["tools", "functions", "tools", index]);
      list.append(tool);
    }
    appendForeign(built, "developer", value);
    return built;
  },
};

/** @param {DocumentFragment} built @param {Kind} kind @param {unknown} value */
function appendForeign(built, kind, value) {
  const foreign = foreignTools(kind, value);
  if (foreign) built.append(buildOther(built.ownerDocument, { tools: foreign }));
}

/** @param {Document} document @param {unknown} value */
function buildOther(document, value) {
  const built = clone(document, "other-template");
  const text = stringify(value, 2);
  findElement(built, "pre").textContent =
    text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
  return built;
}
