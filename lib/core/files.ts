import { createHash } from "node:crypto";
import * as db from "../db/files.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import { cleanName, FILE_LIMITS, type FileInfo, type FileLimits, type FileRoom, sizeInWords } from "../domain/file.ts";
import { isId } from "../domain/ids.ts";
import { takePlace } from "./maxima.ts";
import { judge } from "./media-type.ts";
import type { Scope } from "./scope.ts";

/** After so many pieces, which are 4 MB, is looked whether all files have room still. */
const LOOK_AFTER = 16;

/** What the files of a caller are held to. */
export const fileLimits = ({ files = FILE_LIMITS }: Pick<Scope, "files">): FileLimits => files;

export type Upload = {
  /** What somebody calls it; null: nobody has called it anything, and one of equal content keeps its name. */
  readonly name: string | null;
  /** What it is said to be; of images and texts nobody is believed. */
  readonly mediaType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly maxBytes: number;
  /** So many bytes are announced. Absent: nobody has said, and room for the most is wanted. */
  readonly announced?: number;
};

/**
 * Stores a file in pieces as its bytes come, and gives it: one of equal content that the account has already is that
 * one. It stays an hour, and longer while a message or a doc refers to it. No more than a piece of it is in memory at a
 * time.
 *
 * Throws "too-large" for one over `maxBytes` and where the account or the server has no room, "rate-limited", for the
 * number of files as `takePlace`, and what `bytes` throws; nothing of it is stored then.
 */
export async function storeFile(scope: Scope, upload: Upload): Promise<db.StoredFile> {
  const { maxBytes, announced = maxBytes } = upload;
  if (announced > maxBytes) throw tooLarge(maxBytes);
  // What comes within a call of a turn is held by the limits of turns.
  if (upload.name !== null) await scope.limits?.countUpload?.(announced);
  const release = await placeFor(scope);
  try {
    return await storeNew(scope, upload, announced);
  } finally {
    release();
  }
}

/** Holds a place for a file. Where there is none, what nothing refers to any more goes first. */
const placeFor = (scope: Scope): Promise<() => void> =>
  takePlace(scope, "files").catch(async () => {
    await db.dropUnusedFiles(scope.database, scope.accountId);
    return takePlace(scope, "files");
  });

async function storeNew(scope: Scope, upload: Upload, announced: number): Promise<db.StoredFile> {
  const { database, accountId } = scope;
  const id = scope.newId();
  const name = upload.name === null ? "image" : cleanName(upload.name);
  await begin(scope, { id, name, size: announced });
  let isWhole = false;
  try {
    const seen = await storePieces(scope, id, upload.bytes, Math.min(upload.maxBytes, Math.max(announced, 0)));
    const mediaType = seen.judge.say(name, upload.mediaType);
    const called = upload.name === null ? `${name}.${mediaType.split("/")[1]}` : name;
    const file = { id, name: called, mediaType, size: seen.size, hash: seen.hash };
    const stored = await db.completeFile(database, accountId, file, upload.name !== null);
    if (stored === null) throw gone();
    isWhole = stored.id === id;
    return stored;
  } finally {
    if (!isWhole) await discard(scope, id);
  }
}

/** Makes room where there is none by what nothing refers to any more, before it says so. */
async function begin(scope: Scope, file: { readonly id: string; readonly name: string; readonly size: number }) {
  const { database, accountId } = scope;
  const { room } = fileLimits(scope);
  if ((await db.beginFile(database, accountId, file, room)) === null) return;
  await db.dropUnusedFiles(database, accountId);
  const full = await db.beginFile(database, accountId, file, room);
  if (full === null) return;
  throw noRoom(full, room);
}

function noRoom(full: keyof FileRoom, room: FileRoom): ChatError {
  const words = sizeInWords(room[full]);
  const reasons: Record<keyof FileRoom, string> = {
    guest: `A guest may keep ${words} of files. Delete conversations with files, or sign in to have more room.`,
    account: `Your files have no more room: an account may keep ${words}. Delete conversations with files first.`,
    all: "The server has no room for more files.",
  };
  return new ChatError("too-large", reasons[full], { noun: "file" });
}

async function storePieces(scope: Scope, id: string, bytes: Upload["bytes"], maxBytes: number) {
  const { database, accountId } = scope;
  const { room } = fileLimits(scope);
  const hash = createHash("sha256");
  const seen = judge();
  const piece = new Uint8Array(db.PIECE_BYTES);
  let [filled, size, n] = [0, 0, 0];
  const store = async () => {
    // A copy: the next bytes come into the same piece.
    if (!(await db.addPiece(database, accountId, id, n++, piece.slice(0, filled)))) throw gone();
    filled = 0;
    // Nothing is set aside of the room of all, so others may have filled it meanwhile.
    if (n % LOOK_AFTER === 0 && (await db.isFull(database, accountId, room))) throw noRoom("all", room);
  };
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
    seen.see(chunk);
    for (let at = 0; at < chunk.length; ) {
      const some = chunk.subarray(at, at + piece.length - filled);
      piece.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled === piece.length) await store();
    }
  }
  if (filled > 0) await store();
  return { size, judge: seen, hash: hash.digest("hex") };
}

