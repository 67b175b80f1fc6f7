/** Streams an output through a parser and an inspector. */

import { load_harmony_encoding, StreamableParser, StreamState } from "harmony-core";
const harmony = await load_harmony_encoding("HarmonyGptOss");
const completion =
  "<|channel|>analysis<|message|>Hm.<|end|>" +
  "<|start|>assistant<|channel|>final<|message|>Hello 🦜<|return|>";
const tokens = await harmony.encode(completion, "all");
const parser = new StreamableParser(harmony, "assistant");
async function* served() {
  yield tokens[0];
  yield tokens.subarray(1, 9);
  yield [...tokens.slice(9)];
}
let final = "";
for await (const { channel, text } of parser.read(served())) {
  if (channel === "final") final += text;
}
const { messages, state } = parser;
const inspector = await harmony.createInspector({ role: "assistant" });
const ended = [];
for await (const part of inspector.read(served())) if (part.ended) ended.push(part.ended.channel);
const { ok, counts } = inspector.inspection;
const fault = await harmony.inspect({ source: completion, rolle: "x" }).catch((error) => error);
process.stdout.write(
  JSON.stringify({
    final,
    messages: messages.length,
    between: state === StreamState.ExpectStart,
    ended,
    ok,
    counts,
    fault: [fault.name, fault.kind, fault.fault.hint],
  }),
);
