/**
 * Inspect: a model's output, the messages in it, and what is wrong with it.
 *
 * @module
 */

import { find, findElement, setText } from "../dom.js";
import { DEFAULTS } from "../engine/protocol.js";
import { stringify } from "../json.js";
import { readOptions, restoreOptions, showOptions } from "../options.js";
import { createCopyButton } from "../panes/copy.js";
import { createEditor } from "../panes/editor.js";
import { createMessages } from "../panes/messages.js";
import { createProblems, summarise } from "../panes/problems.js";
import { createTokenPane } from "../panes/token_pane.js";
import { createReferenceResults } from "../panes/reference_results.js";
import { createTaken } from "../panes/taken.js";
import { gravityOf, verdictOf } from "../panes/verdict.js";
import { readSettings } from "../persistence.js";
import { counted } from "../words.js";
import { INSPECT_EXAMPLES } from "./inspect_examples.js";

/**
 * @typedef {import("../engine/protocol.js").Edit} Edit
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../engine/protocol.js").InspectParams} InspectParams
 */

/** @typedef {import("../engine/protocol.js").DefaultsOf<InspectParams>} Options */
/** @typedef {{source: string} & Options} Input */
/** @typedef {Record<string, never>} View */
/** @typedef {import("./mode.js").Mode<Input, View, "inspect">} InspectMode */
/** @typedef {import("./mode.js").Host<Input, View, "inspect">} Host */

const INDENT = 2;

/** The names under which texts are kept. */
const SOURCE = "paste";
// Not "inspect": there the former default of recover_stripped_markers may be kept.
const SETTINGS = "inspection";

/** The first message of a pasted output is most often begun by the prompt. @type {Options} */
const OPTIONS = { ...DEFAULTS.inspect, role: "assistant" };

/** Of a source that has just changed: the first output, and nothing about its end. */
const UNSAID = { output: 0, finish_reason: null, stop_token: null };

/** What a link says of its source. @param {Record<string, unknown>} said */
const restoreSaid = ({ output, finish_reason, stop_token }) => ({
  output: isCount(output) ? output : UNSAID.output,
  finish_reason: typeof finish_reason === "string" ? finish_reason : UNSAID.finish_reason,
  stop_token: isCount(stop_token) ? stop_token : UNSAID.stop_token,
});

/** @param {unknown} value @returns {value is number} */
const isCount = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** @type {InspectMode["initial"]} */
const initial = () => ({ input: { source: "", ...OPTIONS }, view: {} });

/** @type {InspectMode["restore"]} */
const restore = (read) => ({
  input: {
    source: read(SOURCE) ?? "",
    ...restoreOptions(OPTIONS, readSettings(read(SETTINGS))),
  },
  view: {},
});

/** @type {InspectMode} */
export const inspect = {
  id: "inspect",
  label: "Inspect",
  initial,
  restore,
  save: ({ input: { source, ...options } }) => ({
    [SETTINGS]: JSON.stringify(options),
    [SOURCE]: source,
  }),
  request: (input) => (input.source.trim() ? { operation: "inspect", params: input } : null),
  sizeOf: ({ source }) => source.length,
  summarise({ tokens, messages, counts }) {
    const sizes = `${counted(tokens.ids.length, "token")} in ${counted(messages.length, "message")}`;
    return `${sizes}; problems: ${summarise(counts)}`;
  },
  examples: INSPECT_EXAMPLES.map(({ name, about, source, options }) => ({
    name,
    about,
    load: (input) => ({ ...input, ...options, ...UNSAID, source }),
  })),
  shared: {
    write: (input) => ({ ...input }),
    read: (_input, { source, ...said }) =>
      typeof source === "string"
        ? { source, ...restoreOptions(OPTIONS, said), ...restoreSaid(said) }
        : null,
  },
  mount,
};

