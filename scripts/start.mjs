// The way in for npm start and npm run dev. JavaScript, because Node takes a tenth of a second to learn TypeScript:
// what is loaded from here on, in every thread, was compiled by the start before. A build clears it.
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";

/**
 * What glibc's allocator keeps for itself: by its own choice a pool for each thread, and blocks of up to 32 MB that were once
 * given back. Other systems do not read it.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" };

/**
 * How large V8 lets what was just made grow, in MB, before it looks through it. Its own choice is 32 on a large machine:
 * under load that is 60 MB more in memory, and the slowest answers come later; with 8 a turn costs 0.7 ms more.
 */
const YOUNG = "--max-semi-space-size=16";

/**
 * By how much V8 lets the rest grow before it looks through it. By its own choice a server that is asked for much at once holds
 * 300 MB more than it uses, with this 100, and answers no later (measured by npm run attack).
 */
const GROWTH = "--heap-growing-percent=30";

if (isForServer() && process.env.MALLOC_ARENA_MAX === undefined) {
  // It counts from a process's beginning alone: this one begins again, in 40 ms and under the same id, so that a signal
  // reaches the server itself.
  const young = process.env.NODE_OPTIONS?.includes("semi-space") ? [] : [YOUNG];
  const args = [process.execPath, ...young, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...ALLOCATOR, ...process.env });
}

setFlagsFromString(GROWTH);
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "../.next/compile-cache");
enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import("./serve.ts");

/** Whether this is a server on Linux, by a Node that can begin again. */
function isForServer() {
  return process.platform === "linux" && process.execve !== undefined && !process.argv.includes("--dev");
}
