import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { lockDirectory } from "../directory-lock.ts";

// What a container is: a host name and process numbers of its own.
const CONTAINER = ["--uts", "--pid", "--fork", "--kill-child", "--mount-proc"];
const mayUnshare = spawnSync("unshare", [...CONTAINER, "hostname", "other"]).status === 0;
if (!mayUnshare) console.warn("unshare is not permitted: what happens between containers is not tested here.");

/**
 * Opens a database in a container and writes without end, with pauses: a write that had begun when its process was
 * stopped is one write that nothing can hold back afterwards.
 */
async function writer(dataDir: string) {
  const file = join(import.meta.dirname, "../database.ts");
  const script = `import { openDatabase } from ${JSON.stringify(file)};
    const database = await openDatabase({ dataDir: process.argv[2], root: process.cwd() });
    await database.pool.query("create table written (n int)");
    console.log(process.pid);
    for (let n = 0; ; n++) {
      await database.pool.query("insert into written values ($1)", [n]);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }`;
  // In a file: threads would inherit the options of a text on the command line.
  const scriptFile = join(dataDir, "writer.mts");
  writeFileSync(scriptFile, script);
  const node = [process.execPath, scriptFile, dataDir];
  const child = spawn("unshare", [...CONTAINER, "sh", "-c", 'hostname other; exec "$@"', "sh", ...node], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  if (first.done) throw new Error(`The container ended: ${said}`);
  return { child, pid: childOf(child), ended, said: () => said };
}

/** The process in the container, by its number out here: proc(5), /proc/<pid>/task/<tid>/children. */
const childOf = ({ pid }: ChildProcess): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());

const contents = (folder: string): string => {
  const hash = createHash("sha256");
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest("hex");
};

describe.skipIf(!mayUnshare).concurrent("a container on another's folder", { timeout: 120_000 }, () => {
  test("C23: is refused while the other lives, and gets it when that was killed", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "parley-folder-"));
    const other = await writer(dataDir);
    await expect(lockDirectory(dataDir)).rejects.toThrow("on other since");
    process.kill(other.pid, "SIGKILL");
    await other.ended;
    (await lockDirectory(dataDir)).release();
    rmSync(dataDir, { recursive: true });
  });

  test("C23: gets it when that stands still, which writes nothing when it goes on", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "parley-folder-"));
    const other = await writer(dataDir);
    process.kill(other.pid, "SIGSTOP");
    const lock = await lockDirectory(dataDir);
    const before = contents(join(dataDir, "pgdata"));
    process.kill(other.pid, "SIGCONT");
    await other.ended;
    expect(contents(join(dataDir, "pgdata"))).toBe(before);
    expect(other.said()).toContain("Another process has taken DATA_DIR");
    lock.release();
    rmSync(dataDir, { recursive: true });
  });
});
