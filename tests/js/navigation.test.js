import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { target } from "../../web/tokens/navigation.js";
import { makeTokens } from "./streams.js";

const WIDTH = 10;
const COLUMNS = 4;

/** Tokens that stand in lines of four, each as wide as the others. */
const element = (token) => ({
  getClientRects: () => [
    {
      left: (token % COLUMNS) * WIDTH,
      top: Math.floor(token / COLUMNS) * 20,
      width: WIDTH,
      height: 16,
    },
  ],
});

/** Ten tokens in three messages: 0 to 3, 4 to 6, 7 to 9. */
const tokens = makeTokens({
  pieces: [..."abcdefghij"],
  spans: [
    [2, "marker", 0],
    [2, "content", 0],
    [3, "content", 1],
    [1, "marker", 2],
    [2, "content", 2],
  ],
});
const stream = (layout) => ({ tokens: () => tokens, layout: () => layout, reach: element });
const press = (key, from, layout = "text") => target(stream(layout), key, from);

suite("keys", () => {
  test("left and right go by token, and stop at the ends", () => {
    assert.equal(press("ArrowRight", 3), 4);
    assert.equal(press("ArrowRight", 9), 9);
    assert.equal(press("ArrowLeft", 3), 2);
    assert.equal(press("ArrowLeft", 0), 0);
  });

  test("up and down go to the token above or below", () => {
    assert.equal(press("ArrowDown", 1), 5);
    assert.equal(press("ArrowUp", 6), 2);
    assert.equal(press("ArrowDown", 7), 9, "the nearest of a shorter line");
    assert.equal(press("ArrowUp", 1), 1);
    assert.equal(press("ArrowDown", 9), 9);
  });

  test("up and down go by row in the table", () => {
    assert.equal(press("ArrowDown", 1, "table"), 2);
    assert.equal(press("ArrowUp", 0, "table"), 0);
    assert.equal(press("ArrowDown", 9, "table"), 9);
  });

  test("pages go by message", () => {
    assert.equal(press("PageDown", 1), 4);
    assert.equal(press("PageDown", 5), 7);
    assert.equal(press("PageDown", 8), 9);
    assert.equal(press("PageUp", 9), 7);
    assert.equal(press("PageUp", 7), 4);
    assert.equal(press("PageUp", 0), 0);
  });

  test("home and end, and no other key", () => {
    assert.equal(press("Home", 5), 0);
    assert.equal(press("End", 5), 9);
    assert.equal(press("a", 5), null);
    assert.equal(target({ ...stream("text"), tokens: () => null }, "End", 0), null);
  });
});
