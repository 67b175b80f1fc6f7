/**
 * The conversation that is being written, as cards or as JSON, and every change of it.
 *
 * @module
 */

import * as conversation from "./conversation.js";
import { isRecord, parse, stringify } from "./json.js";

const { getPath } = conversation;

/**
 * @typedef {import("./conversation.js").Path} Path
 * @typedef {import("./engine/protocol.js").Role} Role
 */

/** @typedef {{key: number, message: unknown}} Entry A message and a key that is its own for life. */

/**
 * @typedef {object} Draft
 * @property {Entry[]} entries
 * @property {Record<string, unknown>} rest What the JSON holds besides `messages`.
 * @property {string | null} text The JSON as typed, if the JSON editor was used last.
 * @property {string | null} textError Why `text` cannot be shown as cards.
 */

let nextKey = 1;

/** @returns {Draft} */
export const emptyDraft = () => ({ entries: [], rest: {}, text: null, textError: null });

/**
 * @param {unknown[]} messages
 * @returns {Entry[]}
 */
export const toEntries = (messages) => messages.map((message) => ({ key: nextKey++, message }));

/**
 * The draft after its JSON was typed. Entries keep the keys of their places, and the last ones
 * that could be read stay if the text cannot be.
 *
 * @param {string} text
 * @param {Draft} previous
 * @returns {Draft}
 */
export function readText(text, previous) {
  let value;
  try {
    value = parse(text);
  } catch (error) {
    return { ...previous, text, textError: error instanceof Error ? error.message : String(error) };
  }
  if (!isRecord(value) || !Array.isArray(value["messages"])) {
    return { ...previous, text, textError: 'Expected an object with a "messages" list.' };
  }
  const { messages, ...rest } = value;
  const entries = /** @type {unknown[]} */ (messages).map((message, index) => {
    const before = previous.entries[index];
    if (before && stringify(before.message) === stringify(message)) return before;
    return { key: before?.key ?? nextKey++, message };
  });
  return { entries, rest, text, textError: null };
}

/**
 * @param {Draft} draft
 * @param {number} [indent]
 * @returns {string} The JSON: as typed, or made from the cards.
 */
export function writeText(draft, indent = 0) {
  if (draft.text !== null) return draft.text;
  const messages = draft.entries.map(({ message }) => message);
  return stringify({ ...draft.rest, messages }, indent);
}

/**
 * The cards are now newer than the text.
 *
 * @param {Draft} draft
 * @param {Entry[]} entries
 * @returns {Draft}
 */
const withEntries = (draft, entries) => ({ ...draft, entries, text: null, textError: null });

/**
 * @param {Draft} draft
 * @param {number} key
 * @returns {number} The message's place, or -1.
 */
export const placeOf = ({ entries }, key) => entries.findIndex((entry) => entry.key === key);

/** @type {(draft: Draft, key: number, change: (message: unknown) => unknown) => Draft} */
const changeMessage = (draft, key, change) =>
  withEntries(
    draft,
    draft.entries.map((entry) =>
      entry.key === key ? { key, message: change(entry.message) } : entry,
    ),
  );

/** @type {(draft: Draft, key: number, path: Path, value: unknown) => Draft} */
export const editMessage = (draft, key, path, value) =>
  changeMessage(draft, key, (message) =>
    conversation.tidy(conversation.setPath(message, path, value), path),
  );

/** @type {(draft: Draft, key: number, role: Role) => Draft} */
export const setRole = (draft, key, role) =>
  changeMessage(draft, key, (message) => {
    const blank = conversation.isBlank(message);
    const content = blank ? { content: [conversation.newContent(role)] } : {};
    return { .../** @type {object} */ (message), role, ...content };
  });

/** @type {(draft: Draft, role: Role, after?: number) => Draft} */
export const addMessage = (draft, role, after) => {
  const added = toEntries([conversation.newMessage(role)]);
  const index = after === undefined ? -1 : placeOf(draft, after);
  const { entries } = draft;
  return withEntries(
    draft,
    index < 0 ? [...entries, ...added] : entries.toSpliced(index + 1, 0, ...added),
  );
};

/** @type {(draft: Draft, key: number) => Draft} */
export const duplicateMessage = (draft, key) => {
  const index = placeOf(draft, key);
  const copy = toEntries([draft.entries[index]?.message]);
  return withEntries(draft, draft.entries.toSpliced(index + 1, 0, ...copy));
};

/** @type {(draft: Draft, key: number, by: -1 | 1) => Draft} */
export const moveMessage = (draft, key, by) => {
  const index = placeOf(draft, key);
  const entry = draft.entries[index];
  if (!entry || !draft.entries[index + by]) return draft;
  const others = draft.entries.toSpliced(index, 1);
  return withEntries(draft, others.toSpliced(index + by, 0, entry));
};

/** @type {(draft: Draft, key: number) => Draft} */
export const deleteMessage = (draft, key) =>
  withEntries(
    draft,
    draft.entries.filter((entry) => entry.key !== key),
  );

/** @type {(draft: Draft, messages: unknown[]) => Draft} */
export const replaceMessages = (draft, messages) => {
  const { entries, rest, text } = draft;
  const empty = !entries.length && !Object.keys(rest).length && text === null;
  return empty && !messages.length ? draft : { ...emptyDraft(), entries: toEntries(messages) };
};

/**
 * A tool's schema that the form could not read as JSON is kept as the text it is; nothing is
 * rendered until it is mended.
 *
 * @param {Draft} draft
 * @returns {import("./engine/protocol.js").Fault | null}
 */
export function schemaFault(draft) {
  if (draft.text !== null) return null;
  for (const [index, { message }] of draft.entries.entries()) {
    const contents = getPath(message, ["content"]);
    if (!Array.isArray(contents)) continue;
    for (const [place, content] of contents.entries()) {
      const tools = getPath(content, ["tools", "functions", "tools"]);
      if (!Array.isArray(tools)) continue;
      const bad = tools.findIndex((tool) => typeof getPath(tool, ["parameters"]) === "string");
      if (bad < 0) continue;
      const path = ["messages", index, "content", place, "tools", "functions", "tools", bad];
      return {
        kind: "invalid-json",
        message: `The parameters are not valid JSON. ${jsonError(tools[bad].parameters)}`,
        hint: "Write a JSON Schema object, or leave the field empty.",
        token: null,
        path: [...path, "parameters"],
        place: null,
      };
    }
  }
  return null;
}

/** @param {string} text */
function jsonError(text) {
  try {
    parse(text);
    return "Expected an object.";
  } catch (error) {
    return error instanceof Error ? `${error.message}.` : "";
  }
}
