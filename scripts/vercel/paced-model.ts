import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { bytesOf } from "./bytes.ts";

/** What a slow question is answered with, a word every tenth of a second; any other with a word. */
export const SLOW_ANSWER = Array.from({ length: 80 }, (_, n) => `w${n + 1} `).join("");
const WORD_MS = 100;
export const TITLE = "A short title";
/** A word of questions that are answered slowly. */
export const SLOW = "slowly";

export type PacedModel = {
  readonly baseUrl: string;
  /** The calls of turns, oldest first. `leftAt`: when their caller left before the end. */
  readonly calls: readonly { readonly question: string; readonly leftAt: number | null }[];
  readonly requests: () => number;
  readonly stop: () => Promise<void>;
};

const Body = z.object({ messages: z.array(z.object({ role: z.string(), content: z.unknown() })) });

/** A model of OpenAI's protocol whose pace is known, and which goes on exactly where an answer broke off. */
export async function startPacedModel(): Promise<PacedModel> {
  const calls: { question: string; leftAt: number | null }[] = [];
  let requests = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++;
    if (request.method === "GET") return void response.end(JSON.stringify({ object: "list", data: [{ id: "paced" }] }));
    const text = (await bytesOf(request)).toString();
    const { messages } = Body.parse(JSON.parse(text));
    if (text.includes("Write a title for")) return stream(response, [TITLE]);
    const questions = messages.filter(({ role }) => role === "user").map(({ content }) => textOf(content));
    const isContinued = questions.at(-1)?.includes("Continue exactly") ?? false;
    const question = questions.at(isContinued ? -2 : -1) ?? "";
    const said = isContinued ? textOf(messages.findLast(({ role }) => role === "assistant")?.content) : "";
    const call: { question: string; leftAt: number | null } = { question, leftAt: null };
    calls.push(call);
    response.on("close", () => {
      if (!response.writableFinished) call.leftAt = Date.now();
    });
    const whole = question.includes(SLOW) ? SLOW_ANSWER : "Certainly.";
    const rest = whole.startsWith(said) ? whole.slice(said.length) : whole;
    await stream(response, rest.match(/\S*\s?/gu)?.filter(Boolean) ?? []);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown) => response.writeHead(500).end(String(thrown)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has such an address
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    calls,
    requests: () => requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A message's text, which is a text or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = z.array(z.object({ text: z.string().default("") })).safeParse(content);
  return parts.data?.map(({ text }) => text).join("") ?? "";
}

async function stream(response: ServerResponse, words: readonly string[]): Promise<void> {
  const chunk = (choices: readonly object[], usage: object | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: "p", object: "chat.completion.chunk", created: 1, model: "paced", choices, usage })}\n\n`,
    );
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const content of words) {
    chunk([{ index: 0, delta: { content }, finish_reason: null }]);
    if (words.length > 1) await sleep(WORD_MS);
    if (response.destroyed) return;
  }
  chunk([{ index: 0, delta: {}, finish_reason: "stop" }]);
  chunk([], { prompt_tokens: 10, completion_tokens: words.length, total_tokens: 10 + words.length });
  response.end("data: [DONE]\n\n");
}
