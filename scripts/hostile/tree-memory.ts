import { readdirSync, readFileSync } from "node:fs";

const EVERY_MS = 100;

/** Watches the memory of a process and of those that it starts, until it is stopped: by how many bytes it grew at the most. */
export function treeMemory(pid: number) {
  const atStart = bytesOf(pid);
  let most = atStart;
  const look = () => {
    most = Math.max(most, bytesOf(pid));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return most - atStart;
    },
  };
}

/** What a process and its children hold that no file does: proc(5), RssAnon. */
function bytesOf(pid: number): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/u.test(name));
  return pids.reduce((sum, one) => {
    try {
      const status = readFileSync(`/proc/${one}/status`, "utf8");
      const isOurs = one === String(pid) || new RegExp(`^PPid:\\s+${pid}$`, "mu").test(status);
      return isOurs ? sum + 1024 * Number(/^RssAnon:\s+(\d+) kB$/mu.exec(status)?.[1] ?? 0) : sum;
    } catch {
      // It has ended.
      return sum;
    }
  }, 0);
}
