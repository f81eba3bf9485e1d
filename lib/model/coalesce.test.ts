import { setImmediate as turnOfLoop } from "node:timers/promises";
import { expect, test } from "vitest";
import { coalesce } from "./coalesce.ts";

test("what arrives together comes together", async () => {
  const stream = new ReadableStream<number>({
    async start(controller) {
      for (const n of [1, 2, 3]) controller.enqueue(n);
      await turnOfLoop();
      await turnOfLoop();
      await turnOfLoop();
      controller.enqueue(4);
      controller.close();
    },
  });
  expect(await collect(stream)).toEqual([[1, 2, 3], [4]]);
});

test("a reader that is slow gets what came meanwhile at once", async () => {
  const { readable, writable } = new TransformStream<number, number>();
  const writer = writable.getWriter();
  const batches = coalesce(readable);
  void writer.write(1);
  expect((await batches.next()).value).toEqual([1]);
  for (const n of [2, 3]) {
    void writer.write(n);
    await turnOfLoop();
  }
  void writer.close();
  await turnOfLoop();
  expect((await batches.next()).value).toEqual([2, 3]);
  expect((await batches.next()).done).toBe(true);
});

test("an empty stream gives no batch", async () => {
  expect(await collect(new ReadableStream({ start: (controller) => controller.close() }))).toEqual([]);
});

test("what came before a failure is given before it", async () => {
  let reads = 0;
  const stream = new ReadableStream<number>({
    pull(controller) {
      if (reads++ > 0) throw new Error("cut");
      controller.enqueue(1);
    },
  });
  const batches = coalesce(stream);
  expect((await batches.next()).value).toEqual([1]);
  await expect(batches.next()).rejects.toThrow("cut");
});

test("a reader that leaves cancels the stream", async () => {
  const cancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<number>({
    async pull(controller) {
      await turnOfLoop();
      controller.enqueue(1);
    },
    cancel: () => cancelled.resolve(),
  });
  for await (const _ of coalesce(stream)) break;
  await cancelled.promise;
});

test("what comes while the pace holds it back comes together, and an end does not wait", async () => {
  const source = Promise.withResolvers<ReadableStreamDefaultController<number>>();
  const stream = new ReadableStream<number>({ start: source.resolve });
  const controller = await source.promise;
  controller.enqueue(1);
  let holdMs = 0;
  const batches: (readonly number[])[] = [];
  for await (const batch of coalesce(stream, { holdMs: () => holdMs })) {
    batches.push(batch);
    holdMs = 3_600_000;
    if (batches.length > 1) continue;
    // Each comes in a turn of the event loop of its own.
    setTimeout(() => {
      controller.enqueue(2);
      setTimeout(() => {
        controller.enqueue(3);
        controller.close();
      });
    });
  }
  expect(batches).toEqual([[1], [2, 3]]);
});

async function collect<Item>(stream: ReadableStream<Item>): Promise<(readonly Item[])[]> {
  const batches: (readonly Item[])[] = [];
  for await (const batch of coalesce(stream)) batches.push(batch);
  return batches;
}
