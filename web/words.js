/**
 * Numbers in words.
 *
 * @module
 */

const numbers = new Intl.NumberFormat("en");

/** @param {number} count */
export const formatCount = (count) => numbers.format(count);

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
