import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { markClasses } from "../../web/tokens/mark_classes.js";
import { applyEdit, commonPrefix, hex, search } from "../../web/tokens/tokens.js";
import { anyTokens, makeTokens } from "./streams.js";

const range = (start, stop) => Array.from({ length: stop - start }, (_, index) => start + index);

suite("search", () => {
  test("finds what a walk finds", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), (count, from) => {
        const holds = (ordinal) => ordinal >= from;
        const walked = range(0, count).find(holds) ?? count;
        assert.equal(search(count, holds), walked);
      }),
    );
  });
});

suite("Tokens", () => {
  test("a token has its own bytes, text and id", () => {
    const tokens = makeTokens({ pieces: ["<|start|>", "é", [0xf0, 0x92], [0x80, 0xad], ""] });
    assert.equal(tokens.length, 5);
    assert.equal(tokens.id(1), 1_001);
    assert.equal(tokens.text(1), "é");
    assert.equal(tokens.hex(1), "c3 a9");
    assert.equal(tokens.text(2), null);
    assert.equal(tokens.textOf(2, 4), "𒀭");
    assert.equal(tokens.text(4), "");
    assert.equal(tokens.offset(5), tokens.stream.bytes.length);
  });

  test("a byte order mark is text", () => {
    const tokens = makeTokens({ pieces: ["\ufeff", "a"] });
    assert.equal(tokens.text(0), "\ufeff");
    assert.equal(tokens.textOf(0, 2), "\ufeffa");
  });

  test("the span of a token is the one that holds it", () => {
    fc.assert(
      fc.property(anyTokens, (tokens) => {
        for (const index of range(0, tokens.length)) {
          const walked = range(0, tokens.spanCount).find((at) => tokens.span(at).stop > index);
          assert.equal(tokens.spanAt(index), walked);
        }
      }),
    );
  });

  test("the join of a token is the one that holds it", () => {
    fc.assert(
      fc.property(anyTokens, (tokens) => {
        const { joins } = tokens.stream;
        const pairs = range(0, joins.length / 2).map((at) => [joins[2 * at], joins[2 * at + 1]]);
        for (const index of range(0, tokens.length)) {
          const walked = pairs.find(([start, stop]) => start <= index && index < stop);
          assert.deepEqual(
            tokens.joinAt(index),
            walked ? { start: walked[0], stop: walked[1] } : null,
          );
        }
      }),
    );
  });

  test("the marks of a range are all that show on one of its tokens", () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(200), fc.nat(30), (tokens, from, size) => {
        const start = Math.min(from, tokens.length);
        const stop = Math.min(start + size, tokens.length);
        const walked = range(0, tokens.markCount)
          .map((ordinal) => tokens.mark(ordinal))
          .filter(
            (mark) => tokens.tokensOf(mark).start < stop && tokens.tokensOf(mark).stop > start,
          );
        assert.deepEqual(tokens.marksIn(start, stop), walked);
      }),
    );
  });

  test("walking the marks visits each marked token, and starts again at the end", () => {
    fc.assert(
      fc.property(anyTokens, (tokens) => {
        const firsts = range(0, tokens.markCount).map(
          (at) => tokens.tokensOf(tokens.mark(at)).start,
        );
        const wanted = [...new Set(firsts)].sort((a, b) => a - b);
        for (const [step, expected] of [
          [1, wanted],
          [-1, [...wanted].reverse()],
        ]) {
          let at = step > 0 ? -1 : tokens.length;
          for (const token of expected) {
            at = tokens.markedToken(at, step);
            assert.equal(at, token);
          }
          if (wanted.length) assert.equal(tokens.markedToken(at, step), expected[0]);
          else assert.equal(tokens.markedToken(at, step), null);
        }
      }),
    );
  });

  test("something missing is shown on the next token, at the end on the last", () => {
    const tokens = makeTokens({
      pieces: ["a", "b"],
      marks: [
        [1, 1, "error", 0],
        [2, 2, "error", 1],
      ],
    });
    assert.deepEqual(tokens.tokensOf(tokens.mark(0)), { start: 1, stop: 2 });
    assert.deepEqual(tokens.tokensOf(tokens.mark(1)), { start: 1, stop: 2 });
    assert.equal(tokens.endsTooEarly, true);
    assert.equal(makeTokens({ pieces: ["a"], marks: [[0, 1, "error", 0]] }).endsTooEarly, false);
  });

  test("the range of a message's part is one run", () => {
    const tokens = makeTokens({
      pieces: ["<", "r", "c", "c", ">", "t", "<", "t"],
      spans: [
        [1, "marker", 0],
        [1, "role", 0],
        [2, "channel", 0],
        [1, "marker", 0],
        [1, "content", 0],
        [1, "marker", 1],
        [1, "content", 1],
      ],
    });
    assert.deepEqual(tokens.rangeOf(0, "channel"), { start: 2, stop: 4 });
    assert.deepEqual(tokens.rangeOf(0, null), { start: 0, stop: 6 });
    assert.deepEqual(tokens.rangeOf(1, null), { start: 6, stop: 8 });
    assert.equal(tokens.rangeOf(1, "channel"), null);
    assert.equal(tokens.rangeOf(2, null), null);
  });

  test("lines are counted and found by their ends", () => {
    const tokens = makeTokens({ pieces: ["a\n\nb", " ", "\n", "c"] });
    assert.equal(tokens.countLines(0, 4), 3);
    assert.equal(tokens.isLineEnd(1), true);
    assert.equal(tokens.isLineEnd(0), false);
    assert.equal(tokens.endsLine(2), true);
    assert.equal(tokens.endsLine(0), false);
    assert.equal(tokens.isLineEnd(3), true);
  });
});

