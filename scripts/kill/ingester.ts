// node scripts/kill/ingester.ts DATA_DIR [URL]: opens the embedded database, or that of a PostgreSQL server, as the
// server does and reads the docs that wait. Says "open" and, once no job is open, "done".
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ownServer } from "../../lib/core/host.ts";
import { ingestTask } from "../../lib/core/ingest.ts";
import { startJobRunner } from "../../lib/core/job-runner.ts";
import { openDatabase } from "../../lib/db/database.ts";
import { newId } from "../../lib/domain/ids.ts";
import { openExtraction } from "../../lib/ingest/extract-file.ts";

const root = join(import.meta.dirname, "../..");
const [dataDir = "", url] = process.argv.slice(2);
const say = (_: object, message: string) => void process.stderr.write(`${message}\n`);
const log = { debug: say, info: say, warn: say, error: say };

const database = await openDatabase({ url, dataDir, root });
const task = ingestTask(database, openExtraction(root, log), () => {});
const tasks = new Map([["ingest", task]]);
const jobs = startJobRunner({ host: ownServer, database, log, now: Date.now, owner: newId() }, tasks);
await jobs.start();
console.log("open");
for (;;) {
  const open = await database.prisma.job.count({ where: { state: { in: ["pending", "in_progress", "retrying"] } } });
  if (open === 0) break;
  await pause(50);
}
await jobs.drain();
await database.close();
console.log("done");
