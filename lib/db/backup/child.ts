// Copies, checks and packs the embedded database in a process of its own, so that neither the event loop nor the memory
// of the server has a part in it. It is told what to do by messages, one after the other, and ends with its parent.
import { constants, createWriteStream } from "node:fs";
import { copyFile, mkdir, readdir, rename, stat, statfs, writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { openAndCount } from "./open-copy.ts";
import { MANIFEST, type Manifest } from "./snapshots.ts";
import { packTar } from "./tar.ts";

/** What the process is asked; each is answered by `{ done }` or `{ failed }`. */
export type Order =
  /** Copies a database folder, but for its log, while it is in use. */
  | { readonly kind: "copy"; readonly from: string; readonly to: string }
  /** Copies the log, opens the copy, counts its rows, and packs it. */
  | {
      readonly kind: "finish";
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly reaches: string;
      readonly takenAt: string;
      readonly file: string;
    }
  /** Opens a folder that nobody else uses, and counts its rows. */
  | { readonly kind: "count"; readonly folder: string };

const LOG = "pg_wal";
/** What belongs to the process that has the folder open. */
const LEFT_OUT = ["postmaster.pid", "postmaster.opts", "backup_label", "backup_label.old"];
const ROOM = 64 * 1024 * 1024;
/** Behind the server, and yet not without end on a busy machine. */
const PRIORITY = 10;

setPriority(PRIORITY);
process.on("disconnect", () => process.exit(1));
process.on("message", async (order: Order) => {
  try {
    process.send?.({ done: await follow(order) });
  } catch (thrown) {
    process.send?.({ failed: thrown instanceof Error ? thrown.message : String(thrown) });
  }
});

async function follow(order: Order): Promise<unknown> {
  if (order.kind === "count") return openAndCount(order.folder, null, true);
  if (order.kind === "copy") return copyFiles(order.from, order.to);
  const { from, to, label, reaches, takenAt, file } = order;
  await copyFolder(join(from, LOG), join(to, LOG));
  await writeFile(join(to, "backup_label"), label);
  const manifest: Manifest = { takenAt, ...(await openAndCount(to, reaches)) };
  await pack(to, manifest, file);
  return manifest;
}

async function copyFiles(from: string, to: string): Promise<void> {
  const place = dirname(to);
  const { bavail, bsize } = await statfs(place);
  const needed = 2 * (await sizeOf(from)) + ROOM;
  if (bavail * bsize < needed) {
    throw new Error(
      `${place} has ${megabytes(bavail * bsize)} MB left, and ${megabytes(needed)} MB are needed for a moment`,
    );
  }
  await copyFolder(from, to);
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(ifGone);
    size += found?.size ?? 0;
  }
  return size;
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (LEFT_OUT.includes(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.name === LOG && entry.isDirectory()) await mkdir(target, { recursive: true, mode: 0o700 });
    else if (entry.isDirectory()) await copyFolder(source, target);
    else await copyFile(source, target, constants.COPYFILE_FICLONE).catch(ifGone);
  }
}

/** A table may be dropped while it is copied: its log says so. */
function ifGone(thrown: unknown): null {
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return null;
  throw thrown;
}

async function pack(folder: string, manifest: Manifest, file: string): Promise<void> {
  // Beside the copy, with which it goes where this process is killed.
  const part = join(dirname(folder), "packed.tar.gz");
  const entries = [
    { name: MANIFEST, text: `${JSON.stringify(manifest, null, 2)}\n` },
    { name: "pgdata", path: folder },
  ];
  await pipeline(packTar(entries), createGzip({ level: 3 }), createWriteStream(part, { mode: 0o600, flush: true }));
  await rename(part, file);
}
