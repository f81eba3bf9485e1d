// npm run restore: lists the snapshots of the embedded database. npm run restore -- NAME, a path, or --last: puts one
// in its place, while no server runs; the database that was there is kept beside it.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { restoreSnapshot, tellRestored } from "../lib/db/backup/restore.ts";
import { listSnapshots, readManifest } from "../lib/db/backup/snapshots.ts";
import { root, scriptSettings } from "./script-settings.ts";

const { values, positionals } = parseArgs({
  options: { last: { type: "boolean", default: false } },
  allowPositionals: true,
});
try {
  const { dataDir, backups } = scriptSettings();
  const snapshots = listSnapshots(backups.dir);
  const file = values.last ? snapshots.at(-1)?.file : positionals[0] && fileOf(positionals[0]);
  if (values.last && file === undefined) throw new Error(`There is no snapshot in ${backups.dir}.`);
  if (file) {
    for (const line of tellRestored(await restoreSnapshot({ file, dataDir, root }))) console.log(line);
  } else {
    for (const snapshot of snapshots) console.log(await line(snapshot.file, snapshot.name));
    console.log(
      snapshots.length === 0
        ? `There is no snapshot in ${backups.dir}.`
        : "npm run restore -- NAME puts one in the place of the database, --last the newest.",
    );
  }

  function fileOf(name: string): string {
    const known = snapshots.find((snapshot) => snapshot.name === name)?.file ?? resolve(name);
    if (!existsSync(known)) throw new Error(`There is no snapshot ${name} in ${backups.dir}, and no such file.`);
    return known;
  }
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}

async function line(file: string, name: string): Promise<string> {
  try {
    const { counts } = await readManifest(file);
    return `${name}  ${counts.Session ?? 0} sessions, ${counts.Message ?? 0} messages`;
  } catch {
    return `${name}  cannot be read`;
  }
}
