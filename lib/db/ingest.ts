import { z } from "zod";
import { type DocOwner, type DocState, emptyPagesInWords } from "../domain/doc.ts";
import { type DocPiece, MOST_CHARACTERS, type PageCounts } from "../domain/extraction.ts";
import { isText, textTypeOf } from "../domain/file.ts";
import { newId } from "../domain/ids.ts";
import type { Database } from "./database.ts";
import { hasOwner, OWNER_COLUMNS, ownerOf, ownerWhere } from "./docs.ts";
import type { Prisma } from "./generated/client.ts";
import type { Hold } from "./leased-jobs.ts";
import { JsonObject } from "./prisma.ts";
import { holdUploader } from "./sql/files.ts";
import {
  clearPieceRows,
  copyPieceRows,
  countOpenJobs,
  endIngestRow,
  findTwinRow,
  insertFileDocRow,
  insertPieceRows,
  readAgainRow,
  readFailedAgainRows,
  sumDocs,
  takeUpLostDocRows,
} from "./sql/ingest.ts";
import { type Connection, inTransaction } from "./sql.ts";
import { violated } from "./violated.ts";

const State = z.enum(["pending", "ready", "failed"]) satisfies z.ZodType<DocState>;

export type NewFileDoc = {
  readonly owner: DocOwner;
  readonly file: { readonly id: string; readonly name: string; readonly hash: string };
  readonly title: string;
  readonly metadata: unknown;
};

/**
 * What there is with a new doc: docs of its owner, and characters of all docs of the account that are made of files.
 */
export type DocSums = { readonly isGuest: boolean; readonly docs: number; readonly characters: number };

/**
 * Enters a doc of a file, with the job that reads it. Gives its id: of the one that the owner has of this title and
 * content, where there is one, which is read again if it could not be read before. Null where the account has no such
 * owner.
 *
 * `check` is given what there is with the doc that comes, one after the other for an account. What it throws is thrown,
 * and nothing is entered then.
 */
export async function insertFileDoc(
  database: Database,
  accountId: string,
  { owner, file, title, metadata }: NewFileDoc,
  check: (sums: DocSums) => void = () => {},
): Promise<string | null> {
  if (!(await hasOwner(database, accountId, owner))) return null;
  const fields = { fileId: file.id, title, contentHash: file.hash, metadata, readAs: file.name };
  const checked = (enter: (connection: Connection) => Promise<readonly { readonly id: string }[]>) =>
    inTransaction(database, async (connection) => {
      const [account] = await holdUploader(connection, { accountId });
      const [entered] = await enter(connection);
      if (!entered) return null;
      const [sums] = await sumDocs(connection, { accountId, ownerId: owner.id, most: MOST_CHARACTERS });
      if (sums) check({ ...sums, isGuest: account?.kind === "guest" });
      return entered.id;
    });
  const nobody = { agentId: null, userId: null, indexId: null, sessionId: null, projectId: null };
  try {
    const ids = { id: newId(), accountId, jobId: newId() };
    const made = await checked((to) => insertFileDocRow(to, { ...ids, ...fields, ...nobody, ...ownerWhere(owner) }));
    if (made !== null) return made;
  } catch (thrown) {
    // The owner went meanwhile.
    if (/^Doc_(?:agent|user|index|session|project)Id_fkey$/u.test(violated(thrown) ?? "")) return null;
    throw thrown;
  }
  const where = { accountId, title, contentHash: file.hash, ...ownerWhere(owner) };
  const known = await database.prisma.doc.findFirst({ where, select: { id: true } });
  if (!known) return null;
  const again = { id: known.id, accountId, fileId: file.id, readAs: file.name, jobId: newId() };
  await checked((to) => readAgainRow(to, again));
  return known.id;
}

/**
 * Has failed docs of an owner read again: one of them, or all that nobody has cancelled, so many at the most; one that
 * was read and not embedded is to be embedded. Gives how many. `check` as for `insertFileDoc`.
 */