suite("an edit", () => {
  test("changes ids and text alike", () => {
    const tokens = makeTokens({ pieces: ["a", [0xf0, 0x92], [0x80, 0xad], "d"] });
    const edit = { start: 1, stop: 3, tokens: [7], text: "é" };
    assert.deepEqual(applyEdit(tokens, edit), { ids: [1_000, 7, 1_003], text: "aéd" });
    const insert = { start: 4, stop: 4, tokens: [8, 9], text: "z" };
    assert.deepEqual(applyEdit(tokens, insert).ids, [1_000, 1_001, 1_002, 1_003, 8, 9]);
    assert.equal(applyEdit(tokens, insert).text, "a𒀭dz");
  });
});

suite("the common prefix", () => {
  test("of a stream and itself is all of it", () => {
    fc.assert(
      fc.property(anyTokens, (tokens) => {
        assert.equal(commonPrefix(tokens, tokens), tokens.length);
      }),
    );
  });

  test("looks the same in both: ids, spans, joins' neighbours and marks", () => {
    fc.assert(
      fc.property(anyTokens, anyTokens, (a, b) => {
        const same = commonPrefix(a, b);
        assert.ok(same <= Math.min(a.length, b.length));
        assert.deepEqual(a.stream.ids.slice(0, same), b.stream.ids.slice(0, same));
        for (const index of range(0, same)) {
          const [x, y] = [a, b].map((tokens) => tokens.span(tokens.spanAt(index)));
          assert.deepEqual([x.part, x.message, x.start], [y.part, y.message, y.start]);
        }
        // A mark on the token before the first other one is drawn anew: one token is kept back.
        const kept = Math.max(0, same - 1);
        assert.deepEqual([...markClasses(a, 0, kept)].sort(), [...markClasses(b, 0, kept)].sort());
      }),
    );
  });
});

suite("marks as classes", () => {
  test("the gravest of several wins, and a gap is told apart", () => {
    const tokens = makeTokens({
      pieces: ["a", "b", "c"],
      marks: [
        [0, 2, "info", 0],
        [1, 3, "error", 1],
        [2, 2, "warning", 2],
      ],
    });
    assert.deepEqual(Object.fromEntries(markClasses(tokens, 0, 3)), {
      0: " marked mark-info",
      1: " marked mark-error",
      2: " marked mark-error gap",
    });
  });
});

test("bytes in hexadecimal", () => {
  assert.equal(hex(Uint8Array.of(0, 10, 255)), "00 0a ff");
  assert.equal(hex(new Uint8Array()), "");
});
