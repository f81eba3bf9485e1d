import type { Database } from "../db/database.ts";
import { hasOwner } from "../db/docs.ts";
import * as db from "../db/ingest.ts";
import { cancelLeasedJob, type TakenJob } from "../db/leased-jobs.ts";
import type { DocOwner } from "../domain/doc.ts";
import { ChatError, notFound } from "../domain/errors.ts";
import type { ExtractFile } from "../domain/extraction.ts";
import { cleanLine, type FileInfo, sizeInWords } from "../domain/file.ts";
import { isId } from "../domain/ids.ts";
import { fileLimits, holdFiles, readFile } from "./files.ts";
import type { JobTask } from "./job-runner.ts";
import { within } from "./maxima.ts";
import { checkMayEdit, checkReachesOwner, reachesOwner } from "./reach.ts";
import { embedPending } from "./recall/embed-pending.ts";
import type { Scope } from "./scope.ts";

/** So many documents of an account wait to be read. */
const MOST_OPEN = 500;
/** An owner has so many documents. */
const MOST_DOCS = 10_000;
const CANCELLED = "Cancelled before it was read.";

export type FileDocInput = {
  readonly fileId: string;
  /** Is made one line that is seen; the file's name where nothing is left. */
  readonly title: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
};

/**
 * Makes a doc of a file of the account and gives it as it is: it is read behind the answer, and found once it is
 * "ready". Where the owner has a doc of this title and content already, that one is given.
 *
 * Throws "not-found" for the owner and the file, "rate-limited" where too many documents of the account wait,
 * "bad-request" where the owner has too many, "too-large" where the account's text has no room for another, and for the
 * number of docs as `takePlace`.
 */
export async function ingestFile(scope: Scope, owner: DocOwner, input: FileDocInput): Promise<db.FileDoc> {
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  // Held, so that it is there when the doc is.
  const [file] = await holdFiles(scope, [input.fileId]);
  if (!file) throw notFound("file", input.fileId);
  return ingestHeld(scope, owner, file, input);
}

/** The same of a file that is held already, and is read as what it is called here. */
export async function ingestHeld(
  scope: Scope,
  owner: DocOwner,
  file: FileInfo,
  { title, metadata }: Omit<FileDocInput, "fileId">,
): Promise<db.FileDoc> {
  checkReachesOwner(scope, owner);
  checkMayEdit(scope);
  const { database, accountId } = scope;
  await checkQueue(scope);
  const doc = { owner, file, title: cleanLine(title) || file.name, metadata };
  const check = (sums: db.DocSums) => checkRoom(scope, sums);
  const docId = isId(owner.id)
    ? await within(scope, "docs", () => db.insertFileDoc(database, accountId, doc, check))
    : null;
  if (docId === null) throw notFound(owner.role, owner.id);
  scope.jobs?.wake();
  return getFileDoc(scope, docId);
}

/** So many docs are read again at once. */
const MOST_AGAIN = 100;

/**
 * Has failed docs of an owner read again, the earliest first, a hundred at the most: not those that somebody has
 * cancelled. Gives how many. Throws "not-found" for an owner out of reach, and as `ingestFile`.
 */
export async function readAgain(scope: Scope, owner: DocOwner): Promise<number> {
  checkMayEdit(scope);
  await checkOwner(scope, owner);
  await checkQueue(scope);
  return again(scope, owner, { most: MOST_AGAIN });
}

/**
 * Has one failed doc read again, also one that somebody has cancelled, and gives it as it is; another stays as it is.
 * Throws "not-found", "bad-request" for one whose file is gone, and as `ingestFile`.
 */
export async function readDocAgain(scope: Scope, docId: string): Promise<db.FileDoc> {
  checkMayEdit(scope);
  const doc = await getFileDoc(scope, docId);
  if (doc.state !== "failed") return doc;
  if (doc.fileId === null) throw new ChatError("bad-request", "Its file was deleted. Add the document again.");
  await checkQueue(scope);
  await again(scope, doc.owner, { docId });
  return getFileDoc(scope, docId);
}

async function again(scope: Scope, owner: DocOwner, which: Parameters<typeof db.readFailedAgain>[3]): Promise<number> {
  const docs = await db.readFailedAgain(scope.database, scope.accountId, owner, which, (sums) =>
    checkRoom(scope, sums),
  );
  if (docs > 0) {
    scope.jobs?.wake();
    embedPending(scope);
  }
  return docs;
}

