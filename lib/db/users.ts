import type { User } from "../domain/agent.ts";
import type { Database } from "./database.ts";
import { metadataWhere, type OffsetPage, pageOf } from "./page.ts";
import { inPrismaTransaction, JsonObject, jsonInput } from "./prisma.ts";
import { forgetDocs } from "./runs.ts";
import { findUserRows } from "./sql/users.ts";

/** The users of the account among these ids, in the order of the ids. */
export async function findUsers(database: Database, accountId: string, ids: readonly string[]): Promise<User[]> {
  return ids.length === 0 ? [] : findUserRows(database, { accountId, ids });
}

/** Users by offset. */
export async function listUsers(database: Database, accountId: string, page: OffsetPage): Promise<User[]> {
  const where = { accountId, ...metadataWhere(page) };
  const found = await database.prisma.user.findMany({ where, ...pageOf(page), select: { id: true } });
  return findUsers(
    database,
    accountId,
    found.map(({ id }) => id),
  );
}

export type UserFields = {
  readonly projectId: string;
  readonly name: string;
  readonly about: string;
  readonly metadata: unknown;
};

/** Inserts a user. Throws the violation of "User_pkey" as it is. */
export async function insertUser(
  database: Database,
  accountId: string,
  id: string,
  { metadata, ...fields }: UserFields,
): Promise<void> {
  await database.prisma.user.create({
    data: { ...fields, id, accountId, metadata: jsonInput(metadata) },
    select: { id: true },
  });
}

/**
 * Sets what `change` gives of a user. It is told what the user is now, and until its answer is written nobody else
 * changes that. Gives whether there is one.
 */
export async function changeUser(
  database: Database,
  accountId: string,
  id: string,
  change: (now: Pick<User, "metadata">) => Partial<UserFields>,
): Promise<boolean> {
  return inPrismaTransaction(database, async (prisma) => {
    // The first write holds the row, so what it gives is what stands until the second.
    const [row] = await prisma.user.updateManyAndReturn({
      where: { id, accountId },
      data: { updatedAt: new Date() },
      select: { metadata: true },
    });
    if (!row) return false;
    const { metadata, ...fields } = change({ metadata: JsonObject.parse(row.metadata) });
    const data = { ...fields, metadata: jsonInput(metadata) };
    await prisma.user.update({ where: { id, accountId }, data, select: { id: true } });
    return true;
  });
}

/** Deletes a user of the account with its docs, and takes it out of its sessions. Gives whether there was one. */
export async function deleteUser(database: Database, accountId: string, id: string): Promise<boolean> {
  const { count } = await database.prisma.user.deleteMany({ where: { id, accountId } });
  if (count > 0) await forgetDocs(database, accountId, [id.toLowerCase()]);
  return count > 0;
}
