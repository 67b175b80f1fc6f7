/** @module */

import { getPath, roleAfter, roleOf } from "../conversation.js";
import { ROLES } from "../engine/protocol.js";
import { createCard } from "./card.js";
import { closest, groupBy, make, revealInPane } from "../dom.js";
import { pathOf, readField } from "./fields.js";
import { formatCount } from "../words.js";

/**
 * @typedef {import("../draft.js").Entry} Entry
 * @typedef {import("../conversation.js").Path} Path
 * @typedef {import("../engine/protocol.js").Fault} Fault
 * @typedef {import("../engine/protocol.js").RenderValue} RenderValue
 * @typedef {import("../engine/protocol.js").Role} Role
 * @typedef {import("./card.js").Card} Card
 * @typedef {import("./fields.js").Builtins} Builtins
 */

/**
 * @typedef {object} CardActions
 * @property {(key: number, path: Path, value: unknown) => void} edit
 * @property {(key: number, role: Role) => void} setRole
 * @property {(role: Role, after: number) => void} add
 * @property {(key: number, path: Path, namespace: object) => void} addTool
 * @property {(key: number, path: Path) => void} removeTool
 * @property {(key: number) => void} duplicate
 * @property {(key: number) => void} remove
 * @property {(key: number, by: -1 | 1) => void} move
 * @property {() => void} focusAdd Moves the focus to where the first message is added.
 * @property {(key: number) => void} showTokens
 * @property {(token: number) => void} showToken
 * @property {() => void} showJson
 * @property {(on: "hover" | "focus", at: {key: number, part: string | null} | null) => void} point
 */

/** Cards are heavy: a long conversation shows so many first, and more on demand. */
const STEP = 60;

/**
 * The draft's messages as cards.
 *
 * @param {HTMLOListElement} list
 * @param {CardActions} actions
 */
export function createCards(list, actions) {
  const document = list.ownerDocument;
  const more = make(document, "button", "more");
  more.type = "button";
  list.after(more);
  /** @type {Map<number, Card>} */
  const cards = new Map();
  /** @type {Entry[]} */
  let entries = [];
  /** @type {Builtins} */
  let builtins = {};
  let limit = STEP;

  function update() {
    const shown = entries.slice(0, limit);
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, card] of cards) {
      if (keys.has(key)) continue;
      card.element.remove();
      cards.delete(key);
    }
    shown.forEach(({ key, message }, index) => {
      let card = cards.get(key);
      if (!card) cards.set(key, (card = createCard(document, key)));
      const there = list.children[index] ?? null;
      if (there !== card.element) list.insertBefore(card.element, there);
      card.show(message, index, builtins);
    });
    more.hidden = entries.length <= limit;
    more.textContent = `Show more (${formatCount(limit)} of ${formatCount(entries.length)} shown)`;
  }

  more.addEventListener("click", () => {
    limit += STEP;
    update();
  });
  connect(list, actions, {
    card: (key) => cards.get(key),
    message: (key) => entries.find((entry) => entry.key === key)?.message,
    builtins: () => builtins,
  });

  return {
    /** @param {Entry[]} next @param {Builtins} tools */
    show(next, tools) {
      if (next.length < limit) limit = STEP;
      entries = next;
      builtins = tools;
      update();
    },
    /**
     * @param {RenderValue | null} value
     * @param {number[]} keys Of the entries it was made from.
     */
    showSizes(value, keys) {
      const sizes = new Map(value?.messages.map((m) => [keys[m.index], m.stop - m.start]));
      const known = new Set(value ? keys : []);
      for (const [key, card] of cards) {
        const tokens = sizes.get(key);
        if (tokens !== undefined) card.showSize({ tokens });
        else card.showSize(known.has(key) ? "dropped" : null);
      }
    },
    /** @param {RenderValue | null} value @param {number[]} keys Of the entries it was made from. */
    showLiterals(value, keys) {
      const byKey = groupBy(
        value?.literals ?? [],
        ({ message }) => keys[value?.messages[message]?.index ?? -1],
      );
      for (const [key, card] of cards) card.showLiterals(byKey.get(key) ?? []);
    },
    /** @param {Fault | null} fault @returns {boolean} Whether a card shows it. */
    showFault(fault) {
      const [first, index, ...path] = fault?.path ?? [];
      const key = first === "messages" ? entries[Number(index)]?.key : undefined;
      for (const [each, card] of cards) {
        const text = fault && [fault.message, fault.hint].filter(Boolean).join(" ");
        card.showFault(each === key && text ? { path, text } : null);
      }
      return key !== undefined && cards.has(key);
    },
    /** @param {number | undefined} key @param {string | null} part */
    light(key, part) {
      for (const [each, card] of cards) card.light(each === key ? (part ?? "") : null);
    },
    /** @param {number} key */
    reveal(key) {
      revealInPane(cards.get(key)?.element);
    },
    /** @param {number} key */
    focus(key) {
      const element = cards.get(key)?.element;
      const field = element?.querySelector(".contents :is(textarea, input)");
      if (field instanceof HTMLElement) field.focus();
      else element?.querySelector("select")?.focus();
    },
  };
}

