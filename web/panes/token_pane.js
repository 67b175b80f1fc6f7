/** @module */

import { applyEdit, Tokens } from "../tokens/tokens.js";
import { createCopyButton } from "./copy.js";
import { createDetail, describeToken } from "../tokens/detail.js";
import { clone, find, findElement, setText } from "../dom.js";
import { createStream } from "../tokens/stream.js";
import { createTabs } from "./tabs.js";
import { counted } from "../words.js";

/**
 * @typedef {import("../engine/protocol.js").TokenStream} TokenStream
 * @typedef {import("../tokens/detail.js").Spot} Spot
 * @typedef {import("../tokens/stream.js").Layout} Layout
 * @typedef {import("../tokens/tokens.js").Mark} Mark
 */

/**
 * @typedef {object} TokenPaneActions
 * @property {(on: "hover" | "focus", spot: Spot | null) => void} point
 * @property {(message: number) => void} showMessage
 * @property {(mark: Mark) => {name: string, text: string} | null} describeMark
 * @property {(() => string)} [json] What the button "JSON" copies.
 */

/** So many marks of a token are told about. */
const MOST_NOTES = 5;

/**
 * The right-hand pane of both modes: the stream, its views, what to copy, and the pointed token.
 *
 * @param {HTMLElement} pane
 * @param {TokenPaneActions} actions
 */
export function createTokenPane(pane, actions) {
  pane.append(clone(pane.ownerDocument, "stream-template"));
  const bar = findElement(pane, ".stream-bar");
  const scroller = findElement(pane, ".stream-scroll");
  const count = findElement(pane, ".count");
  const empty = findElement(pane, ".empty");
  const staleNote = findElement(pane, ".stale-note");
  const detail = createDetail(findElement(pane, ".detail"));
  /** @type {Tokens | null} */
  let tokens = null;
  /** @type {string[]} */
  let labels = [];

  /** @param {number} message */
  const labelOf = (message) => labels[message] ?? "";

  /** @param {number} token */
  const notesOn = (token) =>
    (tokens?.marksIn(token, token + 1) ?? []).slice(0, MOST_NOTES).flatMap((mark) => {
      const note = actions.describeMark(mark);
      return note ? [{ kind: mark.kind, ...note }] : [];
    });

  /** @param {number | null} token @returns {Spot | null} */
  function spotOf(token) {
    if (!tokens || token === null) return null;
    const { part, message } = tokens.span(tokens.spanAt(token));
    return { token, part, message };
  }

  const stream = createStream(scroller, {
    point(on, token) {
      actions.point(on, spotOf(token));
      if (on === "focus" && token !== null && tokens) describe(token, tokens);
    },
  });

  /** @param {number} token @param {Tokens} all */
  function describe(token, all) {
    const element = scroller.querySelector(`[data-token-index="${token}"]`);
    element?.setAttribute("aria-description", describeToken(all, token, labelOf, notesOn(token)));
    if (element?.getAttribute("role") !== "option") return;
    element.setAttribute("aria-posinset", String(token + 1));
    element.setAttribute("aria-setsize", String(all.length));
  }

  scroller.addEventListener("click", (event) => {
    const target =
      event.target instanceof Element ? event.target.closest("[data-token-index]") : null;
    if (!(target instanceof HTMLElement)) return;
    const message = spotOf(Number(target.dataset["tokenIndex"]))?.message ?? -1;
    if (message >= 0) actions.showMessage(message);
  });

  const tabs = createTabs(findElement(bar, "[role=tablist]"), (name) => {
    tabs.select(name);
    stream.setLayout(/** @type {Layout} */ (name));
  });

  /** @param {string} what */
  const button = (what) => find(bar, `[data-copy=${what}]`, HTMLButtonElement);
  createCopyButton(button("ids"), () => `[${Array.from(tokens?.stream.ids ?? []).join(", ")}]`);
  createCopyButton(button("text"), () => tokens?.textOf(0, tokens.length) ?? "");
  const { json } = actions;
  if (json) {
    button("json").hidden = false;
    createCopyButton(button("json"), json);
  }
  detail.show(null, null, labelOf, notesOn);

  return {
    /**
     * @param {TokenStream | null} next
     * @param {string[]} nextLabels A message's number, by ordinal.
     * @param {string} hint What to say if there are no tokens.
     * @param {Uint8Array | null} [mask] For each token, 1 if it is a target of training.
     */
    show(next, nextLabels, hint, mask = null) {
      if (next !== (tokens?.stream ?? null)) {
        tokens = next && new Tokens(next, mask);
        labels = nextLabels;
        stream.show(tokens, labels);
        for (const what of ["ids", "text"]) button(what).disabled = !tokens?.length;
      }
      const messages = labels.length;
      setText(
        count,
        tokens ? `${counted(tokens.length, "token")} · ${counted(messages, "message")}` : "",
      );
      empty.hidden = Boolean(tokens?.length);
      setText(empty, hint);
    },
    /** @param {boolean} stale @param {boolean} busy */
    setStale(stale, busy) {
      pane.toggleAttribute("data-stale", stale);
      staleNote.hidden = !stale;
      scroller.setAttribute("aria-busy", String(busy));
      pane.classList.toggle("is-busy", busy);
    },
    /** @param {Spot | null} spot */
    point(spot) {
      // A token speaks for itself; lighting up all of its message would only dazzle.
      const field = spot?.token === null && spot.message >= 0 ? spot : null;
      stream.light(field && { message: field.message, part: field.part });
      detail.show(tokens, spot, labelOf, notesOn);
    },
    go: stream.go,
    /** Goes to what a mark is about. @param {{start: number, stop: number}} range */
    goToRange(range) {
      stream.go(range.start);
      const on = tokens?.tokensOf(range);
      if (on) stream.flash(on.start, on.stop);
    },
    /** Goes to the next mark, or the one before. @param {1 | -1} step */
    goToMark(step) {
      const inStream = scroller.contains(pane.ownerDocument.activeElement);
      const token = tokens?.markedToken(inStream ? stream.current : -1, step) ?? null;
      if (token === null) return;
      stream.go(token);
      stream.flash(token, token + 1);
    },
    /** The marks on a token. @param {number | null} token @returns {Mark[]} */
    marksOn: (token) => (token === null ? [] : (tokens?.marksIn(token, token + 1) ?? [])),
    /** @param {number} start @param {number} stop */
    textOf: (start, stop) => tokens?.textOf(start, stop) ?? "",
    /** The source as it is after an edit. @param {import("../engine/protocol.js").Edit} edit */
    edited: (edit) => (tokens ? applyEdit(tokens, edit) : null),
    /** Scrolls to a message's part if it is out of view. @param {number} message @param {string | null} part */
    peek(message, part) {
      const range = tokens?.rangeOf(message, part) ?? tokens?.rangeOf(message, null);
      if (range) stream.peek(range.start);
    },
  };
}

/** @typedef {ReturnType<typeof createTokenPane>} TokenPane */
