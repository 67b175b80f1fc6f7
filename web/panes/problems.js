/** @module */

import { cloneElement, closest, find, findElement, make, setText } from "../dom.js";
import { appendProse } from "./prose.js";
import { counted, formatCount } from "../words.js";

/**
 * @typedef {import("../engine/protocol.js").WireCode} WireCode
 * @typedef {import("../engine/protocol.js").Diagnostic} Diagnostic
 * @typedef {import("../engine/protocol.js").Edit} Edit
 * @typedef {import("../engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("../engine/protocol.js").Severity} Severity
 */

/**
 * @typedef {object} ProblemActions
 * @property {(diagnostic: Diagnostic) => void} go
 * @property {(fix: Edit, label: string) => void} fix
 * @property {(fix: Edit) => string} removed The text that an edit takes away.
 */

/** So many entries at first, and more on demand. */
const STEP = 200;
const SHORT = 100;

/** @type {[keyof WireCode, string][]} */
const PROSE = [
  ["looks", "What it is"],
  ["cause", "Likely cause"],
  ["strict", "Strict parser"],
  ["repair", "Repair"],
];

/**
 * What is wrong with a stream, as a list that leads to its tokens.
 *
 * @param {HTMLElement} root
 * @param {ProblemActions} actions
 */
export function createProblems(root, actions) {
  const document = root.ownerDocument;
  const title = findElement(root, "h2");
  const summary = findElement(root, ".count");
  const keys = findElement(root, ".keys");
  const list = find(root, "ol", HTMLOListElement);
  const more = find(root, ".more", HTMLButtonElement);
  /** @type {InspectValue | null} */
  let value = null;
  let limit = STEP;
  /** @type {Set<number>} */
  let lit = new Set();

  function update() {
    const focused = list.contains(document.activeElement) ? indexOf(document.activeElement) : null;
    const all = value?.diagnostics ?? [];
    list.replaceChildren(...all.slice(0, limit).map(build));
    const total = value ? sum(value.counts) : 0;
    more.hidden = total <= limit || limit >= all.length;
    more.textContent = `Show more (${formatCount(limit)} of ${formatCount(total)} shown)`;
    list.hidden = !all.length;
    if (focused === null) return;
    const next = list.children[Math.min(focused, list.children.length - 1)];
    const button = next?.querySelector("button") ?? title;
    button.focus();
  }

  /** @param {Diagnostic} diagnostic @param {number} index */
  function build(diagnostic, index) {
    const entry = cloneElement(document, "problem-template");
    entry.dataset["problem"] = String(index);
    entry.dataset["severity"] = diagnostic.severity;
    entry.dataset["code"] = diagnostic.code;
    setText(findElement(entry, ".severity"), diagnostic.severity);
    setText(findElement(entry, ".code"), diagnostic.code);
    setText(findElement(entry, ".found"), diagnostic.message);
    setText(findElement(entry, ".place"), placeOf(diagnostic, value?.tokens.ids.length ?? 0));
    const apply = findElement(entry, ".apply");
    apply.hidden = !diagnostic.fix;
    if (diagnostic.fix) setText(apply, labelOf(diagnostic.fix));
    return entry;
  }

  /** @param {Edit} fix */
  function labelOf(fix) {
    if (!fix.text) return `Remove ${quote(actions.removed(fix))}`;
    return `${fix.start === fix.stop ? "Insert" : "Replace with"} ${quote(fix.text)}`;
  }

  /** @param {HTMLElement} entry */
  function explain(entry) {
    const prose = findElement(entry, "dl");
    const diagnostic = value?.diagnostics[indexOf(entry)];
    const code = diagnostic && value?.codes[diagnostic.code];
    if (!code || prose.children.length) return;
    const texts = PROSE.map(([name, label]) => [label, String(code[name])]);
    for (const [label, text] of [...texts, ["How to fix it", diagnostic.hint]]) {
      const meaning = make(document, "dd");
      appendProse(meaning, text ?? "");
      prose.append(make(document, "dt", "", label), meaning);
    }
  }

  list.addEventListener("click", (event) => {
    const entry = closest(event, ".problem");
    const diagnostic = entry && value?.diagnostics[indexOf(entry)];
    if (!diagnostic) return;
    if (closest(event, ".problem-go")) actions.go(diagnostic);
    const apply = closest(event, ".apply");
    if (apply && diagnostic.fix) actions.fix(diagnostic.fix, apply.textContent ?? "");
  });
  list.addEventListener(
    "toggle",
    (event) => {
      const entry = closest(event, ".problem");
      if (entry) explain(entry);
    },
    true, // This event does not bubble.
  );
  more.addEventListener("click", () => {
    limit += STEP;
    update();
  });

  return {
    /** @param {InspectValue | null} next */
    show(next) {
      root.hidden = !next;
      if (next === value) return;
      value = next;
      limit = STEP;
      setText(summary, next ? summarise(next.counts) : "");
      keys.hidden = !next || !sum(next.counts);
      update();
    },
    /** Lights up the entries of a token. @param {number[]} indexes */
    light(indexes) {
      for (const index of lit) list.children[index]?.classList.remove("is-lit");
      lit = new Set(indexes);
      for (const index of lit) list.children[index]?.classList.add("is-lit");
      const first = list.children[indexes[0] ?? -1];
      if (!(first instanceof HTMLElement) || list.scrollHeight <= list.clientHeight) return;
      const above = first.offsetTop; // The list is positioned.
      const below = above + first.offsetHeight - list.clientHeight;
      // Not scrollIntoView: it would move the page as well.
      list.scrollTop = Math.max(below, Math.min(above, list.scrollTop));
    },
  };
}

/** @param {Element | null} within */
const indexOf = (within) => {
  const entry = within?.closest(".problem");
  return entry instanceof HTMLElement ? Number(entry.dataset["problem"]) : -1;
};

/** @param {Diagnostic} diagnostic @param {number} length Of the stream. */
function placeOf({ start, stop }, length) {
  if (stop <= start && start >= length) return "at the end";
  if (stop <= start) return `before token ${formatCount(start)}`;
  if (stop === start + 1) return `token ${formatCount(start)}`;
  return `tokens ${formatCount(start)} to ${formatCount(stop - 1)}`;
}

/** @param {string} text */
function quote(text) {
  const shown = text.length > SHORT ? `${text.slice(0, SHORT)}…` : text;
  return `“${shown.replaceAll("\n", "↵")}”`;
}

/** @param {Record<Severity, number>} counts */
const sum = ({ error, warning, info }) => error + warning + info;

/**
 * The problems in numbers.
 *
 * @param {Record<Severity, number>} counts
 */
export function summarise(counts) {
  const parts = [
    counts.error && counted(counts.error, "error"),
    counts.warning && counted(counts.warning, "warning"),
    counts.info && counted(counts.info, "note"),
  ].filter(Boolean);
  return parts.join(", ") || "none";
}