/**
 * One listener a kind of event, for all cards.
 *
 * @param {HTMLElement} list
 * @param {CardActions} actions
 * @param {{card: (key: number) => Card | undefined, message: (key: number) => unknown,
 *   builtins: () => Builtins}} known
 */
function connect(list, actions, known) {
  /** @param {Event} event */
  const keyOf = (event) => Number(closest(event, ".card")?.dataset["key"] ?? -1);
  /** @param {Event} event */
  const place = (event) => {
    const card = closest(event, ".card");
    const part = closest(event, "[data-part]")?.dataset["part"] ?? null;
    return card ? { key: Number(card.dataset["key"]), part } : null;
  };

  list.addEventListener("input", (event) => {
    const field = closest(event, "[data-path]");
    if (!field) return;
    const key = keyOf(event);
    const value = readField(field, known.builtins());
    const role = ROLES.find((each) => each === value);
    if (field.dataset["path"] === "role" && role) actions.setRole(key, role);
    else actions.edit(key, pathOf(field), value);
  });
  list.addEventListener("click", (event) => {
    const button = closest(event, "button");
    if (!button) return;
    const key = keyOf(event);
    if (button.matches(".size")) actions.showTokens(key);
    else if (button.dataset["token"]) actions.showToken(Number(button.dataset["token"]));
    else if (button.closest(".other")) actions.showJson();
    else if (button.matches(".add-tool")) addTool(button, key);
    else if (button.matches(".remove-tool")) removeTool(button, key);
    else perform(button.dataset["do"] ?? "", key, button);
  });
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const key = keyOf(event);
    actions.add(roleAfter(roleOf(known.message(key))), key);
  });
  list.addEventListener("pointerover", (event) => actions.point("hover", place(event)));
  list.addEventListener("pointerleave", () => actions.point("hover", null));
  list.addEventListener("focusin", (event) => actions.point("focus", place(event)));
  list.addEventListener("focusout", () => actions.point("focus", null));

  /** @param {string} action @param {number} key @param {HTMLElement} button */
  function perform(action, key, button) {
    if (action === "header") known.card(key)?.toggleHeader(known.message(key));
    if (action === "duplicate") actions.duplicate(key);
    if (action === "delete") removeCard(key, button);
    if (action !== "up" && action !== "down") return;
    actions.move(key, action === "up" ? -1 : 1);
    button.focus(); // Moving an element in the document takes the focus from it.
  }

  /** @param {number} key @param {HTMLElement} button */
  function removeCard(key, button) {
    const card = button.closest(".card");
    const neighbour = card?.nextElementSibling ?? card?.previousElementSibling;
    actions.remove(key);
    const next = neighbour?.querySelector("[data-do=delete]");
    if (next instanceof HTMLElement) next.focus();
    else actions.focusAdd();
  }

  /** @param {HTMLElement} button The form it is in says which content is meant. */
  const toolsPath = (button) => {
    const form = button.closest(".form");
    const instructions = form?.querySelector("[data-path$=instructions]");
    const base = instructions instanceof HTMLElement ? pathOf(instructions).slice(0, -1) : [];
    return [...base, "tools", "functions"];
  };

  /** @param {HTMLElement} button @param {number} key */
  function addTool(button, key) {
    const path = toolsPath(button);
    const namespace = getPath(known.message(key), path);
    const tools = getPath(namespace, ["tools"]);
    const before = Array.isArray(tools) ? tools : [];
    const added = { name: "", description: "" };
    keepForm(button, key, before.length, () =>
      actions.addTool(key, path, {
        name: "functions",
        .../** @type {object} */ (namespace),
        tools: [...before, added],
      }),
    );
  }

  /** @param {HTMLElement} button @param {number} key */
  function removeTool(button, key) {
    const path = toolsPath(button);
    const index = Number(closestTool(button));
    const tools = getPath(known.message(key), [...path, "tools"]);
    const last = Array.isArray(tools) && tools.length === 1;
    keepForm(button, key, index, () =>
      // The namespace goes with its last tool.
      actions.removeTool(key, last ? path : [...path, "tools", index]),
    );
  }

  /**
   * Makes a change that has the card build its form anew, and moves the focus to a tool of the
   * new form.
   *
   * @param {HTMLElement} button In the form.
   * @param {number} key
   * @param {number} tool Its place, or one beyond the last.
   * @param {() => void} change
   */
  function keepForm(button, key, tool, change) {
    const forms = () => [...(known.card(key)?.element.querySelectorAll(".form") ?? [])];
    const ordinal = forms().findIndex((form) => form.contains(button));
    change();
    const form = forms()[ordinal];
    const tools = form?.querySelectorAll("[data-tool]");
    const next = tools?.[Math.min(tool, tools.length - 1)]?.querySelector("input");
    const fallback = form?.querySelector(".add-tool");
    if (next) next.focus();
    else if (fallback instanceof HTMLElement) fallback.focus();
  }
}

/** @param {HTMLElement} button */
const closestTool = (button) => {
  const tool = button.closest("[data-tool]");
  return tool instanceof HTMLElement ? tool.dataset["tool"] : undefined;
};
