import type { Database } from "./database.ts";
import type { Prisma } from "./generated/client.ts";
import { forgetDocs } from "./runs.ts";

const COLUMNS = { id: true, projectId: true, name: true, description: true, createdAt: true, updatedAt: true } as const;

export type IndexRow = Readonly<Prisma.IndexGetPayload<{ select: typeof COLUMNS }>>;

/** No list is longer: a page token for it is not in its contract. */
const MOST = 1000;

/** The indexes of a project of the account, newest first, a thousand at most. */
export async function listIndexes(database: Database, accountId: string, projectId: string): Promise<IndexRow[]> {
  return database.prisma.index.findMany({
    where: { accountId, projectId },
    select: COLUMNS,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: MOST,
  });
}

/** The ids among these that are indexes of the project, in no order. */
export async function knownIndexIds(
  database: Database,
  accountId: string,
  projectId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const found = await database.prisma.index.findMany({
    where: { accountId, projectId, id: { in: [...ids] } },
    select: { id: true },
  });
  return new Set(found.map((row) => row.id));
}

export async function findIndex(
  database: Database,
  accountId: string,
  projectId: string,
  id: string,
): Promise<IndexRow | null> {
  return database.prisma.index.findFirst({ where: { id, accountId, projectId }, select: COLUMNS });
}

export async function insertIndex(
  database: Database,
  accountId: string,
  index: Pick<IndexRow, "id" | "projectId" | "name" | "description">,
): Promise<IndexRow> {
  return database.prisma.index.create({ data: { accountId, ...index }, select: COLUMNS });
}

/** Deletes an index of the account. Gives whether there was one. */
export async function deleteIndex(
  database: Database,
  accountId: string,
  projectId: string,
  id: string,
): Promise<boolean> {
  const { count } = await database.prisma.index.deleteMany({ where: { id, accountId, projectId } });
  if (count > 0) await forgetDocs(database, accountId, [id.toLowerCase()]);
  return count > 0;
}
