/**
 * Form fields bound to places in a message: an element with `data-path` holds a control and says
 * with `data-kind` how the control's value becomes JSON.
 *
 * @module
 */

import { getPath } from "../conversation.js";
import { SYSTEM_CONTENT } from "../engine/protocol.js";
import { parse, stringify } from "../json.js";

/** @typedef {import("../conversation.js").Path} Path */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */
/** @typedef {Record<string, unknown>} Builtins The built-in tools' definitions, by name. */

/**
 * Prefixes the paths of all fields in `root`, which came from a template with relative paths.
 *
 * @param {ParentNode} root
 * @param {Path} base
 */
export function placeFields(root, base) {
  for (const field of fieldsIn(root)) {
    const relative = field.dataset["path"];
    field.dataset["path"] = [...base, ...(relative ? [relative] : [])].join("/");
  }
}

/** @param {ParentNode} root @returns {HTMLElement[]} */
export function fieldsIn(root) {
  return [...root.querySelectorAll("[data-path]")].filter((field) => field instanceof HTMLElement);
}

/** @param {HTMLElement} field @returns {string[]} */
export const pathOf = (field) => (field.dataset["path"] ?? "").split("/");

/** @param {Element} field @returns {Control | null} */
export function controlOf(field) {
  const control = field.querySelector("input, textarea, select");
  return isControl(control) ? control : null;
}

/** @param {unknown} value @returns {value is Control} */
function isControl(value) {
  return (
    value instanceof HTMLInputElement ||
    value instanceof HTMLTextAreaElement ||
    value instanceof HTMLSelectElement
  );
}

/**
 * What holds for a field if the message does not say. A form with defaults is that of one content,
 * with whose path the fields' paths begin.
 *
 * @param {HTMLElement} field
 */
const defaultOf = (field) =>
  field.closest("[data-defaults]") ? getPath(SYSTEM_CONTENT, pathOf(field).slice(2)) : undefined;

/**
 * @param {HTMLElement} field
 * @param {Builtins} builtins
 * @returns {unknown} The JSON the control stands for; `undefined` if the key should go.
 */
export function readField(field, builtins) {
  const control = controlOf(field);
  if (!control) return undefined;
  const { value } = control;
  switch (field.dataset["kind"]) {
    case "kept":
      return value;
    case "list":
      return splitList(value);
    case "flag":
      return isChecked(control);
    case "builtin":
      return isChecked(control) ? builtins[pathOf(field).at(-1) ?? ""] : undefined;
    case "schema":
      return readSchema(value);
    default:
      // What is left out has its default; to have nothing in its place must be said.
      if (value === "") return defaultOf(field) === undefined ? undefined : null;
      return value;
  }
}

/**
 * Shows the value, unless the control already stands for it: what is being typed stays as typed.
 *
 * @param {HTMLElement} field
 * @param {unknown} given `undefined` if the message does not say.
 * @param {Builtins} builtins
 */
export function writeField(field, given, builtins) {
  const value = given === undefined ? defaultOf(field) : given;
  const control = controlOf(field);
  if (!control) return;
  const kind = field.dataset["kind"];
  if (control instanceof HTMLInputElement && control.type === "checkbox") {
    control.checked = kind === "builtin" ? value !== undefined && value !== null : value === true;
    return;
  }
  if (stringify(readField(field, builtins)) === stringify(value)) return;
  const text = textOf(value, kind);
  if (control instanceof HTMLSelectElement) addChoice(control, text);
  if (control.value !== text) control.value = text;
}

/** @param {unknown} value @param {string | undefined} kind */
function textOf(value, kind) {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (kind === "list" && Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.join(", ");
  }
  return stringify(value, kind === "schema" ? 2 : 0);
}

/** A value that is not among the choices is shown, not changed. @param {HTMLSelectElement} select @param {string} value */
function addChoice(select, value) {
  if ([...select.options].some((option) => option.value === value)) return;
  const option = select.ownerDocument.createElement("option");
  option.value = value;
  option.textContent = value || "(none)";
  select.append(option);
}

/** @param {string} text */
function splitList(text) {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

/** A text that is not JSON is kept as text; see `schemaFault`. @param {string} text */
function readSchema(text) {
  if (!text.trim()) return undefined;
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** @param {Control} control */
const isChecked = (control) => control instanceof HTMLInputElement && control.checked;
