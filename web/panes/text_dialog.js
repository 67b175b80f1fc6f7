/** @module */

import { find, findElement, make, setText } from "../dom.js";
import { createCopyButton } from "./copy.js";
import { saveFile } from "./save_file.js";

/**
 * A text to copy or to save.
 *
 * @typedef {object} TextOffer
 * @property {string} name
 * @property {string} about
 * @property {string} file The name of the file that it can be saved as.
 * @property {() => string | Promise<string>} write
 */

/** So many characters are shown; all of them are copied and saved. */
const SHOWN = 200_000;

/**
 * A dialog that shows a text, or one of several to choose from, to copy or to save as a file.
 *
 * @param {HTMLDialogElement} dialog
 */
export function createTextDialog(dialog) {
  const document = dialog.ownerDocument;
  const area = find(dialog, "textarea", HTMLTextAreaElement);
  const choice = find(dialog, "select", HTMLSelectElement);
  const copyButton = find(dialog, "[data-do=copy]", HTMLButtonElement);
  const saveButton = find(dialog, "[data-do=save]", HTMLButtonElement);
  /** @type {readonly TextOffer[]} */
  let offers = [];
  /** @type {TextOffer | undefined} */
  let offer;
  let text = "";

  async function show() {
    const chosen = offers[choice.selectedIndex];
    if (!chosen) return;
    offer = chosen;
    setText(findElement(dialog, ".dialog-about"), chosen.about);
    const written = await chosen.write();
    if (offer !== chosen) return;
    text = written;
    area.value = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    area.scrollTop = 0;
    setText(
      findElement(dialog, ".dialog-size"),
      `${text.length.toLocaleString("en")} characters${text.length > SHOWN ? "; the beginning is shown" : ""}`,
    );
  }

  choice.addEventListener("change", show);
  createCopyButton(copyButton, () => text);
  saveButton.addEventListener("click", () => offer && saveFile(document, offer.file, text));
  findElement(dialog, "[data-do=close]").addEventListener("click", () => dialog.close());

  return {
    /**
     * @param {string} title
     * @param {readonly TextOffer[]} given One at least.
     */
    async open(title, given) {
      offers = given;
      setText(findElement(dialog, "h2"), title);
      choice.replaceChildren(...given.map(({ name }) => make(document, "option", "", name)));
      findElement(dialog, ".dialog-choice").hidden = given.length < 2;
      await show();
      if (dialog.open) return;
      dialog.showModal();
      (given.length < 2 ? copyButton : choice).focus();
    },
  };
}
