/** @module */

/** @typedef {ArrayLike<number> & Iterable<number>} Tokens Token ids, in any list. */

/** @param {Tokens} tokens */
export function toIds(tokens) {
  if (tokens instanceof Uint32Array) return tokens;
  return Uint32Array.from(tokens, (token, index) => {
    if (Number.isInteger(token) && token >= 0 && token < 2 ** 32) return token;
    throw new RangeError(`Token ${index} is ${token}; token ids are whole numbers of 32 bits.`);
  });
}
