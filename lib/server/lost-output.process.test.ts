import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";

/** How many errors nobody has caught in a process whose readers went away. */
async function uncaughtErrors(flags: readonly string[]): Promise<number> {
  const child = fork(join(import.meta.dirname, "fixtures/prints-on.ts"), [...flags], { silent: true });
  try {
    if (child.stdout) await once(child.stdout, "data");
    child.stdout?.destroy();
    child.stderr?.destroy();
    await wait(300);
    child.send("how many");
    const [count] = await once(child, "message");
    return Number(count);
  } finally {
    child.kill("SIGKILL");
  }
}

test("a process whose output nobody reads any more goes on without an error", async () => {
  // One that is not prepared for it has an error for each line: the test sees the fault.
  expect(await uncaughtErrors([])).toBeGreaterThan(0);
  expect(await uncaughtErrors(["--survives"])).toBe(0);
});
