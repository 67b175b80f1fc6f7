/**
 * Links that hold a mode's content: `#MODE=1.DATA`. DATA is JSON, compressed by zlib, in URL-safe
 * base64; zlib's checksum tells a damaged link. `harmony_core/_page_link.py` writes the same.
 *
 * @module
 */

import { isRecord, parse, stringify } from "./json.js";

/** The form's version. A link of another one is refused. */
const VERSION = "1";

/** No browser opens an address of more characters. */
export const LONGEST_LINK = 2_000_000;

/** What a link may hold, in bytes: a short one can be made that unpacks to gigabytes. */
const LARGEST_CONTENT = 50_000_000;

/** Why a link cannot be opened, and what to do. */
export class LinkError extends Error {
  /** @param {string} message @param {string} hint */
  constructor(message, hint) {
    super(message);
    this.hint = hint;
  }
}

/** Whether an address's fragment holds content. @param {string} hash */
export const holdsContent = (hash) => hash.includes("=");

/**
 * @param {string} mode The mode's id.
 * @param {Record<string, unknown>} content
 * @returns {Promise<string>} The fragment, from `#` on.
 */
export async function writeLink(mode, content) {
  const packing = new Blob([stringify(content)])
    .stream()
    .pipeThrough(new CompressionStream("deflate"));
  const packed = await new Response(packing).arrayBuffer();
  return `#${mode}=${VERSION}.${toBase64(new Uint8Array(packed))}`;
}

/**
 * @param {string} hash The address's fragment, from `#` on.
 * @returns {Promise<{mode: string, content: Record<string, unknown>}>}
 * @throws {LinkError}
 */
export async function readLink(hash) {
  const parts = /^#(?<mode>[^=]*)=(?<version>\d+)\.(?<data>.*)$/u.exec(hash)?.groups;
  const { mode = "", version = "", data = "" } = parts ?? {};
  if (version && version !== VERSION) {
    throw new LinkError(
      `This link has version ${version} of the form; this page reads version ${VERSION}.`,
      "Reload the page to get its latest version, then open the link again.",
    );
  }
  const damaged = new LinkError(
    "Cannot open the link: it is damaged or cut off.",
    "Copy the whole link again, or ask its sender for a file instead.",
  );
  let content;
  try {
    content = parse(await unpack(fromBase64(data)));
  } catch (error) {
    throw error instanceof LinkError ? error : damaged;
  }
  if (!mode || !isRecord(content)) throw damaged;
  return { mode, content };
}

/** @param {Uint8Array<ArrayBuffer>} packed */
async function unpack(packed) {
  const reader = new Blob([packed])
    .stream()
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
  const parts = [];
  for (let size = 0; ;) {
    const { value, done } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
    if (size > LARGEST_CONTENT) {
      await reader.cancel();
      throw new LinkError("The link holds more than 50 MB.", "Ask its sender for a file instead.");
    }
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(await new Blob(parts).arrayBuffer());
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  const parts = [];
  // A call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(parts.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
function fromBase64(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
