/**
 * Conversations and model outputs to start from. The faulty outputs are such as people meet.
 *
 * @module
 */

/**
 * @typedef {import("./store.js").RenderOptions} RenderOptions
 * @typedef {import("./store.js").InspectOptions} InspectOptions
 */

/** @param {string} text */
const texts = (text) => [{ type: "text", text }];

const system = {
  role: "system",
  content: [
    {
      type: "system_content",
      model_identity: "You are ChatGPT, a large language model trained by OpenAI.",
      reasoning_effort: "Medium",
      conversation_start_date: "2025-06-28",
      knowledge_cutoff: "2024-06",
      channel_config: {
        valid_channels: ["analysis", "commentary", "final"],
        channel_required: true,
      },
    },
  ],
};

/** @param {Record<string, unknown>} changes */
const systemWith = (changes) => ({
  ...system,
  content: system.content.map((content) => ({ ...content, ...changes })),
});

/** @param {string} instructions */
const developer = (instructions) => ({
  role: "developer",
  content: [{ type: "developer_content", instructions }],
});

const weatherTools = {
  role: "developer",
  content: [
    {
      type: "developer_content",
      instructions: "Use a friendly tone.",
      tools: {
        functions: {
          name: "functions",
          tools: [
            {
              name: "get_weather",
              description: "Gets the current weather at a place.",
              parameters: {
                type: "object",
                properties: {
                  location: { type: "string", description: "City and country" },
                  unit: { type: "string", enum: ["celsius", "fahrenheit"], default: "celsius" },
                },
                required: ["location"],
              },
            },
          ],
        },
      },
    },
  ],
};

const weatherCall = [
  { role: "user", content: texts("Do I need an umbrella in Bergen today?") },
  {
    role: "assistant",
    channel: "analysis",
    content: texts("The weather decides. Call get_weather for Bergen."),
  },
  {
    role: "assistant",
    channel: "commentary",
    recipient: "functions.get_weather",
    content_type: "<|constrain|>json",
    content: texts('{"location": "Bergen, Norway"}'),
  },
  {
    role: "tool",
    name: "functions.get_weather",
    recipient: "assistant",
    channel: "commentary",
    content: texts('{"sky": "rain", "temperature": 11.0}'),
  },
];

/** @type {{name: string, about: string, messages: unknown[], options?: Partial<RenderOptions>}[]} */
export const WRITE_EXAMPLES = [
  {
    name: "Plain chat",
    about: "system, developer, a question, ready for the answer",
    messages: [
      system,
      developer("Answer in one sentence."),
      { role: "user", content: texts("Why is the sky blue?") },
    ],
    options: { mode: "completion", next_role: "assistant", drop_analysis: true },
  },
  {
    name: "Reasoning over two turns",
    about: "the first turn's analysis is dropped from the prompt",
    messages: [
      systemWith({ reasoning_effort: "High" }),
      { role: "user", content: texts("What is 17 × 23?") },
      {
        role: "assistant",
        channel: "analysis",
        content: texts("17 × 23 = 17 × 20 + 17 × 3 = 340 + 51 = 391."),
      },
      { role: "assistant", channel: "final", content: texts("17 × 23 = 391.") },
      { role: "user", content: texts("And the square root of that, roughly?") },
    ],
    options: { mode: "completion", next_role: "assistant", drop_analysis: true },
  },
  {
    name: "Tool call, round trip",
    about: "a function, its call as JSON, its result, the answer",
    messages: [
      system,
      weatherTools,
      ...weatherCall,
      {
        role: "assistant",
        channel: "final",
        content: texts("Yes! It is raining in Bergen, at 11 °C. ☔"),
      },
    ],
    options: { mode: "conversation", drop_analysis: true },
  },
  {
    name: "Tool result, before the answer",
    about: "the prompt after a tool has run; the analysis stays",
    messages: [system, weatherTools, ...weatherCall],
    options: { mode: "completion", next_role: "assistant", drop_analysis: true },
  },
  {
    name: "Training sample",
    about: "ends with <|return|> in place of <|end|>",
    messages: [
      system,
      developer("Translate into French."),
      { role: "user", content: texts("The cat sleeps on the windowsill.") },
      {
        role: "assistant",
        channel: "analysis",
        content: texts("“Windowsill” is “rebord de la fenêtre”."),
      },
      {
        role: "assistant",
        channel: "final",
        content: texts("Le chat dort sur le rebord de la fenêtre."),
      },
    ],
    options: { mode: "training", drop_analysis: false },
  },
  {
    name: "Difficult characters",
    about: "emoji, combining marks, right-to-left text, invisible ones",
    messages: [
      {
        role: "user",
        content: texts(
          "Family: 👩‍👩‍👧‍👦 flag: 🇳🇴 thumbs: 👍🏽\nحروف عربية and עברית in one line\n" +
            "zero\u200bwidth, no\u00adbreak\u00a0space, \u202eoverride\u202c\n" +
            "tab\there, trailing spaces   \n𒀭 𓂀 ꧁ ｆｕｌｌ ẹ̀ g̃",
        ),
      },
    ],
    options: { mode: "conversation", drop_analysis: true },
  },
];

