/**
 * A token stream of any length. Blocks of tokens get elements when they come near the viewport
 * and lose them when they are far; what is kept of them is their height.
 *
 * @module
 */

import { planBlocks, planPages } from "./blocks.js";
import { commonPrefix, search } from "./tokens.js";
import { find, findElement, make, setText } from "../dom.js";
import { createNavigation } from "./navigation.js";
import { paintTable, paintTableHead } from "./table_block.js";
import { paintText } from "./text_block.js";
import { formatCount } from "../words.js";

/**
 * @typedef {import("./tokens.js").Tokens} Tokens
 * @typedef {"text" | "table"} Layout
 * @typedef {{element: HTMLElement, start: number, stop: number, filled: boolean}} Block
 */

/**
 * @typedef {object} StreamActions
 * @property {(on: "hover" | "focus", token: number | null) => void} point
 */

const MARGIN = "1200px 0px";
const LINE = 23;
const ROW = 26;
const GAP = 8;
const CHARACTER = 7.9;
const GUTTER = 60;
/** Blocks that are filled at once after a change, so that nothing flickers. */
const AT_ONCE = 6;
const FLASH = 1_200;
const MOST_FLASHED = 200;

/**
 * @param {HTMLElement} root Holds `.stream` and `.stream-pages`.
 * @param {StreamActions} actions
 */
