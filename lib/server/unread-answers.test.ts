import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { leaveUnreadAnswers } from "./unread-answers.ts";

const PIECE = Buffer.alloc(256 * 1024, "x");
const PIECES = 60;
const IDLE_MS = 200;

type Reader = (response: IncomingMessage) => Promise<number>;

/**
 * What a reader gets of 15 MB, written a piece at a time, or of two letters with a long silence between; "cut" or its
 * bytes.
 */
async function got(path: "/large" | "/silent", read: Reader): Promise<number | "cut"> {
  const server = createServer((request, response) => {
    if (request.url === "/large") Readable.from(Array(PIECES).fill(PIECE)).pipe(response);
    else {
      response.write("a");
      setTimeout(() => response.end("b"), 3 * IDLE_MS);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const response = await new Promise<IncomingMessage>((resolve) => get({ port, path, agent: false }, resolve));
  const bytes = await read(response).catch(() => "cut" as const);
  response.destroy();
  server.close();
  return bytes;
}

async function readAll(response: IncomingMessage, pauseMs = 0): Promise<number> {
  let bytes = 0;
  for await (const piece of response) {
    bytes += piece.length;
    if (pauseMs > 0) await sleep(pauseMs);
  }
  return bytes;
}

async function stop(response: IncomingMessage): Promise<number> {
  await sleep(3 * IDLE_MS);
  return readAll(response);
}

test("an answer that nobody reads on is left after a while; a slow reader and a silent answer are waited for", async () => {
  expect(await got("/large", stop)).toBe(PIECES * PIECE.length);
  leaveUnreadAnswers({ everyMs: 20, idleMs: IDLE_MS });
  expect(await got("/large", stop)).toBe("cut");
  expect(await got("/large", (response) => readAll(response, 2))).toBe(PIECES * PIECE.length);
  expect(await got("/silent", readAll)).toBe(2);
});
