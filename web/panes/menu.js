/** @module */

import { closest, find, make } from "../dom.js";

/**
 * Fills a `<details class="menu">` with named choices; it closes after one, on Escape, and when
 * the focus or a click goes elsewhere.
 *
 * @param {HTMLDetailsElement} menu
 * @param {readonly {name: string, about: string}[]} items
 * @param {(index: number) => void} onChoose
 */
export function createMenu(menu, items, onChoose) {
  const document = menu.ownerDocument;
  const list = find(menu, "ul", HTMLUListElement);
  for (const [index, { name, about }] of items.entries()) {
    const button = make(document, "button", "menu-item");
    button.type = "button";
    button.dataset["choice"] = String(index);
    button.append(make(document, "span", "menu-name", name));
    button.append(make(document, "span", "menu-about", about));
    const item = make(document, "li");
    item.append(button);
    list.append(item);
  }
  const summary = find(menu, "summary", HTMLElement);

  menu.addEventListener("click", (event) => {
    const choice = closest(event, "[data-choice]")?.dataset["choice"];
    if (choice === undefined) return;
    menu.open = false;
    summary.focus();
    onChoose(Number(choice));
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      summary.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    menu.open = true;
    const buttons = [...menu.querySelectorAll("button")];
    const at = buttons.findIndex((button) => button === document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) {
      menu.open = false;
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!event.composedPath().includes(menu)) menu.open = false;
  });
}
