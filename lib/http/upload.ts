import { ChatError } from "../domain/errors.ts";

/**
 * An upload may be silent for so long, bring no less in each such time that it is waited for, and take so long in all.
 */
const WAITS = { idleMs: 30_000, leastBytes: 16 * 1024, totalMs: 15 * 60_000 };

/**
 * The bytes of a request's body as they come, for a route that keeps none of them in memory.
 *
 * Throws "bad-request" for a body that is silent for half a minute, brings less than 16 KB in half a minute of waiting,
 * takes longer than a quarter of an hour, or breaks off.
 */
export async function* uploadedBytes(request: Request, waits = WAITS): AsyncGenerator<Uint8Array, void> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  const endsAt = Date.now() + waits.totalMs;
  // What storing takes is no fault of the sender.
  let [waitedMs, bytes] = [0, 0];
  try {
    for (;;) {
      const askedAt = Date.now();
      const { done, value } = await inTime(reader.read(), Math.min(waits.idleMs - waitedMs, endsAt - askedAt));
      if (done) return;
      waitedMs += Date.now() - askedAt;
      bytes += value.byteLength;
      if (bytes >= waits.leastBytes) [waitedMs, bytes] = [0, 0];
      yield value;
    }
  } finally {
    // A stream that cannot be left ends by itself.
    reader.cancel().catch(() => {});
  }
}

/** So many bytes are announced; undefined: nobody has said, or what is said is no number. */
export function announcedBytes({ headers }: Request): number | undefined {
  const said = headers.get("content-length");
  return said !== null && /^\d{1,15}$/u.test(said) ? Number(said) : undefined;
}

async function inTime<Read>(reading: Promise<Read>, ms: number): Promise<Read> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new ChatError("bad-request", "The upload did not come in time")), ms);
  try {
    return await Promise.race([reading, late.promise]);
  } catch (thrown) {
    throw thrown instanceof ChatError ? thrown : new ChatError("bad-request", "The upload broke off");
  } finally {
    clearTimeout(timer);
  }
}
