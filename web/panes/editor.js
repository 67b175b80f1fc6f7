/**
 * A CodeMirror editor in a shadow root of its own: there its styles are constructed style
 * sheets, which the page's content security policy allows.
 *
 * @module
 */

import { defaultKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Marks a change that did not come from typing. */
const fromPage = Annotation.define();

/** Changes that are a step of their own to undo, and the group of the others. */
const AT_ONCE = ["input.paste", "input.drop", "delete.cut"];
const TYPING = "typing";

/** Beyond this many characters, reading the whole document at every key would be felt. */
const LARGE = 200_000;
const LARGE_PAUSE = 250;

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--text)", backgroundColor: "var(--field)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--field)", border: "0" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--active-line)" },
  ".cm-placeholder": { color: "var(--soft)" },
  "& > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "var(--selection)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--pane)",
    border: "1px solid var(--line)",
  },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1.5px",
    backgroundColor: "var(--bad-back)",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--part-role)" },
  { tag: tags.string, color: "var(--part-channel)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--part-recipient)" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--soft)" },
]);

/**
 * Typing over a selection. Left to itself, the browser carries the selected text's colour over
 * as an inline style, which the content security policy refuses.
 *
 * @param {InputEvent} event
 * @param {EditorView} view
 */
function replaceSelected(event, view) {
  if (event.inputType !== "insertText" || event.data === null) return false;
  if (view.state.selection.main.empty) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type" });
  return true;
}

/**
 * @typedef {object} EditorOptions
 * @property {string} label
 * @property {"json" | "plain"} language
 * @property {string} [hint]
 * @property {(text: string, group: string | null) => void} onType `group` is `null` if all of the
 *   change came at once, as from the clipboard.
 * @property {() => void} undo The editor has no history of its own.
 * @property {() => void} redo
 */

/**
 * @param {HTMLElement} parent
 * @param {EditorOptions} options
 */
export function createEditor(parent, { label, language, hint = "", onType, undo, redo }) {
  const root = parent.attachShadow({ mode: "open" });
  const host = parent.ownerDocument.createElement("div");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host, :host > div { display: block; height: 100%; min-height: 0 }");
  root.adoptedStyleSheets = [sheet];
  root.append(host);

  let timer = 0;
  /** What was typed and not yet told. @type {{group: string | null} | null} */
  let untold = null;
  function tell() {
    clearTimeout(timer);
    const told = untold;
    untold = null;
    if (told) onType(view.state.doc.toString(), told.group);
  }
  /** @param {() => void} go */
  const step = (go) => {
    tell();
    go();
    return true;
  };
  const view = new EditorView({
    parent: host,
    root,
    state: EditorState.create({
      extensions: [
        lineNumbers(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        placeholder(hint),
        language === "json" ? [json(), bracketMatching(), syntaxHighlighting(colours)] : [],
        theme,
        keymap.of([
          { key: "Mod-z", run: () => step(undo), shift: () => step(redo), preventDefault: true },
          { key: "Mod-y", run: () => step(redo), preventDefault: true },
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label,
          spellcheck: "false",
          tabindex: "0",
        }),
        EditorView.domEventHandlers({
          beforeinput(event, editor) {
            const way = { historyUndo: undo, historyRedo: redo }[event.inputType];
            if (!way) return replaceSelected(event, editor);
            event.preventDefault();
            return step(way);
          },
          blur: tell,
        }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((t) => t.annotation(fromPage))) return;
          const atOnce = update.transactions.some((t) =>
            AT_ONCE.some((event) => t.isUserEvent(event)),
          );
          untold = { group: atOnce ? null : TYPING };
          clearTimeout(timer);
          if (update.state.doc.length < LARGE) tell();
          else timer = setTimeout(tell, LARGE_PAUSE);
        }),
      ],
    }),
  });

  addEventListener("pagehide", tell);

  return {
    view,
    /**
     * Shows a text; only what differs is replaced, so that the cursor stays in its place.
     *
     * @param {string} next
     */
    setText(next) {
      const { doc } = view.state;
      const now = doc.toString();
      if (now === next) return;
      clearTimeout(timer);
      untold = null;
      const changes = difference(now, next);
      view.dispatch({
        changes,
        selection: { anchor: changes.from ? changes.from + changes.insert.length : 0 },
        scrollIntoView: view.hasFocus,
        annotations: fromPage.of(true),
      });
    },
    focus: () => view.focus(),
    /**
     * Underlines the place of a fault; `null` takes the mark away.
     *
     * @param {{start: number, stop: number} | null} place
     * @param {string} [message]
     */
    mark(place, message = "") {
      const end = view.state.doc.length;
      const to = Math.min(place?.stop ?? 0, end);
      const from = Math.max(0, Math.min(place?.start ?? 0, to === end ? end - 1 : to));
      const marks = place ? [{ from, to, severity: /** @type {const} */ ("error"), message }] : [];
      view.dispatch(setDiagnostics(view.state, marks));
    },
    /** @param {{start: number, stop: number}} place */
    go({ start, stop }) {
      const end = view.state.doc.length;
      const selection = { anchor: Math.min(start, end), head: Math.min(stop, end) };
      view.dispatch({
        selection,
        effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }),
      });
      view.focus();
    },
  };
}

/** @typedef {ReturnType<typeof createEditor>} Editor */

/** The one run of characters in which two texts differ. @param {string} before @param {string} after */
function difference(before, after) {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before.at(-1 - same) === after.at(-1 - same)) same++;
  return { from, to: before.length - same, insert: after.slice(from, after.length - same) };
}
