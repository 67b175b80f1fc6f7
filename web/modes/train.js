/**
 * Train: the conversation of Write as training samples, and which tokens are learned.
 *
 * @module
 */

import { getPath } from "../conversation.js";
import { find, findElement, make, setText } from "../dom.js";
import * as drafts from "../draft.js";
import { readOptions, restoreOptions, showOptions } from "../options.js";
import { createCopyButton } from "../panes/copy.js";
import { createTokenPane } from "../panes/token_pane.js";
import { createTrainingMessages, createTurns, describeTargets } from "../panes/training.js";
import { readSettings } from "../persistence.js";
import { countTargets, labelsOf } from "../tokens/targets.js";
import { Tokens } from "../tokens/tokens.js";
import { counted, formatCount } from "../words.js";
import { WRITE_EXAMPLES } from "./write_examples.js";

/**
 * @typedef {import("../draft.js").Draft} Draft
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../engine/protocol.js").TrainingValue} TrainingValue
 */

/**
 * @typedef {object} Options
 * @property {boolean} learn_analysis
 * @property {boolean} learn_commentary
 * @property {boolean} learn_final
 * @property {boolean} learn_no_channel
 * @property {"finished-turns" | "before-first-final" | null} drop Which analysis to leave out.
 * @property {string | null} max_tokens
 */
/** @typedef {{turn: number | null, excluded: number[]}} Choice Keys of messages not to learn. */
/** @typedef {Options & Choice} Input */
/** @typedef {Record<string, never>} View */
/** @typedef {import("./mode.js").Mode<Input, View, "training_samples">} TrainMode */
/** @typedef {import("./mode.js").Host<Input, View, "training_samples">} Host */

/** The mode whose conversation it is. */
const SOURCE = "write";
/** The name under which the settings are kept. */
const SETTINGS = "train";
const EXCERPT = 120;

/** @type {Options} */
const OPTIONS = {
  learn_analysis: true,
  learn_commentary: true,
  learn_final: true,
  learn_no_channel: false,
  drop: "finished-turns",
  max_tokens: null,
};
/** The channel that each of the switches stands for. @type {[keyof Options, string | null][]} */
const CHANNELS = [
  ["learn_analysis", "analysis"],
  ["learn_commentary", "commentary"],
  ["learn_final", "final"],
  ["learn_no_channel", null],
];

/** Two turns, of which the second drops the first one's analysis. */
const EXAMPLE = [
  ...(WRITE_EXAMPLES.find(({ name }) => name === "Reasoning over two turns")?.messages ?? []),
  {
    role: "assistant",
    channel: "analysis",
    content: [{ type: "text", text: "19² = 361 and 20² = 400, so a little less than 20." }],
  },
  { role: "assistant", channel: "final", content: [{ type: "text", text: "About 19.8." }] },
];

/** @param {unknown} other The input of Write. @returns {Draft | null} */
const draftOf = (other) => /** @type {{draft: Draft} | null} */ (other)?.draft ?? null;

/** @type {TrainMode} */
export const train = {
  id: "train",
  label: "Train",
  reads: SOURCE,
  initial: () => ({ input: { ...OPTIONS, turn: null, excluded: [] }, view: {} }),
  restore: (read) => ({
    input: { ...restoreOptions(OPTIONS, readSettings(read(SETTINGS))), turn: null, excluded: [] },
    view: {},
  }),
  save({ input: { turn: _turn, excluded: _excluded, ...options } }) {
    return { [SETTINGS]: JSON.stringify(options) };
  },
  request(input, other) {
    const draft = draftOf(other);
    if (!draft || (!draft.entries.length && draft.textError === null)) return null;
    const fault = drafts.schemaFault(draft);
    if (fault) return { fault };
    const learned = draft.entries.map(({ key }) => !input.excluded.includes(key));
    return {
      operation: "training_samples",
      params: {
        conversation: drafts.writeText(draft),
        auto_drop_analysis: input.drop !== null,
        drop: input.drop ?? "finished-turns",
        learn: CHANNELS.flatMap(([name, channel]) => (input[name] ? [channel] : [])),
        // Of a text that cannot be read, the entries are an older one's.
        learn_messages: draft.textError !== null || learned.every(Boolean) ? null : learned,
        max_tokens: input.max_tokens === null ? null : Number(input.max_tokens),
        turn: input.turn,
      },
    };
  },
  sizeOf: (_, other) => draftOf(other)?.text?.length ?? 0,
  summarise({ turns }) {
    const samples = turns.filter(({ fault }) => !fault);
    const targets = samples.reduce((sum, turn) => sum + turn.targets, 0);
    return `${counted(samples.length, "sample")}, ${counted(targets, "target")}`;
  },
  examples: [],
  mount,
};

