import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { templateFolder } from "./folder.ts";

const MEGABYTE = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "parley-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script on a database of its own, and reads what it prints as numbers. */
function measure(name: string, script: string): number[] {
  const [file, data] = [join(folder, `${name}.mts`), join(folder, name)];
  cpSync(templateFolder(process.cwd()), data, { recursive: true });
  const imports = ["open-pglite", "protocol"].map((name) => JSON.stringify(join(import.meta.dirname, `${name}.ts`)));
  writeFileSync(
    file,
    `import { answerOf, openPglite } from ${imports[0]};
    import { joined, simpleQuery } from ${imports[1]};
    const database = await openPglite(${JSON.stringify(data)}, 512 * 1024 * 1024);
    const query = (sql) => Buffer.from(joined(answerOf(database, simpleQuery(sql)))).toString();
    ${script}
    process.exit();`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", file], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.trim().split(" ").map(Number);
}

test("12: on a small machine a database takes no memory to be compiled once more", { timeout: 120_000 }, () => {
  // A statement without a name is read by PostgreSQL's parser each time, which V8 would compile behind the next ones.
  const script = `
    for (let n = 0; n < 2500; n++) query("select " + n + " as n where true");
    await new Promise((resolve) => setTimeout(resolve, 4000));
    console.log(process.resourceUsage().maxRSS * 1024);`;
  const [most = 0] = measure("compiled", script);
  expect(most).toBeGreaterThan(100 * MEGABYTE);
  expect(most).toBeLessThan(500 * MEGABYTE);
});

test("13: a statement that was answered leaves nothing in memory", { timeout: 120_000 }, () => {
  const script = `
    const used = () => (gc(), process.memoryUsage().heapUsed);
    const ask = () => {
      for (let n = 0; n < 10000; n++) query(n % 2 ? "select x from nothing" : "select '" + n + "'");
    };
    ask();
    const before = used();
    ask();
    console.log(before, used(), query("select 'said' as word").includes("said") ? 1 : 0);`;
  const [before = 0, after = Number.POSITIVE_INFINITY, isAnswered] = measure("kept", script);
  expect(isAnswered).toBe(1);
  expect(after - before).toBeLessThan(MEGABYTE);
});
