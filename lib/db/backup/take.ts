import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../database.ts";
import { startHelper } from "./helper.ts";
import { Manifest, nameOf, type Snapshot } from "./snapshots.ts";

const LIMIT_MS = 60 * 60 * 1000;

/** A snapshot, and what it holds. */
export type Taken = Snapshot & { readonly manifest: Manifest };

/**
 * Takes a snapshot of the open embedded database into a folder. It is there when it was opened and its rows were
 * counted.
 *
 * The database goes on meanwhile: its files are copied as they are, and the log of what was written while they were
 * makes them whole (PostgreSQL documentation, "Making a Base Backup Using the Low Level API"). All that is done by a
 * process of its own. Throws a sentence where it comes to nothing, and leaves nothing then; `signal` ends it.
 */
export async function takeSnapshot(
  database: Database,
  { dir, root, signal }: { readonly dir: string; readonly root: string; readonly signal?: AbortSignal },
): Promise<Taken> {
  if (database.kind !== "pglite") throw new Error("Only the embedded database is saved; use pg_dump for PostgreSQL.");
  const from = database.place;
  // Of this database alone, where several have one folder.
  const work = join(dir, `.work-${createHash("sha256").update(from).digest("hex").slice(0, 8)}`);
  const to = join(work, "pgdata");
  // Of a process that was killed.
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  const helper = startHelper(root);
  const stop = () => void helper.end();
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    const { label, reaches } = await marked(database, () => helper.ask({ kind: "copy", from, to }, LIMIT_MS));
    const takenAt = new Date();
    const name = nameOf(takenAt);
    const file = join(dir, name);
    const done = await helper.ask(
      { kind: "finish", from, to, label, reaches, takenAt: takenAt.toISOString(), file },
      LIMIT_MS,
    );
    return { name, file, takenAt, manifest: Manifest.parse(done) };
  } finally {
    signal?.removeEventListener("abort", stop);
    await helper.end();
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Has the database keep what a copy needs while `copy` runs. Gives what belongs to the copy, and how far its log must
 * reach.
 */
async function marked(
  { pool }: Database,
  copy: () => Promise<unknown>,
): Promise<{ readonly label: string; readonly reaches: string }> {
  await pool.query("select pg_backup_start('parley', true)");
  let isCopied = false;
  try {
    await copy();
    isCopied = true;
  } finally {
    // All connections are one session of the embedded database, which would stay marked.
    if (!isCopied) await pool.query("select pg_backup_stop(false)").catch(() => {});
  }
  const { rows } = await pool.query<{ label: string; reaches: string }>(
    `select labelfile as label, lsn::text as reaches from pg_backup_stop(false)`,
  );
  const [row] = rows;
  if (!row) throw new Error("The database did not say what belongs to the copy");
  return row;
}
