import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as conversation from "../../web/conversation.js";
import { ROLES, SYSTEM_CONTENT } from "../../web/engine/protocol.js";

const { getPath, setPath } = conversation;

suite("paths", () => {
  const message = { role: "user", content: [{ type: "text", text: "a" }], extra: { kept: 1 } };

  test("lead to a value, or to nothing", () => {
    assert.equal(getPath(message, ["content", 0, "text"]), "a");
    assert.equal(getPath(message, ["content", "0", "text"]), "a");
    assert.equal(getPath(message, ["content", 1, "text"]), undefined);
    assert.equal(getPath(message, ["role", "length"]), undefined);
    assert.equal(getPath(message, []), message);
  });

  test("are changed in a copy that shares the rest", () => {
    const next = setPath(message, ["content", 0, "text"], "b");
    assert.deepEqual(next, { ...message, content: [{ type: "text", text: "b" }] });
    assert.equal(next.extra, message.extra);
    assert.equal(message.content[0].text, "a");
  });

  test("make the objects on their way, and remove with undefined", () => {
    assert.deepEqual(setPath({}, ["a", "b"], 1), { a: { b: 1 } });
    assert.deepEqual(setPath({ a: { b: 1 } }, ["a", "b"], undefined), { a: {} });
    assert.deepEqual(setPath({ list: [1, 2, 3] }, ["list", 1], undefined), { list: [1, 3] });
  });
});

suite("messages", () => {
  test("tell their role", () => {
    assert.equal(conversation.roleOf({ role: "tool" }), "tool");
    for (const odd of [null, 5, {}, { role: 5 }]) assert.equal(conversation.roleOf(odd), "");
  });

  test("are blank if nothing would be lost", () => {
    for (const role of ROLES) {
      assert.equal(conversation.isBlank(conversation.newMessage(role)), true, role);
    }
    for (const content of ["x", [{ type: "text", text: "x" }], ["", ""], { a: 1 }]) {
      assert.equal(conversation.isBlank({ content }), false, JSON.stringify(content));
    }
    const developer = { type: "developer_content", instructions: "x" };
    assert.equal(conversation.isBlank({ content: [developer] }), false);
  });

  test("are followed by the role that usually speaks next", () => {
    const order = ["system", "developer", "user", "assistant", "user"];
    for (const [index, role] of order.slice(0, -1).entries()) {
      assert.equal(conversation.roleAfter(role), order[index + 1]);
    }
    assert.equal(conversation.roleAfter("tool"), "assistant");
    assert.equal(conversation.roleAfter("bot"), "user");
  });
});

suite("an edit of the system content", () => {
  const path = ["content", 0, "channel_config"];
  const edit = (content, name, value) => {
    const message = setPath({ content: [content] }, [...path, name], value);
    return getPath(conversation.tidy(message, [...path, name]), path);
  };

  test("leaves the channel configuration whole", () => {
    const defaults = SYSTEM_CONTENT["channel_config"];
    assert.deepEqual(edit({}, "channel_required", false), { ...defaults, channel_required: false });
    assert.deepEqual(edit({}, "valid_channels", []), { ...defaults, valid_channels: [] });
    const given = { valid_channels: ["final"], channel_required: false };
    assert.deepEqual(edit({ channel_config: given }, "channel_required", true), {
      valid_channels: ["final"],
      channel_required: true,
    });
    assert.deepEqual(edit({ channel_config: null }, "valid_channels", ["final"]), {
      ...defaults,
      valid_channels: ["final"],
    });
  });

  test("takes the tools away with the last of them", () => {
    const message = { content: [{ tools: {} }] };
    assert.deepEqual(conversation.tidy(message, ["content", 0, "tools", "python"]), {
      content: [{}],
    });
  });
});
