import type { MessagePort } from "node:worker_threads";
import type { DirectoryLock } from "../directory-lock.ts";

// Asked for at run time: a bundler follows `new Worker` and would pack the thread's file.
const threads = () => process.getBuiltinModule("node:worker_threads");

/** Opening goes through all that a killed process had not yet written to its tables. */
const OPEN_LIMIT_MS = 120_000;
const CLOSE_LIMIT_MS = 15_000;

export type ThreadOptions = {
  readonly folder: string;
  /** Of the folder around it, held by this process. */
  readonly lock: Pick<DirectoryLock, "file" | "token">;
  readonly workerFile: string;
};

/** PGlite in a thread of its own, with its folder open. */
export type Thread = {
  /** The end of a new connection that speaks PostgreSQL's wire protocol. */
  readonly connect: () => MessagePort;
  /** A number that is odd while a client's messages run, and another one for each. */
  readonly progress: () => number;
  /** Resolves when the thread has ended, with the reason. */
  readonly ended: Promise<string>;
  /** Ends it at once, wherever it is. */
  readonly kill: (why: string) => void;
  /** Writes everything to disk and ends it. */
  readonly close: () => Promise<void>;
};

/** Starts a thread. Throws when the database does not open; the thread has ended then. */
export async function startThread({ folder, lock, workerFile }: ThreadOptions): Promise<Thread> {
  const { Worker, MessageChannel } = threads();
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const { file, token } = lock;
  const worker = new Worker(workerFile, {
    name: "parley-database",
    workerData: { dataDir: folder, lock: { file, token }, progress },
  });
  let reason: string | null = null;
  const kill = (why: string) => {
    reason ??= why;
    void worker.terminate();
  };
  const opened = new Promise<true>((resolve) => worker.once("message", () => resolve(true)));
  const ended = new Promise<string>((resolve) => {
    worker.on("error", (thrown: unknown) => {
      reason ??= thrown instanceof Error ? thrown.message : JSON.stringify(thrown);
    });
    worker.once("exit", (code) => resolve(reason ?? `its thread ended with code ${code}`));
  });
  const limit = setTimeout(() => kill(`it did not open within ${OPEN_LIMIT_MS / 1000} s`), OPEN_LIMIT_MS).unref();
  const outcome = await Promise.race([opened, ended]);
  clearTimeout(limit);
  if (outcome !== true) throw new Error(`The database in ${folder} cannot be opened: ${outcome}`);
  worker.unref();

  return {
    connect() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ connect: port2 }, [port2]);
      return port1;
    },
    progress: () => Atomics.load(progress, 0),
    ended,
    kill,
    async close() {
      worker.ref();
      const late = setTimeout(() => kill("it did not close in time"), CLOSE_LIMIT_MS);
      worker.postMessage({ close: true });
      await ended;
      clearTimeout(late);
    },
  };
}
