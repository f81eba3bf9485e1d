// Ends its process where a document takes too much of the machine, or nobody waits for it any more. In a thread of its
// own, since the other one may never come to an end; it says why on the standard error, in one word.
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { Limit } from "./said.ts";

const LOOK_MS = 50;
const MOST_MEMORY = 260 * 1024 * 1024;
/** Of the processor, so that a busy machine ends nothing that would have come to its end. */
const MOST_CPU_MS = workerData.draws ? 15_000 : 60_000;
/** However slowly what comes of it is taken. */
const MOST_MS = 60 * 60 * 1000;
const begun = Date.now();

setInterval(() => {
  const { user, system } = process.cpuUsage();
  if (process.ppid !== workerData.parent) end("orphan");
  else if (process.memoryUsage.rss() > MOST_MEMORY) end("memory");
  else if ((user + system) / 1000 > MOST_CPU_MS || Date.now() - begun > MOST_MS) end("time");
}, LOOK_MS);

function end(why: Limit): void {
  writeSync(2, `${why}\n`);
  process.kill(process.pid, "SIGKILL");
}
