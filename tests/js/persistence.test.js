import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { MODES } from "../../web/modes/index.js";
import { findStorage, readSettings, restore, save } from "../../web/persistence.js";
import { initialState } from "../../web/store.js";

/** Storage with room for so many characters. */
function makeBox(room = Infinity, texts = new Map()) {
  return {
    texts,
    getItem: (key) => texts.get(key) ?? null,
    setItem(key, text) {
      if (text.length > room) throw new Error("QuotaExceededError");
      texts.set(key, text);
    },
  };
}

/** What a reload makes of a state. */
const reload = (state) => {
  const box = makeBox();
  assert.equal(save(box, MODES, state), true);
  return restore(box, MODES);
};

const saved = (mode, { input, view }) => mode.save({ input, view });

suite("every mode", () => {
  for (const mode of MODES) {
    test(`${mode.id} comes back as it was: at first, and with each example`, () => {
      const inputs = [
        mode.initial().input,
        ...mode.examples.map(({ load }) => load(mode.initial().input)),
      ];
      for (const input of inputs) {
        const restored = Object.fromEntries(MODES.map((each) => [each.id, each.initial()]));
        restored[mode.id] = { ...restored[mode.id], input };
        const back = reload(initialState(restored, mode.id))[mode.id];
        assert.deepEqual(saved(mode, back), saved(mode, restored[mode.id]));
        assert.deepEqual(mode.request(back.input), mode.request(input));
      }
    });

    test(`${mode.id} starts whatever the storage holds`, () => {
      const names = Object.keys(saved(mode, mode.initial()));
      const odd = fc.oneof(fc.json(), fc.string(), fc.constantFrom(null, "", "null", "[]", "5"));
      fc.assert(
        fc.property(
          fc.array(odd, { minLength: names.length, maxLength: names.length }),
          (texts) => {
            const state = mode.restore((name) => texts[names.indexOf(name)] ?? null);
            assert.deepEqual(Object.keys(saved(mode, state)), names);
            mode.request(state.input);
          },
        ),
      );
    });
  }

  test("keeps its texts under names of its own", () => {
    const names = MODES.flatMap((mode) => Object.keys(saved(mode, mode.initial())));
    assert.equal(new Set(names).size, names.length);
  });
});

suite("storage", () => {
  const state = () =>
    initialState(Object.fromEntries(MODES.map((mode) => [mode.id, mode.initial()])), MODES[0].id);

  test("that is full keeps what fits, and says that not all of it did", () => {
    const box = makeBox(300);
    assert.equal(save(box, MODES, state()), false);
    assert.ok(box.texts.size > 0);
  });

  test("that is forbidden or absent is as if it were empty", () => {
    const fails = () => {
      throw new Error("SecurityError");
    };
    const forbidden = { getItem: fails, setItem: fails };
    const first = Object.fromEntries(MODES.map((mode) => [mode.id, saved(mode, mode.initial())]));
    for (const box of [forbidden, null]) {
      assert.equal(save(box, MODES, state()), false);
      const restored = restore(box, MODES);
      for (const mode of MODES) assert.deepEqual(saved(mode, restored[mode.id]), first[mode.id]);
    }
    const denied = Object.defineProperty({}, "localStorage", { get: fails });
    assert.equal(findStorage(denied), null);
  });

  test("that already holds a text is not written again", () => {
    const box = makeBox();
    save(box, MODES, state());
    const written = [];
    save({ ...box, setItem: (key) => written.push(key) }, MODES, state());
    assert.deepEqual(written, []);
  });
});

test("settings that cannot be read are none", () => {
  for (const text of [null, "", "{", "5", "null"]) assert.deepEqual(readSettings(text), {});
  assert.deepEqual(readSettings('{"a":1}'), { a: 1 });
});
