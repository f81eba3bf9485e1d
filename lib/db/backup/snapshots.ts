import { createReadStream, type Dirent, existsSync, readdirSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { firstText } from "./tar.ts";

/** The file of an archive that says what it holds. It comes first. */
export const MANIFEST = "parley.json";
/** How the name of a database begins that a snapshot has taken the place of. */
export const BEFORE = "pgdata.before-";
/** Rows by table. */
export const Counts = z.record(z.string(), z.number());
export type Counts = z.infer<typeof Counts>;

/** What a snapshot holds: it was opened, and had these rows. */
export const Manifest = z.object({
  /** ISO 8601: what was written before is in it. */
  takenAt: z.string(),
  /** PostgreSQL's version, as a number. */
  server: z.number(),
  /** The last migration that was applied. */
  migration: z.string(),
  counts: Counts,
});
export type Manifest = z.infer<typeof Manifest>;

/** A file that holds the embedded database as it was once. */
export type Snapshot = { readonly name: string; readonly file: string; readonly takenAt: Date };

const NAME = /^parley-(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3}Z)\.tar\.gz$/u;
/** Those that come closer to each other are the first to go. */
const CLOSE_MS = 60 * 60 * 1000;

/** The name of a snapshot: its time, in the order of time. */
export const nameOf = (takenAt: Date): string => `parley-${takenAt.toISOString().replaceAll(":", "-")}.tar.gz`;

/** The snapshots of a folder, the oldest first; none where there is no such folder. */
export function listSnapshots(dir: string): Snapshot[] {
  return entriesOf(dir)
    .flatMap(({ name }) => {
      const [, hour, minute, second] = NAME.exec(name) ?? [];
      if (hour === undefined) return [];
      return [{ name, file: join(dir, name), takenAt: new Date(`${hour}:${minute}:${second}`) }];
    })
    .sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
}

function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

/**
 * Deletes snapshots until no more are left than are kept. The newest stays; one that was taken within an hour before
 * the next goes before the oldest does, so that some starts in a row do not push the days before out.
 */
export async function pruneSnapshots(dir: string, kept: number): Promise<void> {
  const left = listSnapshots(dir);
  while (left.length > kept) {
    const close = left.findIndex((one, n) => {
      const next = left[n + 1];
      return next !== undefined && next.takenAt.getTime() - one.takenAt.getTime() < CLOSE_MS;
    });
    const [gone] = left.splice(Math.max(close, 0), 1);
    if (gone) await rm(gone.file, { force: true });
  }
}

/** What a snapshot says that it holds. Throws where it is no snapshot, or damaged at its beginning. */
export async function readManifest(file: string): Promise<Manifest> {
  await stat(file);
  const source = createReadStream(file);
  const unpacked = source.pipe(createGunzip());
  source.once("error", (thrown) => unpacked.destroy(thrown));
  try {
    return Manifest.parse(JSON.parse((await firstText(unpacked, MANIFEST)) ?? "null"));
  } catch (thrown) {
    throw new Error(`${file} is no snapshot that can be read (${thrown instanceof Error ? thrown.message : thrown})`);
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

/**
 * Throws a sentence where a data directory has no database but one that a restoring has put aside: it was cut before
 * the snapshot was in its place, and a new, empty database would look like a loss of all.
 */
export function checkRestored(dataDir: string): void {
  if (existsSync(join(dataDir, "pgdata"))) return;
  const aside = entriesOf(dataDir).find(({ name }) => name.startsWith(BEFORE));
  if (!aside) return;
  throw new Error(
    `${dataDir} has no database, but ${aside.name}: a restoring was cut. Run "npm run restore -- --last" again, or give that ` +
      'folder the name "pgdata" to go back.',
  );
}

/**
 * A sentence that offers the last snapshot of a folder, behind one that says why a database does not open; "" where
 * none is.
 */
export function offer(dir: string): string {
  const last = listSnapshots(dir).at(-1);
  if (!last) return "";
  return (
    ` The last good snapshot is of ${last.takenAt.toISOString()}: "npm run restore -- --last" puts it in its place and ` +
    "keeps the database of now beside it. What was written after that time is not in it."
  );
}
