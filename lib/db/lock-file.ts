import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Holder = z.object({
  token: z.string(),
  pid: z.number(),
  host: z.string(),
  /** Which processes see each other; null where that is not known. */
  space: z.string().nullable().default(null),
  /** When the process started, by the kernel's clock; null where that is not known. */
  startedAt: z.string().nullable(),
  since: z.string(),
  /** The file beside the lock on which the holder listens; null where there is none. */
  socket: z
    .string()
    .regex(/^lock-[\da-f-]+$/u)
    .nullable()
    .default(null),
});
/** Who holds a folder, as its lock file says. */
export type Holder = z.infer<typeof Holder>;

export type Seen = { readonly text: string; readonly holder: Holder | null; readonly beatAtMs: number };

/** The lock file as it is now; null when there is none. */
export function look(file: string): Seen | null {
  try {
    const beatAtMs = statSync(file).mtimeMs;
    const text = readFileSync(file, "utf8");
    return { text, holder: parseHolder(text), beatAtMs };
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
}

function parseHolder(text: string): Holder | null {
  return tried(() => Holder.parse(JSON.parse(text)));
}

/** What the work gives, or null where it throws. */
export function tried<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** The time by the clock that stamps the files beside this one: those of two machines differ. */
export function fileSystemNow(file: string): number {
  const probe = `${file}.${randomUUID()}`;
  try {
    writeFileSync(probe, "");
    // Next's tracing would take the whole project along for a path that it does not know.
    return statSync(/* turbopackIgnore: true */ probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
  }
}

const hasCode = (thrown: unknown, ...codes: readonly string[]): boolean =>
  thrown instanceof Error && "code" in thrown && codes.includes(String(thrown.code));

/** Makes the file, whole, where there is none. Gives whether it was made. */
export function writeNew(file: string, holder: Holder): boolean {
  const text = `${JSON.stringify(holder)}\n`;
  const draft = `${file}.${holder.token}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    return linked(draft, file);
  } catch (thrown) {
    if (!hasCode(thrown, "EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK")) throw thrown;
    return writeInPlace(file, text);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives a file a second name where nothing has it. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (thrown) {
    if (hasCode(thrown, "EEXIST")) return false;
    throw thrown;
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

/** Takes away the file that was judged, and only that: another process may have replaced it, or its holder woken up. */
export function clear(file: string, judged: Seen): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return;
    throw thrown;
  }
  try {
    const found = look(aside);
    const isJudged = found?.text === judged.text && found.beatAtMs === judged.beatAtMs;
    if (!isJudged) linked(aside, file);
    else if (judged.holder?.socket) rmSync(join(file, "..", judged.holder.socket), { force: true });
  } finally {
    rmSync(aside, { force: true });
  }
}
