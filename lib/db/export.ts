import type { FileInfo } from "../domain/file.ts";
import type { Message } from "../domain/message.ts";
import type { Run } from "../domain/run.ts";
import type { Database } from "./database.ts";
import { listRunRows, readBranchRows } from "./sql/export.ts";
import { listSegments } from "./sql/messages.ts";

// Everything of an account in an order that nothing changes, page by page.

/** Where a page begins: behind what was made at this time and has this id. */
export type Place = { readonly id: string; readonly createdAt: Date };

const behind = (place: Place | null) =>
  place === null
    ? {}
    : { OR: [{ createdAt: { gt: place.createdAt } }, { createdAt: place.createdAt, id: { gt: place.id } }] };

const inOrder = () => [{ createdAt: "asc" as const }, { id: "asc" as const }];

/** Sessions of the account behind a place, oldest first; those that have expired are gone. */
export const listSessionPlaces = (
  { prisma }: Database,
  accountId: string,
  after: Place | null,
  limit: number,
): Promise<Place[]> =>
  prisma.session.findMany({
    where: { accountId, AND: [behind(after), { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] }] },
    orderBy: inOrder(),
    take: limit,
    select: { id: true, createdAt: true },
  });

/** A line of messages: where it leaves another one, and how long it is. */
export type StoredBranch = Place & {
  readonly parentId: string | null;
  /** The last position that it shares with its parent; -1: none. */
  readonly forkPosition: number;
  readonly nextPosition: number;
};

/** Branches of a session of the account behind a place, oldest first. */
export const listStoredBranches = (
  { prisma }: Database,
  accountId: string,
  sessionId: string,
  after: Place | null,
  limit: number,
): Promise<StoredBranch[]> =>
  prisma.branch.findMany({
    where: { sessionId, session: { accountId }, ...behind(after) },
    orderBy: inOrder(),
    take: limit,
    select: { id: true, parentId: true, forkPosition: true, nextPosition: true, createdAt: true },
  });

export type StoredSummary = Place & {
  readonly branchId: string;
  readonly uptoPosition: number;
  readonly text: string;
  /** Whether prompts hold it instead of the messages up to there. */
  readonly replaces: boolean;
};

/** Summaries of a session of the account behind a place, oldest first. */
export const listStoredSummaries = (
  { prisma }: Database,
  accountId: string,
  sessionId: string,
  after: Place | null,
  limit: number,
): Promise<StoredSummary[]> =>
  prisma.summary.findMany({
    where: { sessionId, session: { accountId }, ...behind(after) },
    orderBy: inOrder(),
    take: limit,
    select: { id: true, branchId: true, uptoPosition: true, text: true, replaces: true, createdAt: true },
  });

/** A run with the branch that it wrote to and the dialect that asked. */
export type StoredRun = Run & { readonly branchId: string | null; readonly dialect: string };

/** Runs of a session of the account behind a place, oldest first. */
export async function listStoredRuns(
  database: Database,
  accountId: string,
  sessionId: string,
  after: Place | null,
  limit: number,
): Promise<StoredRun[]> {
  const place = { afterTime: after?.createdAt ?? null, afterId: after?.id ?? null };
  const found = await listRunRows(database, { sessionId, accountId, ...place, limit });
  return found.map(({ run, ...where }) => ({ ...run, ...where }));
}

/** A stretch of one branch: `to` is its last position. */
export type Segment = { readonly branchId: string; readonly from: number; readonly to: number };

/** The segments that the active line of a session of the account is put together of, in their order. */
export const readSegments = (database: Database, accountId: string, sessionId: string): Promise<Segment[]> =>
  listSegments(database, { sessionId, accountId });

/**
 * Messages of a segment of a session of the account, oldest first: so many at most, and no more than stay within
 * `bytes` but for the first.
 */
export const readSegment = (
  database: Database,
  accountId: string,
  sessionId: string,
  segment: Segment,
  most: { readonly limit: number; readonly bytes: number },
): Promise<Message[]> => readBranchRows(database, { sessionId, accountId, ...segment, ...most });

/** Whole files of the account behind the one of a hash, in the order of their hashes. */
export async function listFiles(
  { prisma }: Database,
  accountId: string,
  after: string | null,
  limit: number,
): Promise<FileInfo[]> {
  const found = await prisma.file.findMany({
    where: { accountId, hash: after === null ? { not: null } : { gt: after } },
    orderBy: { hash: "asc" },
    take: limit,
    select: { id: true, name: true, mediaType: true, size: true, hash: true },
  });
  return found.flatMap(({ hash, ...file }) => (hash === null ? [] : [{ ...file, hash }]));
}
