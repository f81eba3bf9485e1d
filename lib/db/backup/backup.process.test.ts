import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { killRounds } from "../../../scripts/kill/rounds.ts";
import { isEverything } from "../../testing/everything.ts";
import { type Database, openDatabase } from "../database.ts";
import { askForSnapshot, keepSnapshots } from "./keep.ts";
import { restoreSnapshot, tellRestored } from "./restore.ts";
import { listSnapshots, readManifest } from "./snapshots.ts";

const root = join(import.meta.dirname, "../../..");
const LIMIT = { timeout: 180_000 };
const GIVEN_UP = { timeout: 60_000 };
const noLog = { info() {}, error() {} };

// Each opening of the embedded database takes a second, so one data directory goes through all that may happen to it.
let dataDir = "";
let dir = "";
let database: Database;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-backup-"));
  dir = join(dataDir, "backups");
  database = await openDatabase({ dataDir, root });
  await database.pool.query("create table kept (n int primary key, text text)");
}, LIMIT.timeout);
afterAll(async () => {
  // Where a test has failed it is open still, and without its lock the process would be ended.
  await database.close().catch(() => {});
  rmSync(dataDir, { recursive: true, force: true });
});

const files = () => listSnapshots(dir).map(({ file }) => file);

test(
  "a server takes a snapshot soon after its start and when it is asked, keeps so many, and ends at once",
  LIMIT,
  async () => {
    const writer = writeTens();
    const snapshots = keepSnapshots(database, { dir, everyHours: 6, kept: 1, root, log: noLog, firstMs: 10 });
    await vi.waitUntil(() => files().length === 1, { timeout: LIMIT.timeout });
    const [first] = files();
    // As its owner asks.
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "scripts/backup.ts")], {
      env: { ...process.env, DATA_DIR: dataDir, BACKUPS_KEPT: "1" },
    });
    const [second] = files();
    expect(stdout).toContain(`${second}: 0 sessions, 0 messages. It was opened and counted.`);
    expect(second).not.toBe(first);
    expect(files().length).toBe(1);
    await expect(restoreSnapshot({ file: second ?? "", dataDir, root })).rejects.toThrow("is in use by process");

    // One that is under way is given up.
    const givenUp = askForSnapshot(dir, randomUUID());
    await vi.waitUntil(() => readdirSync(dir).some((name) => name.startsWith(".work-")), GIVEN_UP);
    await snapshots.close();
    await expect(givenUp).rejects.toThrow("The server took no snapshot");
    // Nothing is left of the work, nor marked in the database.
    expect(readdirSync(dir).map((name) => join(dir, name))).toEqual([second]);
    await expect(database.pool.query("select pg_backup_stop(false)")).rejects.toThrow("backup is not in progress");

    // Each transaction that ran meanwhile is in it as a whole, or not at all.
    const written = await writer.stop();
    const kept = (await readManifest(second ?? "")).counts.kept ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(written);
    expect(kept % 10).toBe(0);
    await database.close();
  },
);

test(
  "a database that does not open offers the last snapshot, and a damaged snapshot changes nothing",
  LIMIT,
  async () => {
    const [file = ""] = files();
    truncateSync(join(dataDir, "pgdata/global/pg_control"), 0);
    const { takenAt } = await readManifest(file);
    expect(await openDatabase({ dataDir, root }).catch(String)).toContain(
      `The last good snapshot is of ${takenAt}: "npm run restore -- --last"`,
    );
    const half = join(dir, "half.tar.gz");
    const bytes = readFileSync(file);
    writeFileSync(half, bytes.subarray(0, bytes.length - 1000));
    await expect(restoreSnapshot({ file: half, dataDir, root })).rejects.toThrow(`${half} cannot be restored`);
    expect(readdirSync(dataDir).sort()).toEqual(["backups", "pgdata"]);
  },
);

test(
  "a snapshot is brought back, the database of before is kept as it was, and what is lost is said",
  LIMIT,
  async () => {
    const [file = ""] = files();
    const damaged = contents(join(dataDir, "pgdata"));
    const restored = await restoreSnapshot({ file, dataDir, root });
    expect(contents(restored.before ?? "")).toEqual(damaged);
    const { takenAt, counts } = restored.manifest;
    expect(tellRestored(restored).at(-1)).toContain(
      `Lost: what was written after ${takenAt}. How much that is nobody can say`,
    );

    // As if it had been cut between the two.
    renameSync(join(dataDir, "pgdata"), join(dataDir, "moved"));
    await expect(openDatabase({ dataDir, root })).rejects.toThrow("a restoring was cut");
    renameSync(join(dataDir, "moved"), join(dataDir, "pgdata"));
    database = await openDatabase({ dataDir, root });
    const { rows } = await database.pool.query("select count(*)::int as n, max(n) as last from kept");
    expect(rows).toEqual([{ n: counts.kept, last: counts.kept }]);
  },
);

test("a process that is killed in the middle of a write loses nothing that it acknowledged", LIMIT, async () => {
  const count = isEverything ? 3 : 1;
  const rounds = await killRounds({ rounds: count, seed: 1, writes: 150, tell() {} });
  expect(rounds.map(({ wrong }) => wrong)).toEqual(Array(count).fill(null));
});

/** Writes ten rows a transaction, one after the other. `stop` gives how many rows there are then. */
function writeTens(): { readonly stop: () => Promise<number> } {
  let isStopped = false;
  const written = (async () => {
    for (let n = 0; ; n += 10) {
      if (isStopped) return n;
      const rows = "insert into kept select n, repeat('y', 500) from generate_series($1::int, $1 + 9) n";
      await database.pool.query(rows, [n + 1]);
      // The copying is to come to its turn.
      await wait(20);
    }
  })();
  return {
    stop() {
      isStopped = true;
      return written;
    },
  };
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length), readFileSync(file, "latin1")]),
  );
