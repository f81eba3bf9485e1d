import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { BEAT_MS, openBeat } from "../lock-beat.ts";

const WRITING = ["writeSync", "ftruncateSync", "truncateSync", "unlinkSync", "renameSync"] as const;

/**
 * Holds a lock from the thread that writes: shows that the holder lives although the process's event loop stands still,
 * and ends the process before a write where another has taken the folder, as after a long stop.
 */
export function guardWrites({ file, token }: { readonly file: string; readonly token: string }): void {
  const lock = openBeat(file, token);
  const say = fs.writeSync;
  const end = (): never => {
    say(2, "Another process has taken DATA_DIR while this one stood still. It ends, to write nothing more.\n");
    // Nothing else of a thread ends the whole process, and at once.
    process.kill(process.pid, "SIGKILL");
    throw new Error("The lock is lost");
  };
  const isLost = () => {
    try {
      return !lock.beat();
    } catch {
      // The next one tries again; no write goes on for long without.
      return false;
    }
  };
  setInterval(() => isLost() && end(), BEAT_MS).unref();

  for (const name of WRITING) {
    const write = fs[name] as (...given: unknown[]) => unknown; // called with what its caller gives
    Object.assign(fs, {
      [name]: (...given: unknown[]) => {
        if (!lock.mayWrite()) end();
        return write(...given);
      },
    });
  }
  syncBuiltinESMExports();
}
