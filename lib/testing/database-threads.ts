import type { Worker } from "node:worker_threads";

/** Notes the embedded database's threads that this process starts from now on, the newest last. */
export function noteDatabaseThreads(): { readonly newest: () => Worker; readonly count: () => number } {
  const threads: Worker[] = [];
  process.on("worker", (worker: Worker) => {
    if (worker.threadName === "parley-database") threads.push(worker);
  });
  return {
    newest() {
      const last = threads.at(-1);
      if (!last) throw new Error("No thread has been started");
      return last;
    },
    count: () => threads.length,
  };
}
