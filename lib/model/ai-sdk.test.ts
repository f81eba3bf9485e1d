import { afterEach, expect, test, vi } from "vitest";
import type { ModelEvent, ModelRequest, ReadyMessage } from "../domain/model.ts";
import { callOpenAI } from "./ai-sdk.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const BASE = { id: "resp_1", object: "response", created_at: 1, model: "gpt-5", output: [] };
const REASONING = { id: "rs_1", type: "reasoning", summary: [] };
const CALL = {
  id: "fc_1",
  type: "function_call",
  call_id: "call_1",
  name: "clock",
  status: "completed",
  arguments: "",
};
const STREAM = [
  { type: "response.created", response: BASE },
  { type: "response.output_item.added", output_index: 0, item: { ...REASONING, encrypted_content: null } },
  { type: "response.output_item.done", output_index: 0, item: { ...REASONING, encrypted_content: "sealed" } },
  { type: "response.output_item.added", output_index: 1, item: CALL },
  { type: "response.function_call_arguments.delta", output_index: 1, item_id: "fc_1", delta: "{}" },
  { type: "response.output_item.done", output_index: 1, item: { ...CALL, arguments: "{}" } },
  { type: "response.completed", response: { ...BASE, usage: { input_tokens: 5, output_tokens: 2 } } },
];

test("15: sealed thoughts of a step with calls go back to the models that sealed them, and to no others", async () => {
  const sent = provide();
  const events = await ask("gpt-5", [user("Hi")]);
  const data = events.find((event) => event.type === "provider-data");
  expect(data).toMatchObject({ from: "https://api.openai.com/v1 gpt" });
  expect(events.at(-1)).toMatchObject({
    type: "finish",
    reason: "tool-calls",
    usage: { inputTokens: 5, outputTokens: 2 },
  });
  if (data?.type !== "provider-data") throw new Error("no data");
  const said: ReadyMessage = {
    role: "assistant",
    text: "",
    calls: [{ callId: "call_1", name: "clock", input: {} }],
    provider: data,
  };
  const result: ReadyMessage = { role: "tool", callId: "call_1", name: "clock", output: "noon", isError: false };
  await ask("gpt-5-mini", [user("Hi"), said, result]);
  await ask("o4-mini", [user("Hi"), said, result]);
  const kinds = sent.map(({ input }) => input.map((item: { type?: string; role?: string }) => item.type ?? item.role));
  expect(kinds).toEqual([
    ["user"],
    ["user", "reasoning", "function_call", "function_call_output"],
    ["user", "function_call", "function_call_output"],
  ]);
  expect(sent[1].input[1]).toMatchObject({ encrypted_content: "sealed" });
  expect(sent[1].store).toBe(false);
});

const user = (text: string): ReadyMessage => ({ role: "user", parts: [{ type: "text", text }] });

// biome-ignore lint/suspicious/noExplicitAny: requests of the provider's protocol, of which the test looks at parts.
function provide(): any[] {
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const sent: any[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    sent.push(JSON.parse(String(init.body)));
    const body = STREAM.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return sent;
}

async function ask(model: string, messages: readonly ReadyMessage[]): Promise<ModelEvent[]> {
  const request: ModelRequest = {
    model,
    purpose: "turn",
    messages,
    tools: [{ name: "clock", description: null, parameters: { type: "object" } }],
    toolChoice: "auto",
    settings: {},
    signal: new AbortController().signal,
  };
  const events: ModelEvent[] = [];
  for await (const batch of callOpenAI({ apiKey: "key" })(request)) events.push(...batch);
  return events;
}