/** @param {Host} host */
function mount(host) {
  const { panel, notices } = host;
  const document = panel.ownerDocument;
  const legend = findElement(panel, ".mask-legend");
  const count = findElement(panel, "#train-count");
  const copy = find(panel, "#copy-labels", HTMLButtonElement);
  /** @type {Tokens | null} */
  let shown = null;

  const value = () => host.state.answer.value;
  const entries = () => draftOf(host.state.answer.other)?.entries ?? [];
  /** @param {number} index Of the conversation. @returns {number} Its ordinal in the sample, or -1. */
  const ordinalOf = (index) => value()?.messages.findIndex((each) => each.index === index) ?? -1;

  const tokens = createTokenPane(findElement(panel, "#train-tokens"), {
    point: host.point,
    showMessage(message) {
      const index = value()?.messages[message]?.index ?? -1;
      const row = panel.querySelectorAll(".train-message")[index];
      row?.scrollIntoView({ block: "nearest" });
    },
    describeMark: () => null,
  });
  createCopyButton(copy, () => `[${shown ? labelsOf(shown).join(", ") : ""}]`);

  const turns = createTurns(findElement(panel, ".turns"), (turn) =>
    host.edit((input) => (turn === value()?.turn ? input : { ...input, turn }), {
      label: `show turn ${turn + 1}`,
      group: "turn",
    }),
  );
  const messages = createTrainingMessages(findElement(panel, ".train-list"), {
    learn(index, learn) {
      const key = entries()[index]?.key;
      if (key === undefined) return;
      host.edit(
        (input) => {
          const others = input.excluded.filter((each) => each !== key);
          return { ...input, excluded: learn ? others : [...others, key] };
        },
        { label: `${learn ? "learn" : "do not learn"} message ${index + 1}` },
      );
    },
    showTokens(index) {
      const start = value()?.messages[ordinalOf(index)]?.start;
      if (start !== undefined) tokens.go(start);
    },
    point(on, index) {
      const message = index === null ? -1 : ordinalOf(index);
      host.point(on, message < 0 ? null : { message, part: null, token: null });
    },
  });

  const form = find(panel, "#train-options", HTMLFormElement);
  form.addEventListener("input", () => {
    const options = /** @type {Partial<Options>} */ (readOptions(form));
    host.edit((input) => ({ ...input, ...options }), { label: "option change" });
  });
  host.watch(
    ({ input }) => [input],
    (input) => showOptions(form, input),
  );

  /** @param {TrainingValue | null} found @param {Fault | null} fault */
  function showSample(found, fault) {
    const labels = found?.messages.map(({ index }) => String(index + 1)) ?? [];
    const none = found && found.tokens.ids.length === 0;
    const hint = none ? "This turn gives no sample." : "Write a conversation to see its samples.";
    if (shown?.stream !== found?.tokens) {
      shown = found && new Tokens(found.tokens, found.loss_mask);
    }
    tokens.show(found?.tokens ?? null, labels, hint, found?.loss_mask ?? null);
    copy.disabled = !shown?.length || fault !== null;
    showLegend();
  }

  function showLegend() {
    legend.hidden = !shown?.length;
    if (!shown?.length) return;
    legend.replaceChildren(
      make(document, "span", "swatch target", "target"),
      make(document, "span", "swatch context", "context"),
      make(document, "span", "", describeTargets(countTargets(shown), shown.length)),
    );
  }

  function loadExample() {
    host.hand("conversation", EXAMPLE, { label: "load an example for training" });
    location.hash = "train";
    findElement(document, "#tab-train").focus();
  }

  host.watch(
    ({ answer }) => [answer],
    ({ value: found, input, fault, busy }) => {
      showSample(found, fault);
      tokens.setStale(fault !== null && found !== null, busy);
      const all = entries();
      const speaks = all.some(({ message }) => roleOf(message) === "assistant");
      turns.show(found?.turns ?? [], found?.turn ?? -1, (turn) =>
        reasonOf(turn.fault, speaks, input?.max_tokens ?? null),
      );
      notices.show(
        "start",
        fault || speaks || busy || !host.state.answer.other
          ? null
          : {
              kind: "info",
              text: "The conversation in Write has no message of the assistant’s to learn.",
              actions: [{ label: "Load an example", run: loadExample }],
            },
      );
      messages.show(found ? rowsOf(all, found, host.state.input, shown) : []);
      findElement(panel, "#turns").hidden = !found;
      findElement(panel, "#train-messages").hidden = !found;
      setText(count, found && !fault ? train.summarise(found) : "");
      notices.show(
        "fault",
        fault && {
          kind: "error",
          text: fault.message,
          hint: fault.hint,
          actions: [{ label: "Go to Write", run: () => (location.hash = SOURCE) }],
        },
      );
    },
  );
  host.watchSpot((spot) => {
    tokens.point(spot);
    messages.light(value()?.messages[spot?.message ?? -1]?.index ?? -1);
  });
}

