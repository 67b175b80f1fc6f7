/** @module */

import { stringify } from "../json.js";
import { cloneElement, find, findElement, make, setText } from "../dom.js";
import { counted } from "../words.js";

/**
 * @typedef {import("../engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("../engine/protocol.js").ReferenceResult} ReferenceResult
 */

const SHORT = 2_000;
const INDENT = 2;

/**
 * What openai-harmony makes of the same tokens.
 *
 * @param {HTMLElement} root
 * @param {{go: (token: number) => void}} actions
 */
export function createReferenceResults(root, actions) {
  const document = root.ownerDocument;
  const list = findElement(root, ".result-list");
  let shown = "";

  /** @param {string[]} names @param {ReferenceResult} result @param {number} length In tokens. */
  function build(names, result, length) {
    const { fault, messages, differing, differences } = result;
    const entry = cloneElement(document, "reference-result-template");
    entry.dataset["result"] = names.join(" ");
    entry.dataset["raises"] = String(fault !== null);
    setText(findElement(entry, "dt"), names.join(" and "));
    const found = findElement(entry, ".result-text");
    const go = find(entry, "button", HTMLButtonElement);
    const token = fault?.token ?? null;
    if (fault) {
      found.append("raises ", make(document, "code", "", fault.message));
      if (messages) found.append(` and loses ${counted(messages, "message")} before it`);
    } else {
      found.append(`returns ${counted(messages, "message")}`);
    }
    go.hidden = token === null;
    setText(go, token !== null && token >= length ? "at the end" : `at token ${token}`);
    go.addEventListener("click", () => token !== null && actions.go(token));
    const details = find(entry, "details", HTMLDetailsElement);
    details.hidden = !differing;
    const verb = differing === 1 ? "differs" : "differ";
    setText(findElement(details, "summary"), `${counted(differing, "message")} ${verb}`);
    for (const { index, message } of differences) {
      const text = stringify(message, INDENT);
      const clipped = text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
      details.append(make(document, "p", "", `Message ${index + 1}`));
      details.append(make(document, "pre", "excerpt", clipped));
    }
    return entry;
  }

  return {
    /** @param {InspectValue | null} value */
    show(value) {
      root.hidden = !value;
      const length = value?.tokens.ids.length ?? 0;
      const now = stringify([value?.reference_results, length]);
      if (now === shown) return;
      shown = now;
      const { strict, non_strict: nonStrict } = value?.reference_results ?? {};
      list.replaceChildren();
      if (!strict || !nonStrict) return;
      const same = stringify(strict) === stringify(nonStrict);
      list.append(build(same ? ["strict", "non-strict"] : ["strict"], strict, length));
      if (!same) list.append(build(["non-strict"], nonStrict, length));
    },
  };
}
