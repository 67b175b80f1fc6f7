/** The worker's side of the page: a job comes in, rows go out, then `null`. */

/** @param {(job: any) => AsyncIterable<object>} measure */
export function answerJobs(measure) {
  self.addEventListener("message", async ({ data }) => {
    try {
      for await (const row of measure(data)) self.postMessage(row);
      self.postMessage(null);
    } catch (error) {
      // Thrown where nobody catches, it reaches the page as the worker's error.
      setTimeout(() => {
        throw error;
      });
    }
  });
}
