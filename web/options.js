/**
 * The options of a request, as the controls of a form and as settings that were kept. A control
 * has its option's name, so that a new option needs a control and nothing else.
 *
 * @module
 */

import { RENDER_MODES, ROLES, SOURCE_KINDS } from "./engine/protocol.js";

/** The values that an option can have, unless it is a switch. @type {Record<string, unknown[]>} */
const CHOICES = {
  drop: [null, "finished-turns", "before-first-final"],
  max_tokens: [null, "2048", "4096", "8192", "16384", "32768", "131072"],
  mode: [...RENDER_MODES],
  next_role: [...ROLES],
  role: [null, ...ROLES],
  source_kind: [...SOURCE_KINDS],
};

/**
 * @template {object} Options
 * @param {Options} defaults
 * @param {Record<string, unknown>} kept Settings that anybody may have changed.
 * @returns {Options} With those of the settings that are options and have a possible value.
 */
export function restoreOptions(defaults, kept) {
  const restored = Object.entries(defaults).map(([name, value]) => {
    const choices = CHOICES[name] ?? (typeof value === "boolean" ? [true, false] : []);
    return [name, choices.includes(kept[name]) ? kept[name] : value];
  });
  return /** @type {Options} */ (Object.fromEntries(restored));
}

/** @param {HTMLFormElement} form @returns {Record<string, string | boolean | null>} */
export function readOptions(form) {
  return Object.fromEntries(
    controls(form).map((control) => [
      control.name,
      control instanceof HTMLInputElement ? control.checked : control.value || null,
    ]),
  );
}

/** @param {HTMLFormElement} form @param {Record<string, unknown>} options */
export function showOptions(form, options) {
  for (const control of controls(form)) {
    const value = options[control.name];
    if (control instanceof HTMLInputElement) control.checked = value === true;
    else control.value = String(value ?? "");
  }
}

/** @param {HTMLFormElement} form @returns {(HTMLInputElement | HTMLSelectElement)[]} */
const controls = (form) => [...form.querySelectorAll("select"), ...form.querySelectorAll("input")];
