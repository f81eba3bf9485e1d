import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { CallModel, ModelEvent, ModelRequest, ReadyMessage } from "../domain/model.ts";
import type { ProviderKind } from "../domain/model-provider.ts";
import { lessons } from "./lessons.ts";
import { callProviderOf } from "./provider-call.ts";

// One conversation with tools that moves between providers. Each of them is played by a server that refuses what the
// real one is documented to refuse; none of them was asked itself.

type Json = { readonly [name: string]: Json } & readonly Json[] & string;
/** What a provider says of a body: a sentence where it refuses it, else the answer to its last message. */
type Rules = (body: Json) => string | null;

const TIME = [
  {
    name: "get_time",
    description: "The time in a city",
    parameters: { type: "object", properties: { city: { type: "string" } } },
  },
];
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : []);

/**
 * Anthropic: the user first, then in turns; each call answered by the next message; its own thoughts with its own
 * signature.
 */
const anthropicRules: Rules = ({ system, messages }) => {
  const roles = list(messages).map(({ role }) => String(role));
  if (list(messages).some(({ role }) => String(role) === "system")) return "messages: role system is not allowed";
  if (roles[0] !== "user") return "messages: first message must use the user role";
  if (roles.some((role, n) => n > 0 && role === roles[n - 1])) return "messages: roles must alternate";
  if (system !== undefined && list(system).some(({ text }) => !text)) return "system: text must not be empty";
  for (const [n, { content }] of list(messages).entries()) {
    const calls = list(content).filter(({ type }) => String(type) === "tool_use");
    if (calls.some(({ input }) => typeof input !== "object")) return "tool_use.input: must be an object";
    if (calls.some(({ id }) => !/^[a-zA-Z0-9_-]+$/u.test(String(id)))) return "tool_use.id: bad pattern";
    const answered = list(list(messages)[n + 1]?.content).map(({ tool_use_id }) => String(tool_use_id));
    if (calls.some(({ id }) => !answered.includes(String(id)))) return "tool_use ids without tool_result blocks";
    if (
      list(content).some(({ type, signature }) => String(type) === "thinking" && String(signature) !== "sealed-by-a")
    ) {
      return "thinking: invalid signature";
    }
  }
  return null;
};

/** Gemini: the user first; a call that it signed comes back with its signature, and no foreign one. */
const googleRules: Rules = ({ contents, systemInstruction }) => {
  if (list(contents)[0]?.role !== ("user" as Json[string])) return "contents: first must be user";
  if (systemInstruction !== undefined && list(systemInstruction.parts).length === 0) return "systemInstruction: empty";
  for (const [n, { parts }] of list(contents).entries()) {
    const calls = list(parts).filter(({ functionCall }) => functionCall !== undefined);
    const answers = list(list(contents)[n + 1]?.parts).filter(({ functionResponse }) => functionResponse !== undefined);
    if (calls.length > 0 && answers.length !== calls.length) return "function call turns need as many responses";
    for (const { functionCall, thoughtSignature } of calls) {
      const isOwn = String(functionCall?.args?.city) === "Google";
      if (isOwn && String(thoughtSignature) !== "c2VhbGVkLWJ5LWc=")
        return "function call is missing a thought_signature";
      if (!isOwn && thoughtSignature !== undefined && String(thoughtSignature) !== "skip_thought_signature_validator")
        return "thought_signature of another model";
    }
  }
  return null;
};

/** Mistral: ids of nine letters and digits, one system message first, never the assistant last. */
const mistralRules: Rules = ({ messages }) => {
  const all = list(messages);
  if (all.some(({ role }, n) => String(role) === "system" && n > 0)) return "Unexpected role system after role user";
  if (all.at(-1)?.role === ("assistant" as Json[string])) return "Expected last role User or Tool";
  for (const message of all) {
    const ids = [message.tool_call_id, ...list(message.tool_calls).map(({ id }) => id)].filter(
      (id) => id !== undefined,
    );
    if (ids.some((id) => !/^[a-zA-Z0-9]{9}$/u.test(String(id))))
      return "Tool call id must be a-z, A-Z, 0-9, of length 9";
  }
  return null;
};

/** OpenAI's Responses: each output of a call names a call that is there. */
const openaiRules: Rules = ({ input }) => {
  const calls = new Set(
    list(input).flatMap((item) => (String(item.type) === "function_call" ? String(item.call_id) : [])),
  );
  const outputs = list(input).filter(({ type }) => String(type) === "function_call_output");
  if (outputs.some(({ call_id }) => !calls.has(String(call_id)))) return "No tool call found for function call output";
  if (outputs.length !== calls.size) return "No tool output found for function call";
  return null;
};

/** A strict template: alternation, one system message, arguments that are an object. */
const compatibleRules: Rules = ({ messages }) => {
  const all = list(messages);
  if (all.some(({ role }, n) => String(role) === "system" && n > 0)) return "System message must be at the beginning.";
  const spoken = all.filter(({ role, tool_calls }) => ["user", "assistant"].includes(String(role)) && !tool_calls);
  const isInTurns = spoken.every(({ role }, n) => String(role) === (n % 2 === 0 ? "user" : "assistant"));
  return isInTurns ? null : "Conversation roles must alternate user/assistant/user/assistant/...";
};

