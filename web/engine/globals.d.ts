// Put in by the build.

/** Bytes the worker receives in all. */
declare const DOWNLOAD_SIZE: number;
/** The files the worker downloads, by name: their sizes and digests, as JSON. */
declare const BUILT_FILES: string;
/** The wheel's file name. */
declare const WHEEL_NAME: string;
/** The version of Pyodide's binary interface. */
declare const PYODIDE_ABI: string;

/** What the DOM library does not declare yet; absent in browsers without trusted types. */
declare var trustedTypes:
  | {
      createPolicy(
        name: string,
        rules: { createScriptURL: (input: string) => string },
      ): { createScriptURL(input: string): string };
    }
  | undefined;

declare module "pyodide/pyodide.asm.mjs" {
  const createPyodideModule: (settings: object) => Promise<unknown>;
  export default createPyodideModule;
}

/** What the build writes for the npm package: a script, or a file in Base64. */
declare module "*/runtime/worker.js" {
  const text: string;
  export default text;
}
declare module "*/runtime/wasm.js" {
  const text: string;
  export default text;
}
declare module "*/runtime/stdlib.js" {
  const text: string;
  export default text;
}
declare module "*/runtime/wheel.js" {
  const text: string;
  export default text;
}

declare module "node:worker_threads" {
  export const parentPort: unknown;
  export class Worker {
    constructor(script: string, options: { eval: boolean });
    postMessage(message: unknown): void;
    on(event: "message" | "error" | "exit", listener: (value: any) => void): void;
    terminate(): void;
    ref(): void;
    unref(): void;
  }
}
