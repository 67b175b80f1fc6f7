/**
 * The worker of a page: fetches the runtime from the folder `pyodide/` beside this script.
 *
 * @module
 */

import { fetch } from "./counted_fetch.js";
import { start } from "./runtime.js";

const folder = new URL("pyodide/", import.meta.url);
const response = fetch(new URL(WHEEL_NAME, folder));
void start(
  self,
  { indexURL: folder.href },
  response.then(async (wheel) => new Uint8Array(await wheel.arrayBuffer())),
);
