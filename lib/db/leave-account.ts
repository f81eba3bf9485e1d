import type { Database } from "./database.ts";
import {
  deleteLeftAccount,
  deleteSomeDocs,
  deleteSomeFiles,
  deleteSomeRuns,
  deleteSomeSessions,
  shutAccountRow,
} from "./sql/leave-account.ts";
import { againOnDeadlock } from "./sql.ts";

const MOST = 100;
const MOST_ACCOUNTS = 100;

/** Makes an account one that nobody can use any more. Gives whether there was one; the owner of the server stays. */
export async function shutAccount(database: Database, id: string): Promise<boolean> {
  const shut = await againOnDeadlock(() => shutAccountRow(database, { id }));
  return shut.length > 0;
}

/**
 * Deletes all that a shut account has, a hundred rows at a time, and the account itself. May be called again after a
 * failure.
 */
export async function emptyAccount(database: Database, accountId: string): Promise<void> {
  for (const some of [deleteSomeSessions, deleteSomeRuns, deleteSomeDocs, deleteSomeFiles]) {
    for (;;) {
      const gone = await againOnDeadlock(() => some(database, { accountId, most: MOST }));
      if (gone.length < MOST) break;
    }
  }
  await againOnDeadlock(() => deleteLeftAccount(database, { id: accountId }));
}

/** Goes on with accounts that were shut and not emptied. */
export async function emptyLeftAccounts(database: Database): Promise<void> {
  const left = await database.prisma.account.findMany({
    where: { leftAt: { not: null } },
    select: { id: true },
    take: MOST_ACCOUNTS,
  });
  for (const { id } of left) await emptyAccount(database, id);
}
