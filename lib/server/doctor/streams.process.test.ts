import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { pacedFrames } from "../paced-frames.ts";
import { checkStreams } from "./streams.ts";

let server: Server | null = null;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}
const STREAM = { "content-type": "text/event-stream; charset=utf-8" };

test("a stream that comes piece by piece is well", async () => {
  const url = await serve(async (_, response) => {
    response.writeHead(200, STREAM);
    for await (const frame of pacedFrames()) response.write(frame);
    response.end();
  });
  expect(await checkStreams(url, null)).toMatchObject({ state: "ok", fix: null });
});

test("one that something in front keeps until its end is told, with what to do", async () => {
  const url = await serve(async (_, response) => {
    response.writeHead(200, STREAM).flushHeaders();
    let whole = "";
    for await (const frame of pacedFrames()) whole += frame;
    response.end(whole);
  });
  const found = await checkStreams(url, null);
  expect(found).toMatchObject({ state: "fail" });
  expect(found.found).toContain("holds pieces back");
});

test("one that is cut off is told", async () => {
  const url = await serve(async (_, response) => {
    response.writeHead(200, STREAM);
    for await (const frame of pacedFrames()) {
      if (frame.includes("4")) break;
      response.write(frame);
    }
    response.end();
  });
  expect((await checkStreams(url, null)).found).toBe("3 of 5 pieces came");
});

test.each([
  [421, "fail", "it answered 421 and no stream"],
  [301, "fail", "it answered 301 and no stream: it leads elsewhere"],
  [502, "fail", "it answered 502 and no stream"],
  [200, "warn", "not measured: the server took the key of these settings for no owner's"],
] as const)("an answer of %i is %s", async (status, state, found) => {
  const url = await serve((_, response) => response.writeHead(status, { location: "/" }).end("{}"));
  expect(await checkStreams(url, null)).toMatchObject({ state, found });
});

test("an address where nobody answers is told", async () => {
  expect(await checkStreams("http://127.0.0.1:1", null)).toMatchObject({ state: "fail" });
});
