/**
 * Write: a conversation, as cards or as JSON, and its tokens.
 *
 * @module
 */

import { closest, find, findElement } from "../dom.js";
import * as drafts from "../draft.js";
import { DEFAULTS, ROLES } from "../engine/protocol.js";
import { readOptions, restoreOptions, showOptions } from "../options.js";
import { createCards } from "../panes/cards.js";
import { createJsonPane } from "../panes/json_pane.js";
import { createTabs } from "../panes/tabs.js";
import { createTokenPane } from "../panes/token_pane.js";
import { readSettings } from "../persistence.js";
import { counted } from "../words.js";
import { WRITE_EXAMPLES } from "./write_examples.js";

/**
 * @typedef {import("../draft.js").Draft} Draft
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../engine/protocol.js").RenderParams} RenderParams
 * @typedef {import("../engine/protocol.js").Role} Role
 */

/** @typedef {Readonly<import("../engine/protocol.js").DefaultsOf<RenderParams>>} Options */
/** @typedef {{draft: Draft, options: Options}} Input */
/** @typedef {{form: "cards" | "json"}} View */
/** @typedef {import("./mode.js").Mode<Input, View, "render_with_spans">} WriteMode */
/** @typedef {import("./mode.js").Host<Input, View, "render_with_spans">} Host */

const INDENT = 2;
const NO_TOOLS = Object.freeze({});

/** The names under which texts are kept. */
const CONVERSATION = "conversation";
const SETTINGS = "write";

/** @type {WriteMode["initial"]} */
const initial = () => ({
  input: {
    draft: drafts.replaceMessages(drafts.emptyDraft(), WRITE_EXAMPLES[0]?.messages ?? []),
    options: DEFAULTS.render_with_spans,
  },
  view: { form: "cards" },
});

/** @type {WriteMode["restore"]} */
function restore(read) {
  const settings = readSettings(read(SETTINGS));
  const text = read(CONVERSATION);
  const state = initial();
  const options = restoreOptions(state.input.options, settings);
  if (text === null) return { ...state, input: { ...state.input, options } };
  const typed = drafts.readText(text, drafts.emptyDraft());
  const inJson = settings["form"] === "json" || typed.textError !== null;
  return {
    input: { draft: inJson ? typed : { ...typed, text: null }, options },
    view: { form: inJson ? "json" : "cards" },
  };
}

/** @type {WriteMode} */
export const write = {
  id: "write",
  label: "Write",
  initial,
  restore,
  save: ({ input: { draft, options }, view }) => ({
    [SETTINGS]: JSON.stringify({ ...options, ...view }),
    [CONVERSATION]: drafts.writeText(draft),
  }),
  request({ draft, options }) {
    const fault = drafts.schemaFault(draft);
    if (fault) return { fault };
    return {
      operation: "render_with_spans",
      params: { conversation: drafts.writeText(draft), ...options },
    };
  },
  // Cards share what they have in common with the last ones.
  sizeOf: ({ draft }) => draft.text?.length ?? 0,
  summarise: ({ tokens, messages }) =>
    `${counted(tokens.ids.length, "token")} in ${counted(messages.length, "message")}`,
  examples: WRITE_EXAMPLES.map(({ name, about, messages, options }) => ({
    name,
    about,
    load: (input) => ({
      draft: drafts.replaceMessages(input.draft, messages),
      options: { ...input.options, ...options },
    }),
  })),
  accepts: {
    /** @param {Input} input @param {unknown[]} messages */
    conversation: (input, messages) => ({
      ...input,
      draft: drafts.replaceMessages(input.draft, messages),
    }),
  },
  shared: {
    write: ({ draft, options }) => ({ conversation: drafts.writeText(draft), ...options }),
    read({ draft }, { conversation, ...options }) {
      if (typeof conversation !== "string") return null;
      const read = drafts.readText(conversation, draft);
      return {
        draft: read.textError === null ? { ...read, text: null } : read,
        options: restoreOptions(DEFAULTS.render_with_spans, options),
      };
    },
  },
  mount,
};

