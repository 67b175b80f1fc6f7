/**
 * Measures a JavaScript package; the twin of `measure.py`, with the same jobs and rows.
 *
 * @module
 */

/**
 * @typedef {object} Encoding
 * @property {(text: string) => ArrayLike<number>} encode
 * @property {(tokens: any) => string} decode
 */

/** Belongs to starting, as in `measure.py`. */
const FIRST = "Hello, Xyzzyland!";

/**
 * @param {{task: "encode", text: string, repeats: number} | {task: "lengths", texts: string[]}} job
 * @param {() => Promise<Encoding>} load
 */
export async function* measure(job, load) {
  const encoding = await load();
  encoding.encode(FIRST);
  // Counts from the worker's creation: download, compilation and start.
  yield { operation: "start", seconds: [performance.now() / 1000] };
  if (job.task === "lengths") yield* measureLengths(encoding, job.texts);
  else yield* measureText(encoding, job.text, job.repeats);
}

async function* measureText(encoding, text, repeats) {
  const encode = () => encoding.encode(text);
  const [cold, tokens] = timed(encode);
  const size = { ...sizeOf(text), tokens: tokens.length };
  let digest = await tokenDigest(tokens);
  yield { operation: "encode, cold", seconds: [cold], digest, ...size };
  let { seconds, result } = repeated(repeats, encode);
  digest = await tokenDigest(result);
  yield { operation: "encode, warm", seconds, digest, ...size };
  ({ seconds, result } = repeated(repeats, () => encoding.decode(tokens)));
  digest = await textDigest(result);
  yield { operation: "decode", seconds, digest, ...size };
}

async function* measureLengths(encoding, texts) {
  for (const text of texts) {
    const [seconds, tokens] = timed(() => encoding.encode(text));
    const size = { ...sizeOf(text), tokens: tokens.length };
    const digest = await tokenDigest(tokens);
    yield { operation: String(size.characters), seconds: [seconds], digest, ...size };
  }
}

/** @template T @param {() => T} action @returns {[seconds: number, result: T]} */
function timed(action) {
  const started = performance.now();
  const result = action();
  return [(performance.now() - started) / 1000, result];
}

/** @template T @param {number} repeats @param {() => T} action */
function repeated(repeats, action) {
  const runs = Array.from({ length: repeats }, () => timed(action));
  return { seconds: runs.map(([seconds]) => seconds), result: runs[runs.length - 1][1] };
}

/** @param {string} text */
function sizeOf(text) {
  return { characters: Array.from(text).length, bytes: new TextEncoder().encode(text).length };
}

/** @param {ArrayLike<number>} tokens */
function tokenDigest(tokens) {
  return hash(Uint32Array.from(tokens));
}

/** @param {string} text */
function textDigest(text) {
  return hash(new TextEncoder().encode(text));
}

/** @param {BufferSource} data */
async function hash(data) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
