import assert from "node:assert/strict";
import test from "node:test";

import { gravityOf, verdictOf } from "../../web/panes/verdict.js";

const none = { error: 0, warning: 0, info: 0 };
const result = { messages: 1, fault: null, differing: 0, differences: [] };

/** @param {object} changes @returns {any} */
const value = (changes) => ({
  counts: none,
  messages: [{ withheld: false }],
  tokens: { ids: [1, 2, 3] },
  reference_results: { strict: result, non_strict: result },
  output: 0,
  outputs: [{ counts: none }],
  outputs_total: 1,
  left: [],
  ...changes,
});

test("a sound output", () => {
  assert.equal(verdictOf(value({})), "no problems, 1 message");
  assert.equal(gravityOf(value({})), "good");
});

test("an error, a withheld call and what the reference does", () => {
  const broken = value({
    counts: { error: 1, warning: 0, info: 0 },
    messages: [{ withheld: false }, { withheld: true }],
    reference_results: { strict: { ...result, fault: { token: 1 } }, non_strict: result },
  });
  assert.equal(
    verdictOf(broken),
    "1 error, 2 messages, tool call not to be run, openai-harmony raises at token 1",
  );
  assert.equal(gravityOf(broken), "error");
});

test("what is wrong elsewhere is never left out", () => {
  const bad = { error: 0, warning: 1, info: 0 };
  const elsewhere = value({ outputs: [{ counts: none }, { counts: bad }], outputs_total: 2 });
  assert.match(verdictOf(elsewhere), /problems in 1 other output$/u);
  assert.equal(gravityOf(elsewhere), "warning");
  const unknown = value({ outputs: [{ counts: none }, { counts: null }], outputs_total: 2 });
  assert.match(verdictOf(unknown), /1 other output not checked$/u);
  assert.equal(gravityOf(unknown), "info");
  const unread = value({ left: [{ is_fault: true }] });
  assert.match(verdictOf(unread), /1 output not readable$/u);
  assert.equal(gravityOf(unread), "error");
});
