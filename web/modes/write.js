/**
 * Wires the Write mode's views to the store.
 *
 * @module
 */

import { ROLES, writeText } from "../conversation.js";
import { WRITE_EXAMPLES } from "./write_examples.js";
import * as store_ from "../store.js";
import { createCards } from "../panes/cards.js";
import { closest, find, findElement } from "../dom.js";
import { createJsonPane } from "../panes/json_pane.js";
import { createMenu } from "../panes/menu.js";
import { createNotices } from "../panes/notices.js";
import { createTabs } from "../panes/tabs.js";
import { createTokenPane } from "../panes/token_pane.js";

/**
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../store.js").Store} Store
 * @typedef {import("../store.js").WriteState} WriteState
 */

const INDENT = 2;
const NO_TOOLS = Object.freeze({});

/**
 * @param {Document} document
 * @param {Store} store
 */
export function createWrite(document, store) {
  const { update } = store;
  const panel = findElement(document, "#write-panel");
  const cardsPanel = findElement(document, "#cards-panel");
  const jsonPanel = findElement(document, "#json-panel");

  /** @param {"cards" | "json"} form */
  const showForm = (form) => update(store_.setWrite({ form }));
  /** @param {number} key @returns {number} Its ordinal among the rendered messages, or -1. */
  const ordinalOf = (key) => {
    const { answer, keys } = store.state.write;
    return answer.value?.messages.findIndex(({ index }) => keys[index] === key) ?? -1;
  };
  /** @param {number} message Ordinal. @returns {number | undefined} */
  const keyOf = (message) => {
    const { answer, keys } = store.state.write;
    return keys[answer.value?.messages[message]?.index ?? -1];
  };
  /** @param {"hover" | "focus"} on @param {import("../tokens/detail.js").Spot | null} spot */
  const point = (on, spot) => update(store_.point(on, spot && { mode: "write", ...spot }));

  const tokens = createTokenPane(findElement(document, "#write-tokens"), {
    point,
    showMessage(message) {
      const key = keyOf(message);
      if (key !== undefined) cards.reveal(key);
    },
    describeMark({ item }) {
      const found = store.state.write.answer.value?.literals[item];
      return { name: "literal", text: `${found?.text ?? ""} as plain text, not the control token` };
    },
    json: () => writeText(store.state.write.draft, INDENT),
  });

  const cards = createCards(find(document, "#cards", HTMLOListElement), {
    edit: (key, path, value) => update(store_.editMessage(key, path, value)),
    setRole: (key, role) => update(store_.setRole(key, role)),
    add: (role, after) => add(role, after),
    removeTool: (key, path) => update(store_.removeTool(key, path)),
    duplicate: (key) => update(store_.duplicateMessage(key)),
    remove: (key) => update(store_.deleteMessage(key)),
    move: (key, by) => update(store_.moveMessage(key, by)),
    showTokens(key) {
      const start = store.state.write.answer.value?.messages[ordinalOf(key)]?.start;
      if (start !== undefined) tokens.go(start);
    },
    showToken: (token) => tokens.goToRange({ start: token, stop: token }),
    showJson: () => showForm("json"),
    point(on, at) {
      const message = at ? ordinalOf(at.key) : -1;
      point(on, at && message >= 0 ? { message, part: at.part, token: null } : null);
      if (on === "focus" && at && message >= 0) tokens.peek(message, at.part);
    },
  });

  /** @param {import("../store.js").Role} role @param {number} [after] */
  function add(role, after) {
    const before = new Set(store.state.write.draft.entries.map(({ key }) => key));
    update(store_.addMessage(role, after));
    const added = store.state.write.draft.entries.find(({ key }) => !before.has(key));
    if (added) cards.focus(added.key);
  }

  const json = createJsonPane(jsonPanel, (text) => update(store_.typeJson(text)));
  const notices = createNotices(findElement(document, "#write-notices"));
  const forms = createTabs(findElement(document, "#write-forms"), (name) =>
    showForm(name === "json" ? "json" : "cards"),
  );

  createMenu(find(document, "#write-examples", HTMLDetailsElement), WRITE_EXAMPLES, (index) => {
    const example = WRITE_EXAMPLES[index];
    if (!example) return;
    update(store_.replaceDraft(example.messages, `Loaded “${example.name}”.`));
    update(store_.setRenderOptions(example.options ?? {}));
  });
  find(document, "#write-clear", HTMLButtonElement).addEventListener("click", () =>
    update(store_.replaceDraft([], "Started a new conversation.")),
  );
  findElement(cardsPanel, ".add").addEventListener("click", (event) => {
    const name = closest(event, "[data-add]")?.dataset["add"];
    const role = ROLES.find((each) => each === name);
    if (role) add(role);
  });
  connectOptions(find(document, "#render-options", HTMLFormElement), store);

  store.watch(
    ({ write, engine }) => [write.draft, write.form, engine],
    (draft, form, engine) => {
      forms.select(form);
      cardsPanel.hidden = form !== "cards";
      jsonPanel.hidden = form !== "json";
      if (form === "json") json.setText(writeText(draft, INDENT));
      cardsPanel.inert = draft.textError !== null;
      cards.show(
        draft.entries,
        engine.status === "ready" ? (engine.about.builtin_tools ?? NO_TOOLS) : NO_TOOLS,
      );
    },
  );

  /** @param {Fault | null} fault @param {WriteState} write */
  function showFault(fault, { form, draft }) {
    const inJson = form === "json";
    json.showFault(inJson ? fault : null);
    const inCard = cards.showFault(inJson ? null : fault);
    const place = fault && inJson ? json.placeOf(fault) : null;
    const unread = draft.textError !== null && !inJson;
    const text = fault?.message ?? `The JSON cannot be read: ${draft.textError}`;
    const toPlace = place && { label: "Go to the place", run: () => json.go(place) };
    const toJson = { label: "Go to the JSON", run: () => showForm("json") };
    const hidden = !unread && (!fault || inCard);
    notices.show(
      "fault",
      hidden
        ? null
        : {
            kind: "error",
            text,
            hint: unread ? "The cards show its last readable state." : (fault?.hint ?? ""),
            actions: [unread ? toJson : toPlace].filter((action) => action !== null),
          },
    );
  }

  store.watch(
    ({ write }) => [write.answer, write.draft, write.form],
    ({ value, fault, busy }, draft, _form) => {
      const labels = value?.messages.map(({ index }) => String(index + 1)) ?? [];
      const hint = draft.entries.length
        ? "The tokens appear here as soon as the tokenizer is loaded."
        : "Add a message to see its tokens.";
      tokens.show(value?.tokens ?? null, labels, hint);
      tokens.setStale(fault !== null && value !== null, busy);
      cards.showSizes(value, store.state.write.keys);
      cards.showLiterals(value, store.state.write.keys);
      showFault(fault, store.state.write);
    },
  );
  store.watch(
    ({ write }) => [write.undo],
    (undo) =>
      notices.show(
        "undo",
        undo && {
          kind: "info",
          text: undo.label,
          actions: [
            { label: "Undo", run: () => update(store_.undoWrite) },
            { label: "Dismiss", run: () => update(store_.setWrite({ undo: null })) },
          ],
        },
      ),
  );
  store.watch(
    ({ hover, focus }) => [hover ?? focus],
    (spot) => {
      const here = spot?.mode === "write" ? spot : null;
      tokens.point(here);
      cards.light(here ? keyOf(here.message) : undefined, here?.part ?? null);
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
  const mode = find(form, "[name=mode]", HTMLSelectElement);
  const next = find(form, "[name=next_role]", HTMLSelectElement);
  const drop = find(form, "[name=drop_analysis]", HTMLInputElement);
  const onlyCompletion = findElement(form, "[data-only=completion]");
  form.addEventListener("input", () => {
    const options = { mode: mode.value, next_role: next.value, drop_analysis: drop.checked };
    store.update(
      store_.setRenderOptions(/** @type {import("../store.js").RenderOptions} */ (options)),
    );
  });
  store.watch(
    ({ write }) => [write.options],
    (options) => {
      mode.value = options.mode;
      next.value = options.next_role;
      drop.checked = options.drop_analysis;
      onlyCompletion.hidden = options.mode !== "completion";
    },
  );
}
