import type { FileInfo, FileRoom } from "../domain/file.ts";
import type { Database } from "./database.ts";
import {
  completeFileRow,
  deleteUnusedFileRows,
  endHoldRow,
  findFileRow,
  findPieceRow,
  holdEqualFileRow,
  holdFileRows,
  holdUploader,
  insertFileRow,
  insertPieceRow,
  releaseFileRow,
  sumFiles,
  sweepUnusedFileRows,
} from "./sql/files.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";
import { violated } from "./violated.ts";

/** A file is stored in pieces of so many bytes, the last one of fewer. */
export const PIECE_BYTES = 256 * 1024;
/** Files are deleted so many at a time: a statement has its limit of time, and each may have a hundred pieces. */
const MOST = 20;
const TRIES = 3;

/**
 * Enters a file whose bytes are still to come. Of its account's room `size` is set aside for them, of the room of all
 * nothing (`isFull`). Gives null where it may, and else whose room is too small.
 */
export async function beginFile(
  database: Database,
  accountId: string,
  file: { readonly id: string; readonly name: string; readonly size: number },
  room: FileRoom,
): Promise<keyof FileRoom | null> {
  return inTransaction(database, async (connection) => {
    const [uploader] = await holdUploader(connection, { accountId });
    const whose = uploader?.kind === "guest" ? "guest" : "account";
    const [sums = { own: 0, all: 0 }] = await sumFiles(connection, { accountId });
    if (sums.own + file.size > room[whose]) return whose;
    if (sums.all + file.size > room.all) return "all";
    await insertFileRow(connection, { ...file, accountId });
    return null;
  });
}

/** Whether the bytes of all accounts' files, with those of files that are not whole yet, are more than their room. */
export async function isFull(database: Database, accountId: string, { all }: FileRoom): Promise<boolean> {
  const [sums] = await sumFiles(database, { accountId });
  return (sums?.all ?? 0) > all;
}

/** Adds the n-th piece to a file that was begun. False where there is none: it was given up, or its account is gone. */
export async function addPiece(
  database: Database,
  accountId: string,
  fileId: string,
  n: number,
  bytes: Uint8Array,
): Promise<boolean> {
  const added = await insertPieceRow(database, { fileId, accountId, n, bytes });
  return added.length > 0;
}

/** A file with the hold that storing it has made. */
export type StoredFile = FileInfo & { readonly hold: { readonly until: Date; readonly before: Date | null } };

/**
 * Completes a file that was begun. Where the account has one of equal content that one is given, and the new one is to
 * be deleted. Null where it is gone.
 *
 * `rename`: whether the equal one has the new name from now on.
 */
export async function completeFile(
  database: Database,
  accountId: string,
  file: FileInfo,
  rename: boolean,
): Promise<StoredFile | null> {
  const { id, hash, size, name, mediaType } = file;
  const given = rename ? { name, mediaType } : { name: null, mediaType: null };
  for (let tries = 0; tries < TRIES; tries++) {
    const [made] = await completeFileRow(database, { id, accountId, hash, size, mediaType, name }).catch((thrown) => {
      // Another upload of the same content was faster.
      if (violated(thrown) === "File_accountId_hash_key") return [];
      throw thrown;
    });
    if (made) return toStored(made);
    // It may be deleted between the two looks.
    const [equal] = await holdEqualFileRow(database, { accountId, hash, ...given });
    if (equal) return toStored(equal);
  }
  return null;
}

const toStored = ({
  heldUntil,
  heldBefore,
  ...file
}: FileInfo & { readonly heldUntil: Date; readonly heldBefore: Date | null }): StoredFile => ({
  ...file,
  hold: { until: heldUntil, before: heldBefore },
});

/** Takes the hold back that storing a file has made, unless somebody has held it since. */
export async function endHold(database: Database, accountId: string, { id, hold }: StoredFile): Promise<void> {
  await endHoldRow(database, { accountId, id, heldUntil: hold.until, heldBefore: hold.before });
}

/** A whole file of the account, or null. */
export async function findFile(database: Database, accountId: string, id: string): Promise<FileInfo | null> {
  const [found] = await findFileRow(database, { accountId, id });
  return found ?? null;
}

/** Holds files for an hour more. Gives those that the account has, in no order. */
export const holdFiles = (database: Database, accountId: string, ids: readonly string[]): Promise<FileInfo[]> =>
  againOnDeadlock(() => holdFileRows(database, { accountId, ids }));

/** The n-th piece of a whole file of the account; null behind the last. */
export async function findPiece(
  database: Database,
  accountId: string,
  fileId: string,
  n: number,
): Promise<Uint8Array | null> {
  const [found] = await findPieceRow(database, { accountId, fileId, n });
  return found?.bytes ?? null;
}

/** Ends the hold of a file: it goes with the next sweep unless something refers to it. Gives whether there is one. */
export async function releaseFile(database: Database, accountId: string, id: string): Promise<boolean> {
  const released = await releaseFileRow(database, { accountId, id });
  return released.length > 0;
}

/** Deletes the files of an account that no message and no doc refers to and that nobody holds. */
export async function dropUnusedFiles(database: Database, accountId: string): Promise<void> {
  for (;;) {
    const gone = await againOnDeadlock(() => deleteUnusedFileRows(database, { accountId, most: MOST }));
    if (gone.length < MOST) return;
  }
}

/** The same of all accounts, at most `most` files, give or take some. */
export async function sweepUnusedFiles(database: Database, most: number): Promise<void> {
  for (let count = 0; count < most; count += MOST) {
    const gone = await againOnDeadlock(() => sweepUnusedFileRows(database, { most: MOST }));
    if (gone.length < MOST) return;
  }
}
