import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { answerTo, bare, dice, tagsOf } from "./texts.ts";

// A model whose answer to each question is known, as strict as the strict ones of real servers.

/** A prompt as it came in. */
export type ModelCall = {
  readonly at: number;
  /** Which instance asked. */
  readonly instance: number;
  /** The question that is to be answered. */
  readonly tag: string;
  /** What a broken-off answer had said, where the call is to go on with it; else null. */
  readonly said: string | null;
  /** Everything before the question: `spoken` of it. */
  readonly before: string;
};

type ChatMessage = { readonly role: string; readonly content: unknown; readonly tool_calls?: unknown };

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

export const MODEL = "prove-model";
const CONTINUE = /^Your last message broke off\. Continue exactly where it stopped/u;
const ROLES = ["system", "user", "assistant", "tool"];

/** What was said, without spaces, each change of the speaker marked. */
export function spoken(messages: readonly { readonly role: string; readonly text: string }[]): string {
  let all = "";
  let last = "";
  for (const { role, text } of messages) {
    if (bare(text) === "") continue;
    if (role !== last) all += `<${role}>`;
    all += bare(text);
    last = role;
  }
  return all;
}

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

/** What a strict server refuses of a request's form; null: nothing. */
function faultOf({ url, method, headers }: IncomingMessage, body: unknown): string | null {
  if (method !== "POST" || !url?.endsWith("/v1/chat/completions")) return `No such endpoint: ${method} ${url}`;
  if (!headers.authorization?.startsWith("Bearer ")) return "No API key";
  if (!headers["content-type"]?.startsWith("application/json")) return "The body is not marked as JSON";
  if (typeof body !== "object" || body === null) return "The body is no object";
  // Nothing is known of it but that it is an object.
  const { model, stream, messages, tools, max_tokens } = body as Readonly<Record<string, unknown>>;
  if (model !== MODEL) return `No such model: ${model}`;
  if (stream !== true) return "Only streams";
  if (tools !== undefined && (!Array.isArray(tools) || tools.length === 0)) return "tools must not be empty";
  if (max_tokens !== undefined && !(Number.isInteger(max_tokens) && Number(max_tokens) > 0)) return "max_tokens";
  if (!Array.isArray(messages) || messages.length === 0) return "messages must not be empty";
  for (const [n, message] of messages.entries()) {
    const fault = messageFault(message, n);
    if (fault !== null) return `messages[${n}]: ${fault}`;
  }
  return messages.at(-1)?.role === "user" ? null : "The last message must be the user's";
}

function messageFault(message: unknown, n: number): string | null {
  if (typeof message !== "object" || message === null) return "no object";
  // As above.
  const { role, content, tool_calls } = message as ChatMessage;
  if (!ROLES.includes(role)) return `unknown role ${role}`;
  if (role === "system" && n > 0) return "a system message that is not the first";
  if (role === "tool" || tool_calls !== undefined) return "nobody has offered tools";
  if (typeof content !== "string") return "the content is no text";
  return content.trim() === "" ? "the content is empty" : null;
}

/** What is asked for, or what is wrong with it. */
function callOf(messages: readonly ChatMessage[], instance: number): ModelCall | string {
  const line = messages.flatMap(({ role, content }) => (role === "system" ? [] : [{ role, text: String(content) }]));
  const isContinued = CONTINUE.test(line.at(-1)?.text ?? "");
  if (isContinued) line.pop();
  const said: string[] = [];
  while (isContinued && line.at(-1)?.role === "assistant") said.unshift(line.pop()?.text ?? "");
  if (isContinued && said.length === 0) return "Continue what? There is no message that broke off";
  const asked = line.pop();
  const tag = tagsOf(asked?.text ?? "").at(-1);
  if (asked?.role !== "user" || tag === undefined) return `No question: ${asked?.text}`;
  // A server may join a question to one that had no answer.
  const earlier = asked.text.slice(0, asked.text.lastIndexOf("Question ["));
  const before = spoken([...line, { role: "user", text: earlier }]);
  return { at: Date.now(), instance, tag, said: isContinued ? said.join("") : null, before };
}

/** What is missing of an answer that broke off; null where it is not the beginning of the right one. */
function restOf(whole: string, said: string): string | null {
  const length = bare(said).length;
  let passed = 0;
  let at = 0;
  while (passed < length && at < whole.length) passed += bare(whole[at++] ?? "").length;
  if (bare(whole.slice(0, at)) !== bare(said)) return null;
  const rest = whole.slice(at);
  return said.endsWith(" ") ? rest.trimStart() : rest;
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
