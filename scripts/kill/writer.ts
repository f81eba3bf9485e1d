// node scripts/kill/writer.ts DATA_DIR FIRST ROWS: opens the embedded database as the server does and writes rows from
// FIRST on, one transaction each. Says each number when the database has acknowledged it.
import { writeSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { lockDirectory } from "../../lib/db/directory-lock.ts";
import { openEmbedded } from "../../lib/db/pglite/connection.ts";

const [dataDir = "", first = "1", rows = "1"] = process.argv.slice(2);
const CHECKPOINT_EVERY = 25;
/** Some rows are larger than a page. */
const LARGE = 20_000;

const lock = await lockDirectory(dataDir);
const workerFile = join(import.meta.dirname, "worker.ts");
const embedded = await openEmbedded({ folder: join(dataDir, "pgdata"), lock, workerFile });
// As in lib/db/database.ts.
const config: pg.PoolConfig & { stream: unknown } = {
  user: "postgres",
  database: "postgres",
  stream: embedded.connect,
};
const pool = new pg.Pool({ ...config, max: 2 });
const say = (text: string) => writeSync(1, `${text}\n`);

say("open");
for (let n = Number(first); n < Number(first) + Number(rows); n++) {
  const client = await pool.connect();
  await client.query("begin");
  await client.query("insert into written (n, text) values ($1, $2)", [n, text(n)]);
  await client.query("update counted set last = $1", [n]);
  await client.query("commit");
  client.release();
  say(String(n));
  if (n % CHECKPOINT_EVERY === 0) await pool.query("checkpoint");
}
await pool.end();
await embedded.close();
lock.release();

function text(n: number): string {
  return `${n} `.repeat(n % 10 === 0 ? LARGE / 4 : 20);
}
