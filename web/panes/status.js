/** @module */

import { find, findElement, setText } from "../dom.js";

/** @typedef {import("../store.js").Engine} Engine */

const STAGES = {
  runtime: "Loading the Python runtime",
  package: "Loading harmony_core",
  vocabulary: "Loading the vocabulary",
};

/**
 * How far the engine is, in the page's head.
 *
 * @param {HTMLElement} root
 * @param {() => void} onRetry
 */
export function createStatus(root, onRetry) {
  const text = findElement(root, ".engine-text");
  const progress = find(root, "progress", HTMLProgressElement);
  const bytes = findElement(root, ".engine-bytes");
  const retry = find(root, "button", HTMLButtonElement);
  retry.addEventListener("click", onRetry);

  return {
    /** @param {Engine} engine */
    show(engine) {
      root.dataset["state"] = engine.status;
      retry.hidden = engine.status !== "failed";
      progress.hidden = engine.status !== "loading";
      setText(text, describe(engine));
      setText(bytes, "");
      if (engine.status === "ready") {
        const { python, pyodide, encoding } = engine.about;
        root.title = `${encoding}; Python ${python}, Pyodide ${pyodide}`;
      }
      if (engine.status !== "loading" || !engine.progress) return;
      const { loaded, total } = engine.progress;
      if (total > 0) {
        progress.max = total;
        progress.value = loaded;
        setText(bytes, `${megabytes(loaded)} of ${megabytes(total)} MB`);
      }
    },
  };
}

/** @param {Engine} engine */
function describe(engine) {
  if (engine.status === "ready") return `Ready · ${engine.about.version}`;
  if (engine.status === "failed") return `Loading failed. ${engine.message}`;
  return `${STAGES[engine.progress?.stage ?? "runtime"]}…`;
}

/** @param {number} bytes */
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
