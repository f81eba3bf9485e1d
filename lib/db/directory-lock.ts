import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { BEAT_MS, openBeat, STALE_MS } from "./lock-beat.ts";
import { processSpace, processStart, processState } from "./process-state.ts";

const Holder = z.object({
  token: z.string(),
  pid: z.number(),
  host: z.string(),
  /** Which processes see each other; null where that is not known. */
  space: z.string().nullable().default(null),
  /** When the process started, by the kernel's clock; null where that is not known. */
  startedAt: z.string().nullable(),
  since: z.string(),
});
type Holder = z.infer<typeof Holder>;

/** A folder that this process holds. */
export type DirectoryLock = {
  readonly file: string;
  /** Tells this lock from those before and after it. */
  readonly token: string;
  readonly release: () => void;
};

/** What was killed a moment ago takes so long to end. */
const ENDING_MS = 1500;
/** A half-written lock is whole by then, or nobody's. */
const HALF_WRITTEN_MS = 500;
const SETTLED_MS = 100;
const LOOK_MS = 50;

/**
 * Takes a folder for this process and holds it until it is released.
 *
 * An embedded database that two processes open is destroyed. The lock is a file that names its holder, appears whole or not
 * at all, and is written again every two seconds, so that its time shows that the holder lives. A holder that is gone is
 * replaced: at once where its process can be seen, after 10 s without a sign where it was another machine's or container's.
 * Throws a sentence that names a living holder. `onLost` is called when another process has taken the folder: this one, as
 * it was stopped for long, is believed dead and must write no more.
 */
export async function lockDirectory(folder: string, onLost: () => void = endProcess): Promise<DirectoryLock> {
  const file = join(folder, "lock");
  const mine: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    space: processSpace(),
    startedAt: processStart(process.pid),
    since: new Date().toISOString(),
  };
  const judge = judgeOf(file);
  for (let isReplacing = false; ; ) {
    if (writeNew(file, mine)) {
      // One that has judged the same dead holder may be about to take away what it finds in its place.
      if (isReplacing) await wait(SETTLED_MS);
      const lock = hold(file, mine.token, onLost);
      if (lock) return lock;
    }
    const seen = look(file);
    if (seen === null) continue;
    const verdict = judge(seen);
    if (verdict === "alive") throw new Error(inUse(folder, seen.holder));
    isReplacing ||= verdict === "gone";
    if (verdict === "gone") clear(file, seen);
    else await wait(LOOK_MS);
  }
}

const inUse = (folder: string, holder: Holder | null): string =>
  `${folder} is in use by process ${holder?.pid ?? "unknown"} on ${holder?.host ?? "unknown"} since ${holder?.since ?? "now"}. ` +
  "Stop it first, or set DATA_DIR to another folder.";

function endProcess(): void {
  process.stderr.write(
    "Another process has taken DATA_DIR while this one stood still. It ends, to write nothing more.\n",
  );
  process.exit(1);
}

/** Null where another has taken the lock away again. */
function hold(file: string, token: string, onLost: () => void): DirectoryLock | null {
  const own = tried(() => openBeat(file, token));
  if (own === null) return null;
  const timer = setInterval(() => {
    // Where the file system fails, nobody else can take the lock either; the next beat tries again.
    if (tried(own.beat) === false) {
      clearInterval(timer);
      onLost();
    }
  }, BEAT_MS).unref();
  return {
    file,
    token,
    release() {
      clearInterval(timer);
      own.close();
      if (look(file)?.holder?.token === token) rmSync(file, { force: true });
    },
  };
}

function tried<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

type Seen = { readonly text: string; readonly holder: Holder | null; readonly beatAtMs: number };

/** The lock file as it is now; null when there is none. */
function look(file: string): Seen | null {
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

/** Says what has become of the holders that one caller sees, one look after the other. "unsure": look again. */
function judgeOf(file: string): (seen: Seen) => "alive" | "gone" | "unsure" {
  const startedAt = performance.now();
  let last: { readonly text: string; readonly beatAtMs: number; readonly since: number } | null = null;

  return (seen) => {
    const now = performance.now();
    const hasBeaten = last !== null && last.text === seen.text && last.beatAtMs !== seen.beatAtMs;
    if (last === null || last.text !== seen.text || hasBeaten) last = { ...seen, since: now };
    const silentMs = now - last.since;
    if (seen.holder === null) return silentMs > HALF_WRITTEN_MS ? "gone" : "unsure";
    const state = isSeenFromHere(seen.holder) ? processState(seen.holder.pid, seen.holder.startedAt) : "unknown";
    if (state === "gone") return "gone";
    if (state === "alive") {
      const isOwn = seen.holder.pid === process.pid;
      return isOwn || now - startedAt > ENDING_MS ? "alive" : "unsure";
    }
    if (hasBeaten) return "alive";
    const isStale = silentMs > STALE_MS || fileSystemNow(file) - seen.beatAtMs > STALE_MS;
    return isStale ? "gone" : "unsure";
  };
}

/** Whether the holder's process, if it lives, is among those that this one sees. */
function isSeenFromHere({ space, host }: Holder): boolean {
  const own = processSpace();
  return own === null || space === null ? host === hostname() : space === own;
}

/** The time by the clock that stamps the files beside this one: those of two machines differ. */
function fileSystemNow(file: string): number {
  const probe = `${file}.${randomUUID()}`;
  try {
    writeFileSync(probe, "");
    return statSync(probe).mtimeMs;
  } finally {
    rmSync(probe, { force: true });
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
function clear(file: string, judged: Seen): void {
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
  } finally {
    rmSync(aside, { force: true });
  }
}
