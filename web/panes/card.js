/** @module */

import { getPath, roleOf } from "../conversation.js";
import { isRecord } from "../json.js";
import { buildContents, shapeOf } from "./contents.js";
import { cloneElement, find, findElement, groupBy, make, setText } from "../dom.js";
import { controlOf, fieldsIn, pathOf, writeField } from "./fields.js";
import { counted, formatCount } from "../words.js";

/** @typedef {import("../conversation.js").Path} Path */
/** @typedef {import("./fields.js").Builtins} Builtins */
/** @typedef {import("../engine/protocol.js").LiteralText} LiteralText */

const HEADER = ["name", "channel", "recipient", "content_type"];
/** Roles whose messages usually have more in the header than the role. */
const WITH_HEADER = new Set(["assistant", "tool"]);

/**
 * One message of the draft, as an editable card.
 *
 * @param {Document} document
 * @param {number} key
 */
export function createCard(document, key) {
  const element = cloneElement(document, "card-template");
  element.dataset["key"] = String(key);
  const ordinal = findElement(element, ".ordinal");
  const contents = findElement(element, ".contents");
  const headerFields = findElement(element, ".header-fields");
  const headerButton = find(element, "[data-do=header]", HTMLButtonElement);
  const size = find(element, ".size", HTMLButtonElement);
  const dropped = findElement(element, ".dropped");
  const error = findElement(element, ".field-error");
  error.id = `error-${key}`;
  const notes = findElement(element, ".literals");
  let shownLiterals = "";
  let shape = "";
  /** @type {boolean | null} What the user chose; otherwise it depends on the role. */
  let headerOpen = null;

  /** @param {unknown} message */
  function showHeader(message) {
    const used = HEADER.some((name) => getPath(message, [name]) !== undefined);
    const open = headerOpen ?? (used || WITH_HEADER.has(roleOf(message)));
    headerFields.hidden = !open;
    headerButton.setAttribute("aria-expanded", String(open));
  }

  return {
    element,
    key,
    /**
     * @param {unknown} message
     * @param {number} index
     * @param {Builtins} builtins
     */
    show(message, index, builtins) {
      element.dataset["message"] = String(index);
      setText(ordinal, String(index + 1));
      element.setAttribute("aria-label", `Message ${index + 1}, ${roleOf(message) || "no role"}`);
      element.dataset["role"] = roleOf(message);
      const now = shapeOf(message);
      if (now !== shape || !isRecord(message)) {
        shape = now;
        contents.replaceChildren(
          buildContents(document, isRecord(message) ? message : { content: [message] }),
        );
      }
      const loaded = Object.keys(builtins).length > 0;
      for (const field of fieldsIn(element)) {
        writeField(field, getPath(message, pathOf(field)), builtins);
        if (field.dataset["kind"] !== "builtin") continue;
        const control = controlOf(field);
        if (control) control.disabled = !loaded;
      }
      for (const hint of element.querySelectorAll(".builtin-hint")) {
        if (hint instanceof HTMLElement) hint.hidden = loaded;
      }
      showHeader(message);
    },
    /** @param {unknown} message */
    toggleHeader(message) {
      headerOpen = headerFields.hidden !== false;
      showHeader(message);
      if (headerOpen) findElement(headerFields, "input").focus();
    },
    /** @param {{tokens: number} | "dropped" | null} rendered `null` if it is not known. */
    showSize(rendered) {
      size.hidden = typeof rendered !== "object" || !rendered;
      if (typeof rendered === "object" && rendered)
        setText(size, counted(rendered.tokens, "token"));
      dropped.hidden = rendered !== "dropped";
      element.classList.toggle("is-dropped", rendered === "dropped");
    },
    /** Points out texts that spell special tokens. @param {LiteralText[]} literals */
    showLiterals(literals) {
      const now = literals.map(({ text, start, stop }) => [text, start, stop]).join();
      if (now === shownLiterals) return;
      shownLiterals = now;
      const byText = groupBy(literals, ({ text }) => text);
      notes.hidden = !byText.size;
      notes.replaceChildren(
        ...Array.from(byText, ([text, same]) => literalNote(document, text, same)),
      );
    },
    /** @param {{path: Path, text: string} | null} fault */
    showFault(fault) {
      const field = fault && nearestField(element, fault.path);
      for (const each of fieldsIn(element)) {
        const control = controlOf(each);
        if (each === field) {
          control?.setAttribute("aria-invalid", "true");
          control?.setAttribute("aria-describedby", error.id);
          if (HEADER.includes(each.dataset["path"] ?? "")) headerFields.hidden = false;
        } else if (control?.hasAttribute("aria-invalid")) {
          control.removeAttribute("aria-invalid");
          control.removeAttribute("aria-describedby");
        }
      }
      element.classList.toggle("is-faulty", fault !== null);
      error.hidden = fault === null;
      setText(error, fault?.text ?? "");
      if (field && !HEADER.includes(field.dataset["path"] ?? "")) field.after(error);
      else contents.before(error);
    },
    /** @param {string | null} part The part to light up; "" for all of the card. */
    light(part) {
      element.classList.toggle("is-lit", part !== null);
      for (const field of element.querySelectorAll("[data-part]")) {
        field.classList.toggle(
          "lit",
          field instanceof HTMLElement && field.dataset["part"] === part,
        );
      }
    },
  };
}

/** @typedef {ReturnType<typeof createCard>} Card */

/** @param {Document} document @param {string} text @param {LiteralText[]} same */
function literalNote(document, text, same) {
  const note = make(document, "li");
  const often = same.length > 1 ? ` ${formatCount(same.length)} times` : "";
  const tokens = same.reduce((sum, { start, stop }) => sum + stop - start, 0);
  const show = make(document, "button", "quiet", "Show");
  show.type = "button";
  show.dataset["token"] = String(same[0]?.start);
  note.append(
    "Contains ",
    make(document, "code", "", text),
    `${often} as plain text (${counted(tokens, "token")}), not as the control token. `,
    show,
  );
  return note;
}

/**
 * The field whose path is the longest beginning of `path`, or that begins with it.
 *
 * @param {Element} root
 * @param {Path} path
 */
function nearestField(root, path) {
  const wanted = path.join("/");
  const fields = fieldsIn(root);
  const around = fields
    .filter((field) => `${wanted}/`.startsWith(`${field.dataset["path"]}/`))
    .sort((a, b) => (b.dataset["path"]?.length ?? 0) - (a.dataset["path"]?.length ?? 0));
  return (
    around[0] ?? fields.find((field) => field.dataset["path"]?.startsWith(`${wanted}/`)) ?? null
  );
}