/** @type {InspectOptions} */
const completion = {
  reading: "auto",
  role: "assistant",
  missing_call_is_call: false,
  recover_stripped_markers: false,
};

/** @type {{name: string, about: string, source: string, options?: Partial<InspectOptions>}[]} */
export const INSPECT_EXAMPLES = [
  {
    name: "Reasoning and answer",
    about: "a whole completion, as text",
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
    about: "the content follows the channel, the strict parser waits for ever",
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
    about: "skip_special_tokens was left on: only words remain",
    source: "analysisThe user says hello. Greet back.assistantfinalHello! How can I help?",
    options: { ...completion, reading: "text" },
  },
  {
    name: "Header twice",
    about: "the prompt's <|start|>assistant was kept, and the role is implied too",
    source: "<|start|>assistant<|channel|>final<|message|>Hello!<|return|>",
    options: completion,
  },
  {
    name: "Repaired tool call",
    about: "channel and recipient run together: recovered, but not to be run",
    source:
      "<|channel|>analysis<|message|>Look it up.<|end|><|start|>assistant<|channel|>" +
      'commentaryto=functions.get_weather <|constrain|>json<|message|>{"location": "Bergen"}' +
      "<|call|>",
    options: completion,
  },
  {
    name: "Channel in the recipient",
    about: "<|channel|> once more behind the recipient: it leaks into the tool's name",
    source:
      "<|channel|>commentary to=functions.get_weather<|channel|>commentary <|constrain|>json" +
      '<|message|>{"location": "Bergen"}<|call|>',
    options: completion,
  },
  {
    name: "Arguments that are no JSON",
    about: "a call cut short, ended as a plain message",
    source:
      "<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>" +
      '{"location": "Bergen, Nor<|end|>',
    options: completion,
  },
  {
    name: "A call to nobody",
    about: "a content type, but no recipient: the strict parser takes json for the tool",
    source: '<|channel|>commentary json<|message|>{"location": "Bergen"}<|call|>',
    options: completion,
  },
  {
    name: "On and on",
    about: "<|return|> is missing among the engine's stop tokens",
    source:
      "<|channel|>final<|message|>The answer is 4.<|return|><|return|>\nuser: thanks" +
      "<|start|>assistant<|channel|>final<|channel|>final<|message|>You are welcome.<|return|>",
    options: completion,
  },
  {
    name: "Unknown role",
    about: "a role the format does not have",
    source: "<|start|>function<|message|>{}<|end|>",
    options: { ...completion, role: null },
  },
  {
    name: "Text between messages",
    about: "a newline after <|end|>, as templates written by hand put it",
    source:
      "<|start|>user<|message|>Hi<|end|>\n<|start|>assistant<|channel|>final<|message|>Hello!" +
      "<|return|>",
    options: { ...completion, role: null },
  },
  {
    name: "Ids of another model",
    about: "beyond the vocabulary of gpt-oss",
    source: "[128006, 78191, 128007, 271, 9906, 0, 999999]",
    options: completion,
  },
];
