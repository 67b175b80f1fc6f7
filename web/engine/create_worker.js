/**
 * Starts the worker, also for a page that has this module from another origin.
 *
 * @module
 */

/** @param {URL} address Of the worker's script. */
export function createWorker(address) {
  const foreign = address.origin !== globalThis.location.origin;
  return new Worker(trusted(foreign ? bootstrapFor(address) : address.href), { type: "module" });
}

/**
 * A script of the page's own origin that loads the worker's: browsers start workers from their
 * own origin only.
 *
 * @param {URL} address
 */
function bootstrapFor(address) {
  const source = `import ${JSON.stringify(address.href)};`;
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

/** @type {ReturnType<NonNullable<typeof trustedTypes>["createPolicy"]> | undefined} */
let policy;

/**
 * Passes the one script address that this module ever uses through a page's trusted types.
 *
 * @param {string} address
 */
function trusted(address) {
  policy ??= globalThis.trustedTypes?.createPolicy("harmony-core", {
    createScriptURL: (given) => given,
  });
  return policy?.createScriptURL(address) ?? address;
}
