import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { expect, test } from "vitest";
import { chatChunkReader } from "./chat-chunks.ts";

// Streams in the shapes that vendors' own are recorded in by the AI SDK's provider packages (github.com/vercel/ai,
// `__fixtures__` of each package); the words are ours. They are read as an independent reader, that of
// `@ai-sdk/openai-compatible`, reads them.

type Chunk = Readonly<Record<string, unknown>>;
const c = (delta: object, finish_reason: string | null = null, more: object = {}): Chunk => ({
  id: "r1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, logprobs: null, finish_reason, ...more }],
});
const usage = { prompt_tokens: 17, completion_tokens: 9, total_tokens: 26 };
const last = (more: object): Chunk => ({
  id: "r1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [],
  ...more,
});
const call = (piece: object) => ({ tool_calls: [piece] });
const f = (name: string | undefined, args: string | undefined) => ({ function: { name, arguments: args } });

const STREAMS: readonly (readonly [vendor: string, what: string, chunks: readonly Chunk[]])[] = [
  [
    "OpenAI",
    "text",
    [
      c({ role: "assistant", content: "", refusal: null }),
      c({ content: "Oslo " }),
      c({ content: "is it." }),
      c({}, "stop"),
      last({ usage }),
    ],
  ],
  [
    "OpenAI",
    "parallel calls",
    [
      c({
        role: "assistant",
        content: null,
        ...call({ index: 0, id: "call_a", type: "function", ...f("weather", "") }),
      }),
      c(call({ index: 0, ...f(undefined, '{"city":') })),
      c(call({ index: 0, ...f(undefined, '"Oslo"}') })),
      c(call({ index: 1, id: "call_b", type: "function", ...f("weather", "") })),
      c(call({ index: 1, ...f(undefined, '{"city":"Rome"}') })),
      c({}, "tool_calls"),
      last({ usage }),
    ],
  ],
  [
    "Azure",
    "text behind its filter's results",
    [
      {
        choices: [],
        created: 0,
        id: "",
        model: "",
        object: "",
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: { filtered: false } } }],
      },
      c({ role: "assistant", content: "", refusal: null }, null, { content_filter_results: {} }),
      c({ content: "Oslo" }),
      c({}, "stop", { content_filter_results: {} }),
      last({ usage }),
    ],
  ],
  [
    "DeepSeek",
    "thoughts and text",
    [
      { ...c({ role: "assistant", content: null, reasoning_content: "" }), usage: null },
      { ...c({ content: null, reasoning_content: "Norway's " }), usage: null },
      { ...c({ content: null, reasoning_content: "capital." }), usage: null },
      { ...c({ content: "Oslo", reasoning_content: null }), usage: null },
      { ...c({ content: "", reasoning_content: null }, "stop"), usage },
    ],
  ],
  [
    "DeepSeek",
    "thoughts and a call in pieces",
    [
      { ...c({ role: "assistant", content: null, reasoning_content: "I look." }), usage: null },
      c({ ...call({ index: 0, id: "call_00", type: "function", ...f("weather", "") }) }),
      c(call({ index: 0, ...f(undefined, '{"city"') })),
      c(call({ index: 0, ...f(undefined, ': "Oslo"}') })),
      { ...c({ content: "", reasoning_content: null }, "tool_calls"), usage },
    ],
  ],
  [
    "Moonshot",
    "thoughts and text",
    [
      c({ role: "assistant", reasoning_content: "Norway's " }),
      c({ reasoning_content: "capital." }),
      c({ content: "Oslo" }),
      { ...c({ content: "!" }, "stop"), usage },
    ],
  ],
  [
    "Groq",
    "thoughts under another name",
    [
      { ...c({ role: "assistant", content: "" }), x_groq: { id: "req" } },
      c({ reasoning: "Norway's capital." }),
      c({ content: "Oslo" }),
      { ...c({}, "stop"), x_groq: { id: "req", usage }, usage },
    ],
  ],
  [
    "Groq",
    "a whole call",
    [
      c({ role: "assistant", content: null }),
      c(call({ id: "tk85n1k4m", type: "function", ...f("weather", "{}"), index: 0 })),
      { ...c({}, "tool_calls"), usage },
    ],
  ],
  [
    "xAI",
    "thoughts and a whole call",
    [
      c({ role: "assistant", reasoning_content: "First" }),
      c({ reasoning_content: ", I look." }),
      c(call({ id: "call_79", ...f("weather", '{"city":"Oslo"}'), index: 0, type: "function" })),
      c({}, "tool_calls"),
      last({ usage }),
    ],
  ],
  [
    "Alibaba",
    "a call whose id is blank later",
    [
      {
        ...c({
          content: null,
          ...call({ index: 0, id: "call_ee", type: "function", ...f("weather", "") }),
          role: "assistant",
        }),
        usage: null,
      },
      {
        ...c({ content: null, ...call({ index: 0, id: "", type: "function", ...f(undefined, '{"city": "Os') }) }),
        usage: null,
      },
      {
        ...c({ content: null, ...call({ index: 0, id: "", type: "function", ...f(undefined, 'lo"}') }) }),
        usage: null,
      },
      { ...c(call({ ...f(undefined, ""), index: 0, id: "", type: "function" })), usage: null },
      c({}, "tool_calls"),
      last({ usage }),
    ],
  ],
  [
    "Mistral",
    "text",
    [c({ role: "assistant", content: "" }), c({ content: "Oslo" }), { ...c({ content: "" }, "stop"), usage }],
  ],
  [
    "Mistral",
    "a name that is blank later",
    [
      c({
        ...call({ id: "chatcmpl-tool-9f", type: "function", ...f("weather", ""), index: 0 }),
        index: 0,
        content: "",
      }),
      c({ ...call({ type: "function", ...f("", '{"city": "Oslo"}'), index: 0 }), index: 0, content: "" }),
      { ...c({ index: 0, content: "" }, "tool_calls"), usage },
    ],
  ],
  [
    "Perplexity",
    "text with citations and growing usage",
    [
      {
        ...c({ role: "assistant", content: "Oslo" }, null, { message: { role: "assistant", content: "Oslo" } }),
        usage: { ...usage, completion_tokens: 1 },
        citations: ["https://a.example"],
      },
      {
        ...c({ role: "assistant", content: " it is" }, "stop", {
          message: { role: "assistant", content: "Oslo it is" },
        }),
        usage,
        citations: ["https://a.example"],
      },
    ],
  ],
  [
    "Gemini",
    "a signed call",
    [
      c({
        role: "assistant",
        ...call({
          index: 0,
          id: "fn-1",
          type: "function",
          ...f("weather", '{"city":"Oslo"}'),
          extra_content: { google: { thought_signature: "c2ln" } },
        }),
      }),
      { ...c({ role: "assistant" }, "stop"), usage },
    ],
  ],
];

