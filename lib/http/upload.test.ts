import { expect, test } from "vitest";
import { announcedBytes, uploadedBytes } from "./upload.ts";

const requestOf = (body: ReadableStream<Uint8Array> | string | null, headers = {}) =>
  new Request("http://parley.test", { method: "POST", body, headers, ...{ duplex: "half" } });

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return pieces;
}

test("bytes come as they were sent, and none where there is no body", async () => {
  expect(Buffer.concat(await all(uploadedBytes(requestOf("abc")))).toString()).toBe("abc");
  expect(await all(uploadedBytes(requestOf(null)))).toEqual([]);
});

test("an upload that is silent or takes too long is ended, and its sender hears of it", async () => {
  for (const waits of [
    { idleMs: 1, leastBytes: 1, totalMs: 10_000 },
    { idleMs: 10_000, leastBytes: 1, totalMs: 1 },
  ]) {
    const left = Promise.withResolvers<void>();
    const body = new ReadableStream<Uint8Array>({ cancel: () => left.resolve() });
    await expect(all(uploadedBytes(requestOf(body), waits))).rejects.toMatchObject({ code: "bad-request" });
    await left.promise;
  }
});

/** A body that brings so many bytes every ten milliseconds, without an end. */
const trickle = (bytes: number) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      controller.enqueue(new Uint8Array(bytes));
    },
  });

test("an upload that is never silent and brings next to nothing is ended too", async () => {
  const waits = { idleMs: 200, leastBytes: 100, totalMs: 60_000 };
  await expect(all(uploadedBytes(requestOf(trickle(1)), waits))).rejects.toThrow("The upload did not come in time");
  let whole = 0;
  const startedAt = Date.now();
  for await (const { byteLength } of uploadedBytes(requestOf(trickle(100)), waits)) {
    whole += byteLength;
    if (Date.now() - startedAt > 600) break;
  }
  expect(whole).toBeGreaterThan(1000);
});

test("an upload is not late where its bytes wait for us", async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let n = 0; n < 5; n++) controller.enqueue(new Uint8Array(1));
      controller.close();
    },
  });
  let whole = 0;
  for await (const { byteLength } of uploadedBytes(requestOf(body), { idleMs: 50, leastBytes: 10, totalMs: 60_000 })) {
    whole += byteLength;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  expect(whole).toBe(5);
});

test("an upload that breaks off is told as such", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
  await expect(all(uploadedBytes(requestOf(body)))).rejects.toMatchObject({
    code: "bad-request",
    message: "The upload broke off",
  });
});

test.each([
  ["12", 12],
  ["-1", undefined],
  ["1e9", undefined],
  ["", undefined],
  ["9".repeat(20), undefined],
])("a length of %j announces %s bytes", (said, bytes) => {
  expect(announcedBytes(requestOf("x", { "content-length": said }))).toBe(bytes);
});
