// npm run backup: a snapshot of the embedded database, now; of a server that runs, it is the server that takes it.
import { randomUUID } from "node:crypto";
import { askForSnapshot } from "../lib/db/backup/keep.ts";
import { pruneSnapshots, readManifest } from "../lib/db/backup/snapshots.ts";
import { takeSnapshot } from "../lib/db/backup/take.ts";
import { openDatabase } from "../lib/db/database.ts";
import { root, scriptSettings } from "./script-settings.ts";

try {
  const { databaseUrl, dataDir, backups } = scriptSettings();
  if (databaseUrl !== undefined) throw new Error("DATABASE_URL is set: save that database with pg_dump.");
  const file = await fileOf(dataDir, backups.dir);
  await pruneSnapshots(backups.dir, backups.kept);
  const { counts } = await readManifest(file);
  console.log(`${file}: ${counts.Session ?? 0} sessions, ${counts.Message ?? 0} messages. It was opened and counted.`);
  console.log("The API key and the cookie secret are not in it: they are api-key and secret in DATA_DIR.");
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}

async function fileOf(dataDir: string, dir: string): Promise<string> {
  const database = await openDatabase({ dataDir, root }).catch((thrown: Error) => thrown);
  if (database instanceof Error) {
    if (!database.message.includes("is in use by process")) throw database;
    return askForSnapshot(dir, randomUUID());
  }
  try {
    return (await takeSnapshot(database, { dir, root })).file;
  } finally {
    await database.close();
  }
}
