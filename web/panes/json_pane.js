/** @module */

import { ensureSyntaxTree } from "@codemirror/language";
import { createEditor } from "./editor.js";

/** @typedef {import("../engine/protocol.js").Fault} Fault */

/** The syntax tree of a document this large is worth waiting for, so many milliseconds. */
const PARSE_TIME = 200;

/**
 * The conversation as JSON, with the fault's place underlined.
 *
 * @param {HTMLElement} parent
 * @param {Pick<import("./editor.js").EditorOptions, "onType" | "undo" | "redo">} actions
 */
export function createJsonPane(parent, actions) {
  const editor = createEditor(parent, {
    label: "Conversation as JSON",
    language: "json",
    ...actions,
  });
  return {
    focus: editor.focus,
    setText: editor.setText,
    go: editor.go,
    /** @param {Fault | null} fault */
    showFault(fault) {
      editor.mark(fault && placeOf(editor, fault), fault?.message);
    },
    /** @param {Fault} fault */
    placeOf: (fault) => placeOf(editor, fault),
  };
}

/**
 * @param {import("./editor.js").Editor} editor
 * @param {Fault} fault
 * @returns {{start: number, stop: number} | null}
 */
function placeOf({ view }, fault) {
  if (fault.place) return fault.place;
  if (!fault.path.length) return null;
  const tree = ensureSyntaxTree(view.state, view.state.doc.length, PARSE_TIME);
  const top = tree?.topNode.firstChild;
  if (!top) return null;
  let node = top;
  for (const step of fault.path) {
    const next =
      typeof step === "number" ? itemOf(node, step) : valueOf(view.state.doc, node, step);
    if (!next) break;
    node = next;
  }
  return { start: node.from, stop: node.to };
}

/** @typedef {import("@lezer/common").SyntaxNode} SyntaxNode */

/** @param {SyntaxNode} list @param {number} index */
function itemOf(list, index) {
  let left = index;
  for (let node = list.firstChild; node; node = node.nextSibling) {
    if (PUNCTUATION.has(node.name)) continue;
    if (left-- === 0) return node;
  }
  return null;
}

const PUNCTUATION = new Set(["[", "]", "{", "}", ",", ":"]);

/**
 * @param {import("@codemirror/state").Text} doc
 * @param {SyntaxNode} record
 * @param {string} key
 */
function valueOf(doc, record, key) {
  for (const property of record.getChildren("Property")) {
    const name = property.getChild("PropertyName");
    if (name && doc.sliceString(name.from, name.to) === JSON.stringify(key)) {
      return property.lastChild ?? property;
    }
  }
  return null;
}
