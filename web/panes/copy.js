/** @module */

const CONFIRMED_FOR = 1500;

/**
 * Puts text on the clipboard when the button is pressed, and says so on the button.
 *
 * @param {HTMLButtonElement} button
 * @param {() => string} getText
 */
export function createCopyButton(button, getText) {
  const label = button.textContent?.trim() ?? "";
  let timer = 0;
  button.addEventListener("click", async () => {
    const copied = await copy(button.ownerDocument, getText());
    button.textContent = copied ? "copied ✓" : "not copied";
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), CONFIRMED_FOR);
  });
}

/**
 * @param {Document} document
 * @param {string} text
 * @returns {Promise<boolean>} Whether it worked.
 */
async function copy(document, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(document, text); // Not a secure context, or not permitted.
  }
}

/** @param {Document} document @param {string} text */
function copyBySelection(document, text) {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
