import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "../../web/engine/protocol.js";
import { restoreOptions } from "../../web/options.js";

const { inspect: inspecting, render_with_spans: rendering } = DEFAULTS;

test("settings are restored where they are options and possible", () => {
  assert.deepEqual(restoreOptions(inspecting, {}), inspecting);
  const kept = { role: "tool", source_kind: "text", missing_call_is_call: true };
  assert.deepEqual(restoreOptions(inspecting, kept), { ...inspecting, ...kept });
  assert.equal(restoreOptions({ ...inspecting, role: "user" }, { role: null }).role, null);
  assert.equal(restoreOptions(rendering, { mode: "training" }).mode, "training");
});

test("other settings change nothing", () => {
  const odd = { role: "bot", source_kind: 5, missing_call_is_call: "yes", more: 1, channels: [] };
  assert.deepEqual(restoreOptions(inspecting, odd), inspecting);
  assert.deepEqual(restoreOptions(rendering, { next_role: null, mode: null }), rendering);
});
