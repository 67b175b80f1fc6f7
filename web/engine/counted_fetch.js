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

/** @type {Record<string, {size: number, sha256: number[]} | undefined>} By name. */
const builtFiles = JSON.parse(BUILT_FILES);
/** @type {Promise<void>[]} */
const checks = [];

/** Waits until every file downloaded so far is known to be the one that was built. */
export async function verifyDownloads() {
  await Promise.all(checks);
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
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const received = [];
  const counted = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          const check = verify(address, received);
          check.catch(() => {}); // It is awaited at the end of starting.
          checks.push(check);
          return controller.close();
        }
        received.push(value);
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

/**
 * Compares a file with the one that was built: it may be cut off, old, or a server's page.
 *
 * @param {string} address
 * @param {Uint8Array<ArrayBuffer>[]} parts
 */
async function verify(address, parts) {
  const built = builtFiles[decodeURIComponent(address.replace(/.*\//u, ""))];
  if (!built) return;
  const file = new Blob(parts);
  // Digests are for secure contexts only; elsewhere the size has to do.
  const digest = crypto.subtle && (await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const isSame = !digest || new Uint8Array(digest).toString() === built.sha256.toString();
  if (file.size === built.size && isSame) return;
  throw failed(`${address} is not the file that was built: it is damaged, or of another version.`);
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