async function checkQueue({ database, accountId }: Scope): Promise<void> {
  if ((await db.openJobs(database, accountId)) < MOST_OPEN) return;
  const message = `${MOST_OPEN} documents wait to be read. Add more when some are.`;
  throw new ChatError("rate-limited", message, { retryAfterSeconds: 60 });
}

/** A copy costs what its text does: an account has as many characters of documents as it has bytes of files. */
function checkRoom(scope: Scope, { isGuest, docs, characters }: db.DocSums): void {
  if (docs > MOST_DOCS) {
    const message = `No more than ${MOST_DOCS.toLocaleString("en")} documents are kept in one place. Delete some first.`;
    throw new ChatError("bad-request", message);
  }
  const room = fileLimits(scope).room[isGuest ? "guest" : "account"];
  if (characters <= room) return;
  const message = `Your documents have no more room: their text may come to ${sizeInWords(room)}. Delete some first.`;
  throw new ChatError("too-large", message, { noun: "file" });
}

/**
 * Docs of one owner with how far each is, the latest first. Throws "not-found" for an owner out of reach, or that is
 * none.
 */
export async function listFileDocs(
  scope: Scope,
  owner: DocOwner,
  page: { readonly offset: number; readonly limit: number },
): Promise<db.FileDoc[]> {
  await checkOwner(scope, owner);
  return db.listFileDocs(scope.database, scope.accountId, owner, page);
}

/** Throws "not-found" for an owner of docs out of reach, or that is none. */
export async function checkOwner(scope: Scope, owner: DocOwner): Promise<void> {
  checkReachesOwner(scope, owner);
  const isThere = isId(owner.id) && (await hasOwner(scope.database, scope.accountId, owner));
  if (!isThere) throw notFound(owner.role, owner.id);
}

/** How far a doc of any owner is. Throws "not-found". */
export async function getFileDoc(scope: Scope, id: string): Promise<db.FileDoc> {
  const doc = isId(id) ? await db.findFileDoc(scope.database, scope.accountId, id) : null;
  if (!doc || !reachesOwner(scope, doc.owner)) throw notFound("doc", id);
  return doc;
}

/** Ends the reading of a doc, which is "failed" then; one that has been read stays as it is. Throws "not-found". */
export async function cancelIngest(scope: Scope, docId: string): Promise<void> {
  checkMayEdit(scope);
  const { jobId } = await getFileDoc(scope, docId);
  if (jobId === null) return;
  const { database, accountId } = scope;
  await cancelLeasedJob(database, accountId, jobId, CANCELLED);
  scope.jobs?.cancel(jobId);
}

/** How the jobs are done that read the files of docs. `onReady` hears of each doc that can be found from then on. */
export function ingestTask(database: Database, extractFile: ExtractFile, onReady: () => void): JobTask {
  return {
    async run(job, hold, signal) {
      const docId = docOf(job);
      const file = await db.findDocFile(database, job.accountId, docId);
      if (!file) throw new ChatError("bad-request", "The file of the document was deleted.");
      // What a process that was ended has left, of a version that may have cut it otherwise.
      if (!(await db.clearPieces(database, hold, docId))) throw lost();
      // A file that was read for another doc is not read again.
      const copied = await db.copyPieces(database, hold, docId);
      if (copied) {
        if (!(await db.endIngest(database, hold, docId, { ...copied, state: "ready" }))) throw lost();
        return onReady();
      }
      const bytes = readFile({ database, accountId: job.accountId }, file);
      for await (const part of extractFile({ ...file, bytes }, signal)) {
        const isHeld =
          part.type === "pieces"
            ? await db.insertPieces(database, hold, docId, part.pieces, Math.floor(99 * part.progress))
            : await db.endIngest(database, hold, docId, { ...part, state: "ready" });
        if (!isHeld) throw lost();
        signal.throwIfAborted();
      }
      onReady();
    },
    async giveUp(job, hold, jobState, reason) {
      await db.endIngest(database, hold, docOf(job), { state: "failed", jobState, reason });
    },
  };
}

const docOf = (job: TakenJob): string => job.docId ?? "";
const lost = (): ChatError => new ChatError("interrupted", "Another process reads this document");
