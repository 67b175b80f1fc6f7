import {
  HarmonyEncoding,
  HarmonyError,
  Inspector,
  load_harmony_encoding,
  loadHarmony,
  LoadError,
  StreamableParser,
  StreamState,
} from "harmony-core";
import type { InspectValue, StreamPart, WireMessage } from "harmony-core";

const harmony: HarmonyEncoding = await loadHarmony({
  onProgress: ({ loaded, total }) => loaded / total,
});
const again: HarmonyEncoding = await load_harmony_encoding("HarmonyGptOss");
const tokens: Uint32Array = await harmony.encode("x", "all");
const text: string = await harmony.decode(tokens);
const prompt: Uint32Array = await harmony.renderConversationForCompletion(
  { messages: [{ role: "user", content: "Hi" }] },
  "assistant",
  { drop: "finished-turns" },
);
const parser = new StreamableParser(harmony, "assistant");
const deltas: (string | null)[] = await parser.process(tokens);
const state: "ExpectStart" | "Header" | "Content" = parser.state;
for await (const part of parser.read([1, 2])) {
  const typed: StreamPart = part;
  typed.text.length;
}
const inspector: Inspector = await harmony.createInspector({
  role: "assistant",
  tools: ["python"],
});
const inspection: InspectValue = await harmony.inspect({ source: [1, 2, 3] });
const first: WireMessage | undefined = inspection.messages[0]?.message;
const severity: "error" | "warning" | "info" | undefined = inspection.diagnostics[0]?.severity;
if (state === StreamState.Content) throw new LoadError("x");
// @ts-expect-error a role is one of five
await harmony.createParser("bot");
// @ts-expect-error there is no such option
await harmony.inspect({ source: "", rolle: null });
// @ts-expect-error there is no such encoding
await load_harmony_encoding("o200k");
export { again, deltas, first, HarmonyError, inspector, prompt, severity, text };
