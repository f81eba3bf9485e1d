import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { restoreSnapshot, tellRestored } from "../../lib/db/backup/restore.ts";
import { listSnapshots } from "../../lib/db/backup/snapshots.ts";
import { takeSnapshot } from "../../lib/db/backup/take.ts";
import { type Database, openDatabase } from "../../lib/db/database.ts";
import { dice } from "../prove/texts.ts";

const root = join(import.meta.dirname, "../..");
const ROWS = 40;
const SNAPSHOT_EVERY = 10;

/** What became of a round. `wrong` is what must not be. */
export type Round = {
  readonly killedAt: number;
  /** The last row that was acknowledged, and the last that was found. */
  readonly acknowledged: number;
  readonly found: number;
  /** What a restoring told; null: the database opened by itself. */
  readonly restored: readonly string[] | null;
  readonly wrong: string | null;
};

type Rounds = {
  readonly rounds: number;
  readonly seed: number;
  /** Among how many writes the one is chosen that kills; absent: all of a writer that ends by itself. */
  readonly writes?: number;
  readonly tell: (round: Round) => void;
};

/**
 * Kills a process that writes to the embedded database, in the middle of a write to one of its files, again and again
 * on one data directory, and opens it. After each kill every acknowledged row must be there, in order, once; where the
 * database does not open, the last snapshot is restored, and every row of before it must be.
 */
export async function killRounds({ rounds, seed, writes, tell }: Rounds): Promise<Round[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "parley-kill-"));
  const backupDir = join(dataDir, "backups");
  mkdirSync(backupDir);
  const random = dice(seed);
  try {
    let last = await prepare(dataDir, rounds < SNAPSHOT_EVERY ? null : backupDir);
    let saved = last;
    const whole =
      writes === undefined ? await write(dataDir, { first: last + 1, killAt: 0 }) : { writes, acknowledged: last };
    last = whole.acknowledged;
    const all: Round[] = [];
    for (let n = 1; n <= rounds; n++) {
      const killedAt = 1 + random.upTo(whole.writes);
      const { acknowledged } = await write(dataDir, { first: last + 1, killAt: killedAt });
      const sure = Math.max(last, acknowledged);
      const opened = await openOrRestore(dataDir, backupDir);
      const { found, wrong } = await look(opened.database, opened.restored === null ? sure : saved);
      last = found;
      if (n % SNAPSHOT_EVERY === 0) {
        await takeSnapshot(opened.database, { dir: backupDir, root });
        saved = last;
      }
      await opened.database.close();
      const round = { killedAt, acknowledged: sure, found, restored: opened.restored, wrong };
      all.push(round);
      tell(round);
    }
    return all;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function prepare(dataDir: string, backupDir: string | null): Promise<number> {
  const database = await openDatabase({ dataDir, root });
  await database.pool.query("create table written (n int primary key, text text not null)");
  await database.pool.query("create table counted (last int not null)");
  await database.pool.query("insert into counted values (0)");
  if (backupDir !== null) await takeSnapshot(database, { dir: backupDir, root });
  await database.close();
  return 0;
}

async function write(dataDir: string, { first, killAt }: { readonly first: number; readonly killAt: number }) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "writer.ts"), dataDir, String(first), String(ROWS)],
    {
      cwd: root,
      env: { ...process.env, KILL_AT_WRITE: String(killAt) },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let acknowledged = 0;
  let writes = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+$/u.test(line)) acknowledged = Number(line);
    if (line.startsWith("writes ")) writes = Number(line.slice(7));
  }
  return { acknowledged, writes };
}

async function openOrRestore(dataDir: string, backupDir: string) {
  try {
    return { database: await openDatabase({ dataDir, root }), restored: null };
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    const file = listSnapshots(backupDir).at(-1)?.file;
    if (file === undefined || !said.includes("The last good snapshot is of")) throw thrown;
    const restored = [said, ...tellRestored(await restoreSnapshot({ file, dataDir, root }))];
    return { database: await openDatabase({ dataDir, root }), restored };
  }
}

/**
 * Whether the rows are 1, 2, … up to at least what is sure, in the table, by its index, and in the row that counts
 * them.
 */
async function look(
  { pool }: Database,
  sure: number,
): Promise<{ readonly found: number; readonly wrong: string | null }> {
  const { rows } = await pool.query<{ rows: number; last: number; counted: number; sum: string }>(
    `select count(*)::int as rows, coalesce(max(n), 0) as last, coalesce(sum(n), 0)::text as sum,
     (select last from counted) as counted from written`,
  );
  const [seen] = rows;
  if (!seen) return { found: 0, wrong: "Nothing could be read" };
  const { last, counted, sum } = seen;
  const texts = await pool.query("select n from written where left(text, length(n::text) + 1) <> n::text || ' '");
  const byIndex = await pool.query("select n from written where n = $1", [last]);
  const faults = [
    ...(last < sure ? [`Row ${sure} was acknowledged, and the last is ${last}`] : []),
    ...(seen.rows !== last || sum !== String((last * (last + 1)) / 2)
      ? [`There are ${seen.rows} rows up to ${last}`]
      : []),
    ...(counted !== last ? [`${counted} rows are counted, and there are ${last}`] : []),
    ...(texts.rows.length > 0 ? [`${texts.rows.length} rows hold another text`] : []),
    ...(last > 0 && byIndex.rows.length !== 1 ? [`Row ${last} is not found by its index`] : []),
  ];
  return { found: last, wrong: faults.length === 0 ? null : faults.join("; ") };
}
