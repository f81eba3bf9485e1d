import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import type { ModelRequest } from "../domain/model.ts";
import { chatRequestBody } from "./chat-request.ts";

const weather = {
  name: "weather",
  description: "Looks up",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
const base: ModelRequest = {
  model: "m",
  purpose: "turn",
  messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
};

test.each<[string, Partial<ModelRequest>, Partial<LanguageModelV4CallOptions>]>([
  ["one text", {}, {}],
  [
    "settings",
    {
      settings: {
        temperature: 0.5,
        topP: 0.9,
        maxTokens: 7,
        stop: ["X"],
        seed: 3,
        frequencyPenalty: 1,
        presencePenalty: -1,
      },
    },
    {
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 7,
      stopSequences: ["X"],
      seed: 3,
      frequencyPenalty: 1,
      presencePenalty: -1,
    },
  ],
  [
    "a conversation with a call and its result",
    {
      messages: [
        { role: "system", text: "Be brief" },
        { role: "user", parts: [{ type: "text", text: "Oslo?" }] },
        { role: "assistant", text: "", calls: [{ callId: "c1", name: "weather", input: { city: "Oslo" } }] },
        { role: "tool", callId: "c1", name: "weather", output: { degrees: 3 }, isError: false },
      ],
      tools: [weather],
    },
    {
      prompt: [
        { role: "system", content: "Be brief" },
        { role: "user", content: [{ type: "text", text: "Oslo?" }] },
        {
          role: "assistant",
          content: [{ type: "tool-call", toolCallId: "c1", toolName: "weather", input: { city: "Oslo" } }],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "c1",
              toolName: "weather",
              output: { type: "json", value: { degrees: 3 } },
            },
          ],
        },
      ],
      tools: [{ type: "function", name: "weather", description: "Looks up", inputSchema: weather.parameters as never }],
    },
  ],
  [
    "a picture and a choice of tool",
    {
      messages: [
        {
          role: "user",
          parts: [
            { type: "text", text: "What is it?" },
            { type: "image", url: "https://example.org/a.png" },
          ],
        },
      ],
      tools: [weather],
      toolChoice: { name: "weather" },
    },
    {
      prompt: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "file", mediaType: "image/*", data: { type: "url", url: new URL("https://example.org/a.png") } },
          ],
        },
      ],
      tools: [{ type: "function", name: "weather", description: "Looks up", inputSchema: weather.parameters as never }],
      toolChoice: { type: "tool", toolName: "weather" },
    },
  ],
  [
    "a schema for the answer",
    { settings: { responseFormat: { type: "json_schema", schema: { type: "object" } } } },
    { responseFormat: { type: "json", schema: { type: "object" } } },
  ],
])("sends what the provider package sends: %s", async (_, request, options) => {
  expect(chatRequestBody({ ...base, ...request })).toEqual(await sentByPackage(options));
});

async function sentByPackage(options: Partial<LanguageModelV4CallOptions>): Promise<unknown> {
  let body: unknown = null;
  const provider = createOpenAICompatible({
    name: "openai",
    baseURL: "http://provider.test/v1",
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: async (_url, init) => {
      body = JSON.parse(String(init?.body));
      return new Response("data: [DONE]\n\n", { headers: { "content-type": "text/event-stream" } });
    },
  });
  await provider("m").doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }], ...options });
  return body;
}
