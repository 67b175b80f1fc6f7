/**
 * An inspection in one line.
 *
 * @module
 */

import { counted, formatCount } from "../words.js";
import { summarise } from "./problems.js";

/** @typedef {import("../engine/protocol.js").InspectValue} InspectValue */

/** @param {InspectValue} value */
export function verdictOf(value) {
  const { counts, messages, tokens, reference_results: results } = value;
  const found = summarise(counts);
  const withheld = messages.filter((each) => each.withheld).length;
  const { fault } = results.strict;
  return [
    found === "none" ? "no problems" : found,
    counted(messages.length, "message"),
    withheld === 1 && "tool call not to be run",
    withheld > 1 && `${counted(withheld, "tool call")} not to be run`,
    fault && `openai-harmony raises ${placeOf(fault.token, tokens.ids.length)}`,
    ...othersOf(value),
  ]
    .filter(Boolean)
    .join(", ");
}

/** How grave the gravest is, of all that was given. @param {InspectValue} value */
export function gravityOf({ counts, outputs, output, outputs_total: total, left }) {
  const all = [counts, ...outputs.flatMap(({ counts: other }) => (other ? [other] : []))];
  if (all.some(({ error }) => error) || left.some(({ is_fault: isFault }) => isFault)) {
    return "error";
  }
  if (all.some(({ warning }) => warning)) return "warning";
  const unchecked = outputs.some((each, index) => index !== output && !each.counts);
  return unchecked || total > outputs.length ? "info" : "good";
}

/** @param {InspectValue} value */
function othersOf({ outputs, output, outputs_total: total, left }) {
  const others = outputs.filter((_, index) => index !== output);
  const bad = others.filter(({ counts }) => counts && counts.error + counts.warning).length;
  const checked = others.filter(({ counts }) => counts).length;
  const unchecked = total - (outputs.length ? 1 : 0) - checked;
  const missing = left.filter(({ is_fault: isFault }) => isFault).length;
  return [
    bad && `problems in ${counted(bad, "other output")}`,
    unchecked > 0 && `${counted(unchecked, "other output")} not checked`,
    missing && `${counted(missing, "output")} not readable`,
  ];
}

/** @param {number | null} token @param {number} length */
function placeOf(token, length) {
  if (token === null) return "an error";
  return token >= length ? "at the end" : `at token ${formatCount(token)}`;
}
