/**
 * Files of the runtime that were given instead of being downloaded. The bundler puts `readFile` in
 * the place of Node's, so that Pyodide finds them there as it does in `fetch`.
 *
 * @module
 */

/** @type {Map<string, Uint8Array<ArrayBuffer>>} */
const files = new Map();

/** @param {string} name @param {Uint8Array<ArrayBuffer>} bytes */
export function provideFile(name, bytes) {
  files.set(name, bytes);
}

/** @param {string} address A path or an address; what follows its last slash is the name. */
export function providedFile(address) {
  return files.get(address.replace(/.*[/\\]/u, ""));
}

/** @param {string} path @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function readFile(path) {
  const found = providedFile(path);
  if (!found) throw new Error(`${path} is not part of the runtime.`);
  return found;
}
