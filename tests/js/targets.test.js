import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { rowsOf, train } from "../../web/modes/train.js";
import { emptyDraft, readText, replaceMessages } from "../../web/draft.js";
import { markClasses } from "../../web/tokens/mark_classes.js";
import { countTargets, labelsOf } from "../../web/tokens/targets.js";
import { commonPrefix, Tokens } from "../../web/tokens/tokens.js";
import { makeTokens } from "./streams.js";

const pieces = [
  "<|start|>",
  "assistant",
  "<|channel|>",
  "final",
  "<|message|>",
  "Hi",
  "<|return|>",
];
const spans = [
  [1, "marker", 0],
  [1, "role", 0],
  [1, "marker", 0],
  [1, "channel", 0],
  [1, "marker", 0],
  [1, "content", 0],
  [1, "marker", 0],
];
const masked = (mask) => new Tokens(makeTokens({ pieces, spans }).stream, Uint8Array.from(mask));
const answer = masked([0, 0, 1, 1, 1, 1, 1]);

suite("targets", () => {
  test("are counted by what they are there for", () => {
    assert.deepEqual(countTargets(answer), { all: 5, header: 3, content: 1, stop: 1 });
    assert.deepEqual(countTargets(answer, 1, 4), { all: 2, header: 2, content: 0, stop: 0 });
    assert.equal(countTargets(makeTokens({ pieces, spans })).all, 0);
  });

  test("keep their ids as labels", () => {
    assert.deepEqual(labelsOf(answer), [-100, -100, 1002, 1003, 1004, 1005, 1006]);
  });

  test("are painted apart from the rest, and painted again when the mask is another", () => {
    const classes = markClasses(answer, 1, 3);
    assert.deepEqual(
      [...classes],
      [
        [1, " context"],
        [2, " target"],
      ],
    );
    assert.equal(markClasses(makeTokens({ pieces, spans }), 0, 7).size, 0);
    assert.equal(commonPrefix(answer, masked([0, 0, 1, 1, 0, 1, 1])), 4);
    assert.equal(commonPrefix(answer, masked([0, 0, 1, 1, 1, 1, 1])), 7);
  });
});

suite("train", () => {
  const { input } = train.initial();
  const draft = replaceMessages(emptyDraft(), [
    { role: "user", content: "Hi" },
    { role: "assistant", channel: "final", content: "Hello" },
  ]);

  test("asks for the conversation of the other mode, once there is one", () => {
    assert.equal(train.request(input, null), null);
    assert.equal(train.request(input, { draft: emptyDraft() }), null);
    const { params } = train.request(input, { draft });
    assert.deepEqual(params.learn, ["analysis", "commentary", "final"]);
    assert.equal(params.learn_messages, null);
    assert.equal(JSON.parse(params.conversation).messages.length, 2);
  });

  test("asks as the options say", () => {
    const excluded = [draft.entries[1].key, -1];
    const options = { learn_no_channel: true, learn_final: false, drop: null, max_tokens: "4096" };
    const { params } = train.request({ ...input, ...options, excluded }, { draft });
    assert.deepEqual(params.learn, ["analysis", "commentary", null]);
    assert.deepEqual(params.learn_messages, [true, false]);
    assert.deepEqual([params.auto_drop_analysis, params.max_tokens], [false, 4096]);
  });

  test("sends text that cannot be read as it is, to be told why", () => {
    const broken = readText("{", draft);
    const excluded = [draft.entries[0].key];
    const { params } = train.request({ ...input, excluded }, { draft: broken });
    assert.deepEqual([params.conversation, params.learn_messages], ["{", null]);
  });

  test("says of each message what it is in the sample", () => {
    const answered = {
      turns: [],
      turn: 0,
      messages: [
        { index: 0, start: 0, stop: 2 },
        { index: 2, start: 2, stop: 7 },
      ],
      left_out: [1],
      unused: 1,
    };
    const entries = [
      { key: 1, message: { author: { role: "user" }, content: "Hi" } },
      { key: 2, message: { role: "assistant", channel: "analysis" } },
      { key: 3, message: { role: "assistant", channel: "final", content: [{ text: "Hello" }] } },
      { key: 4, message: { role: "assistant", channel: "final" } },
      { key: 5, message: null },
    ];
    const rows = rowsOf(entries, answered, { ...input, excluded: [4] }, answer);
    assert.deepEqual(
      rows.map(({ state }) => state),
      ["context", "left out", "5 of 5 learned", "in a later sample", "in no sample"],
    );
    assert.deepEqual(
      rows.map(({ learned, canLearn }) => learned && canLearn),
      [false, true, true, false, false],
    );
    const none = rowsOf(entries, { ...answered, messages: [], left_out: [] }, input, null);
    assert.ok(none.every(({ state }) => state === ""));
    assert.deepEqual([rows[0].name, rows[2].excerpt], ["1 · user", "Hello"]);
  });

  test("keeps its options over a reload, and no choice of one conversation", () => {
    const changed = { ...input, drop: null, learn_final: false, turn: 3, excluded: [1] };
    const kept = train.save({ input: changed, view: {} });
    const restored = train.restore((name) => kept[name] ?? null).input;
    assert.deepEqual(restored, { ...changed, turn: null, excluded: [] });
  });
});
