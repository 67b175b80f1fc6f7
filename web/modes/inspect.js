/**
 * Wires the Inspect mode's views to the store.
 *
 * @module
 */

import { INSPECT_EXAMPLES } from "./inspect_examples.js";
import { stringify } from "../json.js";
import * as store_ from "../store.js";
import { createCopyButton } from "../panes/copy.js";
import { counted, find, findElement, setText } from "../dom.js";
import { createEditor } from "../panes/editor.js";
import { createMenu } from "../panes/menu.js";
import { createMessages } from "../panes/messages.js";
import { createNotices } from "../panes/notices.js";
import { createProblems } from "../panes/problems.js";
import { createTokenPane } from "../panes/token_pane.js";
import { createVerdicts } from "../panes/verdicts.js";

/**
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../engine/protocol.js").Edit} Edit
 * @typedef {import("../store.js").Store} Store
 */

const INDENT = 2;

/**
 * @param {Document} document
 * @param {Store} store
 * @param {() => void} showWrite Turns to the Write mode.
 */
export function createInspect(document, store, showWrite) {
  const { update } = store;
  const panel = findElement(document, "#inspect-panel");
  const recognised = findElement(panel, ".recognised");
  const notices = createNotices(findElement(document, "#inspect-notices"));
  const input = findElement(panel, "section");
  const found = () => store.state.inspect.answer.value?.messages ?? [];

  /** @param {"hover" | "focus"} on @param {import("../tokens/detail.js").Spot | null} spot */
  const point = (on, spot) => update(store_.point(on, spot && { mode: "inspect", ...spot }));

  const source = findElement(document, "#source");
  const plain = find(source, "textarea", HTMLTextAreaElement);
  const early = plain.value;
  const editor = createEditor(source, {
    label: plain.getAttribute("aria-label") ?? "",
    hint: plain.placeholder,
    language: "plain",
    onType: (text) => update(store_.setInspect({ source: text })),
  });
  plain.remove();
  if (early) update(store_.replaceSource(early, "The text typed while the page loaded was kept."));

  const tokens = createTokenPane(findElement(document, "#inspect-tokens"), {
    point,
    showMessage: (message) => messages.reveal(message),
    describeMark({ item }) {
      const diagnostic = store.state.inspect.answer.value?.diagnostics[item];
      return diagnostic ? { name: diagnostic.code, text: diagnostic.message } : null;
    },
  });
  const problems = createProblems(findElement(document, "#problems"), {
    go: (diagnostic) => tokens.goToRange(diagnostic),
    fix: applyFix,
    removed: ({ start, stop }) => tokens.textOf(start, stop),
  });
  const verdicts = createVerdicts(findElement(document, "#verdicts"), {
    go: (token) => tokens.goToRange({ start: token, stop: token }),
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    tokens.goToMark(event.shiftKey ? -1 : 1);
  });
  const messages = createMessages(find(document, "#messages", HTMLOListElement), {
    showTokens(ordinal) {
      const start = found()[ordinal]?.start;
      if (start !== undefined) tokens.go(start);
    },
    point(on, at) {
      point(on, at && { ...at, token: null });
      if (on === "focus" && at) tokens.peek(at.message, at.part);
    },
  });

  createMenu(find(document, "#inspect-examples", HTMLDetailsElement), INSPECT_EXAMPLES, (index) => {
    const example = INSPECT_EXAMPLES[index];
    if (!example) return;
    update(store_.replaceSource(example.source, `Loaded “${example.name}”.`, example.options));
  });
  find(document, "#inspect-clear", HTMLButtonElement).addEventListener("click", () =>
    update(store_.replaceSource("", "The text was cleared.")),
  );
  connectOptions(find(document, "#inspect-options", HTMLFormElement), store);

  const copy = find(document, "#copy-messages", HTMLButtonElement);
  const wire = () => found().map(({ message }) => message);
  createCopyButton(copy, () => stringify({ messages: wire() }, INDENT));
  const edit = find(document, "#edit-in-write", HTMLButtonElement);
  edit.addEventListener("click", () => {
    update(store_.replaceDraft(wire(), "The inspected messages replaced your conversation."));
    showWrite();
  });

  /** @param {Edit} fix @param {string} label */
  function applyFix(fix, label) {
    const { value, fault, busy } = store.state.inspect.answer;
    const edited = tokens.edited(fix);
    // An edit of tokens that are not those of the text any more would undo what was typed since.
    if (!value || !edited || fault || busy) return;
    const text = value.recognised === "text" ? edited.text : `[${edited.ids.join(", ")}]`;
    update(store_.replaceSource(text, `Applied: ${label}.`));
  }

  /** @param {Fault | null} fault */
  function showFault(fault) {
    const { place = null, message = "", hint = "" } = fault ?? {};
    editor.mark(place, message);
    const toPlace = place && {
      label: `Go to line ${place.line}, column ${place.column}`,
      run: () => editor.go(place),
    };
    const actions = toPlace ? [toPlace] : [];
    notices.show("fault", fault && { kind: "error", text: message, hint, actions });
  }

  store.watch(
    ({ inspect }) => [inspect.source],
    (text) => editor.setText(text),
  );
  store.watch(
    ({ inspect }) => [inspect.answer],
    ({ value, fault, busy }) => {
      const all = value?.messages ?? [];
      const labels = all.map((_, index) => String(index + 1));
      const hint = store.state.inspect.source.trim()
        ? "The tokens appear here as soon as the tokenizer is loaded."
        : "Paste a model’s output, or choose an example.";
      tokens.show(value?.tokens ?? null, labels, hint);
      const stale = fault !== null && value !== null;
      tokens.setStale(stale, busy);
      input.toggleAttribute("data-stale", stale);
      messages.show(all, value?.codes ?? {});
      problems.show(value);
      verdicts.show(value);
      showFault(fault);
      setText(recognised, value && !fault ? value.form : "");
      setText(findElement(panel, "#messages-count"), value ? counted(all.length, "message") : "");
      copy.disabled = !all.length;
      edit.disabled = !all.length;
    },
  );
  store.watch(
    ({ inspect }) => [inspect.undo],
    (undo) =>
      notices.show(
        "undo",
        undo && {
          kind: "info",
          text: undo.label,
          actions: [
            { label: "Undo", run: () => update(store_.undoInspect) },
            { label: "Dismiss", run: () => update(store_.setInspect({ undo: null })) },
          ],
        },
      ),
  );
  store.watch(
    ({ hover, focus }) => [hover ?? focus],
    (spot) => {
      const here = spot?.mode === "inspect" ? spot : null;
      tokens.point(here);
      messages.light(here?.message ?? -1, here?.part ?? null);
      problems.light(tokens.marksOn(here?.token ?? null).map(({ item }) => item));
    },
  );
  store.watch(
    ({ engine }) => [engine.status],
    (status) => {
      panel.dataset["state"] = status;
    },
  );
}

/**
 * @param {HTMLFormElement} form
 * @param {Store} store
 */
function connectOptions(form, store) {
  const reading = find(form, "[name=reading]", HTMLSelectElement);
  const role = find(form, "[name=role]", HTMLSelectElement);
  const calls = find(form, "[name=missing_call_is_call]", HTMLInputElement);
  const stripped = find(form, "[name=recover_stripped_markers]", HTMLInputElement);
  form.addEventListener("input", () => {
    const options = {
      reading: reading.value,
      role: role.value || null,
      missing_call_is_call: calls.checked,
      recover_stripped_markers: stripped.checked,
    };
    store.update(
      store_.setInspectOptions(/** @type {import("../store.js").InspectOptions} */ (options)),
    );
  });
  store.watch(
    ({ inspect }) => [inspect.options],
    (options) => {
      reading.value = options.reading;
      role.value = options.role ?? "";
      calls.checked = options.missing_call_is_call;
      stripped.checked = options.recover_stripped_markers;
    },
  );
}
