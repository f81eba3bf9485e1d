import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names what processes that see each other share: the running kernel, and the container's process numbers. Null where
 * the system does not say (proc(5), pid_namespaces(7)).
 */
export function processSpace(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** When a process started, by the kernel's clock: tells it from a later one with the same number. Null: not known. */
export const processStart = (pid: number): string | null => processStat(pid)?.startedAt ?? null;

/**
 * What became of a process of this space that was there once: "gone", also where nobody has reaped it; "unknown" where
 * another one may have its number by now, and while a killed one still ends.
 */
export function processState(pid: number, startedAt: string | null): "alive" | "gone" | "unknown" {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    const isThere = thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
    if (!isThere) return "gone";
  }
  const stat = processStat(pid);
  if (stat === null || startedAt === null) return "unknown";
  if (stat.startedAt !== startedAt) return "gone";
  if (!"ZXx".includes(stat.state)) return "alive";
  // The first thread has ended; another one may still be in the middle of a write.
  return stat.threads > 1 ? "unknown" : "gone";
}

/** Of /proc/<pid>/stat the fields 3, 20 and 22 (proc_pid_stat(5)). */
function processStat(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, threads, startedAt] = [fields[0], Number(fields[17]), fields[19]];
    return state === undefined || startedAt === undefined ? null : { state, threads, startedAt };
  } catch {
    return null;
  }
}
