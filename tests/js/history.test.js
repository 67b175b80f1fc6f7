import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { emptyHistory, record, redo, undo } from "../../web/history.js";

const LATER = 60_000;

/** A history and a present value, as the store holds them. */
function makeTimeline(first) {
  let now = 0;
  let state = { value: first, history: emptyHistory() };
  return {
    get value() {
      return state.value;
    },
    get history() {
      return state.history;
    },
    change(value, { group = null, after = LATER, size = 0, label = "change" } = {}) {
      now += after;
      state = {
        value,
        history: record(state.history, state.value, { label, group }, { now, size }),
      };
    },
    go(way) {
      const next = { undo, redo }[way](state.history, state.value);
      if (next) state = next;
      return next !== null;
    },
  };
}

suite("history", () => {
  test("behaves like a list of all values with a place in it", () => {
    const moves = fc.array(fc.oneof(fc.nat(1_000), fc.constantFrom("undo", "redo")), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(moves, (all) => {
        const timeline = makeTimeline(-1);
        let values = [-1];
        let place = 0;
        for (const move of all) {
          if (typeof move === "number") {
            timeline.change(move);
            values = [...values.slice(0, place + 1), move];
            place++;
          } else {
            const next = move === "undo" ? place - 1 : place + 1;
            const possible = next >= 0 && next < values.length;
            assert.equal(timeline.go(move), possible);
            if (possible) place = next;
          }
          assert.equal(timeline.value, values[place]);
        }
      }),
    );
  });

  test("typing in one go is one step; a pause begins another", () => {
    const timeline = makeTimeline("");
    timeline.change("a", { group: "text" });
    timeline.change("ab", { group: "text", after: 100 });
    timeline.change("abc", { group: "text", after: 2_000 });
    timeline.change("abcd", { group: "text", after: 100 });
    timeline.go("undo");
    assert.equal(timeline.value, "ab");
    timeline.go("undo");
    assert.equal(timeline.value, "");
    timeline.go("redo");
    timeline.go("redo");
    assert.equal(timeline.value, "abcd");
  });

  test("typing without end is several steps", () => {
    const timeline = makeTimeline("");
    for (let count = 1; count <= 100; count++) {
      timeline.change("x".repeat(count), { group: "text", after: 300 });
    }
    assert.ok(timeline.history.past.length >= 3);
  });

  test("another group, no group, or an undo in between begins another step", () => {
    const timeline = makeTimeline(0);
    timeline.change(1, { group: "a" });
    timeline.change(2, { group: "b", after: 1 });
    timeline.change(3, { after: 1 });
    timeline.change(4, { after: 1 });
    assert.equal(timeline.history.past.length, 4);
    timeline.change(5, { group: "a", after: 1 });
    timeline.go("undo");
    timeline.go("redo");
    timeline.change(6, { group: "a", after: 1 });
    timeline.go("undo");
    assert.equal(timeline.value, 5);
  });

  test("typing after an undo does not hide in the step before", () => {
    const timeline = makeTimeline("");
    timeline.change("a", { group: "text" });
    timeline.change("b", { after: 1 });
    timeline.go("undo");
    timeline.change("ac", { group: "text", after: 1 });
    timeline.go("undo");
    assert.equal(timeline.value, "a");
  });

  test("labels say what is undone and redone", () => {
    const timeline = makeTimeline(0);
    timeline.change(1, { label: "delete" });
    assert.equal(timeline.history.past.at(-1).label, "delete");
    timeline.go("undo");
    assert.equal(timeline.history.future.at(-1).label, "delete");
  });

  test("what it keeps is bounded, and the latest step is always kept", () => {
    const many = makeTimeline(0);
    for (let value = 1; value < 1_000; value++) many.change(value);
    assert.equal(many.history.past.length, 200);
    assert.equal(many.history.past[0].value, 799);
    const large = makeTimeline("");
    for (let value = 1; value < 9; value++) large.change(value, { size: 15_000_000 });
    assert.equal(large.history.past.length, 2);
    large.change("", { size: 100_000_000 });
    assert.equal(large.history.past.length, 1);
    assert.ok(large.go("undo"));
    assert.equal(large.value, 8);
  });
});
