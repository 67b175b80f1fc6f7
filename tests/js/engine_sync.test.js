import assert from "node:assert/strict";
import { mock, suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { connectEngine } from "../../web/engine_sync.js";
import { HarmonyError } from "../../web/harmony.js";
import { createStore, edit, initialState, modeOf, turnTo } from "../../web/store.js";

const FAULT = { kind: "page", message: "No.", hint: "", token: null, path: [], place: null };

/** Two modes whose input is a text: nothing is asked of an empty one, "bad" cannot be asked. */
const MODES = ["one", "two"].map((id) => ({
  id,
  request(input) {
    if (input === "bad") return { fault: FAULT };
    return input === "" ? null : { operation: "render_with_spans", params: input };
  },
  sizeOf: (input) => input.length,
}));

/** A store beside an engine that answers when it is told to. */
function start(shown = "one", inputs = { one: "1", two: "2" }) {
  mock.timers.enable({ apis: ["setTimeout"] });
  const restored = Object.entries(inputs).map(([id, input]) => [id, { input, view: {} }]);
  const store = createStore(initialState(Object.fromEntries(restored), shown));
  const asked = [];
  const engine = {
    ask: (asker, { params }) =>
      new Promise((resolve, reject) => {
        asked.push({ asker, params, resolve, reject });
      }),
  };
  connectEngine(store, engine, MODES);
  return {
    store,
    asked,
    type: (id, text) => store.update(edit(id, () => text, { label: "typing" }, { now: 0 })),
    wait: (milliseconds) => mock.timers.tick(milliseconds),
    answer: (id) => modeOf(store.state, id).answer,
    /** Lets the answers arrive. */
    settle: () => setImmediate(),
  };
}

suite("engine sync", { concurrency: false }, () => {
  test("asks for what is shown first, and marks what waits", () => {
    const { asked, wait, answer } = start("two");
    assert.equal(answer("one").busy, true);
    wait(20);
    assert.deepEqual(
      asked.map(({ asker }) => asker),
      ["two", "one"],
    );
    mock.timers.reset();
  });

  test("asks once for changes without a pause, and gives the answer with its input", async () => {
    const { asked, wait, type, answer, settle } = start();
    for (const text of ["a", "ab", "abc"]) type("one", text);
    wait(20);
    assert.deepEqual(asked.map(({ params }) => params).toSorted(), ["2", "abc"]);
    asked.find(({ asker }) => asker === "one").resolve("value");
    await settle();
    assert.deepEqual(answer("one"), { value: "value", input: "abc", fault: null, busy: false });
    assert.equal(answer("two").busy, true);
    mock.timers.reset();
  });

  test("shows an answer that is older than the input, and still waits for the newest", async () => {
    const { asked, wait, type, answer, settle } = start();
    wait(20);
    type("one", "newer");
    asked[0].resolve("older");
    await settle();
    assert.deepEqual(answer("one"), { value: "older", input: "1", fault: null, busy: true });
    mock.timers.reset();
  });

  test("drops an answer that comes after the input was emptied or cannot be asked", async () => {
    for (const [text, fault] of [
      ["", null],
      ["bad", FAULT],
    ]) {
      const { asked, wait, type, answer, settle } = start();
      wait(20);
      type("one", text);
      wait(20);
      asked[0].resolve("late");
      await settle();
      assert.equal(answer("one").value, null);
      assert.equal(answer("one").fault, fault);
      assert.equal(answer("one").busy, false);
      mock.timers.reset();
    }
  });

  test("keeps the last value beside a fault, and tells no fault of an older input", async () => {
    const { asked, wait, type, answer, settle } = start();
    wait(20);
    asked[0].resolve("good");
    await settle();
    type("one", "faulty");
    wait(20);
    asked[2].reject(new HarmonyError({ ...FAULT, message: "Found x." }));
    await settle();
    assert.equal(answer("one").value, "good");
    assert.equal(answer("one").fault.message, "Found x.");
    type("one", "slow");
    wait(20);
    type("one", "newer");
    asked[3].reject(new Error("crash"));
    await settle();
    assert.equal(answer("one").fault.message, "Found x.");
    assert.equal(answer("one").busy, true);
    mock.timers.reset();
  });

  test("says so if the page itself fails", async () => {
    const { asked, wait, answer, settle } = start();
    wait(20);
    asked[0].reject(new TypeError("x is undefined"));
    await settle();
    assert.match(answer("one").fault.message, /The page failed: x is undefined/u);
    mock.timers.reset();
  });

  test("waits longer for a long input", () => {
    const { asked, wait } = start("one", { one: "x".repeat(300_000), two: "" });
    wait(100);
    assert.equal(asked.length, 0);
    wait(150);
    assert.equal(asked.length, 1);
    mock.timers.reset();
  });

  test("asks nothing for a mode that is only turned to", () => {
    const { store, asked, wait } = start();
    wait(20);
    store.update(turnTo("two"));
    wait(20);
    assert.equal(asked.length, 2);
    mock.timers.reset();
  });

  test("asks a mode that reads another one's input again when that changes, while it is shown", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    const restored = { one: { input: "1", view: {} }, reader: { input: "r", view: {} } };
    const store = createStore(initialState(restored, "one"));
    const asked = [];
    const engine = {
      ask(asker, { params }) {
        asked.push([asker, params]);
        return Promise.resolve({});
      },
    };
    const reader = {
      id: "reader",
      reads: "one",
      request: (input, other) =>
        other === null ? null : { operation: "render_with_spans", params: [input, other] },
      sizeOf: () => 0,
    };
    connectEngine(store, engine, [reader]);
    mock.timers.tick(20);
    assert.deepEqual(asked, []);
    store.update(turnTo("reader"));
    mock.timers.tick(20);
    store.update(edit("one", () => "2", { label: "typing" }, { now: 0 }));
    mock.timers.tick(20);
    await setImmediate();
    store.update(turnTo("one"));
    store.update(edit("one", () => "3", { label: "typing" }, { now: 0 }));
    mock.timers.tick(20);
    assert.deepEqual(asked, [
      ["reader", ["r", "1"]],
      ["reader", ["r", "2"]],
    ]);
    const { busy, other } = modeOf(store.state, "reader").answer;
    assert.deepEqual([busy, other], [false, "2"]);
    mock.timers.reset();
  });
});
