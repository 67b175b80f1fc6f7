/** @module */

import { createCopyButton } from "./copy.js";
import { cloneElement, closest, find, findElement, make, revealInPane, setText } from "../dom.js";
import { stringify } from "../json.js";
import { appendProse } from "./prose.js";
import { counted, formatCount } from "../words.js";

/**
 * @typedef {import("../engine/protocol.js").WireCode} WireCode
 * @typedef {import("../engine/protocol.js").WireInspectedMessage} WireInspectedMessage
 * @typedef {import("../engine/protocol.js").WireMessage} WireMessage
 */

/**
 * @typedef {object} MessageActions
 * @property {(ordinal: number) => void} showTokens
 * @property {(on: "hover" | "focus", at: {message: number, part: string | null} | null) => void} point
 */

/** So many cards at first, and more on demand. */
const STEP = 100;
/** So many characters of a content at first, and more on demand. */
const SHORT = 2_000;
const LONG = 100_000;

/** @type {[keyof WireMessage, string][]} */
const FIELDS = [
  ["name", "name"],
  ["channel", "channel"],
  ["recipient", "recipient"],
  ["content_type", "content type"],
];

/**
 * The messages that were recovered, to read.
 *
 * @param {HTMLOListElement} list
 * @param {MessageActions} actions
 */
export function createMessages(list, actions) {
  const document = list.ownerDocument;
  const more = make(document, "button", "more");
  more.type = "button";
  list.after(more);
  /** @type {WireInspectedMessage[]} */
  let messages = [];
  /** @type {Record<string, WireCode>} */
  let codes = {};
  /** What each card shows, as text: a card that would be the same stays. @type {string[]} */
  let shown = [];
  let limit = STEP;

  function update() {
    const now = messages.slice(0, limit).map(describe);
    now.forEach((text, index) => {
      const old = list.children[index];
      if (shown[index] === text && old) return;
      const parsed = /** @type {WireInspectedMessage} */ (messages[index]);
      const card = buildCard(document, parsed, index, codes);
      if (old) old.replaceWith(card);
      else list.append(card);
    });
    while (list.children.length > now.length) list.lastElementChild?.remove();
    shown = now;
    more.hidden = messages.length <= limit;
    more.textContent = `Show more (${formatCount(limit)} of ${formatCount(messages.length)} shown)`;
  }

  more.addEventListener("click", () => {
    limit += STEP;
    update();
  });
  list.addEventListener("click", (event) => {
    const ordinal = Number(closest(event, ".card")?.dataset["message"] ?? -1);
    if (closest(event, ".size")) actions.showTokens(ordinal);
    const expand = closest(event, ".expand");
    if (expand) showMore(expand, contentTexts(messages[ordinal]?.message));
  });
  /** @param {Event} event */
  const place = (event) => {
    const card = closest(event, ".card");
    const part = closest(event, "[data-part]")?.dataset["part"] ?? null;
    return card ? { message: Number(card.dataset["message"]), part } : null;
  };
  list.addEventListener("pointerover", (event) => actions.point("hover", place(event)));
  list.addEventListener("pointerleave", () => actions.point("hover", null));
  list.addEventListener("focusin", (event) => actions.point("focus", place(event)));
  list.addEventListener("focusout", () => actions.point("focus", null));

  return {
    /** @param {WireInspectedMessage[]} next @param {Record<string, WireCode>} nextCodes Of the guesses. */
    show(next, nextCodes) {
      codes = nextCodes;
      if (next.length < limit) limit = STEP;
      messages = next;
      update();
    },
    /** @param {number} ordinal @param {string | null} part */
    light(ordinal, part) {
      for (const [index, card] of [...list.children].entries()) {
        const here = index === ordinal;
        if (!here && !card.classList.contains("is-lit")) continue;
        card.classList.toggle("is-lit", here);
        for (const field of card.querySelectorAll("[data-part]")) {
          const same = field instanceof HTMLElement && field.dataset["part"] === part;
          field.classList.toggle("lit", here && same);
        }
      }
    },
    /** @param {number} ordinal */
    reveal(ordinal) {
      while (ordinal >= limit && limit < messages.length) limit += STEP;
      update();
      revealInPane(list.children[ordinal]);
    },
  };
}

/** @param {WireInspectedMessage} parsed */
const describe = ({ start, stop, complete, guesses, withheld, message }) =>
  stringify([stop - start, complete, guesses, withheld, message]);

/**
 * @param {Document} document
 * @param {WireInspectedMessage} parsed
 * @param {number} ordinal
 * @param {Record<string, WireCode>} codes
 */
function buildCard(document, parsed, ordinal, codes) {
  const { start, stop, complete, repaired, guesses, withheld, message } = parsed;
  const card = cloneElement(document, "message-template");
  card.dataset["message"] = String(ordinal);
  card.dataset["complete"] = String(complete);
  card.dataset["repaired"] = String(repaired);
  card.dataset["role"] = message.role;
  card.setAttribute("aria-label", `Message ${ordinal + 1}, ${message.role}`);
  setText(findElement(card, ".ordinal"), String(ordinal + 1));
  setText(findElement(card, ".role"), message.role);
  setText(findElement(card, ".size"), counted(stop - start, "token"));
  findElement(card, ".incomplete").hidden = complete;
  findElement(card, ".repaired").hidden = !repaired;
  findElement(card, ".withheld").hidden = !withheld;
  const guessed = findElement(card, ".guesses");
  guessed.hidden = !guesses.length;
  for (const code of guesses) {
    const note = make(document, "li");
    note.append("Guessed (", make(document, "code", "", code), "): ");
    appendProse(note, codes[code]?.repair ?? "");
    guessed.append(note);
  }
  const fields = findElement(card, ".fields");
  for (const [name, label] of FIELDS) {
    const value = message[name];
    if (typeof value !== "string") continue;
    const field = make(document, "div", "field");
    field.dataset["part"] = name;
    field.append(make(document, "dt", "", label), make(document, "dd", "", value));
    fields.append(field);
  }
  fields.hidden = !fields.children.length;
  const contents = findElement(card, ".contents");
  const texts = contentTexts(message);
  for (const [index, text] of texts.entries()) {
    contents.append(...buildText(document, text, index));
  }
  createCopyButton(find(card, ".copy-content", HTMLButtonElement), () => texts.join("\n"));
  return card;
}

/** @param {Document} document @param {string} text @param {number} index */
function buildText(document, text, index) {
  const pre = make(document, "pre", "content", text.slice(0, SHORT));
  if (!text) pre.classList.add("is-empty");
  if (text.length <= SHORT) return [pre];
  const expand = make(document, "button", "expand quiet", expandLabel(SHORT, text.length));
  expand.type = "button";
  expand.dataset["content"] = String(index);
  return [pre, expand];
}

/** @param {HTMLElement} button @param {string[]} texts */
function showMore(button, texts) {
  const text = texts[Number(button.dataset["content"])] ?? "";
  const pre = button.previousElementSibling;
  if (!pre) return;
  const shown = pre.textContent?.length ?? 0;
  const next = Math.min(text.length, shown + LONG);
  pre.append(text.slice(shown, next));
  if (next === text.length) button.remove();
  else setText(button, expandLabel(next, text.length));
}

/** @param {number} shown @param {number} length */
const expandLabel = (shown, length) =>
  `Show more (${formatCount(shown)} of ${formatCount(length)} characters shown)`;

/**
 * @param {WireMessage | undefined} message
 * @returns {string[]}
 */
function contentTexts(message) {
  if (!message) return [];
  if (typeof message.content === "string") return [message.content];
  return message.content.map((content) => content.text ?? stringify(content, 2));
}
