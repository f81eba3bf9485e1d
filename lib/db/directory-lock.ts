import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const Holder = z.object({
  token: z.string(),
  pid: z.number(),
  host: z.string(),
  /** When the process started, by the kernel's clock; null where that is not known. */
  startedAt: z.string().nullable(),
  since: z.string(),
});
type Holder = z.infer<typeof Holder>;

/**
 * Takes a folder for this process and gives the function that gives it back.
 *
 * An embedded database that two processes open is destroyed. The lock is a file made with O_EXCL that names its holder;
 * a holder that is gone (no such process, or another one under its number) is replaced, a living one never.
 * Throws a sentence that names the holder.
 */
export function lockDirectory(folder: string): () => void {
  const file = join(folder, "lock");
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    startedAt: processStart(process.pid),
    since: new Date().toISOString(),
  };
  for (let tries = 0; ; tries++) {
    if (writeNew(file, mine)) return () => release(file, mine.token);
    const holder = readHolder(file);
    if (holder && (isAlive(holder) || tries > 3)) {
      throw new Error(
        `${folder} is in use by process ${holder.pid} on ${holder.host} since ${holder.since}. ` +
          "Stop it first, or set DATA_DIR to another folder.",
      );
    }
    rmSync(file, { force: true });
  }
}

function writeNew(file: string, holder: Holder): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(holder)}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST") return false;
    throw thrown;
  }
}

function readHolder(file: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Half-written by a process that was killed, or gone meanwhile: nobody holds it.
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  // From another machine or container its processes cannot be seen: believe the file.
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
  return holder.startedAt === null || holder.startedAt === processStart(holder.pid);
}

/** The 22nd field of /proc/<pid>/stat (proc(5)): tells a process from a later one with the same number. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

function release(file: string, token: string): void {
  if (readHolder(file)?.token === token) rmSync(file, { force: true });
}
