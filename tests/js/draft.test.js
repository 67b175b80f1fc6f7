import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as drafts from "../../web/draft.js";

const message = (text) => ({ role: "user", content: text });
const draftOf = (...texts) =>
  drafts.replaceMessages(
    drafts.emptyDraft(),
    texts.map((text) => message(text)),
  );
const textsOf = ({ entries }) => entries.map((entry) => entry.message.content);
const keysOf = ({ entries }) => entries.map(({ key }) => key);

suite("cards", () => {
  test("are added, duplicated, moved and deleted, and keep their keys", () => {
    const draft = draftOf("a", "b");
    const [a, b] = keysOf(draft);
    const longer = drafts.duplicateMessage(draft, a);
    assert.deepEqual(textsOf(longer), ["a", "a", "b"]);
    assert.equal(new Set(keysOf(longer)).size, 3);
    assert.deepEqual(textsOf(drafts.moveMessage(longer, b, -1)), ["a", "b", "a"]);
    assert.deepEqual(keysOf(drafts.deleteMessage(longer, a)), keysOf(longer).slice(1));
    const added = drafts.addMessage(longer, "assistant", a);
    assert.deepEqual(drafts.placeOf(added, a), 0);
    assert.equal(added.entries[1].message.role, "assistant");
    assert.equal(drafts.addMessage(draft, "tool").entries.at(-1).message.role, "tool");
    assert.deepEqual(textsOf(draft), ["a", "b"], "a draft is never changed in place");
  });

  test("stay where they are at the ends", () => {
    const draft = draftOf("a", "b");
    const [a, b] = keysOf(draft);
    assert.equal(drafts.moveMessage(draft, a, -1), draft);
    assert.equal(drafts.moveMessage(draft, b, 1), draft);
  });

  test("carry along what they do not know", () => {
    const text = '{"messages":[{"role":"user","content":"a","odd":{"deep":[1]}}],"more":true}';
    const draft = drafts.readText(text, drafts.emptyDraft());
    const [key] = keysOf(draft);
    const edited = drafts.editMessage(draft, key, ["channel"], "final");
    assert.equal(
      drafts.writeText(edited),
      '{"more":true,"messages":[{"role":"user","content":"a","odd":{"deep":[1]},"channel":"final"}]}',
    );
  });

  test("change their role, and their content only if it is blank", () => {
    const draft = drafts.addMessage(draftOf("kept"), "user");
    const [kept, blank] = keysOf(draft);
    assert.equal(drafts.setRole(draft, kept, "system").entries[0].message.content, "kept");
    const [content] = drafts.setRole(draft, blank, "developer").entries[1].message.content;
    assert.equal(content.type, "developer_content");
  });

  test("are replaced, unless both are empty", () => {
    const empty = drafts.emptyDraft();
    assert.equal(drafts.replaceMessages(empty, []), empty);
    const typed = drafts.readText("[", empty);
    assert.notEqual(drafts.replaceMessages(typed, []), typed);
    assert.deepEqual(textsOf(drafts.replaceMessages(draftOf("a"), [message("b")])), ["b"]);
  });
});

suite("JSON", () => {
  test("is kept as it was typed until a card is edited", () => {
    const text = '{ "messages": [ {"role": "user", "content": "a"} ] }';
    const draft = drafts.readText(text, drafts.emptyDraft());
    assert.equal(drafts.writeText(draft), text);
    const [key] = keysOf(draft);
    const edited = drafts.editMessage(draft, key, ["content"], "b");
    assert.equal(drafts.writeText(edited), '{"messages":[{"role":"user","content":"b"}]}');
  });

  test("that cannot be read leaves the last cards, and says why", () => {
    const draft = draftOf("a");
    for (const [text, why] of [
      ['{"messages": [', /./u],
      ["5", /Expected an object/u],
      ['{"messages": {}}', /Expected an object/u],
    ]) {
      const typed = drafts.readText(text, draft);
      assert.match(typed.textError, why);
      assert.deepEqual(keysOf(typed), keysOf(draft));
      assert.equal(drafts.writeText(typed), text);
    }
  });

  test("gives messages the keys of their places, and the unchanged ones stay the same", () => {
    const draft = draftOf("a", "b");
    const typed = drafts.readText(
      JSON.stringify({ messages: [message("a"), message("c"), message("d")] }),
      draft,
    );
    assert.equal(typed.entries[0], draft.entries[0]);
    assert.deepEqual(keysOf(typed).slice(0, 2), keysOf(draft));
    assert.equal(new Set(keysOf(typed)).size, 3);
  });
});

suite("a schema", () => {
  const withParameters = (parameters) => {
    const tools = { functions: { name: "functions", tools: [{ name: "f", parameters }] } };
    const content = [{ type: "developer_content", tools }];
    return drafts.replaceMessages(drafts.emptyDraft(), [
      message("a"),
      { role: "developer", content },
    ]);
  };

  test("that is no JSON is a fault with its place", () => {
    const fault = drafts.schemaFault(withParameters('{"type":'));
    assert.deepEqual(fault.path, [
      ...["messages", 1, "content", 0, "tools", "functions", "tools", 0, "parameters"],
    ]);
    assert.match(fault.message, /not valid JSON/u);
    assert.match(drafts.schemaFault(withParameters("5")).message, /Expected an object/u);
  });

  test("that is an object, or absent, is none", () => {
    assert.equal(drafts.schemaFault(withParameters({ type: "object" })), null);
    assert.equal(drafts.schemaFault(withParameters(undefined)), null);
    assert.equal(drafts.schemaFault(draftOf("a")), null);
  });
});
