/** @module */

import { make } from "../dom.js";
import { markClasses } from "./mark_classes.js";
import { makeToken, paintAlone, partName } from "./paint.js";

/** @typedef {import("./tokens.js").Tokens} Tokens */

/** The columns' titles. */
export const COLUMNS = Object.freeze(["token", "id", "text", "bytes", "part", "message"]);

/**
 * Tokens as rows of a table.
 *
 * @param {Document} document
 * @param {Tokens} tokens
 * @param {number} start
 * @param {number} stop
 * @param {(message: number) => string} labelOf
 * @returns {DocumentFragment}
 */
export function paintTable(document, tokens, start, stop, labelOf) {
  const painted = document.createDocumentFragment();
  let ordinal = tokens.spanAt(start);
  const classes = markClasses(tokens, start, stop);
  for (let index = start; index < stop; ordinal++) {
    const span = tokens.span(ordinal);
    const label = labelOf(span.message);
    for (const end = Math.min(span.stop, stop); index < end; index++) {
      const row = makeToken(document, "div", index, ` row${classes.get(index) ?? ""}`);
      row.dataset["part"] = span.part;
      row.dataset["of"] = String(span.message);
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", String(index + 2)); // The head is the first row.
      const text = make(document, "span", "cell-text");
      paintAlone(text, tokens, index);
      row.append(
        make(document, "span", "cell-index", String(index)),
        make(document, "span", "cell-id", String(tokens.id(index))),
        text,
        make(document, "span", "cell-bytes", tokens.hex(index)),
        make(document, "span", "cell-part", partName(span.part)),
        make(document, "span", "cell-message", label),
      );
      for (const cell of row.children) cell.setAttribute("role", "gridcell");
      painted.append(row);
    }
  }
  return painted;
}

/** @param {Document} document */
export function paintTableHead(document) {
  const head = make(document, "div", "row head");
  head.setAttribute("role", "row");
  head.setAttribute("aria-rowindex", "1");
  for (const title of COLUMNS) {
    const cell = make(document, "span", "", title);
    cell.setAttribute("role", "columnheader");
    head.append(cell);
  }
  return head;
}
