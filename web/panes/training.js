/**
 * The samples that a conversation gives, and what each message is in the one that is shown.
 *
 * @module
 */

import { cloneElement, closest, find, findElement, setText } from "../dom.js";
import { counted, formatCount } from "../words.js";

/**
 * @typedef {import("../engine/protocol.js").TrainingTurn} TrainingTurn
 */

/**
 * @typedef {object} Row A message of the conversation.
 * @property {string} name Its number, role and channel.
 * @property {string} excerpt
 * @property {boolean} canLearn Whether it is the assistant's.
 * @property {boolean} learned Whether it is not excluded.
 * @property {string} state What it is in the sample.
 * @property {"in" | "left-out" | "later"} place
 */

/**
 * Elements for so many items: those that are there already stay, and keep the focus.
 *
 * @param {HTMLElement} list @param {string} template @param {number} count
 */
function fit(list, template, count) {
  while (list.children.length > count) list.lastElementChild?.remove();
  while (list.children.length < count) list.append(cloneElement(list.ownerDocument, template));
  return [...list.children].filter((child) => child instanceof HTMLElement);
}

/**
 * @param {HTMLElement} list
 * @param {(turn: number) => void} choose
 */
export function createTurns(list, choose) {
  list.addEventListener("click", (event) => {
    const turn = closest(event, "button")?.closest("li");
    if (turn instanceof HTMLElement) choose(Number(turn.dataset["turn"]));
  });
  return {
    /**
     * @param {TrainingTurn[]} turns
     * @param {number} chosen
     * @param {(turn: TrainingTurn) => string} reasonOf Why a turn gives no sample.
     */
    show(turns, chosen, reasonOf) {
      const longest = Math.max(1, ...turns.map(({ tokens }) => tokens));
      for (const [index, item] of fit(list, "turn-template", turns.length).entries()) {
        const turn = turns[index];
        if (!turn) continue;
        item.dataset["turn"] = String(turn.turn);
        const button = find(item, "button", HTMLButtonElement);
        button.setAttribute("aria-current", String(turn.turn === chosen));
        setText(findElement(item, ".turn-name"), `Turn ${turn.turn + 1}`);
        const size = `${counted(turn.tokens, "token")}, ${counted(turn.targets, "target")}`;
        setText(findElement(item, ".turn-size"), turn.fault ? "no sample" : size);
        const bar = findElement(item, ".turn-bar");
        bar.hidden = turn.fault !== null;
        bar.style.width = `${(90 * turn.tokens) / longest}px`;
        const share = turn.tokens ? turn.targets / turn.tokens : 0;
        findElement(bar, "span").style.width = `${100 * share}%`;
        const fault = findElement(item, ".turn-fault");
        fault.hidden = !turn.fault;
        setText(fault, turn.fault ? reasonOf(turn) : "");
      }
    },
  };
}

/**
 * @param {HTMLElement} list
 * @param {object} actions
 * @param {(index: number, learn: boolean) => void} actions.learn
 * @param {(index: number) => void} actions.showTokens
 * @param {(on: "hover" | "focus", index: number | null) => void} actions.point
 */
export function createTrainingMessages(list, { learn, showTokens, point }) {
  /** @param {Event} event */
  const indexOf = (event) =>
    [...list.children].indexOf(/** @type {Element} */ (closest(event, "li")));
  list.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement) learn(indexOf(event), event.target.checked);
  });
  list.addEventListener("click", (event) => {
    if (closest(event, "button")) showTokens(indexOf(event));
  });
  list.addEventListener("pointerover", (event) => point("hover", indexOf(event)));
  list.addEventListener("pointerleave", () => point("hover", null));
  return {
    /** @param {Row[]} rows */
    show(rows) {
      for (const [index, item] of fit(list, "sample-message-template", rows.length).entries()) {
        const row = rows[index];
        if (!row) continue;
        item.dataset["place"] = row.place;
        const box = find(item, "input", HTMLInputElement);
        box.checked = row.learned;
        findElement(item, ".train-learn").classList.toggle("absent", !row.canLearn);
        setText(findElement(item, ".unseen"), `Learn message ${index + 1}`);
        setText(findElement(item, ".train-name"), row.name);
        setText(findElement(item, ".train-excerpt"), row.excerpt);
        setText(findElement(item, ".train-state"), row.state);
        find(item, "button", HTMLButtonElement).disabled = row.place !== "in";
      }
    },
    /** @param {number} index Of the message that is pointed at, or -1. */
    light(index) {
      for (const [at, item] of [...list.children].entries()) {
        item.classList.toggle("is-lit", at === index);
      }
    },
  };
}

/** @param {{all: number, header: number, content: number, stop: number}} targets @param {number} tokens */
export const describeTargets = ({ all, header, content, stop }, tokens) =>
  `${formatCount(all)} of ${counted(tokens, "token")} are targets: ` +
  `${formatCount(content)} content, ${formatCount(header)} header, ${formatCount(stop)} stop.`;
