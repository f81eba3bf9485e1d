import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { ChatError, type ErrorCode } from "../domain/errors.ts";
import { type FairQueue, fairQueue } from "./fair-queue.ts";

export type RenderJob = { readonly source: string; readonly variables: Readonly<Record<string, unknown>> };
export type Rendered = { readonly output: string } | { readonly code: ErrorCode; readonly message: string };

const TIME_LIMIT_MS = 1000;
/** A slow template of one caller is not to hold up all others. */
const THREADS = 2;
const HEAP_LIMIT_MEGABYTES = 256;
/** Of one account. A burst of honest templates takes a millisecond each. */
const MOST_WAITING = 64;
const LONGEST_WAIT_MS = 5000;

type Waiting = RenderJob & {
  readonly resolve: (output: string) => void;
  readonly reject: (error: Error) => void;
};

type Thread = {
  readonly worker: Worker;
  isReady: boolean;
  job: Waiting | null;
  /** Tells the queue that the job is done. */
  done: () => void;
  /** Ends it when its job takes too long. */
  timer: NodeJS.Timeout | undefined;
};

/** Threads that render templates, each one at a time; more jobs wait, and accounts take turns. */
type Pool = { readonly threads: Set<Thread>; readonly queue: FairQueue<Waiting>; isClosed: boolean };

export type Threads = {
  /**
   * Renders a template of an account in a thread, which is ended when it takes longer than a second. The time begins
   * when the thread takes it up, not while it waits behind others. Throws as `Templates` does.
   */
  readonly render: (accountId: string, source: string, variables: RenderJob["variables"]) => Promise<string>;
  /** Ends all threads. What waits or is at work fails as "draining". */
  readonly close: () => void;
};

/** Opens the threads. Each starts when there is a template for it. */
export function openThreads(): Threads {
  const pool: Pool = { threads: new Set(), queue: fairQueue(MOST_WAITING), isClosed: false };
  return {
    render: (accountId, source, variables) => rendered(pool, accountId, { source, variables }),
    close() {
      pool.isClosed = true;
      for (const job of pool.queue.empty()) job.reject(closed());
      for (const thread of pool.threads) {
        thread.job?.reject(closed());
        clearTimeout(thread.timer);
        drop(pool, thread);
      }
    },
  };
}

async function rendered(pool: Pool, accountId: string, job: RenderJob): Promise<string> {
  if (pool.isClosed) throw closed();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const waiting: Waiting = { ...job, resolve, reject };
  if (!pool.queue.add(accountId, waiting)) throw crowded();
  const timer = setTimeout(() => {
    if (pool.queue.remove(accountId, waiting)) reject(crowded());
  }, LONGEST_WAIT_MS);
  next(pool);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

const crowded = () =>
  new ChatError("rate-limited", "Too many slow templates of this account are being rendered. Try again in a moment.", {
    retryAfterSeconds: 5,
  });

const closed = () =>
  new ChatError("draining", "The server restarts. Try again in a few seconds.", { retryAfterSeconds: 2 });

/** Gives waiting jobs to idle threads, and starts a thread where all are at work. */
function next(pool: Pool): void {
  if (pool.isClosed) return;
  for (const thread of pool.threads) {
    if (thread.isReady && thread.job === null) take(pool, thread);
  }
  const starting = [...pool.threads].filter((thread) => !thread.isReady).length;
  if (pool.queue.size() > starting && pool.threads.size < THREADS) start(pool);
}

function take(pool: Pool, thread: Thread): void {
  const taken = pool.queue.take();
  if (!taken) {
    thread.worker.unref();
    return;
  }
  const { job } = taken;
  thread.job = job;
  thread.done = taken.done;
  // While it works, it keeps the process.
  thread.worker.ref();
  thread.timer = setTimeout(() => {
    fail(job, `it takes longer than ${TIME_LIMIT_MS / 1000} s`);
    drop(pool, thread);
  }, TIME_LIMIT_MS);
  thread.worker.removeAllListeners("message");
  thread.worker.once("message", (rendered: Rendered) => {
    clearTimeout(thread.timer);
    thread.job = null;
    thread.done();
    if ("output" in rendered) job.resolve(rendered.output);
    else job.reject(new ChatError(rendered.code, rendered.message));
    next(pool);
    if (thread.job === null) thread.worker.unref();
  });
  try {
    thread.worker.postMessage({ source: job.source, variables: job.variables } satisfies RenderJob);
  } catch (thrown) {
    clearTimeout(thread.timer);
    thread.job = null;
    thread.done();
    job.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    next(pool);
  }
}

function start(pool: Pool): void {
  // Asked for at run time: a bundler follows `new Worker` and would pack the thread's file.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(join(process.cwd(), "lib/templates/thread.ts"), {
    name: "parley-templates",
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MEGABYTES },
  });
  const thread: Thread = { worker, isReady: false, job: null, done() {}, timer: undefined };
  pool.threads.add(thread);
  worker.once("message", () => {
    thread.isReady = true;
    next(pool);
  });
  worker.once("error", (thrown) => end(pool, thread, thrown));
  worker.once("exit", (code) => end(pool, thread, new Error(`A template thread ended with code ${code}`)));
}

/** A thread has ended by itself: of a template that took all its memory, or because it could not start. */
function end(pool: Pool, thread: Thread, cause: Error): void {
  if (!pool.threads.delete(thread)) return;
  clearTimeout(thread.timer);
  thread.done();
  if (thread.job) fail(thread.job, "it takes too much memory");
  // Who waits would wait for ever for threads that do not start.
  else if (!thread.isReady) for (const job of pool.queue.empty()) job.reject(cause);
  next(pool);
}

function drop(pool: Pool, thread: Thread): void {
  pool.threads.delete(thread);
  thread.done();
  void thread.worker.terminate();
  next(pool);
}

const fail = (job: Waiting, why: string): void => job.reject(new ChatError("bad-request", `Template error: ${why}`));
