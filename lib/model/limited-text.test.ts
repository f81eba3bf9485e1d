import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { toChatError } from "../domain/errors.ts";
import type { ModelEvent, ModelRequest } from "../domain/model.ts";
import { callChatCompletions } from "./chat-completions.ts";
import { embedThrough } from "./embeddings.ts";
import { limitedFetch, limitedText } from "./limited-text.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const TOO_LONG = /^The model provider's answer is longer than \d+ MB and was not read on$/u;

/** Answers with a beginning and then the same piece until its caller leaves; tells how many bytes went out. */
async function endless(begin: string, piece: string) {
  let sent = 0;
  const left = Promise.withResolvers<void>();
  const write = (response: ServerResponse, text: string): void => {
    sent += text.length;
    if (sent > 200_000_000) return void response.end();
    response.write(text, () => response.destroyed || write(response, piece));
  };
  const url = await serve((_, response) => {
    response.on("close", () => left.resolve());
    response.writeHead(200, { "content-type": begin.startsWith("{") ? "application/json" : "text/event-stream" });
    write(response, begin);
  });
  return { url, sent: () => sent, left: left.promise };
}

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

test.each([
  ["words", chunk("start"), chunk("word ".repeat(2000))],
  ["thoughts that nobody reads", chunk("start"), `data: ${JSON.stringify({ choices: [], x: "y".repeat(9000) })}\n\n`],
  ["empty lines", chunk("start"), "\n".repeat(10_000)],
  ["one line", "data: ", "x".repeat(10_000)],
  ["one tool call", 'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"', "x".repeat(10_000)],
  // On a busy machine the network resets such a connection before it has brought too much, in one of ten runs or fewer.
])("S25: an answer without end, of %s, fails with a sentence and is left", { retry: 3 }, async (_, begin, piece) => {
  const { url, sent, left } = await endless(begin, piece);
  const events: ModelEvent[] = [];
  const reading = (async () => {
    for await (const batch of callChatCompletions({ baseUrl: url })(request())) events.push(...batch);
  })();
  const thrown = await reading.then(() => null, toChatError);
  expect(thrown?.message).toMatch(TOO_LONG);
  expect(thrown?.code).toBe("model-failed");
  await left;
  expect(sent()).toBeLessThan(40_000_000);
});

test("S25: vectors without end fail with a sentence and are left", { timeout: 20_000 }, async () => {
  const { url, sent, left } = await endless('{"data":[{"embedding":[0', ",0".repeat(5000));
  const embedding = embedThrough({ baseUrl: url, apiKey: "x" }, "m")(["text"], { signal: AbortSignal.timeout(15_000) });
  await expect(embedding).rejects.toMatchObject({ code: "model-failed", message: expect.stringMatching(TOO_LONG) });
  await left;
  expect(sent()).toBeLessThan(40_000_000);
});

test("S25: a whole text without end is left", async () => {
  const { url, left } = await endless("{", "x".repeat(10_000));
  await expect(limitedText(await fetch(url), 1_000_000)).rejects.toThrow("longer than");
  await left;
});

test("S25: an answer within its limit comes as it is", async () => {
  const url = await serve((_, response) => void response.writeHead(201, { "x-a": "b" }).end("x".repeat(100_000)));
  const response = await limitedFetch(100_000)(url);
  expect([response.status, response.headers.get("x-a"), (await response.text()).length]).toEqual([201, "b", 100_000]);
});

function request(): ModelRequest {
  return {
    model: "m",
    purpose: "turn",
    messages: [{ role: "user", parts: [{ type: "text", text: "x" }] }],
    tools: [],
    toolChoice: "auto",
    settings: {},
    signal: new AbortController().signal,
  };
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return `http://127.0.0.1:${port}/v1`;
}
