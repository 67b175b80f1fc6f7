// Resolves a wheel with micropip inside Pyodide and writes the frozen lock file.
// Usage: node freeze.mjs MICROPIP_WHEEL WHEEL OUTPUT

import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { loadPyodide } from "pyodide";

const [micropipWheel, wheel, output] = process.argv.slice(2);
const pyodide = await loadPyodide();
await pyodide.loadPackage(micropipWheel, { messageCallback() {} });
const inside = `/tmp/${basename(wheel)}`;
pyodide.FS.writeFile(inside, readFileSync(wheel));
const micropip = pyodide.pyimport("micropip");
await micropip.install(`emfs:${inside}`);
writeFileSync(output, micropip.freeze());
micropip.destroy();
