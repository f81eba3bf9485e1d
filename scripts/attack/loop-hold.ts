// Loaded into the server before anything else (`node --import`): appends to the file that LOOP_FILE names how long its event
// loop was held, in milliseconds and a line each, whenever that was more than 20 ms. What counts is the time of the processor
// that the main thread took between two turns of the loop: a busy machine, which gives it none, is not the server's doing.
import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const EVERY_MS = 5;
const WORTH_MS = 20;

const file = process.env.LOOP_FILE;
if (isMainThread && file) {
  let used = usedMs();
  setInterval(() => {
    const now = usedMs();
    if (now - used > WORTH_MS) appendFileSync(file, `${(now - used).toFixed(1)}\n`);
    used = usedMs();
  }, EVERY_MS).unref();
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
