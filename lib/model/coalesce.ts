import { setTimeout as sleep } from "node:timers/promises";
import type { Pace } from "./frame-pace.ts";

/**
 * The items of a stream in batches: what arrives in one tick of the event loop, or while `pace` holds it back, comes
 * together; never an empty batch.
 *
 * A reader that leaves early cancels the stream. A failing stream first gives what came before the failure.
 */
export async function* coalesce<Item>(
  stream: ReadableStream<Item>,
  pace?: Pick<Pace, "holdMs">,
): AsyncGenerator<readonly Item[], void> {
  const reader = stream.getReader();
  let batch: Item[] = [];
  let isOver = false;
  let failure: { readonly thrown: unknown } | null = null;
  let arrived = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();

  const pump = async () => {
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        batch.push(value);
        if (batch.length === 1) setImmediate(() => arrived.resolve());
      }
    } catch (thrown) {
      failure = { thrown };
    }
    isOver = true;
    arrived.resolve();
    over.resolve();
  };
  void pump();

  try {
    for (;;) {
      await arrived.promise;
      const holdMs = pace?.holdMs() ?? 0;
      if (holdMs > 0 && !isOver) await Promise.race([sleep(holdMs), over.promise]);
      const ready = batch;
      batch = [];
      if (!isOver) arrived = Promise.withResolvers();
      if (ready.length > 0) yield ready;
      else if (isOver) break;
    }
    const failed = failure as { readonly thrown: unknown } | null;
    if (failed) throw failed.thrown;
  } finally {
    reader.cancel().catch(() => {});
  }
}
