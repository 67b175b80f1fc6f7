import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { isRecord, keepsNumbers, parse, stringify } from "../../web/json.js";

suite("JSON", () => {
  test("is what the browser makes of it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.equal(stringify(parse(text)), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test("keeps its numbers as written, where JSON.rawJSON is known", () => {
    const text = '{"a":1.0,"b":123456789012345678901234567890,"c":[1e2,-0.0],"d":5}';
    const plain = '{"a":1,"b":1.2345678901234568e+29,"c":[100,0],"d":5}';
    assert.equal(keepsNumbers, typeof JSON.rawJSON === "function");
    assert.equal(stringify(parse(text)), keepsNumbers ? text : plain);
  });

  test("tells objects from lists, numbers and nothing", () => {
    assert.equal(isRecord({}), true);
    for (const odd of [[], null, undefined, "", 5, parse("1.0")])
      assert.equal(isRecord(odd), false);
  });

  test("of nothing is null", () => {
    assert.equal(stringify(undefined), "null");
  });
});
