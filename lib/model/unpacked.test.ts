import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ModelEvent, ModelRequest } from "../domain/model.ts";
import { DONE, delta, saying } from "../testing/strict-model.ts";
import { callChatCompletions } from "./chat-completions.ts";

let answer: (response: ServerResponse) => void;
let asked: string | undefined;
const server = createServer((request, response) => {
  asked = request.headers["accept-encoding"];
  request.resume().on("end", () => answer(response));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const packed: readonly (readonly [string, (text: string) => Buffer])[] = [
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["br", zlib.brotliCompressSync],
];

test.each(packed)("7: an answer packed with %s is read, and so is a refusal", async (coding, pack) => {
  answer = (response) => response.writeHead(200, { "content-encoding": coding }).end(pack(saying("391").join("")));
  expect((await ask()).said).toBe("391");
  expect(asked).toBe("identity");
  answer = (response) =>
    response.writeHead(400, { "content-encoding": coding }).end(pack('{"error":{"message":"A bad thing"}}'));
  expect((await ask()).thrown).toMatchObject({ message: expect.stringContaining("A bad thing") });
});

test("7: pieces of a packed answer are read as they come", async () => {
  let finish: () => void = () => {};
  answer = (response) => {
    const packing = zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH });
    response.writeHead(200, { "content-encoding": "gzip" });
    packing.pipe(response);
    packing.write(delta({ content: "39" }));
    finish = () => packing.end(`${delta({ content: "1" })}${delta({}, "stop")}${DONE}`);
  };
  // The rest comes only when the first piece was read.
  expect((await ask(() => finish())).said).toBe("391");
});

test("7: a packed answer that breaks off is a failure, and one that grows without end is not read on", async () => {
  answer = (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(saying("391").join("")).subarray(0, 20));
  expect((await ask()).thrown).toMatchObject({ code: "model-failed" });
  answer = (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(`:${"x".repeat(20 * 1024 * 1024)}\n`));
  expect((await ask()).thrown).toMatchObject({ message: expect.stringMatching(/longer than|holds too much/u) });
});

async function ask(onText: () => void = () => {}) {
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  const call = callChatCompletions({ baseUrl: `http://127.0.0.1:${port}/v1` });
  const events: ModelEvent[] = [];
  try {
    for await (const batch of call(REQUEST)) {
      events.push(...batch);
      if (batch.some(({ type }) => type === "text-delta")) onText();
    }
  } catch (thrown) {
    return { said: said(events), thrown };
  }
  return { said: said(events), thrown: null };
}

const said = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");

const REQUEST: ModelRequest = {
  model: "m",
  purpose: "turn",
  messages: [{ role: "user", parts: [{ type: "text", text: "Hi" }] }],
  tools: [],
  toolChoice: "auto",
  settings: {},
  signal: new AbortController().signal,
};
