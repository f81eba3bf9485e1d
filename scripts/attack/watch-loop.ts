import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { TOLD_MS } from "./loop-hold.ts";

/** Settings of a server that notes how long its event loop is held, as `loop-hold.ts` says, and what it has noted. */
export function watchLoop() {
  const file = join(mkdtempSync(join(tmpdir(), "parley-loop-")), "held");
  const preload = new URL("./loop-hold.ts", import.meta.url).href;
  return {
    settings: { LOOP_FILE: file, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${preload}` },
    /** What was noted until now does not count. */
    begin: () => writeFileSync(file, ""),
    /** Each time that is worth a note since then, in milliseconds of the processor, the longest first. */
    async held(): Promise<{ readonly ms: number; readonly collectingMs: number }[]> {
      await wait(2 * TOLD_MS);
      return readFileSync(file, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => {
          const [ms = 0, collectingMs = 0] = line.split(" ").map(Number);
          return { ms, collectingMs };
        })
        .sort((one, other) => other.ms - one.ms);
    },
  };
}
