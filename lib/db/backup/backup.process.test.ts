import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { killRounds } from "../../../scripts/kill/rounds.ts";
import { type Database, openDatabase } from "../database.ts";
import { askForSnapshot, keepSnapshots } from "./keep.ts";
import { restoreSnapshot, tellRestored } from "./restore.ts";
import { listSnapshots, readManifest } from "./snapshots.ts";
import { takeSnapshot } from "./take.ts";

const root = join(import.meta.dirname, "../../..");
const LIMIT = { timeout: 120_000 };
const noLog = { info() {}, error() {} };
let dataDir = "";
let dir = "";

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "parley-backup-"));
  dir = join(dataDir, "backups");
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

async function openWithRows(rows: number): Promise<Database> {
  const database = await openDatabase({ dataDir, root });
  await database.pool.query("create table kept (n int primary key, text text)");
  await database.pool.query("insert into kept select n, repeat('x', 200) from generate_series(1, $1) n", [rows]);
  return database;
}

const keptRows = async ({ pool }: Database) =>
  (await pool.query<{ n: number }>("select count(*)::int as n from kept")).rows[0]?.n;

test(
  "a snapshot is taken while rows are written, and holds a whole state: each transaction or nothing of it",
  LIMIT,
  async () => {
    const database = await openWithRows(1000);
    let isDone = false;
    let written = 1000;
    const writing = (async () => {
      while (!isDone) {
        await database.pool.query(
          "insert into kept select n, repeat('y', 500) from generate_series($1::int, $1 + 9) n",
          [written + 1],
        );
        written += 10;
        // The copying is to come to its turn.
        await wait(5);
      }
    })();
    const { manifest, file } = await takeSnapshot(database, { dir, root });
    isDone = true;
    await writing;
    const kept = manifest.counts.kept ?? 0;
    expect(kept).toBeGreaterThanOrEqual(1000);
    expect(kept % 10).toBe(0);
    expect(await readManifest(file)).toEqual(manifest);
    // Nothing is left of the work, nor marked in the database.
    expect(readdirSync(dir)).toEqual([listSnapshots(dir)[0]?.name]);
    await expect(database.pool.query("select pg_backup_stop(false)")).rejects.toThrow("backup is not in progress");
    await database.close();

    const restored = await restoreSnapshot({ file, dataDir, root });
    const again = await openDatabase({ dataDir, root });
    expect(await keptRows(again)).toBe(kept);
    await again.close();
    expect(restored.rowsBefore).toMatchObject({ counts: { kept: written } });
    expect(tellRestored(restored).join("\n")).toContain(`kept has ${kept} rows instead of ${written}`);
    expect(existsSync(restored.before ?? "")).toBe(true);
  },
);

test(
  "a database that does not open offers the last snapshot, which brings it back and says what is lost",
  LIMIT,
  async () => {
    const database = await openWithRows(10);
    const { manifest } = await takeSnapshot(database, { dir, root });
    await database.pool.query("insert into kept values (11, '')");
    await database.close();
    truncateSync(join(dataDir, "pgdata/global/pg_control"), 0);
    const offered = await openDatabase({ dataDir, root }).catch(String);
    expect(offered).toContain(`The last good snapshot is of ${manifest.takenAt}: "npm run restore -- --last"`);

    const damaged = contents(join(dataDir, "pgdata"));
    const restored = await restoreSnapshot({ file: listSnapshots(dir)[0]?.file ?? "", dataDir, root });
    // It was looked at in a copy.
    expect(contents(restored.before ?? "")).toEqual(damaged);
    expect(tellRestored(restored).at(-1)).toContain(
      `Lost: what was written after ${manifest.takenAt}. How much that is`,
    );
    const again = await openDatabase({ dataDir, root });
    expect(await keptRows(again)).toBe(10);
    await again.close();
  },
);

test("a damaged snapshot, and one of a directory in use, change nothing", LIMIT, async () => {
  const database = await openWithRows(10);
  const { file } = await takeSnapshot(database, { dir, root });
  await expect(restoreSnapshot({ file, dataDir, root })).rejects.toThrow("is in use by process");
  await database.close();
  const bytes = readFileSync(file);
  const damaged = join(dir, "damaged.tar.gz");
  writeFileSync(damaged, bytes.subarray(0, bytes.length - 1000));
  await expect(restoreSnapshot({ file: damaged, dataDir, root })).rejects.toThrow(`${damaged} cannot be restored`);
  expect(readdirSync(dataDir).sort()).toEqual(["backups", "pgdata"]);
});

test(
  "a server takes one soon after its start and when it is asked, keeps so many, and ends at once",
  LIMIT,
  async () => {
    const database = await openWithRows(10);
    const snapshots = keepSnapshots(database, { dir, everyHours: 6, kept: 2, root, log: noLog, firstMs: 10 });
    await vi.waitUntil(() => listSnapshots(dir).length === 1, { timeout: 60_000 });
    for (let n = 0; n < 2; n++) {
      const file = await askForSnapshot(dir, randomUUID());
      expect(listSnapshots(dir).at(-1)?.file).toBe(file);
    }
    expect(listSnapshots(dir).length).toBe(2);
    // One that is under way is given up.
    const asked = askForSnapshot(dir, randomUUID());
    await vi.waitUntil(() => readdirSync(dir).some((name) => name.startsWith(".work-")), { timeout: 60_000 });
    await snapshots.close();
    await expect(asked).rejects.toThrow("The server took no snapshot");
    expect(listSnapshots(dir).length).toBe(2);
    await expect(database.pool.query("select pg_backup_stop(false)")).rejects.toThrow("backup is not in progress");
    await database.close();
  },
);

test("a process that is killed in the middle of a write loses nothing that it acknowledged", LIMIT, async () => {
  const rounds = await killRounds(3, 1, () => {});
  expect(rounds.map(({ wrong }) => wrong)).toEqual([null, null, null]);
});

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [file.slice(folder.length), readFileSync(file, "latin1")]),
  );
