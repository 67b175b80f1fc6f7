/** Measures harmony_core in Pyodide, by the same Python module that measures natively. */

import { loadPyodide } from "pyodide";
import measure from "../measure.py";
import { answerJobs } from "./worker.js";

answerJobs(async function* (job) {
  const runtime = new URL("pyodide/", self.location.href).href;
  const pyodide = await loadPyodide({ indexURL: runtime });
  await pyodide.loadPackage("harmony-core", { messageCallback() {} });
  pyodide.FS.writeFile("measure.py", measure);
  const rows = pyodide.pyimport("measure").rows(JSON.stringify(job));
  for (const line of rows) {
    const row = JSON.parse(line);
    if (row.operation === "load") {
      yield { operation: "start", seconds: [performance.now() / 1000] };
    }
    yield row;
  }
  rows.destroy();
});
