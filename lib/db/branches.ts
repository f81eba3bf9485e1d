import type { Fork } from "../domain/branch.ts";
import type { SessionReplacement } from "../domain/session.ts";
import type { Database } from "./database.ts";
import { activateBranchRow, countBranchRow, findReplacementRow, listForkRows } from "./sql/branches.ts";
import { holdSession } from "./sql/line.ts";
import { againOnDeadlock, inTransaction } from "./sql.ts";

/** Which forks are told. */
type Window = {
  /** The first position. */
  readonly from: number;
  /** The position after the last. */
  readonly upto: number;
  /** At most so many positions, the latest. */
  readonly mostForks: number;
  /** At most so many alternatives on either side of the one that is shown. */
  readonly mostBeside: number;
};

/**
 * The forks of the active line of a session of the account, by their positions; those of the line itself at one moment.
 */
export async function listForks(
  database: Database,
  accountId: string,
  sessionId: string,
  window: Window,
): Promise<Fork[]> {
  const rows = await listForkRows(database, { sessionId, accountId, ...window });
  return [...Map.groupBy(rows, ({ position }) => position)].flatMap(([position, alternatives]) => {
    const shown = alternatives.find(({ isShown }) => isShown);
    if (!shown) return [];
    const { number, count, messageId } = shown;
    return { position, messageId, shown: number, count, alternatives };
  });
}

/**
 * Makes a branch the active one of a session of the account. "busy": a turn runs in it. Null: the account has no such
 * session, or the session no such branch. In neither anything is written.
 *
 * The session is held first: a turn that has claimed it is seen by the look behind that, and one that waits to claim it
 * finds another line.
 */
export async function activateBranch(
  database: Database,
  accountId: string,
  sessionId: string,
  branchId: string,
): Promise<"active" | "busy" | null> {
  return againOnDeadlock(() =>
    inTransaction(database, async (connection) => {
      const held = await holdSession(connection, { sessionId, accountId });
      if (held.length === 0) return null;
      const [found] = await activateBranchRow(connection, { sessionId, accountId, branchId });
      if (!found) return null;
      return found.isBusy ? "busy" : "active";
    }),
  );
}

/** How many branches a session of the account has, counted up to `upto`. */
export async function countBranches(
  database: Database,
  accountId: string,
  sessionId: string,
  upto: number,
): Promise<number> {
  const [found] = await countBranchRow(database, { sessionId, accountId, upto });
  return found?.count ?? 0;
}

/**
 * The latest summary that stands for the beginning of a branch's line, up to a position at most; null: there is none.
 */
export async function findReplacement(
  database: Database,
  accountId: string,
  place: { readonly sessionId: string; readonly branchId: string; readonly upto: number },
): Promise<SessionReplacement | null> {
  const [found] = await findReplacementRow(database, { ...place, accountId });
  return found ?? null;
}
