/** @module */

/**
 * Makes a `role=tablist` work: clicks, arrow keys, Home and End; one tab stop.
 *
 * @param {HTMLElement} list Its tabs carry a name in `data-tab`, or in the hash of their `href`.
 * @param {(name: string) => void} onSelect
 */
export function createTabs(list, onSelect) {
  const tabs = [...list.querySelectorAll("[role=tab]")].filter((tab) => tab instanceof HTMLElement);

  list.addEventListener("click", (event) => {
    const tab = tabs.find((each) => event.composedPath().includes(each));
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onSelect(nameOf(tab));
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.findIndex((tab) => tab === event.target);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1, " ": at }[
      event.key
    ];
    const tab = to === undefined ? undefined : tabs.at(to % tabs.length);
    if (at < 0 || !tab || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    tab.focus();
    onSelect(nameOf(tab));
  });

  return {
    /** @param {string} name */
    select(name) {
      for (const tab of tabs) {
        const selected = nameOf(tab) === name;
        tab.setAttribute("aria-selected", String(selected));
        tab.tabIndex = selected ? 0 : -1;
      }
    },
  };
}

/** @param {HTMLElement} tab */
function nameOf(tab) {
  return tab.dataset["tab"] ?? tab.getAttribute("href")?.slice(1) ?? "";
}
