/**
 * Starts the worker.
 *
 * @module
 */

/**
 * Starts it from a script of one import, for two reasons. Such a script inherits the page's
 * content security policy, which a worker loaded from an address does not; and it is of the
 * page's own origin, as browsers want of a worker, wherever the module comes from.
 *
 * @param {URL} address Of the worker's script.
 */
export function createWorker(address) {
  return startScript(`import ${JSON.stringify(address.href)};`);
}

/** @param {string} source Of a module. */
export function startScript(source) {
  const script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Worker(trusted(script), { type: "module" });
}

/** @type {ReturnType<NonNullable<typeof trustedTypes>["createPolicy"]> | undefined} */
let policy;

/**
 * Passes the one script address that this module makes through a page's trusted types.
 *
 * @param {string} address
 */
function trusted(address) {
  policy ??= globalThis.trustedTypes?.createPolicy("harmony-core", {
    createScriptURL: (given) => given,
  });
  return policy?.createScriptURL(address) ?? address;
}
