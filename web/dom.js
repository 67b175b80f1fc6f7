/**
 * The few helpers the views share. Text only ever becomes text.
 *
 * @module
 */

/**
 * The first match inside `root`; its absence is a fault of the page itself.
 *
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 * @returns {T}
 */
export function find(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 */
export const findElement = (root, selector) => find(root, selector, HTMLElement);

/**
 * A copy of the content of a `<template>`.
 *
 * @param {Document} document
 * @param {string} id
 */
export function clone(document, id) {
  return document.importNode(find(document, `#${id}`, HTMLTemplateElement).content, true);
}

/**
 * A copy of a template's only element.
 *
 * @param {Document} document
 * @param {string} id
 * @returns {HTMLElement}
 */
export function cloneElement(document, id) {
  const element = clone(document, id).firstElementChild;
  if (!(element instanceof HTMLElement)) throw new Error(`The template ${id} is empty.`);
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {Document} document
 * @param {T} name
 * @param {string} [className]
 * @param {string} [text]
 */
export function make(document, name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * The element an event began at, if it is or lies in a match.
 *
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function closest(event, selector) {
  if (!(event.target instanceof Element)) return null;
  const found = event.target.closest(selector);
  return found instanceof HTMLElement ? found : null;
}

/**
 * Sets the text only if it is another one, so that live regions and selections stay calm.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Scrolls an element into view, if that moves nothing but its pane: on a small screen, where the
 * page is one column, it would tear the reader away.
 *
 * @param {Element | null | undefined} element
 */
export function revealInPane(element) {
  const pane = element?.closest(".scroll");
  if (!element || !pane || getComputedStyle(pane).overflowY !== "auto") return;
  element.scrollIntoView({ block: "nearest" });
}

/**
 * @template T, K
 * @param {readonly T[]} items
 * @param {(item: T) => K} keyOf
 * @returns {Map<K, T[]>}
 */
export function groupBy(items, keyOf) {
  /** @type {Map<K, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
