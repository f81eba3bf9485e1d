import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChatMessage, callOf, faultOf, MODEL, type ModelCall, restOf } from "./model-request.ts";
import { answerTo, dice } from "./texts.ts";

// A model whose answer to each question is known, as strict as the strict ones of real servers.

export type ModelServer = {
  /** The base URL that an instance is to have. */
  readonly urlOf: (instance: number) => string;
  readonly calls: readonly ModelCall[];
  /** What was refused, and why. */
  readonly refusals: readonly string[];
  /** How many prompts had neighbours of one role, which strict templates refuse. */
  readonly neighbours: () => number;
  readonly stop: () => Promise<void>;
};

/** Starts a model server on a free port. Answers take 100 to 800 ms, by their question. */
export async function startModelServer(): Promise<ModelServer> {
  const calls: ModelCall[] = [];
  const refusals: string[] = [];
  let neighbours = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const instance = Number(request.url?.split("/")[1]);
    if (request.method === "GET") {
      response.end(JSON.stringify({ object: "list", data: [{ id: MODEL, object: "model" }] }));
      return;
    }
    const body: unknown = JSON.parse(await textOf(request));
    const fault = faultOf(request, body);
    if (fault !== null) return refuse(response, fault);
    // `faultOf` has looked at the form.
    const { messages } = body as { messages: readonly ChatMessage[] };
    const [first] = messages;
    if (first?.role === "system" && String(first.content).startsWith("Write a title")) {
      return stream(response, ["A short title"], 50);
    }
    if (messages.some(({ role }, n) => role !== "system" && role === messages[n - 1]?.role)) neighbours++;
    const call = callOf(messages, instance);
    if (typeof call === "string") return refuse(response, call);
    calls.push(call);
    const whole = answerTo(call.tag);
    const rest = call.said === null ? whole : restOf(whole, call.said);
    if (rest === null) return refuse(response, `${call.tag} is to go on where it never was: ${call.said}`);
    const totalMs = 100 + dice(call.tag, "time").upTo(701);
    await stream(response, rest.match(/.{1,9}/gsu) ?? [], (totalMs * rest.length) / whole.length);
  }

  function refuse(response: ServerResponse, message: string): void {
    refusals.push(message);
    if (response.headersSent) return void response.destroy();
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message, type: "invalid_request_error", param: null, code: null } }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown) => refuse(response, String(thrown)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (instance) => `http://127.0.0.1:${port}/${instance}/v1`,
    calls,
    refusals,
    neighbours: () => neighbours,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += part;
  return text;
}

async function stream(response: ServerResponse, pieces: readonly string[], totalMs: number): Promise<void> {
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: "p", object: "chat.completion.chunk", created: 1, model: MODEL, choices, usage })}\n\n`,
    );
  response.writeHead(200, { "content-type": "text/event-stream" });
  chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]);
  const startedAt = Date.now();
  for (const [n, content] of pieces.entries()) {
    const waitMs = startedAt + (totalMs * (n + 1)) / pieces.length - Date.now();
    if (waitMs > 1) await sleep(waitMs);
    if (response.destroyed) return;
    chunk([{ index: 0, delta: { content }, finish_reason: null }]);
  }
  chunk([{ index: 0, delta: {}, finish_reason: "stop" }]);
  const tokens = Math.max(1, pieces.length);
  chunk([], { prompt_tokens: 10, completion_tokens: tokens, total_tokens: 10 + tokens });
  response.end("data: [DONE]\n\n");
}
