import { createReadStream, existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { lockDirectory } from "../directory-lock.ts";
import { startHelper } from "./helper.ts";
import type { Found } from "./open-copy.ts";
import { BEFORE, type Counts, MANIFEST, Manifest } from "./snapshots.ts";
import { unpackTar } from "./tar.ts";

const OPEN_LIMIT_MS = 10 * 60 * 1000;

/** What became of a restoring. */
export type Restored = {
  readonly manifest: Manifest;
  /** Where the database is that was in its place; null: there was none. */
  readonly before: string | null;
  /** Its rows by table, or why nobody can say; null where there was none. */
  readonly rowsBefore: { readonly counts: Counts } | { readonly failed: string } | null;
};

/**
 * Puts a snapshot in the place of the embedded database of a data directory that no server uses.
 *
 * It is unpacked beside it, opened, and has to have the rows that it says; then the two change places. Where that is
 * cut in between, the next start says so. The database of before is kept, and untouched: what is said of its rows is
 * found in a copy. Throws a sentence where the directory is in use or the snapshot is damaged; nothing is changed then.
 */
export async function restoreSnapshot({
  file,
  dataDir,
  root,
}: {
  readonly file: string;
  readonly dataDir: string;
  readonly root: string;
}): Promise<Restored> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(dataDir);
  const work = join(dataDir, "restoring");
  try {
    // Of a process that was killed.
    await rm(work, { recursive: true, force: true });
    await mkdir(work, { mode: 0o700 });
    const manifest = await unpack(file, work);
    const found = await opened(join(work, "pgdata"), root);
    if ("failed" in found) throw new Error(`${file} holds a database that does not open: ${found.failed}`);
    const wrong = differences(manifest.counts, found.counts);
    if (wrong.length > 0) throw new Error(`${file} does not hold what it says: ${wrong.join(", ")}`);

    const place = join(dataDir, "pgdata");
    const before = existsSync(place)
      ? join(dataDir, `${BEFORE}${new Date().toISOString().replaceAll(":", "-")}`)
      : null;
    const rowsBefore = before === null ? null : await rowsOf(place, work, root);
    if (before !== null) await rename(place, before);
    await rename(join(work, "pgdata"), place);
    return { manifest, before, rowsBefore };
  } finally {
    await rm(work, { recursive: true, force: true });
    lock.release();
  }
}

async function unpack(file: string, work: string): Promise<Manifest> {
  const source = createReadStream(file);
  const unpacked = source.pipe(createGunzip());
  source.once("error", (thrown) => unpacked.destroy(thrown));
  try {
    return Manifest.parse(JSON.parse((await unpackTar(unpacked, work, MANIFEST)) ?? "null"));
  } catch (thrown) {
    throw new Error(`${file} cannot be restored: ${thrown instanceof Error ? thrown.message : thrown}`);
  } finally {
    source.destroy();
  }
}

/** Opens a database in a process of its own, which a damaged one may take with it. */
async function opened(folder: string, root: string): Promise<Found | { readonly failed: string }> {
  const helper = startHelper(root);
  try {
    return (await helper.ask({ kind: "count", folder }, OPEN_LIMIT_MS)) as Found; // what this order is answered with
  } catch (thrown) {
    return { failed: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    await helper.end();
  }
}

async function rowsOf(place: string, work: string, root: string): Promise<Restored["rowsBefore"]> {
  const copy = join(work, "before");
  try {
    await cp(place, copy, { recursive: true });
    return await opened(copy, root);
  } catch (thrown) {
    return { failed: thrown instanceof Error ? thrown.message : String(thrown) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function differences(told: Counts, found: Counts): string[] {
  const tables = new Set([...Object.keys(told), ...Object.keys(found)]);
  return [...tables].flatMap((table) =>
    told[table] === found[table]
      ? []
      : [`${table} has ${found[table] ?? "no"} rows instead of ${told[table] ?? "none"}`],
  );
}

/** Says exactly what a restoring has brought back and what is lost, a line each. */
export function tellRestored({ manifest, before, rowsBefore }: Restored): string[] {
  const lines = [`Restored the snapshot of ${manifest.takenAt}: ${inWords(manifest.counts)}.`];
  if (rowsBefore === null) return lines;
  lines.push(`The database that was there is kept in ${before}. Delete it when you miss nothing.`);
  const later = `what was written after ${manifest.takenAt}`;
  if ("failed" in rowsBefore) {
    lines.push(`Lost: ${later}. How much that is nobody can say, as that database does not open: ${rowsBefore.failed}`);
    return lines;
  }
  const changed = differences(rowsBefore.counts, manifest.counts);
  lines.push(
    changed.length === 0
      ? `Lost: ${later}; each table has as many rows as before.`
      : `Lost: ${later}. ${changed.join(", ")}.`,
  );
  return lines;
}

function inWords(counts: Counts): string {
  const rows = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return `${rows} rows, ${counts.Session ?? 0} sessions and ${counts.Message ?? 0} messages among them`;
}
