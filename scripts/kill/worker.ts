// The thread of the embedded database, which kills its process in the middle of the write to a file that KILL_AT_WRITE
// names by its number: half of what is to be written is, in whole sectors. 0: it says at its end how many there were.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const SECTOR = 512;
const at = Number(process.env.KILL_AT_WRITE);
const write = fs.writeSync as (...given: unknown[]) => number; // called with what its caller gives
let writes = 0;

Object.assign(fs, {
  writeSync: (...given: unknown[]) => {
    if (++writes !== at) return write(...given);
    const [fd, bytes, offset, length, position] = given;
    if (typeof length === "number" && length > SECTOR) {
      write(fd, bytes, offset, Math.floor(length / 2 / SECTOR) * SECTOR, position);
    }
    process.kill(process.pid, "SIGKILL");
    // Nothing more is to be written until the signal has come.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
syncBuiltinESMExports();
// Of a thread's own end.
process.once("exit", () => write(1, `writes ${writes}\n`));
await import("../../lib/db/pglite/worker.ts");