/** @param {Host} host */
function mount(host) {
  const { panel, notices } = host;
  const verdict = findElement(panel, ".verdict");
  const taken = createTaken(findElement(panel, ".taken"), {
    choose: (output) =>
      host.edit((before) => ({ ...before, output }), { label: `show output ${output + 1}` }),
  });
  const input = findElement(panel, "section");
  const found = () => host.state.answer.value?.messages ?? [];

  /** @param {string} source @param {import("./mode.js").Change} what */
  const setSource = (source, what) =>
    host.edit(
      (before) => (before.source === source ? before : { ...before, ...UNSAID, source }),
      what,
    );

  const editor = createEditor(findElement(panel, "#source"), {
    label: "Token ids or Harmony text",
    hint: "Paste token ids in any common notation, a server’s response, or Harmony text.",
    language: "plain",
    onType: (source, group) => setSource(source, { label: group ? "typing" : "paste", group }),
    undo: host.undo,
    redo: host.redo,
  });

  const tokens = createTokenPane(findElement(panel, "#inspect-tokens"), {
    point: host.point,
    showMessage: (message) => messages.reveal(message),
    describeMark({ item }) {
      const problem = host.state.answer.value?.diagnostics[item];
      return problem ? { name: problem.code, text: problem.message } : null;
    },
  });
  const problems = createProblems(findElement(panel, "#problems"), {
    go: (diagnostic) => tokens.goToRange(diagnostic),
    fix: applyFix,
    removed: ({ start, stop }) => tokens.textOf(start, stop),
  });
  const references = createReferenceResults(findElement(panel, "#reference-results"), {
    go: (token) => tokens.goToRange({ start: token, stop: token }),
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    tokens.goToMark(event.shiftKey ? -1 : 1);
  });
  const messages = createMessages(find(panel, "#messages", HTMLOListElement), {
    showTokens(ordinal) {
      const start = found()[ordinal]?.start;
      if (start !== undefined) tokens.go(start);
    },
    point(on, at) {
      host.point(on, at && { ...at, token: null });
      if (on === "focus" && at) tokens.peek(at.message, at.part);
    },
  });

  find(panel, "#inspect-clear", HTMLButtonElement).addEventListener("click", () =>
    setSource("", { label: "clear", notice: "Cleared the text." }),
  );
  connectOptions(find(panel, "#inspect-options", HTMLFormElement), host);

  const copy = find(panel, "#copy-messages", HTMLButtonElement);
  const wire = () => found().map(({ message }) => message);
  createCopyButton(copy, () => stringify({ messages: wire() }, INDENT));
  const edit = find(panel, "#edit-in-write", HTMLButtonElement);
  edit.addEventListener("click", () =>
    host.hand("conversation", wire(), {
      label: "replace conversation",
      notice: "The inspected messages replaced your conversation.",
    }),
  );

  /** @param {Edit} fix @param {string} label */
  function applyFix(fix, label) {
    const { value, fault, busy } = host.state.answer;
    const edited = tokens.edited(fix);
    // An edit of tokens that are not those of the text any more would undo what was typed since.
    if (!value || !edited || fault || busy) return;
    const source = value.recognised === "text" ? edited.text : `[${edited.ids.join(", ")}]`;
    const step = label.charAt(0).toLowerCase() + label.slice(1);
    const { finish_reason = null, stop_token = null } = value.outputs[value.output] ?? {};
    const others =
      value.outputs_total > 1 ? " The other outputs are gone; undo brings them back." : "";
    const notice = `Applied: ${label}.${others}`;
    // The tokens replace the answer, but what the server said about the end stays true.
    host.edit((before) => ({ ...before, ...UNSAID, finish_reason, stop_token, source }), {
      label: step,
      notice,
    });
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

  host.watch(
    ({ input: { source } }) => [source],
    (source) => editor.setText(source),
  );
  host.watch(
    ({ answer }) => [answer],
    ({ value, fault, busy }) => {
      const all = value?.messages ?? [];
      const labels = all.map((_, index) => String(index + 1));
      let hint = "Paste a model’s output or choose an example.";
      if (host.state.input.source.trim()) {
        hint = fault ? "No tokens: the source cannot be read." : "Working…";
      }
      tokens.show(value?.tokens ?? null, labels, hint);
      const stale = fault !== null && value !== null;
      tokens.setStale(stale, busy);
      input.toggleAttribute("data-stale", stale);
      messages.show(all, value?.codes ?? {});
      problems.show(value);
      references.show(value);
      showFault(fault);
      taken.show(fault ? null : value);
      verdict.hidden = !value;
      verdict.dataset["gravity"] = value ? gravityOf(value) : "";
      verdict.toggleAttribute("data-stale", stale || busy);
      const earlier = stale ? "Last valid result: " : "";
      setText(verdict, value ? earlier + verdictOf(value) : "");
      setText(findElement(panel, "#messages-count"), value ? counted(all.length, "message") : "");
      copy.disabled = !all.length;
      edit.disabled = !all.length;
    },
  );
  host.watchSpot((spot) => {
    tokens.point(spot);
    messages.light(spot?.message ?? -1, spot?.part ?? null);
    problems.light(tokens.marksOn(spot?.token ?? null).map(({ item }) => item));
  });
}

/** @param {HTMLFormElement} form @param {Host} host */
function connectOptions(form, host) {
  form.addEventListener("input", () => {
    const options = /** @type {Partial<Options>} */ (readOptions(form));
    host.edit(
      (input) => {
        // Read in another way, the source may hold fewer outputs.
        const output = options.source_kind === input.source_kind ? input.output : 0;
        return { ...input, ...options, output };
      },
      { label: "option change" },
    );
  });
  host.watch(
    ({ input }) => [input],
    (input) => showOptions(form, input),
  );
}
