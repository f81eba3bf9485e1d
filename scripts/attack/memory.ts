import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const EVERY_MS = 200;

/** Watches the resident memory of a process, in bytes, until it is stopped. */
export function memoryOf(pid: number) {
  const atStart = residentBytes(pid);
  let most = atStart;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return { atStart, most, now: residentBytes(pid) };
    },
  };
}

/**
 * What a process holds in memory, or with "VmHWM" the most that it has held, which Linux alone says; 0 for one that has
 * ended.
 */
export function residentBytes(pid: number, field: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? new RegExp(`^${field}:\\s+(\\d+) kB$`, "mu").exec(readFileSync(status, "utf8"))?.[1]
    : spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout;
  return Number(kilobytes ?? 0) * 1024;
}
