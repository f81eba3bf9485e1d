import type { Database } from "./database.ts";
import { emptyOwner } from "./docs.ts";
import type { Prisma } from "./generated/client.ts";
import { deleteIndexRow, listIndexRows, setAgentIndexRows } from "./sql/knowledge.ts";
import { forgetDocRows } from "./sql/runs.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";

const COLUMNS = { id: true, projectId: true, name: true, description: true, createdAt: true, updatedAt: true } as const;

export type IndexRow = Readonly<Prisma.IndexGetPayload<{ select: typeof COLUMNS }>>;

/** An index with its documents: how many are in each state, and how many bytes their files have. */
export type IndexDetails = IndexRow & {
  readonly ready: number;
  readonly pending: number;
  readonly failed: number;
  readonly size: number;
};

/** Indexes of the account, newest first: of one project where it is given, and of these ids alone where they are. */
export async function listIndexes(
  database: Database,
  accountId: string,
  { projectId, ids }: { readonly projectId: string | null; readonly ids: readonly string[] | null },
  page: { readonly offset: number; readonly limit: number },
): Promise<IndexDetails[]> {
  return listIndexRows(database, { accountId, projectId, ids, ...page });
}

/** Sets what an index of the account is called, as far as it is given. Gives whether there is one. */
export async function updateIndex(
  database: Database,
  accountId: string,
  id: string,
  fields: Partial<Pick<IndexRow, "name" | "description">>,
): Promise<boolean> {
  const { count } = await database.prisma.index.updateMany({
    where: { id, accountId },
    data: { ...fields, updatedAt: new Date() },
  });
  return count > 0;
}

/** Sets the indexes of an agent of the account, in their order. What is not the account's is left out. */
export async function setAgentIndexes(
  database: Database,
  accountId: string,
  agentId: string,
  ids: readonly string[],
): Promise<void> {
  await setAgentIndexRows(database, { agentId, accountId, ids });
}

/** The ids among these that are indexes of the account, in no order; of one project where it is given. */
export async function knownIndexIds(
  database: Database,
  accountId: string,
  projectId: string | null,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const found = await database.prisma.index.findMany({
    where: { accountId, ...(projectId === null ? {} : { projectId }), id: { in: [...ids] } },
    select: { id: true },
  });
  return new Set(found.map((row) => row.id));
}

/** Makes an empty index. */
export async function insertIndex(
  { prisma }: Database,
  accountId: string,
  index: Pick<IndexRow, "id" | "projectId" | "name" | "description">,
): Promise<void> {
  await prisma.index.create({ data: { ...index, accountId }, select: { id: true } });
}

/**
 * Deletes an index of the account, in one project where it is given, and its docs before it. Gives whether there was
 * one.
 */
export async function deleteIndex(
  database: Database,
  accountId: string,
  projectId: string | null,
  id: string,
): Promise<boolean> {
  const where = { id, accountId, ...(projectId === null ? {} : { projectId }) };
  if ((await database.prisma.index.count({ where })) === 0) return false;
  await emptyOwner(database, accountId, { role: "index", id });
  const gone = await againOnDeadlock(() =>
    inTransaction(database, async (connection) => {
      const [index] = await deleteIndexRow(connection, { id, accountId, projectId });
      if (index) await forgetDocRows(connection, { accountId, ids: [index.id] });
      return index;
    }),
  );
  return gone !== undefined;
}
