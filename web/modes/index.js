/**
 * The page's modes, in the order of their tabs. The first is shown if the address names none.
 *
 * @module
 */

import { inspect } from "./inspect.js";
import { train } from "./train.js";
import { write } from "./write.js";

/** @type {readonly import("./mode.js").AnyMode[]} */
export const MODES = Object.freeze([write, inspect, train]);
