import { MessageChannel } from "node:worker_threads";
import { expect, test } from "vitest";
import { PortStream } from "./port-stream.ts";

test("others have their turn while a large answer is read, which comes whole and before the end", async () => {
  const { port1, port2 } = new MessageChannel();
  const stream = new PortStream(async () => port1).connect();
  const pieces: Buffer[] = [];
  const turns: number[] = [];
  stream.on("data", (piece: Buffer) => {
    pieces.push(piece);
    setImmediate(() => turns.push(pieces.length));
  });
  const ended = new Promise((resolve) => stream.once("end", resolve));
  const large = new Uint8Array(3_000_001).map((_, n) => n % 251);
  port2.postMessage(large);
  port2.postMessage(Uint8Array.of(1, 2, 3));
  port2.close();
  await ended;
  expect(Buffer.concat(pieces).equals(Buffer.concat([large, Uint8Array.of(1, 2, 3)]))).toBe(true);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(300_000);
  // Whoever waited for a turn had it before the last piece.
  expect(turns[0]).toBeLessThan(pieces.length / 2);
});