/** @param {Host} host */
function mount(host) {
  const { panel, notices } = host;
  const cardsPanel = findElement(panel, "#cards-panel");
  const jsonPanel = findElement(panel, "#json-panel");
  const addButtons = findElement(cardsPanel, ".add");

  /** The keys of the messages that the answer was made from. */
  const answered = () => host.state.answer.input?.draft.entries.map(({ key }) => key) ?? [];
  /** @param {number} key @returns {number} Its ordinal among the rendered messages, or -1. */
  const ordinalOf = (key) => {
    const keys = answered();
    return host.state.answer.value?.messages.findIndex(({ index }) => keys[index] === key) ?? -1;
  };
  /** @param {number} message Ordinal. @returns {number | undefined} */
  const keyOf = (message) => answered()[host.state.answer.value?.messages[message]?.index ?? -1];

  const tokens = createTokenPane(findElement(panel, "#write-tokens"), {
    point: host.point,
    showMessage(message) {
      const key = keyOf(message);
      if (key !== undefined) cards.reveal(key);
    },
    describeMark({ item }) {
      const found = host.state.answer.value?.literals[item];
      return { name: "literal", text: `${found?.text ?? ""} as plain text, not the control token` };
    },
    json: () => drafts.writeText(host.state.input.draft, INDENT),
  });

  const cards = createCards(find(panel, "#cards", HTMLOListElement), {
    edit: (key, path, value) =>
      change((draft) => drafts.editMessage(draft, key, path, value), {
        label: `edit in ${nameOf(key)}`,
        group: [key, ...path].join("/"),
      }),
    setRole: (key, role) =>
      change((draft) => drafts.setRole(draft, key, role), {
        label: `role change of ${nameOf(key)}`,
      }),
    add,
    addTool: (key, path, namespace) =>
      change((draft) => drafts.editMessage(draft, key, path, namespace), {
        label: "add function tool",
      }),
    removeTool: (key, path) =>
      change((draft) => drafts.editMessage(draft, key, path, undefined), {
        label: "remove function tool",
        notice: "Removed a function tool.",
      }),
    duplicate: (key) =>
      change((draft) => drafts.duplicateMessage(draft, key), {
        label: `duplicate ${nameOf(key)}`,
      }),
    remove: (key) =>
      change((draft) => drafts.deleteMessage(draft, key), {
        label: `delete ${nameOf(key)}`,
        notice: `Deleted ${nameOf(key)}.`,
      }),
    move: (key, by) =>
      change((draft) => drafts.moveMessage(draft, key, by), { label: `move ${nameOf(key)}` }),
    focusAdd: () => find(addButtons, "[data-add=user]", HTMLButtonElement).focus(),
    showTokens(key) {
      const start = host.state.answer.value?.messages[ordinalOf(key)]?.start;
      if (start !== undefined) tokens.go(start);
    },
    showToken: (token) => tokens.goToRange({ start: token, stop: token }),
    showJson,
    point(on, at) {
      const message = at ? ordinalOf(at.key) : -1;
      host.point(on, at && message >= 0 ? { message, part: at.part, token: null } : null);
      if (on === "focus" && at && message >= 0) tokens.peek(message, at.part);
    },
  });

  /** @param {(draft: Draft) => Draft} make @param {import("./mode.js").Change} what */
  function change(make, what) {
    host.edit((input) => {
      const draft = make(input.draft);
      return draft === input.draft ? input : { ...input, draft };
    }, what);
  }

  /** @param {number} key */
  const nameOf = (key) => `message ${drafts.placeOf(host.state.input.draft, key) + 1}`;

  /** @param {Role} role @param {number} [after] */
  function add(role, after) {
    const before = new Set(host.state.input.draft.entries.map(({ key }) => key));
    change((draft) => drafts.addMessage(draft, role, after), {
      label: `add ${role} message`,
    });
    const added = host.state.input.draft.entries.find(({ key }) => !before.has(key));
    if (added) cards.focus(added.key);
  }

  function showJson() {
    host.setView({ form: "json" });
    json.focus();
  }

  const json = createJsonPane(jsonPanel, {
    onType: (text, group) =>
      change((draft) => drafts.readText(text, draft), { label: "edit in JSON", group }),
    undo: host.undo,
    redo: host.redo,
  });
  const forms = createTabs(findElement(panel, "#write-forms"), (name) =>
    host.setView({ form: name === "json" ? "json" : "cards" }),
  );

  find(panel, "#write-clear", HTMLButtonElement).addEventListener("click", () =>
    change((draft) => drafts.replaceMessages(draft, []), {
      label: "new conversation",
      notice: "Started a new conversation.",
    }),
  );
  addButtons.addEventListener("click", (event) => {
    const name = closest(event, "[data-add]")?.dataset["add"];
    const role = ROLES.find((each) => each === name);
    if (role) add(role);
  });
  connectOptions(find(panel, "#render-options", HTMLFormElement), host);

  /** @type {Draft | null} */
  let shown = null;
  host.watch(
    ({ input, view }, { engine }) => [input.draft, view.form, engine],
    (draft, form, engine) => {
      // Undo and redo can lead to JSON that the cards cannot show.
      const unreadable = draft.textError !== null && shown?.textError === null;
      shown = draft;
      if (unreadable && form === "cards") return host.setView({ form: "json" });
      forms.select(form);
      cardsPanel.hidden = form !== "cards";
      jsonPanel.hidden = form !== "json";
      if (form === "json") json.setText(drafts.writeText(draft, INDENT));
      cardsPanel.inert = draft.textError !== null;
      cards.show(
        draft.entries,
        engine.status === "ready" ? (engine.about.builtin_tools ?? NO_TOOLS) : NO_TOOLS,
      );
    },
  );

  /** @param {Fault | null} fault */
  function showFault(fault) {
    const { input, view } = host.state;
    const { textError } = input.draft;
    const inJson = view.form === "json";
    json.showFault(inJson ? fault : null);
    const inCard = cards.showFault(inJson ? null : fault);
    if (textError !== null && !inJson) {
      notices.show("fault", {
        kind: "error",
        text: fault?.message ?? `Cannot read the JSON: ${textError}`,
        hint: "The cards show the last valid version.",
        actions: [{ label: "Go to JSON", run: showJson }],
      });
      return;
    }
    const place = fault && inJson ? json.placeOf(fault) : null;
    const actions = place ? [{ label: "Go to error", run: () => json.go(place) }] : [];
    notices.show(
      "fault",
      fault && !inCard ? { kind: "error", text: fault.message, hint: fault.hint, actions } : null,
    );
  }

  host.watch(
    ({ answer, input, view }) => [answer, input.draft, view.form],
    ({ value, fault, busy }, draft, _form) => {
      const labels = value?.messages.map(({ index }) => String(index + 1)) ?? [];
      const hint = draft.entries.length
        ? "The tokens appear here once the tokenizer is loaded."
        : "Add a message to see its tokens.";
      tokens.show(value?.tokens ?? null, labels, hint);
      tokens.setStale(fault !== null && value !== null, busy);
      const keys = answered();
      cards.showSizes(value, keys);
      cards.showLiterals(value, keys);
      showFault(fault);
    },
  );
  host.watchSpot((spot) => {
    tokens.point(spot);
    cards.light(spot ? keyOf(spot.message) : undefined, spot?.part ?? null);
  });
}

/** @param {HTMLFormElement} form @param {Host} host */
function connectOptions(form, host) {
  const onlyCompletion = findElement(form, "[data-only=completion]");
  form.addEventListener("input", () => {
    const options = /** @type {Partial<Options>} */ (readOptions(form));
    host.edit((input) => ({ ...input, options: { ...input.options, ...options } }), {
      label: "option change",
    });
  });
  host.watch(
    ({ input }) => [input.options],
    (options) => {
      showOptions(form, options);
      onlyCompletion.hidden = options.mode !== "completion";
    },
  );
}
