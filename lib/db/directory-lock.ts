import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
 * An embedded database that two processes open is destroyed. The lock is a file that names its holder and appears whole
 * or not at all; a holder that is gone (no such process, or another one under its number) is replaced, a living one never.
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
    const text = readText(file);
    const holder = parseHolder(text);
    if (holder && (isAlive(holder) || tries > 3)) {
      throw new Error(
        `${folder} is in use by process ${holder.pid} on ${holder.host} since ${holder.since}. ` +
          "Stop it first, or set DATA_DIR to another folder.",
      );
    }
    clear(file, text);
  }
}

const hasCode = (thrown: unknown, ...codes: readonly string[]): boolean =>
  thrown instanceof Error && "code" in thrown && codes.includes(String(thrown.code));

/** Makes the file, whole, where there is none. Gives whether it was made. */
function writeNew(file: string, holder: Holder): boolean {
  const text = `${JSON.stringify(holder)}\n`;
  const draft = `${file}.${holder.token}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    linkSync(draft, file);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "EEXIST")) return false;
    if (!hasCode(thrown, "EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK")) throw thrown;
    return writeInPlace(file, text);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** For file systems without links: a reader may see the file before its text. */
function writeInPlace(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "EEXIST")) return false;
    throw thrown;
  }
}

/** Takes away the file of a holder that is gone, and only that: another process may have replaced it a moment ago. */
function clear(file: string, text: string | null): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return;
    throw thrown;
  }
  try {
    if (readText(aside) !== text) linkSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Null when there is no such file. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}

function parseHolder(text: string | null): Holder | null {
  try {
    return Holder.parse(JSON.parse(text ?? ""));
  } catch {
    // Half-written by a process that was killed, or gone meanwhile: nobody holds it.
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  // From another machine or container its processes cannot be seen: believe the file.
  if (holder.host !== hostname()) return true;
  // Under our number there is only this process: itself, or after a restart of its container the one before it.
  if (holder.pid === process.pid) return holder.startedAt !== null && holder.startedAt === processStart(process.pid);
  try {
    process.kill(holder.pid, 0);
  } catch (thrown) {
    return hasCode(thrown, "EPERM");
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
  if (parseHolder(readText(file))?.token === token) rmSync(file, { force: true });
}
