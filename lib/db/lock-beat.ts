import { closeSync, fstatSync, openSync, readFileSync, statSync, writeSync } from "node:fs";

/** How often the holder of a lock shows that it lives. */
export const BEAT_MS = 2000;
/** A holder that nobody can see is gone when its lock has shown nothing for so long. */
export const STALE_MS = 10_000;
/** So long a holder may go on without a look at its lock: others take it only long after that. */
const TRUSTED_MS = 5000;
/** A file that is put back in its place is missing for less than this. */
const PUT_BACK_MS = 50;

/** What of a lock a thread of its holder keeps. */
export type LockBeat = {
  /** Shows that the holder lives. Gives whether the lock is still its own. Throws where the file system fails. */
  readonly beat: () => boolean;
  /** Gives whether the holder may go on writing; looks only where it has not for a while. Never throws. */
  readonly mayWrite: () => boolean;
  readonly close: () => void;
};

/** Opens the lock file that holds `token`. Throws when it is another's by now. */
export function openBeat(file: string, token: string): LockBeat {
  // The thread that writes guards the module's own functions later on.
  const write = writeSync;
  const fd = openSync(file, "r+");
  const own = fstatSync(fd, { bigint: true });
  if (!readFileSync(fd, "utf8").includes(token)) {
    closeSync(fd);
    throw new Error(`${file} belongs to another process`);
  }
  let seenAt = clocks();

  const isInPlace = () => {
    const there = statSync(file, { bigint: true, throwIfNoEntry: false });
    return there?.ino === own.ino && there.dev === own.dev;
  };
  const beat = () => {
    // Its last byte, written again: the time of the file is then the file system's own. First shown, then looked: who
    // takes a lock over puts it back where it has shown something meanwhile, so one of the two sees the other.
    write(fd, "\n", Number(own.size) - 1);
    if (!isInPlace()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PUT_BACK_MS);
      if (!isInPlace()) return false;
    }
    seenAt = clocks();
    return true;
  };
  return {
    beat,
    mayWrite() {
      const now = clocks();
      const isTrusted = now.monotonic - seenAt.monotonic < TRUSTED_MS && now.wall - seenAt.wall < TRUSTED_MS;
      if (isTrusted) return true;
      try {
        return beat();
      } catch {
        return false;
      }
    },
    close: () => closeSync(fd),
  };
}

/** One clock stands still in a machine that sleeps, the other may be set. */
const clocks = () => ({ monotonic: performance.now(), wall: Date.now() });
