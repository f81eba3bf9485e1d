// Loaded into the server before anything else (`node --import`): appends to the file that LOOP_FILE names how long its
// event loop was held, in milliseconds, and how much of that was garbage collection, a line each, whenever that was
// more than 20 ms. What counts is the time of the processor that the main thread took between two turns of the loop: a
// busy machine, which gives it none, is not the server's doing.
import { appendFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const EVERY_MS = 5;
const WORTH_MS = 20;
/** What was collected is told somewhat later, and with it how long the loop was held. */
export const TOLD_MS = 200;
const KEPT = 1000;

const file = process.env.LOOP_FILE;
if (isMainThread && file) {
  /** When the latest collections began and ended. */
  const collections: (readonly [number, number])[] = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) collections.push([startTime, startTime + duration]);
    collections.splice(0, collections.length - KEPT);
  }).observe({ type: "gc" });
  const collectedMs = (from: number, to: number) =>
    collections.reduce((sum, [begin, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(begin, from)), 0);

  let [used, from] = [usedMs(), performance.now()];
  setInterval(() => {
    const [held, began, ended] = [usedMs() - used, from, performance.now()];
    const tell = () => appendFileSync(file, `${held.toFixed(1)} ${collectedMs(began, ended).toFixed(1)}\n`);
    if (held > WORTH_MS) setTimeout(tell, TOLD_MS).unref();
    [used, from] = [usedMs(), performance.now()];
  }, EVERY_MS).unref();
}

function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