/** Takes a file away that did not become one. What fails here is left to the sweep. */
async function discard({ database, accountId, log }: Scope, id: string): Promise<void> {
  try {
    await db.releaseFile(database, accountId, id);
    await db.dropUnusedFiles(database, accountId);
  } catch (thrown) {
    log.warn({ err: thrown, fileId: id }, "An upload that broke off is left to the sweep");
  }
}

const tooLarge = (maxBytes: number): ChatError =>
  new ChatError("too-large", `The file is too large: the limit is ${sizeInWords(maxBytes)}`, { noun: "file" });
const gone = (): ChatError => new ChatError("conflict", "The file was deleted while it was stored", { noun: "file" });

/** A file of the account. Throws "not-found". */
export async function getFile(
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  id: string,
): Promise<FileInfo> {
  const found = isId(id) ? await db.findFile(database, accountId, id) : null;
  if (!found) throw notFound("file", id);
  return found;
}

/**
 * The bytes of a file from one place to before another, piece by piece. Throws "not-found" where it is deleted
 * meanwhile.
 */
export async function* readFile(
  { database, accountId }: Pick<Scope, "database" | "accountId">,
  { id, size }: Pick<FileInfo, "id" | "size">,
  from = 0,
  upto = size,
): AsyncGenerator<Uint8Array, void> {
  for (let at = from; at < upto; ) {
    const n = Math.floor(at / db.PIECE_BYTES);
    const start = n * db.PIECE_BYTES;
    const piece = await db.findPiece(database, accountId, id, n);
    const some = piece?.subarray(at - start, upto - start);
    if (!some || some.length === 0) throw notFound("file", id);
    yield some;
    at += some.length;
  }
}

/** So many bytes of a file's beginning at the most, as one. Throws as `readFile` does. */
export async function readBeginning(
  scope: Pick<Scope, "database" | "accountId">,
  file: Pick<FileInfo, "id" | "size">,
  most: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readFile(scope, file, 0, Math.min(file.size, most))) pieces.push(piece);
  return Buffer.concat(pieces);
}

/**
 * Holds files for an hour more, and gives them in the order asked. Throws "not-found" for one that the account has not.
 */
export async function holdFiles({ database, accountId }: Scope, ids: readonly string[]): Promise<FileInfo[]> {
  if (ids.length === 0) return [];
  const known = await db.holdFiles(database, accountId, ids.filter(isId));
  const held = new Map(known.map((file) => [file.id, file]));
  return ids.map((id) => {
    const file = held.get(id.toLowerCase());
    if (!file) throw notFound("file", id);
    return file;
  });
}

/** Takes the hold back that storing a file has made. Others' holds stay. */
const endHold = ({ database, accountId }: Scope, file: db.StoredFile): Promise<void> =>
  db.endHold(database, accountId, file);

/**
 * Does with a file that was stored just now what it was stored for, and takes its hold back then. Where that throws the
 * file goes, unless something refers to it or it was held before.
 */
export async function withFile<Made>(scope: Scope, file: db.StoredFile, work: () => Promise<Made>): Promise<Made> {
  let isDone = false;
  try {
    const made = await work();
    isDone = true;
    return made;
  } finally {
    if (isDone) await endHold(scope, file);
    else await giveUpFile(scope, file);
  }
}

/** Gives up a file that was stored just now, as `withFile` does. */
export async function giveUpFile(scope: Scope, file: db.StoredFile): Promise<void> {
  await endHold(scope, file);
  await dropUnusedFiles(scope);
}

/** Gives up an upload: its bytes go, unless a message or a doc refers to them. Throws "not-found". */
export async function forgetUpload({ database, accountId }: Scope, id: string): Promise<void> {
  if (!isId(id) || !(await db.releaseFile(database, accountId, id))) throw notFound("file", id);
  await db.dropUnusedFiles(database, accountId);
}

/**
 * Deletes the files of the account that nothing refers to any more: after what did is deleted. What fails is left to
 * the sweep.
 */
export async function dropUnusedFiles({ database, accountId, log }: Scope): Promise<void> {
  await db.dropUnusedFiles(database, accountId).catch((thrown) => {
    log.warn({ err: thrown }, "Files that nothing refers to are left to the sweep");
  });
}
