import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a prompt of the hostile tests carries: the text that the model says in every place that it can fill. */
const MARK = /\u2063([A-Za-z0-9+/=]+)\u2063/u;

/**
 * A prompt that has the model say a text in its reasoning, its answer, the arguments of a tool and what the tool gives.
 */
export const promptOf = (text: string): string => `${text}\n\n\u2063${Buffer.from(text).toString("base64")}\u2063`;

/**
 * A model that says what the prompt carries, first with a call of the tool `echo`, then as an answer; and a page at
 * /echo that gives the same back to the tool.
 */
export async function startHostileModel() {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Chat = { readonly messages: readonly { readonly role: string; readonly content: unknown }[] };

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://model");
  if (url.pathname === "/echo") {
    response.setHeader("content-type", "text/plain; charset=utf-8");
    response.end(url.searchParams.get("text") ?? "");
    return;
  }
  if (request.method === "GET") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", data: [{ id: "hostile", object: "model" }] }));
    return;
  }
  const { messages } = JSON.parse(await textOf(request)) as Chat; // as our own server sends it
  const last = messages.at(-1);
  const all = messages.map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content)));
  const text = Buffer.from(MARK.exec(all.findLast((one) => MARK.test(one)) ?? "")?.[1] ?? "", "base64").toString();
  const isTitle = all.some((one) => one.startsWith("Write a title"));
  if (isTitle || last?.role === "tool") return stream(response, [{ content: text || "A title" }], "stop");
  const call = { name: "echo", arguments: JSON.stringify({ text }) };
  const calls = [{ index: 0, id: `call-${messages.length}`, type: "function", function: call }];
  stream(response, [{ reasoning_content: text }, { content: text }, { tool_calls: calls }], "tool_calls");
}

function stream(response: ServerResponse, deltas: readonly object[], finish: string): void {
  const chunk = (choices: readonly object[], more: object = {}) => {
    const whole = { id: "p", object: "chat.completion.chunk", created: 1, model: "hostile", choices, ...more };
    response.write(`data: ${JSON.stringify(whole)}\n\n`);
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const delta of deltas) chunk([{ index: 0, delta, finish_reason: null }]);
  chunk([{ index: 0, delta: {}, finish_reason: finish }]);
  chunk([], { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
  response.end("data: [DONE]\n\n");
}

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += part;
  return text;
}
