import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as stores from "../../web/store.js";

const LATER = 60_000;

function makeStore() {
  const restored = {
    one: { input: { text: "" }, view: { form: "cards" } },
    two: { input: { text: "two" }, view: {} },
  };
  const store = stores.createStore(stores.initialState(restored, "one"));
  let now = 0;
  return {
    ...store,
    get state() {
      return store.state;
    },
    type: (id, text, what = { label: "typing" }) =>
      store.update(
        stores.edit(id, (input) => (input.text === text ? input : { text }), what, {
          now: (now += LATER),
        }),
      ),
    text: (id) => stores.modeOf(store.state, id).input.text,
  };
}

suite("the store", () => {
  test("tells a watcher at once, and then what it selected when that is another value", () => {
    const store = makeStore();
    const seen = [];
    store.watch(
      (state) => [stores.modeOf(state, "one").input, state.mode],
      ({ text }, mode) => seen.push([text, mode]),
    );
    store.type("one", "a");
    store.type("two", "b");
    store.update(stores.turnTo("two"));
    store.update((state) => state);
    assert.deepEqual(seen, [
      ["", "one"],
      ["a", "one"],
      ["a", "two"],
    ]);
  });

  test("tells the newest state to every watcher, also of a change made by a watcher", () => {
    const store = makeStore();
    const seen = [];
    store.watch(
      (state) => [stores.modeOf(state, "one").input],
      ({ text }) => text === "a" && store.type("two", "follows"),
    );
    store.watch(
      (state) => [stores.modeOf(state, "two").input],
      ({ text }) => seen.push(text),
    );
    store.type("one", "a");
    assert.deepEqual(seen, ["two", "follows"]);
  });

  test("knows no other modes than those it began with", () => {
    assert.throws(() => stores.modeOf(makeStore().state, "three"), /no mode three/u);
  });
});

suite("edits", () => {
  test("of each mode are undone and redone by themselves", () => {
    const store = makeStore();
    store.type("one", "a");
    store.type("two", "b");
    store.type("one", "ab");
    store.update(stores.goBack("one", "undo"));
    assert.deepEqual([store.text("one"), store.text("two")], ["a", "b"]);
    store.update(stores.goBack("two", "undo"));
    store.update(stores.goBack("one", "redo"));
    assert.deepEqual([store.text("one"), store.text("two")], ["ab", "two"]);
    assert.equal(stores.nextStep(store.state, "undo").label, "typing");
    assert.equal(stores.nextStep(store.state, "redo"), null);
  });

  test("that change nothing are no step", () => {
    const store = makeStore();
    store.type("one", "");
    assert.equal(stores.nextStep(store.state, "undo"), null);
    const before = store.state;
    store.update(stores.goBack("one", "undo"));
    assert.equal(store.state, before);
  });

  test("leave view and answer as they are", () => {
    const store = makeStore();
    store.update(stores.setView("one", { form: "json" }));
    store.update(stores.setAnswer("one", { value: 1 }));
    store.type("one", "a");
    store.update(stores.goBack("one", "undo"));
    const { view, answer } = stores.modeOf(store.state, "one");
    assert.deepEqual([view.form, answer.value, answer.busy], ["json", 1, false]);
  });
});

suite("notices", () => {
  const notice = (store) => stores.noticeOf(stores.modeOf(store.state, "one"));

  test("are about the last change, and retire with the next", () => {
    const store = makeStore();
    store.type("one", "a", { label: "load", notice: "Loaded." });
    assert.equal(notice(store), "Loaded.");
    store.type("one", "ab");
    assert.equal(notice(store), null);
    store.update(stores.goBack("one", "undo"));
    assert.equal(notice(store), "Loaded.", "Undo would take this change back");
    store.update(stores.goBack("one", "undo"));
    assert.equal(notice(store), null);
  });

  test("once dismissed stay so, and the change can still be undone", () => {
    const store = makeStore();
    store.type("one", "a", { label: "load", notice: "Loaded." });
    store.update(stores.dismissNotice("one"));
    assert.equal(notice(store), null);
    store.type("one", "ab");
    store.update(stores.goBack("one", "undo"));
    assert.equal(notice(store), null);
    store.update(stores.goBack("one", "undo"));
    assert.equal(store.text("one"), "");
  });
});

test("the focus takes the place of a pointer at rest", () => {
  const spot = (message) => ({ mode: "one", message, part: null, token: null });
  const store = makeStore();
  store.update(stores.point("hover", spot(1)));
  store.update(stores.point("focus", spot(2)));
  assert.deepEqual([store.state.hover, store.state.focus.message], [null, 2]);
  store.update(stores.point("hover", spot(3)));
  store.update(stores.point("focus", null));
  assert.deepEqual([store.state.hover.message, store.state.focus], [3, null]);
});
