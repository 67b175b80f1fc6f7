import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import { MODES } from "../../web/modes/index.js";
import { modeInHash } from "../../web/shell.js";

const html = readFileSync(new URL("../../web/index.html", import.meta.url), "utf8");

suite("modes", () => {
  test("have an id of their own, and a template", () => {
    assert.equal(new Set(MODES.map(({ id }) => id)).size, MODES.length);
    for (const { id } of MODES) assert.ok(html.includes(`<template id="${id}-mode"`), id);
  });

  test("are found by the address; the first is shown otherwise", () => {
    for (const { id } of MODES) assert.equal(modeInHash(MODES, `#${id}`), id);
    for (const odd of ["", "#", "#nothing", "#constructor"]) {
      assert.equal(modeInHash(MODES, odd), MODES[0].id);
    }
  });

  for (const mode of MODES) {
    test(`${mode.id} asks for each of its examples, and changes nothing in place`, () => {
      const { input } = mode.initial();
      const before = JSON.stringify(input);
      const requests = mode.examples.map(({ load }) => mode.request(load(input)));
      for (const request of requests) assert.ok(request?.operation, JSON.stringify(request));
      assert.equal(JSON.stringify(input), before);
      assert.ok(mode.examples.every(({ load }) => mode.sizeOf(load(input)) >= 0));
    });
  }

  test("accept what another hands over", () => {
    const messages = [{ role: "user", content: "handed over" }];
    for (const mode of MODES.filter(({ accepts }) => accepts?.conversation)) {
      const request = mode.request(mode.accepts.conversation(mode.initial().input, messages));
      assert.ok(JSON.stringify(request).includes("handed over"));
    }
    assert.ok(MODES.some(({ accepts }) => accepts?.conversation));
  });
});