export async function readFailedAgain(
  database: Database,
  accountId: string,
  { id: ownerId }: DocOwner,
  which: { readonly docId: string } | { readonly most: number },
  check: (sums: DocSums) => void,
): Promise<number> {
  return inTransaction(database, async (connection) => {
    const [account] = await holdUploader(connection, { accountId });
    const again = await readFailedAgainRows(connection, {
      accountId,
      ownerId,
      most: "most" in which ? which.most : 1,
      docId: "docId" in which ? which.docId : null,
    });
    const [sums] = again.length === 0 ? [] : await sumDocs(connection, { accountId, ownerId, most: MOST_CHARACTERS });
    if (sums) check({ ...sums, isGuest: account?.kind === "guest" });
    return again.length;
  });
}

/** Has docs read that wait for a job which is not there, so many at the most. */
export async function takeUpLostDocs(database: Database, most: number): Promise<void> {
  await takeUpLostDocRows(database, { most });
}

/** How many jobs of an account wait or work. */
export async function openJobs(database: Database, accountId: string): Promise<number> {
  const [counted] = await countOpenJobs(database, { accountId });
  return counted?.open ?? 0;
}

export type FileDoc = {
  readonly id: string;
  readonly owner: DocOwner;
  readonly title: string;
  readonly fileId: string | null;
  readonly state: DocState;
  /** Why it failed, or what is to be said of it though it is ready, in a sentence; empty otherwise. */
  readonly reason: string;
  /** 0 to 100. */
  readonly progress: number;
  readonly characters: number | null;
  readonly pages: number | null;
  readonly emptyPages: number | null;
  /** The latest job that reads it. */
  readonly jobId: string | null;
  /** Of its file, in bytes; null where it has none. */
  readonly size: number | null;
  readonly mediaType: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly createdAt: Date;
};

const SELECT = {
  ...OWNER_COLUMNS,
  id: true,
  title: true,
  fileId: true,
  state: true,
  reason: true,
  characters: true,
  pages: true,
  emptyPages: true,
  metadata: true,
  createdAt: true,
  file: { select: { size: true, mediaType: true } },
  jobs: { orderBy: [{ createdAt: "desc" }, { id: "desc" }], take: 1, select: { id: true, progress: true } },
} as const satisfies Prisma.DocSelect;

function toFileDoc(doc: Prisma.DocGetPayload<{ select: typeof SELECT }>): FileDoc {
  const { jobs, file, agentId, userId, indexId, sessionId, projectId, metadata, ...fields } = doc;
  const state = State.parse(doc.state);
  return {
    ...fields,
    state,
    reason: doc.reason || (state === "ready" ? emptyPagesInWords(doc) : ""),
    metadata: JsonObject.parse(metadata),
    owner: ownerOf({ agentId, userId, indexId, sessionId, projectId }),
    progress: state === "ready" ? 100 : (jobs[0]?.progress ?? 0),
    jobId: jobs[0]?.id ?? null,
    size: file?.size ?? null,
    mediaType: file?.mediaType ?? null,
  };
}

/** A doc of the account with how far it is, or null. */
export async function findFileDoc({ prisma }: Database, accountId: string, id: string): Promise<FileDoc | null> {
  const doc = await prisma.doc.findFirst({ where: { id, accountId }, select: SELECT });
  return doc && toFileDoc(doc);
}

/** Docs of one owner with how far each is, the latest first. */
export async function listFileDocs(
  { prisma }: Database,
  accountId: string,
  owner: DocOwner,
  page: { readonly offset: number; readonly limit: number },
): Promise<FileDoc[]> {
  const found = await prisma.doc.findMany({
    where: { accountId, ...ownerWhere(owner) },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    skip: page.offset,
    take: page.limit,
    select: SELECT,
  });
  return found.map(toFileDoc);
}

