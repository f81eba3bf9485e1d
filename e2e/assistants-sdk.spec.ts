import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { LLMock } from "@copilotkit/aimock";
import { expect, test } from "@playwright/test";
import { generateText, streamText } from "ai";
import OpenAI, { APIUserAbortError, BadRequestError, InternalServerError, NotFoundError, RateLimitError } from "openai";
import { ownerHeaders, startServer, type WatchedServer } from "./server.ts";

// The official client and the AI SDK, unmodified, and the documents' own lines, against a running server.

const LONG = "A long answer, piece by piece. ".repeat(40).trim();

let model: LLMock;
let server: WatchedServer;
let agent: string;

test.beforeAll(async () => {
  model = new LLMock({ port: 0, chunkSize: 6, logLevel: "silent" });
  await model.start();
  model.onMessage(/broken/, { error: { message: "overloaded", type: "server_error" }, status: 500 });
  model.onMessage(/slow/, { content: LONG }, { latency: 20 });
  model.on({ predicate: () => true }, ({ messages }) => ({ content: `Heard: ${messages.at(-1)?.content}` }));
  server = await startServer({
    OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
    OPENAI_API_KEY: "mock",
    OPENAI_MODEL: "test-model",
    KEY_TURNS_PER_MINUTE: "50",
  });
  agent = (await manager().beta.assistants.create({ model: "", name: "Ada", instructions: "Be brief." })).id;
});
test.afterAll(async () => {
  await server.kill("SIGTERM");
  await model.stop();
});

const base = () => `${server.url}/api/v1/compatibility/openai/v1`;
const manager = () => new OpenAI({ apiKey: server.key(), baseURL: base() });
const client = (options: { apiKey?: string; maxRetries?: number } = {}) =>
  new OpenAI({ apiKey: server.key(), baseURL: `${base()}/assistants/${agent}`, ...options });
/** A field of ours, which the client sends as it is. */
const allowSystem = (allow_caller_system_messages: boolean) =>
  manager().beta.assistants.update(agent, { allow_caller_system_messages } as OpenAI.Beta.AssistantUpdateParams);
const say = (content: string) => ({ model: "", messages: [{ role: "user" as const, content }] });

test("the official client: whole, streamed, its helper, abort, errors and retries", async () => {
  const { chat } = client();
  expect((await chat.completions.create(say("hi"))).choices[0]?.message.content).toBe("Heard: hi");

  let text = "";
  for await (const chunk of await chat.completions.create({ ...say("slow"), stream: true }))
    text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toBe(LONG);

  const pieces: string[] = [];
  const helper = chat.completions.stream(say("hi")).on("content", (delta) => pieces.push(delta));
  expect(await helper.finalContent()).toBe("Heard: hi");
  expect(pieces.join("")).toBe("Heard: hi");

  const leaving = new AbortController();
  const aborted = chat.completions.create(say("slow"), { signal: leaving.signal });
  setTimeout(() => leaving.abort(), 150);
  await expect(aborted).rejects.toThrow(APIUserAbortError);

  const wrong = [{ role: "system" as const, content: "x" }];
  await expect(chat.completions.create({ model: "", messages: wrong })).rejects.toThrow(BadRequestError);
  const nobody = new OpenAI({ apiKey: server.key(), baseURL: `${base()}/assistants/nobody` });
  await expect(nobody.chat.completions.create(say("hi"))).rejects.toThrow(NotFoundError);
  model.clearRequests();
  await expect(chat.completions.create(say("broken"))).rejects.toThrow(InternalServerError);
  // Three tries of the client, each with three of our own.
  expect(model.getRequests().length).toBe(9);
});

test("a client at its limit is told when to come back, in its own class", async () => {
  const made = await fetch(`${server.url}/api/app/keys`, {
    method: "POST",
    headers: await ownerHeaders(server),
    body: JSON.stringify({ name: "limited", scopes: ["assistants"] }),
  });
  const { key } = await made.json();
  const limited = client({ apiKey: key, maxRetries: 0 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, () => limited.chat.completions.create(say("hi"))),
  );
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(10);
  for (const thrown of refused) {
    expect(thrown).toBeInstanceOf(RateLimitError);
    expect(Number(thrown.headers.get("retry-after"))).toBeGreaterThan(0);
  }
});

test("the AI SDK reads it whole and streamed", async () => {
  const parley = createOpenAICompatible({
    name: "parley",
    apiKey: server.key(),
    baseURL: `${base()}/assistants/${agent}`,
    includeUsage: true,
  });
  const whole = await generateText({ model: parley("test-model"), prompt: "hi" });
  expect([whole.text, whole.finishReason]).toEqual(["Heard: hi", "stop"]);
  const { textStream, usage } = streamText({ model: parley("test-model"), prompt: "slow" });
  let text = "";
  for await (const piece of textStream) text += piece;
  expect(text).toBe(LONG);
  expect((await usage).totalTokens).toBeGreaterThan(0);
});

test("the bodies that the documents print, byte for byte", async () => {
  const auth = `Authorization: Bearer ${server.key()}`;
  const curl = async (path: string, body: string) => {
    const args = ["-sN", `${server.url}${path}`, "-H", auth, "-H", "Content-Type: application/json", "-d", body];
    return (await promisify(execFile)("curl", args)).stdout;
  };
  // Bot chat, "Example".
  const bots = [
    `{
    "bot_uid": "edf826b8-1b75-4f57-bd26-641c897f9c1e",
    "stream": true,
    "prompt": "Explain how to pay taxes."
}`,
    `{
    "bot_slug": "taxson",
    "stream": true,
    "messages": [
        {"role": "system", "content": "User live in Texas, US."},
        {"role": "user", "content": "Explain how to pay taxes."}
    ]
}`,
  ];
  for (const body of bots) {
    const text = await curl("/v1/chat", body);
    expect(text.startsWith('data: {"content":""}\n\n')).toBe(true);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  }
  // Assistants, "Request Body": its first example begins with a role that its 400 line refuses, the second prints n 0.
  const completions = `/api/v1/compatibility/openai/v1/assistants/${agent}/chat/completions`;
  const first = `{
    "messages": [
        {
            "content": "You are a helpful assistant.",
            "role": "system"
        },
        {
            "content": "Hello!",
            "role": "user"
        }
    ]
}`;
  expect(JSON.parse(await curl(completions, first))).toMatchObject({ detail: "Unsupported role: system" });
  await allowSystem(true);
  expect(JSON.parse(await curl(completions, first))).toMatchObject({
    choices: [{ message: { role: "assistant", content: "Heard: Hello!" } }],
  });
  await allowSystem(false);
});
