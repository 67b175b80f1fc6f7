import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { planBlocks, planPages } from "../../web/tokens/blocks.js";
import { makeTokens } from "./streams.js";

const LIMIT = 640;
const PAGE = 6_000_000;

/** Long streams with lines and messages of any length, and characters across where cuts would be. */
const longTokens = fc
  .record({
    lines: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 }),
    messages: fc.array(fc.integer({ min: 1, max: 1_500 }), { minLength: 1, maxLength: 6 }),
    overlap: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  })
  .map(({ lines, messages, overlap: [before, after] }) => {
    const length = messages.reduce((sum, each) => sum + each, 0);
    const pieces = Array.from({ length }, () => "x");
    let at = -1;
    for (const line of lines) if ((at += line) < length) pieces[at] = "\n";
    const spans = messages.map((each, message) => [each, "content", message]);
    const joins = planBlocks(makeTokens({ pieces, spans }))
      .slice(1, -1)
      .map((cut) => [cut - before, cut + after])
      .filter(([, stop]) => stop <= length);
    return { tokens: makeTokens({ pieces, spans, joins }), joins };
  });

suite("blocks", () => {
  test("tile the stream, are not too long, and cut no character", () => {
    fc.assert(
      fc.property(longTokens, ({ tokens, joins }) => {
        const starts = planBlocks(tokens);
        assert.equal(starts[0], 0);
        assert.equal(starts.at(-1), tokens.length);
        for (const [index, start] of starts.slice(0, -1).entries()) {
          const size = starts[index + 1] - start;
          assert.ok(size > 0 && size < LIMIT + 10);
          for (const [from, to] of joins) assert.ok(start <= from || start >= to);
        }
      }),
    );
  });

  test("end with a message if they can, or with a line", () => {
    const pieces = Array.from({ length: 2_000 }, () => "x");
    pieces[899] = "\n";
    const spans = [
      [400, "content", 0],
      [1_600, "content", 1],
    ];
    const starts = planBlocks(makeTokens({ pieces, spans }));
    assert.deepEqual(starts.slice(0, 3), [0, 400, 900]);
  });

  test("no tokens, no blocks", () => {
    assert.deepEqual(planBlocks(makeTokens({ pieces: [], spans: [] })), [0]);
  });
});

suite("pages", () => {
  test("hold all blocks in order, and none is too tall unless a block is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5_000_000 }), { maxLength: 40 }),
        (heights) => {
          const pages = planPages(heights);
          assert.equal(pages[0], 0);
          assert.equal(pages.at(-1), heights.length);
          for (const [index, start] of pages.slice(0, -1).entries()) {
            const page = heights.slice(start, pages[index + 1]);
            const height = page.reduce((sum, each) => sum + each, 0);
            assert.ok(height <= PAGE || page.length === 1);
          }
        },
      ),
    );
  });
});