const RULES: Readonly<Record<ProviderKind, Rules>> = {
  anthropic: anthropicRules,
  google: googleRules,
  mistral: mistralRules,
  openai: openaiRules,
  compatible: compatibleRules,
};

/** So many calls were made: each has an id of its own. */
let made = 0;

/** What each provider streams: a call where the question is the last word, else a sentence. */
const frames: Readonly<Record<ProviderKind, (isCall: boolean) => readonly object[]>> = {
  anthropic: (isCall) => [
    {
      type: "message_start",
      message: {
        id: "m",
        type: "message",
        role: "assistant",
        content: [],
        model: "claude",
        stop_reason: null,
        usage: { input_tokens: 5, output_tokens: 0 },
      },
    },
    ...(isCall
      ? [
          { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
          { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "I look at a clock." } },
          { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sealed-by-a" } },
          { type: "content_block_stop", index: 0 },
          {
            type: "content_block_start",
            index: 1,
            content_block: { type: "tool_use", id: `toolu_${++made}`, name: "get_time", input: {} },
          },
          {
            type: "content_block_delta",
            index: 1,
            delta: { type: "input_json_delta", partial_json: '{"city":"Anthropic"}' },
          },
          { type: "content_block_stop", index: 1 },
        ]
      : [
          { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
          { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "It is noon." } },
          { type: "content_block_stop", index: 0 },
        ]),
    { type: "message_delta", delta: { stop_reason: isCall ? "tool_use" : "end_turn" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ],
  google: (isCall) => [
    {
      candidates: [
        {
          content: {
            role: "model",
            parts: isCall
              ? [{ functionCall: { name: "get_time", args: { city: "Google" } }, thoughtSignature: "c2VhbGVkLWJ5LWc=" }]
              : [{ text: "It is noon." }],
          },
          finishReason: "STOP",
        },
      ],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 },
    },
  ],
  mistral: (isCall) => [chatChunk(isCall, "Mistral", `call${String(++made).padStart(5, "0")}`)],
  compatible: (isCall) => [chatChunk(isCall, "Compatible", `call_${++made}_with_a_long_name`)],
  openai: (isCall) => [
    { type: "response.created", response: { id: "r", created_at: 1, model: "gpt" } },
    ...(isCall
      ? [
          {
            type: "response.output_item.added",
            output_index: 0,
            item: { type: "function_call", id: "fc_1", call_id: `call_${++made}`, name: "get_time", arguments: "" },
          },
          {
            type: "response.output_item.done",
            output_index: 0,
            item: {
              type: "function_call",
              id: "fc_1",
              call_id: `call_${made}`,
              name: "get_time",
              arguments: '{"city":"OpenAI"}',
              status: "completed",
            },
          },
        ]
      : [
          { type: "response.output_item.added", output_index: 0, item: { type: "message", id: "msg_1" } },
          {
            type: "response.output_text.delta",
            item_id: "msg_1",
            output_index: 0,
            content_index: 0,
            delta: "It is noon.",
          },
          { type: "response.output_item.done", output_index: 0, item: { type: "message", id: "msg_1" } },
        ]),
    { type: "response.completed", response: { id: "r", usage: { input_tokens: 5, output_tokens: 7 } } },
  ],
};

function chatChunk(isCall: boolean, city: string, id: string) {
  const call = { index: 0, id, type: "function", function: { name: "get_time", arguments: JSON.stringify({ city }) } };
  const delta = isCall
    ? { role: "assistant", content: "", tool_calls: [call] }
    : { role: "assistant", content: "It is noon." };
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  return {
    id: "c",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    usage,
    choices: [{ index: 0, delta, finish_reason: isCall ? "tool_calls" : "stop" }],
  };
}

const HOSTS: Readonly<Record<string, ProviderKind>> = {
  "api.anthropic.com": "anthropic",
  "generativelanguage.googleapis.com": "google",
  "api.mistral.ai": "mistral",
  "api.openai.com": "openai",
};

let refusals: string[] = [];
let url: string;
const server = createServer((request, response) => void answer(request, response));
const realFetch = globalThis.fetch;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  // The packages know where their providers are; here each is a path of one server.
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    return realFetch(`${url}/${HOSTS[host]}`, init);
  });
});
afterEach(() => {
  refusals = [];
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.close();
});

async function answer(request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body: Json = JSON.parse(Buffer.concat(chunks).toString());
  const kind = kindOf(request.url ?? "");
  const refusal = RULES[kind](body);
  if (refusal !== null) {
    refusals.push(`${kind}: ${refusal}`);
    response.writeHead(400, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ error: { type: "invalid_request_error", message: refusal, code: 400 } }));
  }
  const text = JSON.stringify(body);
  const isCall = text.lastIndexOf("What time is it") > text.lastIndexOf("noon at");
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const frame of frames[kind](isCall)) {
    const event = "type" in frame ? `event: ${frame.type}\n` : "";
    response.write(`${event}data: ${JSON.stringify(frame)}\n\n`);
  }
  response.end(kind === "mistral" || kind === "compatible" ? "data: [DONE]\n\n" : "");
}

