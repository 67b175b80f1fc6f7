/**
 * A fetch that counts the bytes it receives and says when a download failed.
 *
 * The bundler puts it in the place of `fetch` within the worker (see `--inject` in the
 * build), so that Pyodide's own downloads are counted while they stream into the compiler.
 *
 * @module
 */

import { providedFile } from "./provided_files.js";

/** @type {(loaded: number) => void} */
let onBytes = () => {};
/** @type {(error: Error) => void} */
let onFailure = () => {};
let loaded = 0;

/**
 * Says who wants to know. One listener, since a worker starts one runtime.
 *
 * @param {{onBytes: (loaded: number) => void, onFailure: (error: Error) => void}} listener
 */
export function watchDownloads(listener) {
  ({ onBytes, onFailure } = listener);
  if (loaded) onBytes(loaded);
}

/** @param {number} count Bytes. */
export function countBytes(count) {
  loaded += count;
  onBytes(loaded);
}

/**
 * @param {RequestInfo | URL} resource
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function countedFetch(resource, options) {
  const address = String(resource instanceof Request ? resource.url : resource);
  const provided = providedFile(address);
  if (provided) return new Response(provided, { headers: { "Content-Type": typeOf(address) } });
  let response;
  try {
    response = await globalThis.fetch(resource, options);
  } catch (error) {
    throw failed(`${address} could not be downloaded: ${/** @type {Error} */ (error).message}.`);
  }
  if (!response.ok || !response.body) {
    throw failed(`${address} could not be downloaded: the server answered ${response.status}.`);
  }
  const reader = response.body.getReader();
  const counted = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        countBytes(value.byteLength);
        controller.enqueue(value);
      } catch {
        controller.error(failed(`The download of ${address} broke off.`));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const { status, statusText, headers } = response;
  return new Response(counted, { status, statusText, headers });
}

/** @param {string} address */
const typeOf = (address) =>
  address.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";

/** @param {string} message */
function failed(message) {
  const error = new Error(message);
  onFailure(error);
  return error;
}

export { countedFetch as fetch };