/** Docs of the account, of any owner, behind the one that was made at a time and has an id; oldest first. */
export async function listAllDocs(
  { prisma }: Database,
  accountId: string,
  after: Pick<FileDoc, "id" | "createdAt"> | null,
  limit: number,
): Promise<FileDoc[]> {
  const behind = after && [
    { createdAt: { gt: after.createdAt } },
    { createdAt: after.createdAt, id: { gt: after.id } },
  ];
  const found = await prisma.doc.findMany({
    where: { accountId, ...(behind && { OR: behind }) },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    take: limit,
    select: SELECT,
  });
  return found.map(toFileDoc);
}

/** The file that a doc is made of, as it was called then; null where either is gone. */
export async function findDocFile({ prisma }: Database, accountId: string, docId: string) {
  const doc = await prisma.doc.findFirst({
    where: { id: docId, accountId },
    select: { readAs: true, file: { select: { id: true, name: true, mediaType: true, size: true } } },
  });
  if (!doc?.file) return null;
  const { id, size, name, mediaType } = doc.file;
  const readAs = doc.readAs ?? name;
  // What a text is said to be goes by its name alone.
  return { id, size, name: readAs, mediaType: isText(mediaType) ? textTypeOf(readAs) : mediaType };
}

/** Docs of the account among these whose files are of one kind, and which have pages that were read. */
export async function listDrawableDocs(
  { prisma }: Database,
  accountId: string,
  mediaType: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const where = { accountId, id: { in: [...ids] }, pages: { not: null }, file: { is: { mediaType } } };
  const found = await prisma.doc.findMany({ where, select: { id: true } });
  return new Set(found.map(({ id }) => id));
}

/** Removes the pieces of a doc. Gives false where its job is no longer its owner's, and does nothing then. */
export async function clearPieces(database: Database, { jobId, owner }: Hold, docId: string): Promise<boolean> {
  const held = await clearPieceRows(database, { jobId, owner, docId });
  return held.length > 0;
}

/** Adds pieces to a doc, and notes how far its job is, 0 to 100. Gives false as `clearPieces`. */
export async function insertPieces(
  database: Database,
  { jobId, owner }: Hold,
  docId: string,
  pieces: readonly DocPiece[],
  progress: number,
): Promise<boolean> {
  const rows = pieces.map((piece) => ({ ...piece, id: newId() }));
  const held = await insertPieceRows(database, { jobId, owner, docId, pieces: rows, progress });
  return held.length > 0;
}

type ReadDoc = { readonly characters: number } & PageCounts;

/** Pieces that one statement copies: thousands at once would hold an embedded database for seconds. */
const COPIED_AT_ONCE = 50;

/**
 * Gives a doc without pieces those of another one of its account that was made of the same file, and what that is. Null
 * where there is no such doc, or it is deleted meanwhile, or the job is no longer its owner's: the doc has no pieces then.
 */
export async function copyPieces(database: Database, hold: Hold, docId: string): Promise<ReadDoc | null> {
  const [twin] = await findTwinRow(database, { docId });
  if (!twin) return null;
  const { id: twinId, pieces, ...readDoc } = twin;
  for (let from = 0; from < pieces; from += COPIED_AT_ONCE) {
    const part = { from, to: from + COPIED_AT_ONCE, progress: Math.floor((99 * from) / pieces) };
    const copied = await copyPieceRows(database, { ...hold, docId, twinId, ...part });
    if (copied.length > 0) continue;
    await clearPieces(database, hold, docId);
    return null;
  }
  return readDoc;
}

type Outcome =
  | ({ readonly state: "ready" } & ReadDoc)
  | { readonly state: "failed"; readonly jobState: "failed" | "aborted"; readonly reason: string };

/**
 * Ends a job together with its doc, which can be found from then on, or has no pieces. Gives false as `clearPieces`.
 */
export async function endIngest(
  database: Database,
  { jobId, owner }: Hold,
  docId: string,
  outcome: Outcome,
): Promise<boolean> {
  const nothing = { reason: "", characters: null, pages: null, emptyPages: null, jobState: "succeeded" };
  const held = await endIngestRow(database, { jobId, owner, docId, ...nothing, ...outcome });
  return held.length > 0;
}
