// A model server for measuring: speaks OpenAI's streamed chat completions, at the pace that the model's name says.
//   paced    first token after 50 ms, then 200 tokens a second
//   unpaced  as fast as the socket drains
//   silent   one token, then nothing until the caller leaves
// GET /stats: {open, aborted: [ms since 1970 at which a caller left before the end]}.
import { createServer, type ServerResponse } from "node:http";

const TOKENS = 200;
const MODELS = ["paced", "unpaced", "long", "silent", "title"];
const FIRST_MS = 50;
const TOKEN_MS = 5;

const aborted: number[] = [];
let open = 0;

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "b", object: "chat.completion.chunk", created: 1, model: "b", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const token = (n: number) => chunk({ content: ` word${n}` });
const END = `${chunk({}, "stop")}data: ${JSON.stringify({ id: "b", object: "chat.completion.chunk", created: 1, model: "b", choices: [], usage: { prompt_tokens: 10, completion_tokens: TOKENS, total_tokens: TOKENS + 10 } })}\n\ndata: [DONE]\n\n`;

function paced(response: ServerResponse, count: number): void {
  const startedAt = performance.now();
  let sent = 0;
  const tick = () => {
    if (response.destroyed) return;
    // As many as are due by the clock: a late timer does not slow the stream.
    const due = Math.min(count, Math.floor((performance.now() - startedAt - FIRST_MS) / TOKEN_MS) + 1);
    let text = "";
    while (sent < due) text += token(sent++);
    if (text) response.write(text);
    if (sent < count) setTimeout(tick, TOKEN_MS);
    else response.end(END);
  };
  setTimeout(tick, FIRST_MS);
}

function unpaced(response: ServerResponse): void {
  let sent = 0;
  const push = () => {
    while (sent < TOKENS) if (!response.write(token(sent++))) return void response.once("drain", push);
    response.end(END);
  };
  push();
}

const server = createServer((request, response) => {
  if (request.url === "/stats") return void response.end(JSON.stringify({ open, aborted }));
  if (request.method !== "POST") return void response.end(JSON.stringify({ data: MODELS.map((id) => ({ id })) }));
  let body = "";
  request.on("data", (part) => {
    body += part;
  });
  request.on("end", () => {
    const { model, stream } = JSON.parse(body);
    open++;
    response.on("close", () => {
      open--;
      if (!response.writableFinished) aborted.push(Date.now());
    });
    if (!stream) return void response.end(JSON.stringify({ choices: [{ message: { content: "Title" } }] }));
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (model === "paced") paced(response, TOKENS);
    else if (model === "long") paced(response, 2000);
    else if (model === "unpaced") unpaced(response);
    else if (model === "silent") response.write(token(0));
    else response.end(`${chunk({ content: "Title" })}${END}`);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
