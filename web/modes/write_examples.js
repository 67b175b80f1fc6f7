/**
 * Conversations to start from.
 *
 * @module
 */

/** @typedef {import("./write.js").Options} RenderOptions */

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
    options: { mode: "completion", next_role: "assistant", auto_drop_analysis: true },
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
    options: { mode: "completion", next_role: "assistant", auto_drop_analysis: true },
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
    options: { mode: "conversation", auto_drop_analysis: true },
  },
  {
    name: "Tool result, before the answer",
    about: "the prompt after a tool has run; the analysis stays",
    messages: [system, weatherTools, ...weatherCall],
    options: { mode: "completion", next_role: "assistant", auto_drop_analysis: true },
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
    options: { mode: "training", auto_drop_analysis: false },
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
    options: { mode: "conversation", auto_drop_analysis: true },
  },
];