const kindOf = (path: string): ProviderKind =>
  Object.values(HOSTS).find((kind) => path.startsWith(`/${kind}`)) ?? "compatible";

const MODELS: Readonly<Record<ProviderKind, string>> = {
  anthropic: "claude-sonnet-4-5",
  google: "gemini-3-pro-preview",
  mistral: "mistral-large-latest",
  openai: "gpt-4.1-mini",
  compatible: "gemma3",
};

/** How each is called: once in the process, so that what a server turned out not to take is known to later calls. */
const calls = new Map<ProviderKind, CallModel>();
function callOf(kind: ProviderKind): CallModel {
  const known = calls.get(kind);
  if (known) return known;
  const setup = { kind, baseUrl: kind === "compatible" ? `${url}/v1` : null, apiKey: "sk-test" };
  const lookup: LookupFunction = (_, { all }, done) =>
    all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  const waits = { firstMs: 10_000, silenceMs: 10_000, totalMs: 20_000 };
  const call = callProviderOf(setup, { lookup: async () => lookup, waits, log: { warn() {} }, lessons: lessons() });
  calls.set(kind, call);
  return call;
}

/** One model call, and what it came to as a message of the conversation. */
async function step(kind: ProviderKind, messages: readonly ReadyMessage[]) {
  const call = callOf(kind);
  const request: ModelRequest = {
    model: MODELS[kind],
    purpose: "turn",
    messages,
    tools: TIME,
    toolChoice: "auto",
    settings: {},
    signal: new AbortController().signal,
  };
  const events: ModelEvent[] = [];
  for await (const batch of call(request)) events.push(...batch);
  const kept = Object.fromEntries(
    events.flatMap((event) =>
      event.type === "tool-call" && event.kept !== undefined ? [[event.callId, event.kept]] : [],
    ),
  );
  const data = events.find((event) => event.type === "provider-data");
  const message: ReadyMessage = {
    role: "assistant",
    text: events.map((event) => (event.type === "text-delta" ? event.text : "")).join(""),
    calls: events.flatMap((event) =>
      event.type === "tool-call" ? [{ callId: event.callId, name: event.name, input: JSON.parse(event.input) }] : [],
    ),
    ...(data ? { provider: { from: data.from, fields: data.fields, reasoning: data.reasoning, calls: kept } } : {}),
  };
  return { message, finish: events.find((event) => event.type === "finish") };
}

const KINDS: readonly ProviderKind[] = ["openai", "compatible", "anthropic", "google", "mistral"];
const orders = KINDS.map((_, n) => [...KINDS.slice(n), ...KINDS.slice(0, n), KINDS[n] ?? "openai"]);

test.each(orders.map((order) => [order.join(" → "), order] as const))(
  "a conversation of six turns with tools is refused by nobody: %s",
  async (_, order) => {
    const messages: ReadyMessage[] = [
      { role: "system", text: "Be brief." },
      { role: "system", text: "Use tools." },
      // A greeting that a caller put there, and a turn that was stopped before its first word.
      { role: "assistant", text: "Hello. What can I do?", calls: [] },
      { role: "user", parts: [{ type: "text", text: "Wait." }] },
    ];
    for (const [n, kind] of order.entries()) {
      if (n === 3) messages.push({ role: "system", text: "Now in English." });
      messages.push({ role: "user", parts: [{ type: "text", text: `What time is it at ${kind}?` }] });
      const asked = await step(kind, messages);
      expect([kind, asked.message.role === "assistant" && asked.message.calls.length, refusals.length <= 4]).toEqual([
        kind,
        1,
        true,
      ]);
      messages.push(asked.message);
      for (const { callId, name } of asked.message.role === "assistant" ? asked.message.calls : []) {
        messages.push({ role: "tool", callId, name, output: { time: `noon at ${kind}` }, isError: n === 4 });
      }
      const told = await step(kind, messages);
      expect([kind, told.message.role === "assistant" && told.message.text]).toEqual([kind, "It is noon."]);
      expect(told.finish).toMatchObject({ reason: "stop", usage: { inputTokens: 5, outputTokens: 7 } });
      messages.push(told.message);
    }
    // A compatible server's demands are learned from its refusals; what the packages speak to is known.
    expect(refusals.filter((refusal) => !refusal.startsWith("compatible"))).toEqual([]);
  },
);

test("what one provider sealed goes back to it, and to no other", async () => {
  const question: ReadyMessage = { role: "user", parts: [{ type: "text", text: "What time is it?" }] };
  const { message } = await step("anthropic", [question]);
  expect(message).toMatchObject({ provider: { from: "anthropic claude" } });
  const [{ callId } = { callId: "" }] = message.role === "assistant" ? message.calls : [];
  const result: ReadyMessage = {
    role: "tool",
    callId,
    name: "get_time",
    output: "noon at home",
    isError: false,
  };
  // Each of these refuses a foreign signature.
  for (const kind of KINDS) await step(kind, [question, message, result]);
  expect(refusals.filter((refusal) => !refusal.startsWith("compatible"))).toEqual([]);
});
