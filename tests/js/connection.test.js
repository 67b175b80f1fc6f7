import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, suite, test } from "node:test";
import { connect, HarmonyError, LoadError } from "../../web/engine/connection.js";

/** A worker that says what it is told to say, and remembers what became of it. */
function makeWorker() {
  const listeners = { message: [], error: [] };
  const worker = {
    posted: [],
    ended: false,
    held: true,
    addEventListener: (type, listener) => listeners[type].push(listener),
    postMessage: (message) => worker.posted.push(message),
    terminate: () => (worker.ended = true),
    ref: () => (worker.held = true),
    unref: () => (worker.held = false),
    say: (data) => listeners.message.forEach((listener) => listener({ data })),
    fail: (message) =>
      listeners.error.forEach((listener) => listener({ message, preventDefault() {} })),
  };
  return worker;
}

const PROGRESS = { event: "progress", stage: "runtime", loaded: 0, total: 1 };
const FAULT = { kind: "x", message: "No.", hint: "", token: 3, path: [], place: null };

suite("a connection", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  test("answers each request, in whatever order the answers come", async () => {
    const worker = makeWorker();
    const connection = connect(worker, () => {});
    worker.say({ event: "ready", about: { version: "1" } });
    assert.deepEqual(await connection.ready, { version: "1" });
    const asked = [connection.request("stop_tokens", {}), connection.request("decode", {})];
    const [first, second] = worker.posted.map(({ id }) => id);
    worker.say({ id: second, ok: false, fault: FAULT, value: { text: "before" } });
    worker.say({ id: first, ok: true, value: { tokens: [] } });
    assert.deepEqual(await asked[0], { tokens: [] });
    await assert.rejects(asked[1], (error) => {
      assert.ok(error instanceof HarmonyError);
      assert.deepEqual([error.kind, error.token, error.value], ["x", 3, { text: "before" }]);
      return true;
    });
  });

  test("holds a program only while something is asked", async () => {
    const worker = makeWorker();
    const connection = connect(worker, () => {});
    assert.equal(worker.held, true);
    worker.say({ event: "ready", about: {} });
    assert.equal(worker.held, false);
    const asked = connection.request("stop_tokens", {});
    assert.equal(worker.held, true);
    worker.say({ id: worker.posted[0].id, ok: true, value: {} });
    await asked;
    assert.equal(worker.held, false);
  });

  test("does not wait for ever for a worker that is silent", async () => {
    const worker = makeWorker();
    const connection = connect(worker, () => {}, "https://example.org/worker.js");
    mock.timers.tick(119_000);
    worker.say(PROGRESS);
    mock.timers.tick(119_000);
    assert.equal(worker.ended, false);
    mock.timers.tick(2_000);
    assert.equal(worker.ended, true);
    await assert.rejects(connection.ready, (error) => {
      assert.ok(error instanceof LoadError);
      assert.equal(error.message, "https://example.org/worker.js has been silent for 120 s.");
      return true;
    });
  });

  test("is not cut off once it is ready", async () => {
    const worker = makeWorker();
    const connection = connect(worker, () => {});
    worker.say({ event: "ready", about: {} });
    await connection.ready;
    mock.timers.tick(1_000_000);
    assert.equal(worker.ended, false);
  });

  test("refuses what is pending when the worker ends, and what is asked after that", async () => {
    const worker = makeWorker();
    const connection = connect(worker, () => {}, "https://example.org/worker.js");
    connection.ready.catch(() => {});
    const asked = connection.request("stop_tokens", {});
    worker.fail("");
    const told = {
      name: "LoadError",
      message: "https://example.org/worker.js could not be loaded.",
    };
    await assert.rejects(asked, told);
    await assert.rejects(connection.request("stop_tokens", {}), told);
  });
});
