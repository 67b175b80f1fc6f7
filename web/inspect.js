/**
 * Wires the Inspect mode's views to the store.
 *
 * @module
 */

import { INSPECT_EXAMPLES } from "./examples.js";
import { stringify } from "./json.js";
import * as store_ from "./store.js";
import { createCopyButton } from "./views/copy.js";
import { counted, find, findElement, setText } from "./views/dom.js";
import { createEditor } from "./views/editor.js";
import { createMenu } from "./views/menu.js";
import { createMessages } from "./views/messages.js";
import { createNotices } from "./views/notices.js";
import { createTokenPane } from "./views/token_pane.js";

/**
 * @typedef {import("./engine/protocol.js").Fault} Fault
 * @typedef {import("./engine/protocol.js").InspectValue} InspectValue
 * @typedef {import("./store.js").Store} Store
 */

const INDENT = 2;

const STATES = {
  ExpectStart: "ends between messages",
  Header: "ends inside a header",
  Content: "ends inside a message",
};

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

  /** @param {"hover" | "focus"} on @param {import("./views/detail.js").Spot | null} spot */
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

  /** @param {Fault | null} fault @param {InspectValue | null} value */
  function showFault(fault, value) {
    const shown = fault ?? value?.fault ?? null;
    editor.mark(shown?.place ?? null, shown?.message);
    const { token = null, place = null } = shown ?? {};
    const atEnd = token !== null && token >= (value?.tokens.ids.length ?? 0);
    const label = atEnd ? "Go to the end" : `Go to token ${token}`;
    const toToken = { label, run: () => tokens.go(token ?? 0) };
    const toPlace = {
      label: `Go to line ${place?.line}, column ${place?.column}`,
      run: () => place && editor.go(place),
    };
    const actions = [...(token !== null && !fault ? [toToken] : []), ...(place ? [toPlace] : [])];
    const notice = shown && { kind: /** @type {const} */ ("error"), text: shown.message };
    notices.show("fault", notice && { ...notice, hint: shown?.hint ?? "", actions });
    tokens.markFault(fault ? null : token);
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
      messages.show(all);
      showFault(fault, value);
      setText(recognised, value && !fault ? `${value.form}; ${STATES[value.state]}` : "");
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
  const strict = find(form, "[name=strict]", HTMLInputElement);
  form.addEventListener("input", () => {
    const options = { reading: reading.value, role: role.value || null, strict: strict.checked };
    store.update(
      store_.setInspectOptions(/** @type {import("./store.js").InspectOptions} */ (options)),
    );
  });
  store.watch(
    ({ inspect }) => [inspect.options],
    (options) => {
      reading.value = options.reading;
      role.value = options.role ?? "";
      strict.checked = options.strict;
    },
  );
}
