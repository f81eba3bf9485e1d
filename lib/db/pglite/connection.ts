import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { PortStream } from "./port-stream.ts";
import { startThread, type Thread, type ThreadOptions } from "./thread.ts";

const TRIES = 2;
/** A thread that ends more often than this within a minute does not live. */
const MOST_ENDS = 5;
const LOOK_MS = 500;

export type Embedded = {
  /** A stream for one `pg` client, given as its `stream` option. It waits while the thread is started again. */
  readonly connect: () => Duplex;
  /** Why the database cannot be used right now; null: it can. */
  readonly fault: () => string | null;
  /** Hears of each change of `fault`. */
  readonly onChange: (listener: (fault: string | null) => void) => void;
  /** Ends the thread, from now on, when one batch of messages takes longer than this. */
  readonly limitBatches: (ms: number) => void;
  /** Writes everything to disk and ends the thread. */
  readonly close: () => Promise<void>;
};

/**
 * Keeps PGlite running on a folder in a thread of its own. Throws when it does not open.
 *
 * A thread that ends by itself (out of memory, an abort of WebAssembly) or is ended as a statement runs too long takes
 * its clients' connections with it: they fail at once, and another thread opens the folder. Where that fails twice, or
 * is needed again and again, `onLost` is called with the reason.
 */
export async function openEmbedded(
  options: ThreadOptions,
  onLost: (why: string) => void = endProcess,
): Promise<Embedded> {
  const streams = new Set<PortStream>();
  const listeners: ((fault: string | null) => void)[] = [];
  let ends: number[] = [];
  let fault: string | null = null;
  let isClosing = false;
  let watch: NodeJS.Timeout | undefined;
  let thread: Promise<Thread> = startThread(options);
  keep(await thread);

  function keep(one: Thread): void {
    void one.ended.then((why) => {
      if (!isClosing) revive(why);
    });
  }

  function tell(next: string | null): void {
    fault = next;
    for (const listener of listeners) listener(next);
  }

  function revive(why: string): void {
    tell(`The embedded database has stopped (${why}) and is started again`);
    thread = restarted(why);
    for (const stream of streams) stream.destroy(new Error(fault ?? why));
    thread.then(
      (one) => {
        tell(null);
        keep(one);
      },
      (thrown) => {
        if (!isClosing) onLost(String(thrown.message));
      },
    );
  }

  async function restarted(why: string): Promise<Thread> {
    const now = performance.now();
    ends = [...ends.filter((at) => now - at < 60_000), now];
    if (ends.length > MOST_ENDS) throw new Error(`The embedded database stops again and again: ${why}`);
    // In a folder without one PGlite would make a new database, which takes ten seconds and has nothing in it.
    if (!existsSync(join(options.folder, "PG_VERSION"))) throw new Error(`The database in ${options.folder} is gone`);
    for (let n = 1; ; n++) {
      try {
        return await startThread(options);
      } catch (thrown) {
        if (n === TRIES || isClosing) throw thrown;
        await wait(250 * n);
      }
    }
  }

  return {
    connect() {
      const stream = new PortStream(async () => (await thread).connect());
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
      return stream;
    },
    fault: () => fault,
    onChange: (listener) => void listeners.push(listener),
    limitBatches(ms) {
      watch = setInterval(
        watchdog(() => thread, ms),
        LOOK_MS,
      ).unref();
    },
    async close() {
      isClosing = true;
      clearInterval(watch);
      // One that does not start again has nothing left to write.
      await thread.then((one) => one.close()).catch(() => {});
    },
  };
}

function endProcess(why: string): void {
  process.stderr.write(`Parley ends, as its database is lost. ${why}\n`);
  process.exit(1);
}

/** Looks at the thread from time to time and ends it when it is in the same batch for too long. */
export function watchdog(
  current: () => Promise<Pick<Thread, "progress" | "kill"> | null>,
  limitMs: number,
): () => Promise<void> {
  let seen = { progress: 0, since: performance.now() };
  let lookedAt = performance.now();

  return async () => {
    const thread = await current().catch(() => null);
    const now = performance.now();
    const progress = thread?.progress() ?? 0;
    // Where this thread stood still, the other may have too.
    const stoodStill = now - lookedAt > 4 * LOOK_MS;
    lookedAt = now;
    if (progress !== seen.progress || stoodStill) seen = { progress, since: now };
    // A number of 32 bits, which becomes negative after two thousand million.
    const isAtWork = (progress & 1) === 1;
    if (isAtWork && now - seen.since > limitMs) thread?.kill(`a statement took longer than ${limitMs / 1000} s`);
  };
}
