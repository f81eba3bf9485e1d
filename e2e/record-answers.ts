// Loaded into the server before anything else (`node --import`): appends each of its answers, as a line of JSON, to the
// file that ANSWERS_FILE names. See server.ts.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";
import { COMPILED_ONCE } from "../lib/db/pglite/compiled-once.ts";
import type { RecordedAnswer } from "./server.ts";

// The server of a test ends before it would gain by compiling its database twice.
COMPILED_ONCE.forEach(setFlagsFromString);

const file = process.env.ANSWERS_FILE;
if (isMainThread && file) {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }; // Node: http.server.request.start
    if (!request.url?.startsWith("/_next/")) record(request, response, file);
  });
}

function record(request: IncomingMessage, response: ServerResponse, file: string): void {
  const chunks: Buffer[] = [];
  // Below whatever packs the answer: these are the bytes that go out.
  for (const name of ["write", "end"] as const) {
    const original = response[name].bind(response) as (...values: unknown[]) => never; // its overloads differ in what follows the chunk
    response[name] = (chunk: unknown, ...rest: unknown[]) => {
      if (typeof chunk === "string") chunks.push(Buffer.from(chunk));
      else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
      return original(chunk, ...rest);
    };
  }
  response.once("close", () => {
    const answer: RecordedAnswer = {
      method: request.method ?? "",
      url: request.url ?? "",
      status: response.statusCode,
      type: String(response.getHeader("content-type") ?? ""),
      encoding: String(response.getHeader("content-encoding") ?? ""),
      headers: response.getHeaders(),
      isWhole: response.writableFinished,
      body: Buffer.concat(chunks).toString("base64"),
    };
    appendFileSync(file, `${JSON.stringify(answer)}\n`);
  });
}
