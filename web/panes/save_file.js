/** @module */

/**
 * Lets the browser save a text as a file.
 *
 * @param {Document} document
 * @param {string} name
 * @param {string} text
 */
export function saveFile(document, name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then; an address that is revoked at once may not be read.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
