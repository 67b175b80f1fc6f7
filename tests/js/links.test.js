import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { readLink, writeLink } from "../../web/links.js";
import { MODES } from "../../web/modes/index.js";

const linkOf = (text) => `#inspect=1.${deflateSync(text).toString("base64url")}`;

suite("links", () => {
  test("give back what they were made of", () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "binary" }),
        async (name, text) => {
          const content = { source: text, [`x${name}`]: [1, null, true] };
          const link = await writeLink("inspect", content);
          assert.match(link, /^#inspect=1\.[\w-]+$/u);
          assert.deepEqual(await readLink(link), { mode: "inspect", content });
        },
      ),
    ));

  test("read what another zlib made", async () => {
    const { content } = await readLink(linkOf('{"source": "[1, 2]"}'));
    assert.deepEqual(content, { source: "[1, 2]" });
  });

  test("are refused if a character is lost or another one", async () => {
    const link = await writeLink("inspect", { source: "What was the model's output?" });
    for (let at = link.indexOf(".") + 1; at < link.length; at++) {
      const other = link[at] === "A" ? "E" : "A";
      const damaged = [
        link.slice(0, at),
        link.slice(0, at) + link.slice(at + 1),
        link.slice(0, at) + other + link.slice(at + 1),
      ];
      for (const each of damaged) {
        // The last character has bits that say nothing.
        const same = await readLink(each).then(
          ({ content }) => content.source,
          (error) => assert.match(error.message, /damaged/u),
        );
        if (same !== undefined) assert.equal(same, "What was the model's output?");
      }
    }
  });

  test("of another version, of no content, or without anything are refused", async () => {
    await assert.rejects(readLink("#inspect=2.abc"), /version 2/u);
    for (const odd of [
      linkOf("[]"),
      linkOf("{"),
      "#inspect=",
      "#inspect=1.",
      "#inspect=hi",
      "#=1.",
    ])
      await assert.rejects(readLink(odd), /damaged/u, odd);
  });

  test("that unpack to too much are refused", async () => {
    await assert.rejects(readLink(linkOf(" ".repeat(51_000_000))), /50 MB/u);
  });

  for (const { id, shared, initial, examples } of MODES.filter((each) => each.shared)) {
    test(`hold all that is asked of ${id}`, async () => {
      const mode = MODES.find((each) => each.id === id);
      for (const { load } of examples) {
        const input = load(initial().input);
        const { content } = await readLink(await writeLink(id, shared.write(input)));
        const opened = shared.read(initial().input, content);
        assert.deepEqual(mode.request(opened), mode.request(input));
      }
      assert.equal(shared.read(initial().input, {}), null);
    });
  }

  test("name the output that was chosen, and how it ended", async () => {
    const { shared, initial } = MODES.find(({ id }) => id === "inspect");
    const said = { source: "[1]\n[2]", output: 1, finish_reason: "length", stop_token: 200012 };
    const input = { ...initial().input, ...said };
    const { content } = await readLink(await writeLink("inspect", shared.write(input)));
    assert.deepEqual(shared.read(initial().input, content), input);
    const odd = { ...content, output: -1, finish_reason: 5, stop_token: "x" };
    assert.equal(shared.read(initial().input, odd).output, 0);
  });
});
