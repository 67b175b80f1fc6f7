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

/**
 * @param {{package: keyof typeof scripts}} job
 * @param {number} timeout Seconds.
 * @returns {Promise<{rows: object[], failure: string | null}>}
 */
globalThis.run = function run(job, timeout) {
  const worker = new Worker(new URL(scripts[job.package], location.href), { type: "module" });
  const rows = [];
  return new Promise((resolve) => {
    const end = (failure) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ rows, failure });
    };
    const timer = setTimeout(() => end(`over ${timeout} s`), timeout * 1000);
    worker.addEventListener("error", (event) => end(`failed: ${event.message}`));
    worker.addEventListener("message", ({ data }) => (data ? rows.push(data) : end(null)));
    worker.postMessage(job);
  });
};
