/**
 * Does jobs for the benchmark, each in a fresh worker. What a job and a row are, `measure.py`
 * says; a worker posts its rows, then `null`.
 *
 * @module
 */

const scripts = {
  harmony_core: "harmony_core.js",
  "gpt-tokenizer": "gpt_tokenizer.js",
  tiktoken: "tiktoken.js",
};

/** Seconds that a start may take. */
const patience = 120;

/**
 * @param {{package: keyof typeof scripts}} job
 * @param {number} timeout Seconds after the start that a row may take.
 * @returns {Promise<{rows: object[], failure: string | null}>}
 */
globalThis.run = function run(job, timeout) {
  const worker = new Worker(new URL(scripts[job.package], location.href), { type: "module" });
  const rows = [];
  return new Promise((resolve) => {
    let timer;
    const end = (failure) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ rows, failure });
    };
    const wait = (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(() => end(`over ${seconds} s`), seconds * 1000);
    };
    worker.addEventListener("error", (event) => end(`failed: ${event.message}`));
    worker.addEventListener("message", ({ data }) => {
      if (!data) return end(null);
      rows.push(data);
      wait(timeout);
    });
    wait(patience);
    worker.postMessage(job);
  });
};
