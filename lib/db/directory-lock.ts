import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { BEAT_MS, openBeat, STALE_MS } from "./lock-beat.ts";
import { clear, fileSystemNow, type Holder, look, type Seen, tried, writeNew } from "./lock-file.ts";
import { type LockSocket, openSocket, socketState } from "./lock-socket.ts";
import { processSpace, processStart, processState } from "./process-state.ts";

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
 * An embedded database that two processes open is destroyed. The lock is a file that names its holder, appears whole or
 * not at all, and is written again every two seconds, so that its time shows that the holder lives. A holder that is
 * gone is replaced: at once where this machine's kernel says so, also for another container of it, and after 10 s
 * without a sign where it was another machine's. Throws a sentence that names a living holder. `onLost` is called when
 * another process has taken the folder: this one, as it was stopped for long, is believed dead and must write no more.
 */
export async function lockDirectory(folder: string, onLost: () => void = endProcess): Promise<DirectoryLock> {
  const token = randomUUID();
  // Before the lock that names it is seen.
  const socket = await openSocket(folder, token);
  try {
    return await take(folder, token, socket, onLost);
  } catch (thrown) {
    socket?.close();
    throw thrown;
  }
}

async function take(
  folder: string,
  token: string,
  socket: LockSocket | null,
  onLost: () => void,
): Promise<DirectoryLock> {
  const file = join(folder, "lock");
  const mine: Holder = {
    token,
    pid: process.pid,
    host: hostname(),
    space: processSpace(),
    startedAt: processStart(process.pid),
    since: new Date().toISOString(),
    socket: socket?.name ?? null,
  };
  const judge = judgeOf(folder, file);
  for (let isReplacing = false; ; ) {
    if (writeNew(file, mine)) {
      // One that has judged the same dead holder may be about to take away what it finds in its place.
      if (isReplacing) await wait(SETTLED_MS);
      const lock = hold(file, token, socket, onLost);
      if (lock) return lock;
    }
    const seen = look(file);
    if (seen === null) continue;
    const verdict = await judge(seen);
    if (verdict === "alive") throw new Error(inUse(folder, seen.holder));
    isReplacing ||= verdict === "gone";
    if (verdict === "gone") clear(file, seen);
    else await wait(LOOK_MS);
  }
}

/**
 * Who holds a folder that nobody is to take; null: nobody, or somebody who is gone. Takes up to 10 s, as taking does.
 */
export async function findHolder(folder: string): Promise<Pick<Holder, "pid" | "host" | "since"> | null> {
  const file = join(folder, "lock");
  const judge = judgeOf(folder, file);
  for (;;) {
    const seen = look(file);
    if (seen === null) return null;
    const verdict = await judge(seen);
    if (verdict === "gone") return null;
    if (verdict === "alive") return seen.holder;
    await wait(LOOK_MS);
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
function hold(file: string, token: string, socket: LockSocket | null, onLost: () => void): DirectoryLock | null {
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
      socket?.close();
    },
  };
}

/** Says what has become of the holders that one caller sees, one look after the other. "unsure": look again. */
function judgeOf(folder: string, file: string): (seen: Seen) => Promise<"alive" | "gone" | "unsure"> {
  const startedAt = performance.now();
  let last: { readonly text: string; readonly beatAtMs: number; readonly since: number } | null = null;

  return async (seen) => {
    const now = performance.now();
    const hasBeaten = last !== null && last.text === seen.text && last.beatAtMs !== seen.beatAtMs;
    if (last === null || last.text !== seen.text || hasBeaten) last = { ...seen, since: now };
    const silentMs = now - last.since;
    if (seen.holder === null) return silentMs > HALF_WRITTEN_MS ? "gone" : "unsure";
    const state = await stateOf(folder, seen.holder);
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

/** What the kernel says of a holder. */
async function stateOf(folder: string, { pid, startedAt, space, host, socket }: Holder) {
  const own = processSpace();
  const isSeen = own === null || space === null ? host === hostname() : space === own;
  if (isSeen) return processState(pid, startedAt);
  const isSameKernel = own !== null && space !== null && kernelOf(own) === kernelOf(space);
  if (socket === null || !isSameKernel) return "unknown";
  // One that is held may be that of a process which stands still: its beats tell.
  return (await socketState(join(folder, socket))) === "gone" ? "gone" : "unknown";
}

const kernelOf = (space: string): string => space.split(" ")[0] ?? "";