test.each(STREAMS)("%s: %s is read as an independent reader reads it", async (_, __, chunks) => {
  const stream = `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
  const ours = oursOf(stream);
  expect(ours).toEqual(await theirsOf(stream));
  expect(ours.text + ours.thoughts + ours.calls.length).not.toBe("0");
});

test("eight vendors and more are there", () => {
  expect(new Set(STREAMS.map(([vendor]) => vendor)).size).toBeGreaterThanOrEqual(8);
});

type Outcome = {
  text: string;
  thoughts: string;
  calls: [string, string, string][];
  finish: string;
  usage: (number | null)[];
};

function oursOf(stream: string): Outcome {
  const reader = chatChunkReader();
  const outcome: Outcome = { text: "", thoughts: "", calls: [], finish: "", usage: [] };
  for (const event of [...reader.read(stream), ...reader.end()]) {
    if (event.type === "text-delta") outcome.text += event.text;
    if (event.type === "reasoning-delta") outcome.thoughts += event.text;
    if (event.type === "tool-call") outcome.calls.push([event.callId, event.name, event.input]);
    if (event.type === "finish") {
      outcome.finish = event.reason;
      outcome.usage = [event.usage.inputTokens, event.usage.outputTokens];
    }
  }
  return outcome;
}

async function theirsOf(stream: string): Promise<Outcome> {
  const provider = createOpenAICompatible({
    name: "test",
    baseURL: "http://provider.test/v1",
    fetch: async () => new Response(stream, { headers: { "content-type": "text/event-stream" } }),
  });
  const prompt = [{ role: "user" as const, content: [{ type: "text" as const, text: "hi" }] }];
  const { stream: parts } = await provider("m").doStream({ prompt });
  const outcome: Outcome = { text: "", thoughts: "", calls: [], finish: "", usage: [] };
  for await (const part of parts) {
    if (part.type === "text-delta") outcome.text += part.delta;
    if (part.type === "reasoning-delta") outcome.thoughts += part.delta;
    if (part.type === "tool-call") outcome.calls.push([part.toolCallId, part.toolName, part.input]);
    if (part.type === "error") throw part.error;
    if (part.type === "finish") {
      // Behind calls "stop" is what ours calls "tool-calls".
      outcome.finish = outcome.calls.length > 0 ? "tool-calls" : part.finishReason.unified;
      outcome.usage = [part.usage.inputTokens.total ?? null, part.usage.outputTokens.total ?? null];
    }
  }
  return outcome;
}