/**
 * @param {Fault | null} fault
 * @param {boolean} speaks Whether the assistant says anything at all.
 * @param {string | null} limit
 */
function reasonOf(fault, speaks, limit) {
  if (fault?.kind === "too-long") {
    return (
      `Longer than ${formatCount(Number(limit))} tokens. Allow more, or leave the turn out: ` +
      "a truncated sample teaches the model to stop anywhere."
    );
  }
  if (!speaks) return "No target: no message is the assistant’s.";
  return "No target: what the assistant says in this turn is left out or not to be learned.";
}

/**
 * @param {import("../draft.js").Entry[]} entries
 * @param {TrainingValue} value
 * @param {Input} input
 * @param {Tokens | null} tokens
 * @returns {import("../panes/training.js").Row[]}
 */
export function rowsOf(entries, value, input, tokens) {
  const inSample = new Map(value.messages.map((each) => [each.index, each]));
  const leftOut = new Set(value.left_out);
  return entries.map(({ key, message }, index) => {
    const own = inSample.get(index);
    const absent = leftOut.has(index) ? "left-out" : "later";
    const place = own ? "in" : absent;
    const unused = index >= entries.length - value.unused;
    const elsewhere = unused ? "in no sample" : "in a later sample";
    const later = value.messages.length ? elsewhere : ""; // of a turn without a sample
    const states = { "left-out": "left out", later, in: "context" };
    const targets = own && tokens ? countTargets(tokens, own.start, own.stop).all : 0;
    const size = own ? own.stop - own.start : 0;
    const channel = getPath(message, ["channel"]);
    const role = roleOf(message);
    return {
      name: [index + 1, role, channel].filter(Boolean).join(" · "),
      excerpt: excerptOf(message),
      canLearn: role === "assistant",
      learned: !input.excluded.includes(key),
      state: targets ? `${formatCount(targets)} of ${formatCount(size)} learned` : states[place],
      place,
    };
  });
}

/** @param {unknown} message @returns {unknown} */
const roleOf = (message) => getPath(message, ["role"]) ?? getPath(message, ["author", "role"]);

/** The beginning of a message's text. @param {unknown} message */
function excerptOf(message) {
  const content = getPath(message, ["content"]);
  const items = Array.isArray(content) ? content : [content];
  const texts = items.map((item) => {
    const text = typeof item === "string" ? item : getPath(item, ["text"]);
    return typeof text === "string" ? text.slice(0, EXCERPT) : "";
  });
  return texts.join(" ").slice(0, EXCERPT);
}