export function createStream(root, actions) {
  const document = root.ownerDocument;
  const host = findElement(root, ".stream");
  const pager = findElement(root, ".stream-pages");
  /** @type {Tokens | null} */
  let tokens = null;
  /** @type {string[]} */
  let labels = [];
  /** @type {Layout} */
  let layout = "text";
  /** @type {number[]} */
  let starts = [0];
  /** @type {number[]} */
  let heights = [];
  /** @type {number[]} */
  let pages = [0, 0];
  let page = 0;
  /** The blocks of the present page, from `pages[page]` on. @type {Block[]} */
  let blocks = [];
  /** @type {WeakMap<Element, Block>} */
  const byElement = new WeakMap();
  /** The token that is the tab stop. */
  let current = 0;
  /** @type {{message: number, part: string | null} | null} */
  let lit = null;

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting, boundingClientRect } of entries) {
      const block = byElement.get(target);
      if (!block) continue;
      if (isIntersecting) fill(block);
      // Without a width the pane is hidden, and nothing is known about distances.
      else if (boundingClientRect.width) empty(block, boundingClientRect.height);
    }
  }, /** @type {IntersectionObserverInit} */ ({ rootMargin: MARGIN, scrollMargin: MARGIN }));

  /** @param {number} message */
  const labelOf = (message) => labels[message] ?? "";

  /** @param {Block} block */
  function fill(block) {
    if (block.filled || !tokens) return;
    block.filled = true;
    const paint = layout === "text" ? paintText : paintTable;
    block.element.replaceChildren(paint(document, tokens, block.start, block.stop, labelOf));
    block.element.style.height = "";
    if (layout === "table") block.element.setAttribute("role", "rowgroup");
    if (holds(block, current)) markCurrent(true);
    lightIn(block.element);
  }

  /** @param {Block} block @param {number} height */
  function empty(block, height) {
    if (!block.filled || holds(block, current)) return;
    block.filled = false;
    block.element.replaceChildren();
    block.element.removeAttribute("role");
    block.element.style.height = `${height}px`;
  }

  /** @param {Block} block @param {number} token */
  const holds = (block, token) => block.start <= token && token < block.stop;

  /** @param {number} token @returns {Block | undefined} Its block, if it is on this page. */
  function blockOf(token) {
    const block = blocks[search(blocks.length, (index) => (blocks[index]?.stop ?? 0) > token)];
    return block && holds(block, token) ? block : undefined;
  }

  /** @param {number} token @returns {HTMLElement | null} Its element, if its block is filled. */
  function elementOf(token) {
    const element = blockOf(token)?.element.querySelector(`[data-token-index="${token}"]`);
    return element instanceof HTMLElement ? element : null;
  }

  /** @param {number} token @returns {HTMLElement | null} Its element; its page is turned to. */
  function reach(token) {
    if (!tokens || token < 0 || token >= tokens.length) return null;
    const block = search(starts.length - 1, (index) => (starts[index + 1] ?? 0) > token);
    const wanted = search(pages.length - 1, (index) => (pages[index + 1] ?? 0) > block);
    if (wanted !== page) turnTo(wanted);
    const found = blockOf(token);
    if (found) fill(found);
    return elementOf(token);
  }

  /** @param {boolean} on */
  function markCurrent(on) {
    const element = elementOf(current);
    if (element) element.tabIndex = on ? 0 : -1;
    if (layout === "text") element?.setAttribute("aria-selected", String(on));
  }

  /** @param {number} token */
  function setCurrent(token) {
    markCurrent(false);
    current = token;
    markCurrent(true);
  }

  /** @param {ParentNode} within */
  function lightIn(within) {
    for (const element of within.querySelectorAll(".lit")) element.classList.remove("lit");
    if (!lit) return;
    const part = lit.part === null ? "" : `[data-part="${lit.part}"]`;
    for (const element of within.querySelectorAll(`[data-of="${lit.message}"]${part}`)) {
      element.classList.add("lit");
    }
  }

  /** Works out blocks, heights and pages of the present tokens and layout. */
  function plan() {
    starts = tokens ? planBlocks(tokens) : [0];
    const columns = Math.max(20, ((host.clientWidth || 640) - GUTTER) / CHARACTER);
    heights = starts.slice(0, -1).map((start, index) => {
      const stop = starts[index + 1] ?? start;
      if (!tokens || layout === "table") return (stop - start) * ROW;
      const lines = tokens.countLines(start, stop) + tokens.bytes(start, stop).length / columns;
      return Math.ceil(lines) * LINE + GAP;
    });
    pages = planPages(heights);
  }

  /** @param {number} keep The number of leading blocks that stay as they are. */
  function build(keep) {
    const wereFilled = blocks.flatMap((block, index) => (block.filled ? [index] : []));
    for (const { element } of blocks.splice(keep)) {
      observer.unobserve(element);
      element.remove();
    }
    const first = pages[page] ?? 0;
    const stop = pages[page + 1] ?? first;
    const added = [];
    for (let index = first + keep; index < stop; index++) {
      const element = make(document, "div", "block");
      element.style.height = `${heights[index]}px`;
      const range = { start: starts[index] ?? 0, stop: starts[index + 1] ?? 0 };
      const block = { element, ...range, filled: false };
      byElement.set(element, block);
      blocks.push(block);
      added.push(element);
    }
    host.append(...added);
    const visible = wereFilled.filter((index) => index >= keep).slice(0, AT_ONCE);
    for (const index of visible.length ? visible : [0]) {
      const block = blocks[index];
      if (block) fill(block);
    }
    const block = blockOf(current);
    if (block) fill(block);
    for (const element of added) observer.observe(element);
    describeHost();
    showPager();
  }

  function rebuild() {
    plan();
    host.replaceChildren();
    blocks = [];
    page = Math.min(page, Math.max(0, pages.length - 2));
    if (layout === "table" && tokens?.length) host.append(paintTableHead(document));
    build(0);
  }

  /** Says what the host is; without tokens it is nothing. */
  function describeHost() {
    host.dataset["layout"] = layout;
    host.removeAttribute("role");
    host.removeAttribute("aria-rowcount");
    host.classList.remove("ends-too-early");
    if (!tokens?.length) return;
    host.classList.toggle("ends-too-early", tokens.endsTooEarly);
    host.setAttribute("role", layout === "text" ? "listbox" : "grid");
    host.setAttribute("aria-label", "Tokens");
    if (layout === "table") host.setAttribute("aria-rowcount", String(tokens.length + 1));
  }

  /** @param {number} next */
  function turnTo(next) {
    page = Math.max(0, Math.min(next, pages.length - 2));
    const start = starts[pages[page] ?? 0] ?? 0;
    rebuild();
    setCurrent(start);
    const block = blocks[0];
    if (block) fill(block);
  }

  function showPager() {
    pager.hidden = pages.length <= 2;
    if (pager.hidden || !tokens) return;
    const from = starts[pages[page] ?? 0] ?? 0;
    const to = starts[pages[page + 1] ?? 0] ?? 0;
    const range = `${formatCount(from)} to ${formatCount(to - 1)} of ${formatCount(tokens.length)}`;
    setText(findElement(pager, ".stream-page"), `Tokens ${range}`);
    find(pager, "[data-page='-1']", HTMLButtonElement).disabled = page === 0;
    find(pager, "[data-page='1']", HTMLButtonElement).disabled = page === pages.length - 2;
  }

  pager.addEventListener("click", (event) => {
    if (!(event.target instanceof HTMLElement) || !event.target.dataset["page"]) return;
    turnTo(page + Number(event.target.dataset["page"]));
    root.scrollTop = 0;
  });

  /** @param {number} token */
  function go(token) {
    const there = Math.min(token, (tokens?.length ?? 0) - 1);
    const element = reach(there);
    if (!element) return;
    setCurrent(there);
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  }

  createNavigation(host, {
    tokens: () => tokens,
    layout: () => layout,
    reach,
    move(token) {
      const element = reach(token);
      if (!element) return;
      setCurrent(token);
      element.scrollIntoView({ block: "nearest" });
      element.focus({ preventScroll: true });
    },
    point(on, token) {
      if (on === "focus" && token !== null) setCurrent(token);
      actions.point(on, token);
    },
  });

  return {
    /**
     * @param {Tokens | null} next
     * @param {string[]} nextLabels A message's number, by ordinal.
     */
    show(next, nextLabels) {
      if (next === tokens) return;
      const before = tokens;
      const oldStarts = starts;
      const relabelled = nextLabels.findIndex((label, index) => label !== labels[index]);
      const sameLabels = relabelled < 0 ? Infinity : relabelled;
      tokens = next;
      labels = nextLabels;
      current = Math.min(current, Math.max(0, (next?.length ?? 0) - 1));
      if (!before?.length || !next?.length || pages.length > 2) return rebuild();
      plan();
      if (pages.length > 2) return rebuild();
      const same = commonPrefix(before, next);
      let keep = 0;
      while (keep + 1 < starts.length && starts[keep + 1] === oldStarts[keep + 1]) {
        const stop = starts[keep + 1] ?? 0;
        // One more token must be the same: what follows decides how spaces are shown.
        if (stop >= same || next.span(next.spanAt(stop)).message >= sameLabels) break;
        keep++;
      }
      build(keep);
    },
    /** @param {Layout} next */
    setLayout(next) {
      if (next === layout) return;
      const stay = current;
      layout = next;
      rebuild();
      const element = reach(stay);
      if (stay > 0) element?.scrollIntoView({ block: "center" });
    },
    /** @param {{message: number, part: string | null} | null} next */
    light(next) {
      if (next?.message === lit?.message && next?.part === lit?.part) return;
      lit = next;
      lightIn(host);
    },
    go,
    /** Makes tokens stand out for a moment. @param {number} start @param {number} stop */
    flash(start, stop) {
      const last = Math.min(stop, start + MOST_FLASHED);
      for (let token = start; token < last; token++) {
        const element = elementOf(token);
        element?.classList.add("flash");
        setTimeout(() => element?.classList.remove("flash"), FLASH);
      }
    },
    /** The token that the keys are on. */
    get current() {
      return current;
    },
    /**
     * Brings a token into view, if that moves nothing but the pane.
     *
     * @param {number} token
     */
    peek(token) {
      if (root.scrollHeight <= root.clientHeight) return;
      const element = reach(token);
      if (!element) return;
      const { top, bottom } = element.getBoundingClientRect();
      const frame = root.getBoundingClientRect();
      if (top >= frame.top && bottom <= frame.bottom) return;
      root.scrollTop += top - frame.top - frame.height / 4;
    },
  };
}

/** @typedef {ReturnType<typeof createStream>} Stream */
