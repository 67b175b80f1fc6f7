/**
 * Model outputs to start from; the faulty ones are faults that people meet.
 *
 * @module
 */

/** @typedef {import("./inspect.js").Options} InspectOptions */

/** @type {Partial<InspectOptions>} */
const completion = {
  source_kind: "auto",
  role: "assistant",
  missing_call_is_call: false,
  recover_stripped_markers: true,
};

/** @type {{name: string, about: string, source: string, options?: Partial<InspectOptions>}[]} */
export const INSPECT_EXAMPLES = [
  {
    name: "Reasoning and answer",
    about: "a complete completion, as text",
    source:
      "<|channel|>analysis<|message|>The user wants the capital of Australia. Not Sydney: " +
      "Canberra.<|end|><|start|>assistant<|channel|>final<|message|>The capital of Australia is " +
      "Canberra.<|return|>",
    options: completion,
  },
  {
    name: "The same as token ids",
    about: "output_ids copied from a log",
    source:
      "output_ids=[200005, 35644, 200008, 976, 1825, 10648, 290, 9029, 328, 11930, 13, 4037, " +
      "31677, 25, 134455, 13, 200007, 200006, 173781, 200005, 17196, 200008, 976, 9029, 328, " +
      "11930, 382, 134455, 13, 200002]",
    options: completion,
  },
  {
    name: "Tool call",
    about: "a recipient, a content type, <|call|>",
    source:
      "<|channel|>analysis<|message|>I need the weather.<|end|><|start|>assistant<|channel|>" +
      "commentary to=functions.get_weather <|constrain|>json<|message|>" +
      '{"location": "Bergen, Norway"}<|call|>',
    options: completion,
  },
  {
    name: "Cut off in the middle",
    about: "max_tokens was reached: the last message is incomplete",
    source:
      "<|channel|>analysis<|message|>Sum the series first.<|end|><|start|>assistant<|channel|>" +
      "final<|message|>The series converges because each term is at most",
    options: completion,
  },
  {
    name: "<|message|> missing",
    about: "content follows the channel; the strict parser waits forever",
    source: "<|channel|>final The answer is 4.<|return|>",
    options: completion,
  },
  {
    name: "Stop token missing",
    about: "the analysis runs into the next <|start|>",
    source:
      "<|channel|>analysis<|message|>Two and two make four.<|start|>assistant<|channel|>final" +
      "<|message|>It is 4.<|return|>",
    options: completion,
  },
  {
    name: "Special tokens stripped",
    about: "skip_special_tokens was on: only words remain",
    source: "analysisThe user says hello. Greet back.assistantfinalHello! How can I help?",
    options: completion,
  },
  {
    name: "Duplicate header",
    about: "the prompt's <|start|>assistant was kept although the role is given",
    source: "<|start|>assistant<|channel|>final<|message|>Hello!<|return|>",
    options: completion,
  },
  {
    name: "Repaired tool call",
    about: "channel and recipient run together: recovered, but not safe to run",
    source:
      "<|channel|>analysis<|message|>Look it up.<|end|><|start|>assistant<|channel|>" +
      'commentaryto=functions.get_weather <|constrain|>json<|message|>{"location": "Bergen"}' +
      "<|call|>",
    options: completion,
  },
  {
    name: "Channel in the recipient",
    about: "a second <|channel|> after the recipient leaks into the tool's name",
    source:
      "<|channel|>commentary to=functions.get_weather<|channel|>commentary <|constrain|>json" +
      '<|message|>{"location": "Bergen"}<|call|>',
    options: completion,
  },
  {
    name: "Arguments are not valid JSON",
    about: "a call cut short, ended as a plain message",
    source:
      "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>" +
      '{"location": "Bergen, Nor<|end|>',
    options: completion,
  },
  {
    name: "Call without a recipient",
    about: "the strict parser takes the content type for the recipient",
    source: '<|channel|>commentary json<|message|>{"location": "Bergen"}<|call|>',
    options: completion,
  },
  {
    name: "Tokens after <|return|>",
    about: "the engine does not stop at <|return|>",
    source:
      "<|channel|>final<|message|>The answer is 4.<|return|><|return|>\nuser: thanks" +
      "<|start|>assistant<|channel|>final<|channel|>final<|message|>You are welcome.<|return|>",
    options: completion,
  },
  {
    name: "Unknown role",
    about: "a role that Harmony does not have",
    source: "<|start|>function<|message|>{}<|end|>",
    options: { ...completion, role: null },
  },
  {
    name: "Text between messages",
    about: "a newline after <|end|>, as hand-written templates add",
    source:
      "<|start|>user<|message|>Hi<|end|>\n<|start|>assistant<|channel|>final<|message|>Hello!" +
      "<|return|>",
    options: { ...completion, role: null },
  },
  {
    name: "Token ids of another model",
    about: "some are not in the gpt-oss vocabulary",
    source: "[128006, 78191, 128007, 271, 9906, 0, 999999]",
    options: completion,
  },
];
