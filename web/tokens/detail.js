/** @module */

import { findElement, make, setText } from "../dom.js";
import { paintAlone, partName } from "./paint.js";
import { counted } from "../words.js";

/**
 * @typedef {import("./tokens.js").Tokens} Tokens
 * @typedef {{message: number, part: string | null, token: number | null}} Spot
 * @typedef {{kind: string, name: string, text: string}} Note What a mark on a token says.
 */

const HINT = "Hover over or tap a token, or use the arrow keys.";

/**
 * Says all about the token, or the part of a message, that is pointed at.
 *
 * @param {HTMLElement} list
 */
export function createDetail(list) {
  const document = list.ownerDocument;

  /** @param {string} name @param {(value: HTMLElement) => void} write */
  function add(name, write) {
    const field = make(document, "div", `detail-${name}`);
    const value = make(document, "dd");
    write(value);
    field.append(make(document, "dt", "", name), value);
    list.append(field);
  }

  /** @param {string} name @param {string} text */
  const addText = (name, text) => add(name, (value) => (value.textContent = text));

  return {
    /**
     * @param {Tokens | null} tokens
     * @param {Spot | null} spot
     * @param {(message: number) => string} labelOf
     * @param {(token: number) => Note[]} notesOn
     */
    show(tokens, spot, labelOf, notesOn) {
      list.replaceChildren();
      if (!tokens || !spot) {
        add("hint", (value) => (value.textContent = HINT));
        return;
      }
      const { token, part, message } = spot;
      if (token !== null && token < tokens.length) {
        addText("token", String(token));
        addText("id", String(tokens.id(token)));
        add("text", (value) => paintAlone(value, tokens, token));
        addText("bytes", tokens.hex(token) || "none");
      } else {
        const range = tokens.rangeOf(message, part);
        if (!range) addText("tokens", "none");
        else
          addText(
            "tokens",
            `${range.start} to ${range.stop - 1}, ${counted(range.stop - range.start, "token")}`,
          );
      }
      addText("part", partName(part ?? "all"));
      const target = token === null ? null : tokens.isTarget(token);
      if (target !== null) addText("loss", target ? "target" : "not a target");
      addText("message", labelOf(message) || "none");
      for (const { kind, name, text } of token === null ? [] : notesOn(token)) {
        add(`note note-${kind}`, (value) => value.append(text));
        setText(findElement(list, ":scope > :last-child > dt"), name);
      }
    },
  };
}

/**
 * One line for assistive technology.
 *
 * @param {Tokens} tokens
 * @param {number} token
 * @param {(message: number) => string} labelOf
 * @param {Note[]} notes
 */
export function describeToken(tokens, token, labelOf, notes) {
  const { part, message } = tokens.span(tokens.spanAt(token));
  const where = labelOf(message) ? ` of message ${labelOf(message)}` : "";
  const facts = `id ${tokens.id(token)}, bytes ${tokens.hex(token)}, ${partName(part)}${where}`;
  const target = tokens.isTarget(token);
  const loss = target === null ? [] : [target ? "target" : "not a target"];
  return [facts, ...loss, ...notes.map(({ kind, name, text }) => `${kind} ${name}: ${text}`)].join(
    ". ",
  );
}
