import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkRestored, offer } from "../backup/snapshots.ts";
import { lockDirectory } from "../directory-lock.ts";
import { type Embedded, openEmbedded } from "./connection.ts";

/**
 * PGlite on the folder `pgdata` of a data directory that is locked for this process; closing gives the directory back.
 */
export type EmbeddedFolder = Embedded & { readonly folder: string };

// The start script and Next's bundles are modules of their own: what they share hangs on the global object.
const BEGUN = Symbol.for("parley.embedded");
const holder = globalThis as { [BEGUN]?: { readonly dataDir: string; readonly opening: Promise<EmbeddedFolder> } }; // the key is ours alone

/**
 * Begins to open the embedded database while the modules that use it are still being loaded. `openFolder` takes it
 * over, and throws what went wrong.
 */
export function beginFolder(dataDir: string, root: string, backupDir?: string): void {
  handOver(dataDir, openNew(dataDir, root, backupDir));
}

/** Has `openFolder` take over what is being opened for a data directory. */
export function handOver(dataDir: string, opening: Promise<EmbeddedFolder>): void {
  opening.catch(() => {});
  holder[BEGUN] = { dataDir, opening };
}

/**
 * Locks a data directory and opens its database; what has begun is taken over. Throws a sentence when it is in use, and
 * one that offers the last snapshot in `backupDir` when it does not open.
 */
export function openFolder(dataDir: string, root: string, backupDir?: string): Promise<EmbeddedFolder> {
  const begun = holder[BEGUN];
  if (begun?.dataDir !== dataDir) return openNew(dataDir, root, backupDir);
  delete holder[BEGUN];
  return begun.opening;
}

async function openNew(dataDir: string, root: string, backupDir = join(dataDir, "backups")): Promise<EmbeddedFolder> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(dataDir);
  try {
    const folder = join(dataDir, "pgdata");
    checkRestored(dataDir);
    copyTemplate(folder, root);
    const workerFile = join(root, "lib/db/pglite/worker.ts");
    const embedded = await openEmbedded({ folder, lock, workerFile }).catch((thrown: Error) => {
      throw new Error(`${thrown.message.replace(/\.$/u, "")}.${offer(backupDir)}`, { cause: thrown });
    });
    return {
      ...embedded,
      folder,
      async close() {
        await embedded.close();
        lock.release();
      },
    };
  } catch (thrown) {
    lock.release();
    throw thrown;
  }
}

/** Where `npm run build` leaves an empty, migrated database: copying it is twenty times faster than making one. */
export const templateFolder = (root: string): string => join(root, ".next/pgdata-template");

function copyTemplate(folder: string, root: string): void {
  const template = templateFolder(root);
  if (existsSync(folder) || !existsSync(template)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  cpSync(template, part, { recursive: true });
  renameSync(part, folder);
}
